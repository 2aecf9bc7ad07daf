//! What a tab makes of what it finds in the store that it shares with others.

use hallpass::dialect::{Code, Grant, Held, Renewal};
use hallpass::session::{
    Finding, Limits, Moment, Note, Pass, Pause, Reason, Record, Session, Taken, Verdict,
};

use crate::time::at;

pub const NOW: f64 = 1_760_000_000_000.0;
const HOUR: f64 = 3_600_000.0;

/// A record of a login, as a tab of it wrote it at `NOW`.
pub fn record(login: u32, user: &str) -> Record {
    Record {
        held: Held {
            access: Some(format!("t{login}").into()),
            user: Some(user.into()),
            database: Some("system".into()),
            ..Held::default()
        },
        received_at: NOW,
        expires_at: Some(NOW + HOUR),
        login,
        ..Record::default()
    }
}

/// The same login after a renewal.
pub fn renewed(record: &Record) -> Record {
    let mut newer = record.clone();
    newer.renewals += 1;
    newer.held.access = newer.held.access.map(|token| [&*token, "-new"].concat().into());
    newer
}

pub fn found(record: impl Into<Option<Record>>) -> Finding {
    Finding { record: record.into(), ..Finding::default() }
}

/// A tab in which the first login's session is held.
pub fn tab() -> Session {
    let mut session = Session::new(Renewal::BeforeEnd, true);
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::Followed);
    session
}

#[track_caller]
pub fn assert_held(session: &Session, record: &Record) {
    assert_eq!(session.held().map(|held| &held.held), Some(&record.held));
    assert_eq!(session.snapshot().reason, None);
}

#[track_caller]
pub fn assert_ended(session: &Session, reason: Reason) {
    assert_eq!(session.held(), None);
    assert_eq!(session.snapshot().reason, Some(reason));
}

#[test]
fn nothing_in_the_store_is_nobody_signed_in() {
    let mut session = Session::new(Renewal::BeforeEnd, true);
    assert_eq!(session.follow(found(None), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Never);
}

#[test]
fn a_record_is_taken_over_and_the_same_once_more_is_no_news() {
    let mut session = tab();
    assert_held(&session, &record(1, "jdoe"));
    let epoch = session.epoch();
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::Followed);
    assert_eq!(session.epoch(), epoch, "results that were asked for still count");
    session.begin_renewal();
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::Followed);
    assert_eq!(session.snapshot().renewal, "running", "and the renewal goes on");
}

/// The last few logins that are over are remembered. One that is over again and again takes the place of no other.
#[test]
fn r18_a_login_that_is_over_is_not_forgotten_for_another_that_is_over_often() {
    let mut session = tab();
    session.sign_out(false);
    for _ in 0..10 {
        session.signed_in(Grant { access: Some("t".into()), ..Grant::default() }, 2, at(NOW));
        session.sign_out(false);
        session.take_note();
    }
    assert!(session.is_past(1) && session.is_past(2) && !session.is_past(0));
}

#[test]
fn r16_another_tabs_renewal_is_taken_over_and_ends_this_ones() {
    let mut session = tab();
    let epoch = session.epoch();
    session.begin_renewal();
    let newer = renewed(&record(1, "jdoe"));
    assert_eq!(session.follow(found(newer.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &newer);
    assert!(session.epoch() > epoch, "R18: what was asked for with the old tokens writes nothing");
    assert_eq!(session.snapshot().renewal, "idle");
}

/// Another tab's late write must not bring back tokens that are spent.
#[test]
fn r38_older_tokens_of_the_same_login_are_not_taken_over() {
    let older = record(1, "jdoe");
    let newer = renewed(&older);
    let mut session = Session::new(Renewal::BeforeEnd, true);
    assert_eq!(session.follow(found(newer.clone()), at(NOW)), Taken::Followed);
    assert_eq!(session.follow(found(older), at(NOW)), Taken::HasToGo, "what is held here has to be written");
    assert_held(&session, &newer);
}

#[test]
fn another_users_login_replaces_and_the_same_users_does_not() {
    let mut session = tab();
    assert_eq!(session.follow(found(record(2, "asmith")), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Replaced);
    assert!(session.is_replaced() && !session.is_signed_out_by_user());
    assert_eq!(session.follow(found(renewed(&record(2, "asmith"))), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Replaced);

    let mut session = tab();
    let same = record(2, "jdoe");
    assert_eq!(session.follow(found(same.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &same);
    assert!(!session.is_replaced());

    let mut session = tab();
    let mut elsewhere = record(2, "jdoe");
    elsewhere.held.database = Some("analytics".into());
    assert_eq!(session.follow(found(elsewhere), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Replaced);
}

/// A check may have told who it is: that is no other login.
#[test]
fn the_name_of_the_same_login_may_become_known() {
    let mut session = tab();
    let named = record(1, "John Doe");
    assert_eq!(session.follow(found(named.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &named);
}

/// The tokens are the same: what was asked for with them still counts, and the renewal that spends them goes on.
#[test]
fn r16_a_name_that_another_tab_has_learned_ends_no_renewal() {
    let mut session = tab();
    session.begin_renewal();
    let epoch = session.epoch();
    let named = record(1, "John Doe");
    assert_eq!(session.follow(found(named.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &named);
    assert_eq!((session.epoch(), session.snapshot().renewal), (epoch, "running"));
}

#[test]
fn r10_a_sign_out_in_another_tab_is_one_here_and_its_record_is_a_leftover() {
    let mut session = tab();
    assert_eq!(session.follow(found(None), at(NOW)), Taken::Followed);
    assert_ended(&session, Reason::Logout);
    assert!(session.is_signed_out_by_user());
    assert_eq!(session.follow(found(renewed(&record(1, "jdoe"))), at(NOW)), Taken::HasToGo, "it has to go");
    assert_ended(&session, Reason::Logout);
    let next = record(2, "asmith");
    assert_eq!(session.follow(found(next.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &next);
}

#[test]
fn r10_what_was_signed_out_of_here_is_a_leftover() {
    let mut session = tab();
    session.sign_out(false);
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::HasToGo);
    assert_ended(&session, Reason::Logout);
}

#[test]
fn r25_what_was_signed_in_over_here_is_a_leftover() {
    let mut session = tab();
    let grant = Grant { access: Some("own".into()), user: Some("jdoe".into()), ..Grant::default() };
    session.signed_in(grant, 2, at(NOW));
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::HasToGo);
    assert_eq!(session.held().map(|held| held.login), Some(2));
}

/// By their ordinals, so that two tabs never take each other's login for the earlier one.
#[test]
fn r38_an_earlier_login_of_the_same_user_is_not_followed_back() {
    let of = |login, ordinal| Record { ordinal, ..record(login, "jdoe") };
    for (before, taken) in [(6, Taken::HasToGo), (7, Taken::Followed), (8, Taken::Followed)] {
        let mut session = Session::new(Renewal::BeforeEnd, true);
        assert_eq!(session.follow(found(of(1, before)), at(NOW)), Taken::Followed);
        assert_eq!(session.follow(found(of(2, 7)), at(NOW)), Taken::Followed, "what lies there counts");
        assert_eq!(session.follow(found(of(1, before)), at(NOW)), taken);
        assert_eq!(session.held().map(|held| held.login), Some(if taken == Taken::Followed { 1 } else { 2 }));
    }
}

/// R25: where nobody knows the user's name, a later login in another tab may be anybody's. A cookie is every tab's in any case.
#[test]
fn r25_an_unnamed_users_later_login_is_not_followed_unawares() {
    for (access, reason) in [(Some("t"), Some(Reason::Replaced)), (None, None)] {
        let of = |login| {
            let held = Held { access: access.map(Into::into), ..Held::default() };
            Record { held, ..record(login, "") }
        };
        let mut session = Session::new(Renewal::BeforeEnd, true);
        assert_eq!(session.follow(found(of(1)), at(NOW)), Taken::Followed);
        assert_eq!(session.follow(found(of(2)), at(NOW)), Taken::Followed);
        assert_eq!(session.snapshot().reason, reason);
    }
}

/// Tokens that have come to their end here may have been replaced in another tab. They don't come back themselves, even if the clock is
/// set back by then.
#[test]
fn r19_newer_tokens_of_a_session_that_has_ended_here_are_followed() {
    let ended = || {
        let mut session = Session::new(Renewal::None, true);
        assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::Followed);
        assert!(session.tick(at(NOW + HOUR)));
        session
    };
    let (same, newer) =
        (record(1, "jdoe"), Record { expires_at: Some(NOW + 3.0 * HOUR), ..renewed(&record(1, "jdoe")) });
    let mut session = ended();
    assert_eq!(
        session.follow(found(same.clone()), Moment { wall: NOW, steady: NOW + HOUR }),
        Taken::HasToGo,
        "it has to go"
    );
    assert_ended(&session, Reason::Expired);
    assert_eq!(session.follow(found(newer.clone()), at(NOW + HOUR)), Taken::Followed);
    assert_held(&session, &newer);
    assert_eq!(session.take_note(), None, "it goes on");
    // Nor is it the newer one once another login has come, or another tab has noted its end.
    let mut session = ended();
    assert_eq!(session.follow(found(record(2, "jdoe")), at(NOW + 1.0)), Taken::Followed);
    assert_eq!(session.follow(found(newer.clone()), at(NOW + HOUR)), Taken::HasToGo);
    let mut session = ended();
    let refused = Finding { note: Some(Note::ended(1, Reason::Refused)), ..Finding::default() };
    assert_eq!(session.follow(refused, at(NOW + HOUR)), Taken::Followed);
    assert_eq!(session.follow(found(newer.clone()), at(NOW + HOUR)), Taken::HasToGo);
    // Once its end has been noted for the other tabs, it is over.
    let mut session = ended();
    assert_eq!(session.take_note(), Some(Note::ended(1, Reason::Expired)));
    assert_eq!(session.follow(found(newer), at(NOW + HOUR)), Taken::HasToGo);
    assert_ended(&session, Reason::Expired);
}

/// hallpass writes no record without a login's name, but reads one.
#[test]
fn a_session_without_a_login_has_its_time_from_the_record() {
    let limits = Limits { idle_ms: Some(HOUR), age_ms: Some(HOUR) };
    let mut session = Session::new(Renewal::BeforeEnd, true).with_limits(limits, true);
    assert_eq!(
        session.follow(found(Record { signed_in_at: NOW, ..record(0, "jdoe") }), at(NOW)),
        Taken::Followed
    );
    assert!(!session.is_too_old(at(NOW + 1.0)) && !session.is_idle(at(NOW + 1.0)));
}

/// What lay in a store before it was cleared is an older login than those since.
#[test]
fn r38_a_login_in_an_empty_store_is_later_than_those_before() {
    let sign_in = |login, moment| {
        let mut session = Session::new(Renewal::BeforeEnd, true);
        let grant = Grant { access: Some("own".into()), user: Some("jdoe".into()), ..Grant::default() };
        session.signed_in(grant, login, at(moment));
        session.held().map(|held| (**held).clone()).unwrap()
    };
    let mut old = Session::new(Renewal::BeforeEnd, true);
    let first = sign_in(9, NOW);
    assert_eq!(old.follow(found(first.clone()), at(NOW)), Taken::Followed);
    assert_eq!(old.follow(found(sign_in(1, NOW + 1_000.0)), at(NOW)), Taken::Followed);
    assert_eq!(old.follow(found(first), at(NOW)), Taken::HasToGo, "it has to go");
}

/// A clock may be set back between two logins, so it can't tell which one is the later.
#[test]
fn r38_a_login_has_a_greater_ordinal_than_all_that_its_tab_has_seen() {
    let mut session = Session::new(Renewal::BeforeEnd, true);
    let sign_in = |session: &mut Session, login| {
        let grant = Grant { access: Some("own".into()), user: Some("jdoe".into()), ..Grant::default() };
        session.signed_in(grant, login, at(5_000.0));
        session.held().unwrap().ordinal
    };
    assert_eq!(sign_in(&mut session, 1), 5);
    assert_eq!(sign_in(&mut session, 2), 6);
    assert_eq!(session.follow(found(Record { ordinal: 7, ..record(3, "jdoe") }), at(NOW)), Taken::Followed);
    assert_eq!(session.follow(found(Record { ordinal: 6, ..record(4, "jdoe") }), at(NOW)), Taken::Followed);
    assert_eq!(sign_in(&mut session, 5), 8);
    session.sign_out(false);
    assert_eq!(sign_in(&mut session, 6), 9);
    // What lies in a store is untrusted: at the end of the numbers, none is greater, and none starts anew.
    assert_eq!(
        session.follow(found(Record { ordinal: u32::MAX, ..record(7, "jdoe") }), at(NOW)),
        Taken::Followed
    );
    assert_eq!(sign_in(&mut session, 8), u32::MAX);
}

/// Nobody signs out nine times behind a tab's back; what is remembered has an end all the same.
#[test]
fn the_last_eight_logins_that_are_over_are_remembered() {
    let mut session = Session::new(Renewal::BeforeEnd, true);
    for login in 1..=9 {
        assert_eq!(session.follow(found(record(login, "jdoe")), at(NOW)), Taken::Followed);
        session.sign_out(false);
        // Once more of the same is not one more.
        assert_eq!(session.follow(found(record(login, "jdoe")), at(NOW)), Taken::HasToGo);
    }
    for login in 2..=9 {
        assert_eq!(session.follow(found(record(login, "jdoe")), at(NOW)), Taken::HasToGo, "{login}");
    }
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::Followed);
}

/// A record that names no login is of none of this browser's, and so is never a leftover.
#[test]
fn a_session_without_a_login_comes_back() {
    let mut session = Session::new(Renewal::None, true);
    let cookie = Record { login: 0, ..record(1, "jdoe") };
    assert_eq!(session.follow(found(cookie.clone()), at(NOW)), Taken::Followed);
    session.sign_out(false);
    assert_eq!(session.follow(found(cookie.clone()), at(NOW)), Taken::Followed);
    assert_held(&session, &cookie);
}

#[test]
fn r38_a_tab_whose_own_write_failed_is_not_signed_out_by_the_empty_store() {
    let mut session = tab();
    assert_eq!(
        session.follow(Finding { unwritten: true, ..Finding::default() }, at(NOW)),
        Taken::HasToGo,
        "it has to be written"
    );
    assert_held(&session, &record(1, "jdoe"));
    assert_eq!(session.follow(found(None), at(NOW)), Taken::Followed, "it was written, and has gone since");
    assert_ended(&session, Reason::Logout);
}

/// What this tab could not write is older than what the user has done in another one since.
#[test]
fn r38_a_tab_whose_own_write_failed_gives_way_to_a_later_sign_out() {
    let mut session = tab();
    assert_eq!(
        session.follow(Finding { unwritten: true, given_way: true, ..Finding::default() }, at(NOW)),
        Taken::Followed
    );
    assert_ended(&session, Reason::Logout);
    assert_eq!(session.follow(found(record(1, "jdoe")), at(NOW)), Taken::HasToGo, "a leftover");
}

#[test]
fn r22_another_tabs_pause_is_kept_here_where_renewals_are_automatic() {
    let pause = Pause { since: NOW, until: NOW + 5000.0, because: Code::RateLimited, failures: 3 };
    let paused = Record { pause: Some(pause), ..record(1, "jdoe") };
    let mut session = tab();
    assert_eq!(session.follow(found(paused.clone()), at(NOW + 1000.0)), Taken::Followed);
    assert_eq!(session.pause(at(NOW + 1000.0)), Some((Code::RateLimited, 4000.0)), "since it began there");
    let state = session.snapshot();
    assert_eq!((state.renewal, state.problem, session.failures()), ("waiting", Some("rate-limited"), 3));
    assert_eq!(
        session.follow(found(record(1, "jdoe")), at(NOW)),
        Taken::HasToGo,
        "that tab hasn't heard of it"
    );
    let renewed = Record { renewals: 1, ..record(1, "jdoe") };
    assert_eq!(session.follow(found(renewed), at(NOW)), Taken::Followed);
    assert_eq!((session.snapshot().renewal, session.snapshot().problem), ("idle", None), "it is over there");

    let mut manual = Session::new(Renewal::BeforeEnd, false);
    assert_eq!(manual.follow(found(paused.clone()), at(NOW)), Taken::Followed);
    let state = manual.snapshot();
    assert_eq!((manual.pause(at(NOW)), state.renewal, state.problem), (None, "idle", Some("rate-limited")));
    // Once it is over, it isn't a problem any more, whatever else was one meanwhile.
    let mut manual = Session::new(Renewal::BeforeEnd, false);
    assert_eq!(manual.follow(found(paused), at(NOW + 10_000.0)), Taken::Followed);
    manual.storage_works(false);
    manual.storage_works(true);
    assert_eq!(manual.snapshot().problem, None);
}

#[test]
fn the_storages_trouble_is_told_until_it_works() {
    let mut session = tab();
    session.storage_works(false);
    assert_eq!(session.follow(found(renewed(&record(1, "jdoe"))), at(NOW)), Taken::Followed);
    assert_eq!(session.snapshot().problem, Some("storage"));
}

/// R21: another tab has renewed it for a rejection, and has written that down.
#[test]
fn r21_another_tabs_fresh_token_is_not_renewed_for_a_rejection() {
    let mut session = tab();
    assert_eq!(session.rejected(session.epoch(), false, at(NOW)), Verdict::Renew, "nobody has renewed it");
    let rejected = Record { rejected: true, ..renewed(&record(1, "jdoe")) };
    assert_eq!(session.follow(found(rejected), at(NOW)), Taken::Followed);
    assert_eq!(session.rejected(session.epoch(), false, at(NOW)), Verdict::Leave);
    assert_eq!(session.follow(found(record(2, "jdoe")), at(NOW)), Taken::Followed);
    assert_eq!(session.rejected(session.epoch(), false, at(NOW)), Verdict::Renew, "it comes of a login");
}

/// A token's age counts from its receipt in the tab that got it, by the clock that both have.
#[test]
fn r19_a_token_of_another_tab_is_as_old_as_it_is() {
    let late = NOW + HOUR - 1000.0;
    let mut session = Session::new(Renewal::BeforeEnd, true);
    assert_eq!(session.follow(found(record(1, "jdoe")), at(late)), Taken::Followed);
    assert!(matches!(session.pass(at(late)), Pass::Go));
    assert_eq!(session.pass(at(late + 1000.0)), Pass::RenewFirst);
    let mut ends = Session::new(Renewal::None, true);
    assert_eq!(ends.follow(found(record(1, "jdoe")), at(NOW + HOUR)), Taken::Followed);
    assert_ended(&ends, Reason::Expired);
}
