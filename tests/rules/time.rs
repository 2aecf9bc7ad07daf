//! R19: what the two clocks of a machine do to a session.

use hallpass::dialect::{Code, Grant, Renewal};
use hallpass::session::{Moment, Pass, Reason, Session, backoff_ms};

/// This moment, on a machine that was started at the beginning of 1970 and whose clock was never set.
pub const fn at(wall: f64) -> Moment {
    Moment { wall, steady: wall }
}

const NOW: f64 = 1_760_000_000_000.0;
const HOUR: f64 = 3_600_000.0;
const DAY: f64 = 24.0 * HOUR;

fn session(renewal: Renewal) -> Session {
    let mut session = Session::new(renewal, true);
    let grant = Grant { access: Some("t".into()), lifetime_ms: Some(HOUR), ..Grant::default() };
    session.signed_in(grant, 1, at(NOW));
    session
}

/// Later, on a machine whose clock has been set meanwhile.
const fn later(ms: f64, set: f64) -> Moment {
    Moment { wall: NOW + ms + set, steady: NOW + ms }
}

/// Later, on a machine that slept: its steady clock stood still.
const fn slept(ms: f64) -> Moment {
    Moment { wall: NOW + ms, steady: NOW }
}

#[test]
fn r19_of_two_clocks_the_one_that_says_longer_counts() {
    let start = Moment { wall: NOW, steady: 500.0 };
    for (wall, steady, ago) in [(10.0, 7.0, 10.0), (7.0, 10.0, 10.0), (-5.0, 3.0, 3.0), (3.0, -5.0, 3.0)] {
        let now = Moment { wall: NOW + wall, steady: 500.0 + steady };
        assert!((now.since(start) - ago).abs() < 1e-9, "{wall} {steady}");
    }
}

/// Of a moment that another page noted, only the wall clock is known; and it can't have been later than now.
#[test]
fn r19_what_another_page_noted_is_put_on_both_clocks() {
    let now = Moment { wall: NOW, steady: 500.0 };
    assert_eq!(now.at_wall(NOW - 2000.0), Moment { wall: NOW - 2000.0, steady: -1500.0 });
    assert_eq!(now.at_wall(NOW), now);
    assert_eq!(now.at_wall(NOW + 2000.0), Moment { wall: NOW + 2000.0, steady: 500.0 });
}

#[test]
fn r19_a_clock_set_back_does_not_stretch_what_cannot_be_renewed() {
    let mut session = session(Renewal::None);
    assert!(matches!(session.pass(later(HOUR - 1.0, -DAY)), Pass::Go));
    assert_eq!(session.next_event(false, later(HOUR - 1.0, -DAY)), Some(1.0));
    assert!(session.tick(later(HOUR, -DAY)));
    assert_eq!(session.snapshot().reason, Some(Reason::Expired));
}

#[test]
fn r19_a_clock_set_back_is_no_early_sign_out() {
    let mut session = session(Renewal::None);
    assert!(!session.tick(later(1.0, -DAY)) && !session.tick(later(HOUR / 2.0, -DAY)));
}

#[test]
fn r19_an_expired_token_is_not_used_after_sleep() {
    for renewal in [Renewal::None, Renewal::AtPart(0.5), Renewal::BeforeEnd] {
        let mut session = session(renewal);
        let renewable = renewal != Renewal::None;
        assert_eq!(session.tick(slept(HOUR)), !renewable);
        let expected = if renewable { Pass::RenewFirst } else { Pass::Refused(Code::SessionExpired) };
        assert_eq!(session.pass(slept(HOUR)), expected);
    }
}

/// A clock that was wrong and is set right says the same as sleep: what can be renewed is, once.
#[test]
fn r19_a_clock_set_forward_is_one_renewal() {
    let mut session = session(Renewal::BeforeEnd);
    let now = later(1000.0, DAY);
    assert!(session.renewal_due(now));
    let grant = Grant { access: Some("t2".into()), lifetime_ms: Some(HOUR), ..Grant::default() };
    assert!(session.renewed(session.epoch(), grant, false, now));
    assert!(!session.renewal_due(now) && matches!(session.pass(now), Pass::Go));
}

#[test]
fn r19_a_pause_ends_by_the_steady_clock_too() {
    let mut session = session(Renewal::AtPart(0.5));
    let start = at(NOW + HOUR);
    assert!(session.renewal_failed(session.epoch(), Code::Network, Some(60_000.0), start, 0.0));
    let left = |ms: f64, set: f64| session.next_event(false, later(HOUR + ms, set)).unwrap();
    assert!(left(60_000.0, -DAY) <= left(0.0, 0.0) - 60_000.0, "neither longer");
    assert!(left(0.0, -DAY) > 0.0, "nor shorter");
}

/// Nobody sees the page: a good token is still renewed before it ends, and a bad one only when somebody looks.
#[test]
fn nothing_is_tried_in_a_hidden_page_once_the_token_is_over() {
    let mut session = session(Renewal::BeforeEnd);
    assert_eq!(session.next_event(true, at(NOW)), session.next_event(false, at(NOW)));
    assert!(session.renewal_failed(session.epoch(), Code::VendorUnavailable, None, at(NOW), 0.0));
    assert!(session.next_event(true, at(NOW)).is_some(), "there is still something to save");
    assert_eq!(session.next_event(true, at(NOW + HOUR)), None);
    assert!(session.next_event(false, at(NOW + HOUR)).is_some_and(|left| left <= 0.0));
    let late = at(NOW + HOUR - 1.0);
    assert!(session.renewal_failed(session.epoch(), Code::VendorUnavailable, None, late, 0.0));
    assert_eq!(session.next_event(true, late), None, "the next try would come too late");
}

#[test]
fn nothing_is_tried_in_a_hidden_page_at_the_very_end_of_the_token() {
    // Ten seconds as the vendor asks, and a little of its own.
    let pause = backoff_ms(1, Some(10_000.0), 0.0);
    for (early, tries) in [(1.0, true), (0.0, false)] {
        let mut session = session(Renewal::BeforeEnd);
        let now = at(NOW + HOUR - pause - early);
        assert!(session.renewal_failed(session.epoch(), Code::RateLimited, Some(10_000.0), now, 0.0));
        assert_eq!(session.next_event(true, now).is_some(), tries, "{early}");
    }
}

/// Back online, what failed for the lack of a network is tried at once; what the vendor asked to wait for isn't.
#[test]
fn r22_only_the_networks_pauses_end_with_the_network_back() {
    for (code, ends) in [(Code::Network, true), (Code::Timeout, true), (Code::RateLimited, false)] {
        let mut session = session(Renewal::BeforeEnd);
        assert!(session.renewal_failed(session.epoch(), code, Some(60_000.0), at(NOW), 0.5));
        assert!(!session.renewal_due(at(NOW)));
        session.reachable();
        assert_eq!(session.renewal_due(at(NOW)), ends, "{code:?}");
        assert_eq!(session.failures(), 1, "and the next pause is longer all the same");
    }
}
