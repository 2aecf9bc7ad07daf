//! R36: sessions that end by themselves.

use hallpass::dialect::{Grant, Renewal};
use hallpass::session::{Finding, Limits, Mark, Moment, Note, Reason, Session, Taken};
use proptest::prelude::*;

use crate::siblings::{NOW, found, record, renewed};
use crate::support::cases;
use crate::time::at;

const HOUR: f64 = 3_600_000.0;
const MINUTE: f64 = 60_000.0;

fn limited(idle_ms: Option<f64>, age_ms: Option<f64>) -> Session {
    let limits = Limits { idle_ms, age_ms };
    let mut session = Session::new(Renewal::BeforeEnd, true).with_limits(limits, true);
    session.signed_in(grant(), 1, at(NOW));
    session
}

fn grant() -> Grant {
    Grant { access: Some("t".into()), lifetime_ms: Some(600.0 * HOUR), ..Grant::default() }
}

fn ended(session: &mut Session, now: Moment) -> Option<Reason> {
    session.end_at_limit(now);
    session.snapshot().reason
}

#[test]
fn r36_it_ends_when_nobody_has_used_it_for_so_long() {
    let mut session = limited(Some(HOUR), None);
    assert_eq!(session.next_event(false, at(NOW)), Some(HOUR));
    assert_eq!(session.next_event(true, at(NOW)), Some(HOUR), "also where nobody sees the page");
    session.use_at(at(NOW + 50.0 * MINUTE));
    assert!(!session.is_idle(at(NOW + 109.0 * MINUTE)));
    assert_eq!(ended(&mut session, at(NOW + 109.0 * MINUTE)), None);
    assert!(session.is_idle(at(NOW + 110.0 * MINUTE)));
    assert_eq!(ended(&mut session, at(NOW + 110.0 * MINUTE)), Some(Reason::Idle));
    assert_eq!(session.take_note().map(Note::write), Some("1 idle".into()), "the other tabs are told");
}

#[test]
fn r36_it_ends_by_its_age_whatever_is_done() {
    let mut session = limited(None, Some(HOUR));
    session.use_at(at(NOW + HOUR - 2.0));
    assert_eq!(session.next_event(false, at(NOW + MINUTE)), Some(HOUR - MINUTE));
    assert_eq!(ended(&mut session, at(NOW + HOUR - 2.0)), None);
    assert_eq!(ended(&mut session, at(NOW + HOUR)), Some(Reason::Expired));
}

#[test]
fn r36_without_limits_it_goes_on() {
    let mut session = limited(None, None);
    assert_eq!(ended(&mut session, at(NOW + 500.0 * HOUR)), None);
}

#[test]
fn r36_renewals_put_neither_off() {
    let mut session = limited(Some(HOUR), Some(2.0 * HOUR));
    assert!(session.renewed(session.epoch(), grant(), false, at(NOW + 30.0 * MINUTE)));
    assert!(session.adopt(session.epoch(), grant(), at(NOW + 40.0 * MINUTE)));
    assert!(session.is_idle(at(NOW + HOUR)));
    session.use_at(at(NOW + 50.0 * MINUTE));
    session.use_at(at(NOW + 100.0 * MINUTE));
    assert!(session.is_too_old(at(NOW + 2.0 * HOUR)));
}

#[test]
fn r36_an_end_that_has_come_is_not_put_off() {
    let mut session = limited(Some(HOUR), None);
    session.use_at(at(NOW + HOUR));
    assert!(session.is_idle(at(NOW + HOUR)));
}

/// A machine that sleeps, and one whose clock is set back.
#[test]
fn r36_of_two_clocks_the_one_that_says_longer_counts() {
    let slept = Moment { wall: NOW + HOUR, steady: NOW };
    let set_back = Moment { wall: NOW - HOUR, steady: NOW + HOUR };
    for now in [slept, set_back] {
        assert!(limited(Some(HOUR), None).is_idle(now), "{now:?}");
        assert!(limited(None, Some(HOUR)).is_too_old(now), "{now:?}");
    }
}

/// What lies in a store tells when its login was; who reads it later counts from there.
#[test]
fn r36_a_record_found_is_as_old_as_its_login() {
    let mut old = record(1, "jdoe");
    old.signed_in_at = NOW - HOUR;
    for (reads_at, over) in [(NOW - 1.0, false), (NOW, true)] {
        let limits = Limits { idle_ms: Some(HOUR), age_ms: Some(HOUR) };
        let mut session = Session::new(Renewal::BeforeEnd, true).with_limits(limits, true);
        assert_eq!(session.follow(found(old.clone()), at(reads_at)), Taken::Followed);
        assert_eq!((session.is_idle(at(reads_at)), session.is_too_old(at(reads_at))), (over, over));
    }
    // Another tab's renewal changes nothing of that, and is no use.
    let mut session = limited(Some(HOUR), Some(HOUR));
    assert_eq!(session.follow(found(renewed(&record(1, "jdoe"))), at(NOW + HOUR - 2.0)), Taken::Followed);
    assert!(session.is_idle(at(NOW + HOUR)) && session.is_too_old(at(NOW + HOUR)));
}

/// A record that could not be written may be missing for a while. Who is told meanwhile that nobody is signed in has used nothing.
#[test]
fn r36_what_was_asked_of_no_session_puts_nothing_off() {
    let mut session = limited(Some(HOUR), None);
    let held = session.held().map(|record| (**record).clone()).unwrap();
    session.use_at(at(NOW + 10.0 * MINUTE));
    let missing = Finding { note: Some(Note::unwritten(1)), ..Finding::default() };
    assert_eq!(session.follow(missing, at(NOW + 20.0 * MINUTE)), Taken::Followed);
    session.use_at(at(NOW + 30.0 * MINUTE));
    assert_eq!(session.follow(found(held), at(NOW + 40.0 * MINUTE)), Taken::Followed);
    assert!(!session.is_idle(at(NOW + 69.0 * MINUTE)), "the last use before that counts");
    assert!(session.is_idle(at(NOW + 70.0 * MINUTE)));
}

#[test]
fn r36_what_another_tab_has_noted_puts_the_end_off() {
    let mut session = limited(Some(HOUR), None);
    session.learn_use(Mark { login: 1, used_at: NOW + 30.0 * MINUTE }, at(NOW + HOUR));
    assert!(!session.is_idle(at(NOW + HOUR)) && session.is_idle(at(NOW + 90.0 * MINUTE)));
    session.learn_use(Mark { login: 2, used_at: NOW + HOUR }, at(NOW + HOUR));
    assert!(session.is_idle(at(NOW + 90.0 * MINUTE)), "another login's says nothing");
    session.learn_use(Mark { login: 1, used_at: NOW + MINUTE }, at(NOW + HOUR));
    assert!(!session.is_idle(at(NOW + 89.0 * MINUTE)), "an older one neither");
}

/// A mark of the future, of a clock that has been set back since, says once that it was just used, and not at each look.
#[test]
fn r36_a_mark_of_the_future_counts_once() {
    let mut session = limited(Some(HOUR), None);
    let mark = Mark { login: 1, used_at: NOW + 1000.0 * HOUR };
    session.learn_use(mark, at(NOW + HOUR));
    assert!(!session.is_idle(at(NOW + 2.0 * HOUR - 1.0)));
    session.learn_use(mark, at(NOW + 2.0 * HOUR));
    assert!(session.is_idle(at(NOW + 2.0 * HOUR)));
}

/// Noted at most once in an eighth of the time, and once a minute where that is more; but in the end exactly.
#[test]
fn r36_uses_are_noted_rarely_and_the_last_one_exactly() {
    for (idle, each) in [(80_000.0, 10_000.0), (8.0 * HOUR, MINUTE)] {
        let mut session = limited(Some(idle), None);
        assert!(!session.mark_due(true, at(NOW)), "the record tells it");
        assert!(session.use_at(at(NOW + 1.0)), "from now on there is something to note");
        assert!(!session.use_at(at(NOW + 5_000.0)));
        assert!(!session.mark_due(false, at(NOW + 5_000.0)) && session.mark_due(true, at(NOW + 5_000.0)));
        assert_eq!(session.next_event(false, at(NOW + 5_000.0)), Some(each - 5_000.0));
        assert!(session.mark_due(false, at(NOW + each)));
        assert_eq!(session.take_mark(), Some(Mark { login: 1, used_at: NOW + 5_000.0 }));
        assert!(!session.mark_due(true, at(NOW + each)) && session.take_mark().is_none());
    }
    let limits = Limits { idle_ms: Some(HOUR), age_ms: None };
    let mut alone = Session::new(Renewal::BeforeEnd, true).with_limits(limits, false);
    alone.signed_in(grant(), 1, at(NOW));
    alone.use_at(at(NOW + 50.0 * MINUTE));
    assert!(!alone.mark_due(true, at(NOW + 50.0 * MINUTE)), "where no other tab shares it, nothing is noted");
}

/// Clocks tell parts of a ms, which a mark and a record leave out.
#[test]
fn r36_a_part_of_a_ms_is_no_use_that_is_still_to_be_marked() {
    let limits = Limits { idle_ms: Some(HOUR), age_ms: None };
    let mut session = Session::new(Renewal::BeforeEnd, true).with_limits(limits, true);
    session.signed_in(grant(), 1, at(NOW + 0.5));
    assert!(!session.mark_due(true, at(NOW + 0.5)), "the record tells it");
    session.use_at(at(NOW + 9.5));
    assert_eq!(session.take_mark(), Some(Mark { login: 1, used_at: NOW + 9.0 }));
    assert!(!session.mark_due(true, at(NOW + 9.5)) && session.take_mark().is_none());
}

#[test]
fn r36_while_another_tab_is_asked_nothing_is_due() {
    let mut session = limited(Some(HOUR), None);
    session.set_deciding(true);
    assert_eq!(session.next_event(false, at(NOW + HOUR)), None);
    session.set_deciding(false);
    assert_eq!(session.next_event(false, at(NOW + HOUR)), Some(0.0));
}

/// R11: a mark is untrusted.
#[test]
fn r11_what_is_no_mark_says_nothing() {
    assert_eq!(Mark::read("7 1760000000000"), Some(Mark { login: 7, used_at: NOW }));
    for text in [
        "",
        " ",
        "7",
        "7 ",
        " 1",
        "7 1 ",
        "7  1",
        "-7 1",
        "7 -1",
        "7 1.5",
        "7 1e9",
        "4294967296 1",
        "x 1",
        "7 9999999999999999",
        "7\u{a0}1",
        "7 NaN",
    ] {
        assert_eq!(Mark::read(text), None, "{text:?}");
    }
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn marks_are_read_back(login in any::<u32>(), used_at in 0_u32..u32::MAX) {
        let mark = Mark { login, used_at: f64::from(used_at) };
        prop_assert_eq!(Mark::read(&mark.write()), Some(mark));
    }

    #[test]
    fn no_text_is_too_much_for_the_reader(text in any::<String>()) {
        let _ = Mark::read(&text);
    }
}
