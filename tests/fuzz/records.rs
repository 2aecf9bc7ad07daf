//! The reader of what a storage gives back, and what a session makes of it.

use hallpass::dialect::{Renewal, is_token};
use hallpass::session::{Finding, Moment, Note, Pass, Record, Session, Taken};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;

use crate::corpus::{Seed, seeds};
use crate::document::{Made, any_document};
use crate::hunt::hunt;
use crate::support::Value;

/// A record, the session that it is read for, and when.
#[derive(Clone, Debug)]
struct Case {
    made: Made,
    carries_token: bool,
    renewal: Renewal,
    automatic: bool,
    /// What stands beside it.
    note: String,
    now: Moment,
    later_ms: f64,
}

impl Case {
    fn note(&self) -> Option<Note> {
        Note::read(&self.note)
    }
}

fn any_case(seeds: &[Seed]) -> impl Strategy<Value = Case> + use<> {
    let renewal = select(&[Renewal::None, Renewal::AtPart(0.5), Renewal::BeforeEnd][..]);
    let now =
        (prop_oneof![0.0..1e4, 1.7e12..1.8e12], 0.0..1e9).prop_map(|(wall, steady)| Moment { wall, steady });
    let later = prop_oneof![Just(0.0), 0.0..1e5, 0.0..1e10];
    // The logins are those of the corpus.
    let note = prop_oneof![
        Just(String::new()),
        "(0|5|4000000000|[0-9]{1,11}) (logout|expired|refused|unwritten|never)",
        any::<String>(),
    ];
    (any_document(seeds), any::<bool>(), renewal, any::<bool>(), note, now, later).prop_map(
        |(made, carries_token, renewal, automatic, note, now, later_ms)| Case {
            made,
            carries_token,
            renewal,
            automatic,
            note,
            now,
            later_ms,
        },
    )
}

#[test]
fn r11_no_record_gets_more_than_nothing_or_a_sound_session() {
    let seeds = seeds("records");
    for Seed { name, text } in seeds.clone() {
        for carries_token in [false, true] {
            let case = Case {
                made: Made { from: name.clone(), text: text.clone() },
                carries_token,
                renewal: Renewal::BeforeEnd,
                automatic: true,
                note: String::new(),
                now: Moment { wall: 1.754e12, steady: 0.0 },
                later_ms: 0.0,
            };
            if let Err(problem) = read(&case) {
                panic!("{problem}: {case:#?}");
            }
        }
    }
    let name = "r11_no_record_gets_more_than_nothing_or_a_sound_session";
    hunt(name, 12_000, &any_case(&seeds), |case| read(&case));
}

fn read(case: &Case) -> TestCaseResult {
    let Some(record) = Record::read::<Value>(&case.made.text, case.carries_token) else { return Ok(()) };
    check_record(&record, case.carries_token)?;
    check_written(&record, case.carries_token)?;
    let later = Moment { wall: case.now.wall + case.later_ms, steady: case.now.steady + case.later_ms };
    let mut session = Session::new(case.renewal, case.automatic);
    let found = Finding { record: Some(record), note: case.note(), ..Finding::default() };
    let taken = session.follow(found.clone(), case.now);
    prop_assert!(taken == Taken::Followed || found.note.is_some(), "nobody was signed out here");
    let epoch = session.epoch();
    let lives = session.held().is_some();
    session.follow(found, case.now);
    prop_assert!(!lives || session.epoch() == epoch, "the same record again is no news");
    for now in [case.now, later] {
        check_session(&session, now)?;
        session.tick(now);
        check_session(&session, now)?;
    }
    Ok(())
}

/// R24: what comes out of a storage has what a session needs.
fn check_record(record: &Record, carries_token: bool) -> TestCaseResult {
    prop_assert_eq!(record.held.access.as_deref().map(is_token), carries_token.then_some(true));
    prop_assert!(record.held.refresh.as_deref().is_none_or(is_token));
    let moment = |ms: f64| ms.is_finite() && ms >= 0.0;
    prop_assert!(moment(record.received_at) && record.expires_at.is_none_or(moment));
    if let Some(pause) = record.pause {
        prop_assert!(moment(pause.since) && moment(pause.until) && pause.until >= pause.since);
    }
    Ok(())
}

/// What is read is written so that the next page reads the same.
fn check_written(record: &Record, carries_token: bool) -> TestCaseResult {
    let text = record.write();
    let Some(back) = Record::read::<Value>(&text, carries_token) else {
        return Err(TestCaseError::fail(format!("it isn't read back: {}", text.as_str())));
    };
    prop_assert_eq!(&back.held, &record.held);
    prop_assert_eq!((back.login, back.renewals), (record.login, record.renewals));
    let of = |record: &Record| record.pause.map(|pause| (pause.because, pause.failures));
    prop_assert_eq!(of(&back), of(record));
    // Whole ms are written, of what anybody lives to see; and serde_json reads a number to within its last digit.
    let near = |one: f64, other: f64| (one - other).abs() <= (one.abs() * 1e-15).max(1.0) || other > 9.2e18;
    prop_assert!(near(back.received_at, record.received_at), "{} {}", back.received_at, record.received_at);
    prop_assert_eq!(back.expires_at.is_some(), record.expires_at.is_some());
    let ends = back.expires_at.zip(record.expires_at);
    prop_assert!(ends.is_none_or(|(one, other)| near(one, other)), "{:?}", ends);
    Ok(())
}

/// What a session says of itself never contradicts itself.
fn check_session(session: &Session, now: Moment) -> TestCaseResult {
    let snapshot = session.snapshot();
    let signed_in = session.held().is_some();
    prop_assert_eq!(snapshot.status, if signed_in { "signed-in" } else { "signed-out" });
    prop_assert_eq!(snapshot.reason.is_none(), signed_in);
    prop_assert!(
        signed_in || !snapshot.renewable && snapshot.user.is_none() && snapshot.expires_at.is_none()
    );
    prop_assert_eq!(snapshot.renewal == "waiting", snapshot.retry_at.is_some());
    prop_assert!(snapshot.retry_at.is_none_or(f64::is_finite));
    for hidden in [false, true] {
        prop_assert!(session.next_event(hidden, now).is_none_or(f64::is_finite));
    }
    match session.pass(now) {
        Pass::Go => prop_assert!(signed_in),
        Pass::RenewFirst => prop_assert!(signed_in && session.renewable()),
        Pass::Wait(_, left) => prop_assert!(signed_in && left.is_finite() && left > 0.0),
        Pass::Refused(_) => {}
    }
    Ok(())
}
