//! When a token is renewed, and when a failed renewal is tried again.

use hallpass::dialect::{Code, Grant, Held, Renewal};
use hallpass::session::{Finding, Moment, Pass, Record, Session, Taken, Verdict, backoff_ms};
use proptest::prelude::*;

use crate::support::cases;
use crate::time::at;

const NOW: f64 = 1_760_000_000_000.0;
const SECOND: f64 = 1000.0;
const HOUR: f64 = 3_600_000.0;

fn grant(lifetime_ms: f64) -> Grant {
    Grant {
        access: Some("t".into()),
        refresh: Some("r".into()),
        lifetime_ms: Some(lifetime_ms),
        ..Grant::default()
    }
}

fn session(renewal: Renewal, lifetime_ms: f64) -> Session {
    let mut session = Session::new(renewal, true);
    session.signed_in(grant(lifetime_ms), 1, at(NOW));
    session
}

/// When the renewal of a token of this lifetime is due, from its receipt.
fn due_after(renewal: Renewal, lifetime_ms: f64) -> f64 {
    let session = session(renewal, lifetime_ms);
    let due = session.next_event(false, at(NOW)).unwrap();
    assert!(!session.renewal_due(at(NOW + due - 1.0)) && session.renewal_due(at(NOW + due)));
    due
}

/// "A common practice is to refresh when the token has half of its time remaining."
#[test]
fn ocient_renews_at_half() {
    for lifetime in [5.0 * SECOND, HOUR, 24.0 * HOUR] {
        assert_eq!(Some(due_after(Renewal::AtPart(0.5), lifetime)), Some(lifetime / 2.0));
    }
}

/// The vendor's samples renew five minutes before the end of an hour; a shorter life has a smaller margin.
#[test]
fn ethgas_renews_a_margin_before_the_end() {
    for (lifetime, margin) in
        [(HOUR, 300.0), (24.0 * HOUR, 300.0), (600.0 * SECOND, 150.0), (5.0 * SECOND, 1.25)]
    {
        assert_eq!(
            Some(due_after(Renewal::BeforeEnd, lifetime)),
            Some(lifetime - margin * SECOND),
            "{lifetime}"
        );
    }
}

/// As a description may say; a life shorter than two margins is renewed at half.
#[test]
fn a_described_api_renews_its_own_margin_before_the_end() {
    for (lifetime, due) in
        [(HOUR, HOUR - 60.0 * SECOND), (120.0 * SECOND, 60.0 * SECOND), (20.0 * SECOND, 10.0 * SECOND)]
    {
        assert_eq!(Some(due_after(Renewal::Before(60.0 * SECOND), lifetime)), Some(due), "{lifetime}");
    }
}

#[test]
fn nothing_is_due_where_nothing_can_be_renewed_or_ends() {
    assert_eq!(session(Renewal::None, HOUR).next_event(false, at(NOW)), Some(HOUR), "its end");
    assert!(!session(Renewal::None, HOUR).renewal_due(at(NOW + 2.0 * HOUR)));
    let mut manual = Session::new(Renewal::AtPart(0.5), false);
    manual.signed_in(grant(HOUR), 1, at(NOW));
    assert_eq!(manual.next_event(false, at(NOW)), None);
    let mut endless = Session::new(Renewal::AtPart(0.5), true);
    endless.signed_in(Grant { lifetime_ms: None, ..grant(HOUR) }, 1, at(NOW));
    assert_eq!(endless.next_event(false, at(NOW)), None);
}

/// A renewal that tells no lifetime, or none that can be used, brought new tokens all the same: they count as living as long
/// as the last ones. A login that tells none has none before it.
#[test]
fn a_lifetime_that_is_not_told_anew_is_the_last_one() {
    let untold = || Grant { lifetime_ms: None, ..grant(HOUR) };
    let mut session = session(Renewal::BeforeEnd, HOUR);
    for round in 1..4 {
        let now = NOW + f64::from(round) * HOUR;
        assert!(session.renewed(session.epoch(), untold(), false, at(now)));
        assert_eq!(session.snapshot().expires_at, Some(now + HOUR), "{round}");
        assert_eq!(session.next_event(false, at(now)), Some(HOUR - 300.0 * SECOND), "{round}");
    }
    session.signed_in(untold(), 2, at(NOW));
    assert_eq!(session.snapshot().expires_at, None, "R25: nothing of the older login");
    assert!(session.renewed(session.epoch(), untold(), false, at(NOW)));
    assert_eq!(session.snapshot().expires_at, None);
}

/// How many renewals a page makes in a day, with a vendor that always grants, when it does what `next_event` says.
fn renewals_in_a_day(renewal: Renewal, lifetime_ms: f64) -> u32 {
    let (mut session, mut now, mut renewals) = (session(renewal, lifetime_ms), NOW, 0);
    while let Some(left) = session.next_event(false, at(now)).filter(|left| now + left < NOW + 24.0 * HOUR) {
        assert!(left > 0.0, "the next event is always ahead");
        now += left;
        session.begin_renewal();
        assert_eq!(session.next_event(false, at(now)), None, "one renewal at a time");
        assert!(session.renewed(session.epoch(), grant(lifetime_ms), false, at(now)));
        renewals += 1;
    }
    renewals
}

#[test]
fn r19_short_and_long_tokens_are_not_renewed_in_a_loop() {
    assert_eq!(renewals_in_a_day(Renewal::AtPart(0.5), 5.0 * SECOND), 34_559);
    assert_eq!(renewals_in_a_day(Renewal::BeforeEnd, 5.0 * SECOND), 23_039);
    assert_eq!(renewals_in_a_day(Renewal::AtPart(0.5), 24.0 * HOUR), 1);
    assert_eq!(renewals_in_a_day(Renewal::BeforeEnd, 24.0 * HOUR), 1);
}

/// A token that is over at once is no reason to ask for the next one at once.
#[test]
fn r19_tokens_that_are_over_at_once_are_not_renewed_in_a_loop() {
    for (renewal, lifetime) in
        [(Renewal::AtPart(0.5), 1e-9), (Renewal::BeforeEnd, 1e-9), (Renewal::BeforeEnd, 1.0)]
    {
        let due = session(renewal, lifetime).next_event(false, at(NOW));
        assert!(due.is_some_and(|due| due >= 100.0), "{due:?}");
    }
}

/// R22: how often a vendor that is down is asked in an hour, by one page.
#[test]
fn r22_a_vendor_that_is_down_is_asked_ever_more_rarely() {
    let (mut session, mut now, mut tries) = (session(Renewal::AtPart(0.5), 10.0 * SECOND), NOW, 0);
    while now < NOW + HOUR {
        now += session.next_event(false, at(now)).unwrap();
        assert!(session.renewal_due(at(now)));
        session.begin_renewal();
        session.renewal_failed(session.epoch(), Code::VendorUnavailable, None, at(now), 0.5);
        tries += 1;
    }
    assert!((60..100).contains(&tries), "{tries}");
}

#[test]
fn r22_the_pause_doubles_up_to_a_minute() {
    let pauses: Vec<_> = (1..=9).map(|failures| backoff_ms(failures, None, 1.0) / SECOND).collect();
    assert_eq!(pauses, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]);
    let least: Vec<_> = (1..=3).map(|failures| backoff_ms(failures, None, 0.0) / SECOND).collect();
    assert_eq!(least, [0.5, 1.0, 2.0], "half of it is left to chance");
}

#[test]
fn r22_a_pause_that_the_vendor_asked_for_is_kept() {
    let mut session = session(Renewal::BeforeEnd, HOUR);
    session.begin_renewal();
    assert!(session.renewal_failed(session.epoch(), Code::RateLimited, Some(120.0 * SECOND), at(NOW), 0.0));
    assert!(!session.renewal_due(at(NOW + 119.9 * SECOND)));
    assert!(session.next_event(false, at(NOW)).is_some_and(|left| left >= 120.0 * SECOND));
    assert_eq!(session.snapshot().retry_at, session.next_event(false, at(NOW)).map(|left| NOW + left));
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn r22_a_pause_is_positive_and_bounded(failures in any::<u32>(), chance in 0.0..=1.0) {
        let pause = backoff_ms(failures, None, chance);
        prop_assert!((500.0..=60_000.0).contains(&pause), "{}", pause);
    }

    #[test]
    fn r22_chance_spreads_the_tries(failures in 0_u32..40, retry_after in proptest::option::of(0.0..1e6)) {
        let spread = backoff_ms(failures, retry_after, 1.0) - backoff_ms(failures, retry_after, 0.0);
        prop_assert!(spread >= 500.0, "{}", spread);
    }

    /// Never sooner than asked, nor than without being asked; not much later, and never so late that the session is as good as dead.
    #[test]
    fn r22_retry_after_is_respected(failures in any::<u32>(), asked in 0.0..1e9_f64, chance in 0.0..=1.0) {
        let (pause, day) = (backoff_ms(failures, Some(asked), chance), 24.0 * HOUR);
        prop_assert!(pause >= asked.min(day) && pause >= backoff_ms(failures, None, chance));
        prop_assert!(pause <= asked.min(day).max(60.0 * SECOND) + 10.0 * SECOND);
    }

    #[test]
    fn a_renewal_is_due_after_receipt_and_before_the_end(lifetime in 1_u32.., half in any::<bool>()) {
        let lifetime = f64::from(lifetime);
        let due = due_after(if half { Renewal::AtPart(0.5) } else { Renewal::BeforeEnd }, lifetime.max(SECOND));
        prop_assert!(due >= lifetime.max(SECOND) / 2.0 - 1.0 && due < lifetime.max(SECOND));
    }
}

/// A session whose token is over, and whose renewal has just failed: from then, at least half a second is waited.
fn waiting(now: f64) -> Session {
    let mut session = session(Renewal::AtPart(0.5), HOUR);
    session.begin_renewal();
    assert!(session.renewal_failed(session.epoch(), Code::Network, None, at(now), 0.0));
    session
}

/// R22: until the pause is over, callers get the failure at once instead of each causing another try.
#[test]
fn r22_a_pause_holds_callers_off() {
    let (over, end) = (NOW + HOUR, NOW + HOUR + 500.0);
    let session = waiting(over);
    assert_eq!(session.pass(at(over)), Pass::Wait(Code::Network, 500.0));
    assert_eq!(session.rejected(session.epoch(), false, at(over)), Verdict::Leave);
    assert_eq!(session.pass(at(end)), Pass::RenewFirst);
    assert_eq!(session.rejected(session.epoch(), false, at(end)), Verdict::Renew);
    assert_eq!(waiting(NOW).pass(at(NOW)), Pass::Go, "a token that is still good holds nobody off");
}

/// A caller who is held off by a failed renewal learns why, also where the storage is broken besides.
#[test]
fn r22_a_pause_tells_what_it_is_kept_for() {
    let mut session = waiting(NOW + HOUR);
    session.storage_works(false);
    assert_eq!(session.pass(at(NOW + HOUR)), Pass::Wait(Code::Network, 500.0));
    session.storage_works(true);
    assert_eq!(session.pass(at(NOW + HOUR)), Pass::Wait(Code::Network, 500.0));
}

/// R19: a clock that is set back a day makes half a second half a second and not a day.
#[test]
fn r19_a_clock_set_back_does_not_stretch_a_pause() {
    let session = waiting(NOW + HOUR);
    let now = Moment { wall: NOW + HOUR - 24.0 * HOUR, steady: NOW + HOUR + 500.0 };
    assert_eq!(
        session.rejected(session.epoch(), false, now),
        Verdict::Renew,
        "the vendor says that the token is over"
    );
    assert!(session.renewal_due(now));
}

/// R19: what was received in the future was received by another clock, which says nothing about the token's end. Where
/// it can be renewed, that is safer than using it for a day after its end.
#[test]
fn r19_a_clock_set_back_does_not_stretch_a_token() {
    let session = session(Renewal::BeforeEnd, HOUR);
    let two_hours_later = NOW - 24.0 * HOUR + 2.0 * HOUR;
    assert_eq!(session.pass(at(two_hours_later)), Pass::RenewFirst);
}

/// A renewal may be asked for in the moment in which the session ends.
#[test]
fn r18_nothing_is_renewed_while_signed_out() {
    let mut session = session(Renewal::BeforeEnd, HOUR);
    session.sign_out(false);
    session.begin_renewal();
    assert_eq!(session.snapshot().renewal, "idle");
}

/// R21: an endpoint that rejects whatever it is sent is no reason to renew again and again. A token that came of a rejection is
/// renewed for another one only after 35 seconds, or a tenth of its life.
#[test]
fn r21_a_token_that_came_of_a_rejection_is_not_renewed_for_the_next_one() {
    for (lifetime, young) in
        [(Some(HOUR), 35.0 * SECOND), (Some(60.0 * SECOND), 6.0 * SECOND), (None, 35.0 * SECOND)]
    {
        let mut session = Session::new(Renewal::BeforeEnd, true);
        let granted = || Grant { lifetime_ms: lifetime, ..grant(HOUR) };
        session.signed_in(granted(), 1, at(NOW));
        let verdict =
            |session: &Session, ms: f64, checked| session.rejected(session.epoch(), checked, at(NOW + ms));
        assert_eq!(verdict(&session, 0.0, false), Verdict::Renew, "it didn't come of a rejection");
        assert!(session.renewed(session.epoch(), granted(), true, at(NOW)));
        assert_eq!(verdict(&session, 0.0, false), Verdict::Leave);
        assert_eq!(verdict(&session, young - 1.0, false), Verdict::Leave, "{lifetime:?}");
        assert_eq!(verdict(&session, young, false), Verdict::Renew, "{lifetime:?}");
        assert_eq!(verdict(&session, 0.0, true), Verdict::Renew, "the vendor's own word counts at once");
        assert!(session.renewed(session.epoch(), granted(), false, at(NOW)));
        assert_eq!(verdict(&session, 0.0, false), Verdict::Renew, "renewed for its age");
    }
}

/// A renewal that is under way is waited for, and its token sent.
#[test]
fn r16_a_rejection_during_a_renewal_waits_for_it() {
    let mut session = waiting(NOW + HOUR);
    assert_eq!(session.rejected(session.epoch(), false, at(NOW + HOUR)), Verdict::Leave);
    session.begin_renewal();
    assert_eq!(session.rejected(session.epoch(), false, at(NOW + HOUR)), Verdict::Renew);
    assert_eq!(session.pass(at(NOW + HOUR)), Pass::RenewFirst);
}

/// A clock that is corrected by a minute is no reason to renew.
#[test]
fn r19_a_small_correction_of_the_clock_is_none_of_the_tokens() {
    let session = session(Renewal::BeforeEnd, HOUR);
    assert_eq!(session.pass(at(NOW - 60.0 * SECOND)), Pass::Go);
    assert_eq!(session.pass(at(NOW - 61.0 * SECOND)), Pass::RenewFirst);
}

/// A record in a store may have an end that is its beginning; a renewal that tells no lifetime doesn't learn one from that.
#[test]
fn a_lifetime_of_nothing_is_none_to_go_on_with() {
    let record = Record {
        held: Held { access: Some("t".into()), ..Held::default() },
        received_at: NOW,
        expires_at: Some(NOW),
        ..Record::default()
    };
    let mut session = Session::new(Renewal::BeforeEnd, true);
    assert_eq!(
        session.follow(Finding { record: Some(record), ..Finding::default() }, at(NOW)),
        Taken::Followed
    );
    let untold = Grant { lifetime_ms: None, ..grant(HOUR) };
    assert!(session.renewed(session.epoch(), untold, false, at(NOW)));
    assert_eq!(session.snapshot().expires_at, None);
}
