//! R36: sessions that end by themselves.

use hallpass::protocol::{Keeping, Line, Trouble, Wake};
use hallpass::session::Limits;

use crate::tab::{BASE, HOUR, NOW, TABS, Tab};
use crate::vendors::{OK, UNAUTHORIZED, grant};

const MINUTE: f64 = 60_000.0;

fn limited(keeping: Keeping, idle_ms: Option<f64>, age_ms: Option<f64>) -> Tab {
    let mut tab = Tab::with("ethgas", keeping, |settings| settings.limits = Limits { idle_ms, age_ms });
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.log();
    tab
}

/// A cookie is whoever's has signed in last. Where this tab was frozen meanwhile, it knows only by the record.
#[test]
fn r36_a_limit_leaves_the_cookie_of_a_newer_login_alone() {
    for (idle_ms, age_ms) in [(Some(10.0 * MINUTE), None), (None, Some(10.0 * MINUTE))] {
        for user in ["jdoe", "other"] {
            let mut tab = Tab::with("lenses", TABS, |settings| {
                settings.limits = Limits { idle_ms, age_ms };
                settings.addresses.logout = Some(format!("{BASE}/logout"));
            });
            assert_eq!(tab.signs_in(r#"{"user":"jdoe"}"#), "signed in");
            let mut record = tab.held().expect("signed in");
            tab.now += 10.0 * MINUTE;
            record.login = 99;
            record.ordinal += 600;
            (record.signed_in_at, record.received_at) = (tab.now - 5_000.0, tab.now - 5_000.0);
            record.held.user = Some(user.into());
            tab.another_writes(Some(&record), None);
            tab.log();
            tab.hears(200, "{}");
            tab.wakes(Wake::Timer);
            let log = tab.log();
            assert!(!log.iter().any(|line| line.contains("call logout")), "{user}: {}", log.join("\n"));
        }
    }
}

/// The store is read for another tab's use, and once more under the lock of the tokens. Then the end is noted, the record deleted, and the lock
/// released before the vendor is told.
#[test]
fn r36_what_nobody_uses_ends_for_all_tabs() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "idle");
    tab.asked(&[
        "  read",
        "  lock 7 0",
        "  read",
        "  note 7 idle",
        "  delete",
        "  forget the mark",
        "  tell of the store",
        "  unlock",
        "  call logout with a1",
    ]);
}

#[test]
fn r36_in_memory_it_ends_at_once() {
    let mut tab = limited(Keeping::Memory, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK);
    assert!(tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.status(), "idle", "who only reads the state sees it");
    tab.run_begun();
    tab.asked(&["  call logout with a1"]);
}

/// What is too old is over at once, also where other tabs share it; that is done for all of them once.
#[test]
fn r36_what_is_too_old_ends_at_once_for_all_tabs() {
    let mut tab = limited(TABS, None, Some(10.0 * MINUTE));
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK);
    assert!(tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.status(), "expired");
    tab.run_begun();
    tab.asked(&[
        "  lock 7 0",
        "  read",
        "  note 7 expired",
        "  delete",
        "  tell of the store",
        "  unlock",
        "  call logout with a1",
    ]);
    assert_eq!(tab.requests(), "session-expired at request");
}

/// Rule 10: who waits for a renewal hears that the session has come to its end, however the renewal fails: no newer login has overtaken it.
#[test]
fn r36_a_renewal_that_a_limit_overtakes_says_that_the_session_has_expired() {
    for trouble in [Trouble::Timeout, Trouble::Network] {
        let mut tab = limited(Keeping::Memory, None, Some(10.0 * MINUTE));
        tab.fails("call refresh", trouble).hears(200, OK);
        tab.meanwhile("call refresh", |tab| {
            tab.now += 10.0 * MINUTE;
            assert!(tab.handle.look_at_clock(tab.moment()));
        });
        assert_eq!(tab.refreshes(), "session-expired at refresh");
        assert_eq!(tab.status(), "expired");
    }
}

/// Who signs out in the very moment in which it ends has noted that himself: the vendor is told all the same.
#[test]
fn r36_what_is_signed_out_of_while_it_ends_is_revoked() {
    let mut tab = limited(TABS, None, Some(10.0 * MINUTE));
    tab.now += 10.0 * MINUTE;
    assert!(tab.handle.look_at_clock(tab.moment()));
    tab.hears(200, OK);
    tab.meanwhile("delete over all", Tab::run_begun);
    assert_eq!(tab.signs_out(), "signed out");
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.contains("call logout with a1")).count(), 1, "{log:?}");
}

/// Another tab was first: it has told the vendor.
#[test]
fn r36_what_has_ended_in_another_tab_is_revoked_there() {
    for (idle, age, reason) in [(Some(10.0 * MINUTE), None, "idle"), (None, Some(10.0 * MINUTE), "expired")] {
        let mut tab = limited(TABS, idle, age);
        tab.now += 10.0 * MINUTE;
        tab.another_writes(None, Some(&format!("7 {reason}")));
        assert_eq!(tab.wakes(Wake::Timer), "done");
        assert_eq!(tab.status(), reason);
        let log = tab.log();
        assert!(!log.iter().any(|line| line.contains("logout")), "{log:?}");
    }
}

/// The mark of another tab's use is read before anything ends.
#[test]
fn r36_use_in_another_tab_puts_it_off() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE));
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "signed-in");
    tab.asked(&["  read", "  unlock"]);
    tab.hears(200, "{}");
    assert_eq!(tab.requests(), "answered");
    // A page that looks at the store learns of a use, too.
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE));
    tab.now += 6.0 * MINUTE;
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.log();
    tab.now = NOW + 14.0 * MINUTE;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
}

/// Another tab has renewed the tokens meanwhile: the new ones are revoked.
#[test]
fn r36_the_newest_tokens_are_revoked() {
    for (idle, age) in [(Some(10.0 * MINUTE), None), (None, Some(10.0 * MINUTE))] {
        let mut tab = limited(TABS, idle, age);
        let mut record = tab.held().expect("somebody is signed in");
        record.renewals += 1;
        record.held.access = Some("a2".into());
        tab.another_writes(Some(&record), None);
        tab.now += 10.0 * MINUTE;
        tab.hears(200, OK);
        assert_eq!(tab.wakes(Wake::Timer), "done");
        let log = tab.log();
        assert!(log.iter().any(|line| line.trim() == "call logout with a2"), "{log:?}");
        assert_eq!(tab.record, None);
    }
}

/// Another tab has ended it while this one waited for its turn, and tells the vendor.
#[test]
fn r36_what_another_tab_has_ended_is_not_revoked_once_more() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.meanwhile("lock", |tab| tab.another_writes(None, Some("7 idle")));
    assert_eq!(tab.wakes(Wake::Timer), "done");
    let log = tab.log();
    assert!(!log.iter().any(|line| line.contains("call")), "{log:?}");
    assert_eq!(tab.status(), "idle");
}

/// Somebody signs in anew in another tab, which doesn't hold the idle session: its token is another one, and is to be dead.
#[test]
fn r36_an_idle_session_is_revoked_though_a_newer_login_lies_there() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    let mut newer = tab.held().expect("somebody is signed in");
    (newer.login, newer.held.access) = (9, Some("b1".into()));
    newer.ordinal += 1;
    tab.now += 10.0 * MINUTE;
    (newer.signed_in_at, newer.received_at) = (tab.now, tab.now);
    tab.meanwhile("lock", move |tab| tab.another_writes(Some(&newer), None));
    tab.hears(200, OK);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    let log = tab.log();
    assert!(log.iter().any(|line| line.trim() == "call logout with a1"), "{log:?}");
    assert_eq!(tab.held().map(|held| held.login), Some(9));
}

/// A renewal of another tab's comes to its end while this one waits for the lock of the tokens before: it leaves that line.
#[test]
fn r36_who_waits_to_end_a_session_goes_by_its_newest_tokens() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    let mut renewed = tab.held().expect("somebody is signed in");
    renewed.renewals += 1;
    renewed.held.access = Some("a2".into());
    tab.now += 10.0 * MINUTE;
    tab.waits_for_the_lock();
    tab.meanwhile("lock 7 0", move |tab| tab.another_writes(Some(&renewed), None));
    tab.hears(200, OK);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    let log: Vec<String> = tab.log().iter().map(|line| line.trim().into()).collect();
    let begun = ["read", "lock 7 0", "read", "unlock", "lock 7 1", "read", "note 7 idle", "delete"];
    assert_eq!(log.get(..begun.len()), Some(&begun.map(String::from)[..]), "{log:?}");
    assert_eq!(log.last().map(String::as_str), Some("call logout with a2"));
}

/// After sleep: whoever asks for something first waits until it is known; nothing is sent.
#[test]
fn r36_after_sleep_nothing_is_sent() {
    for ask in [Tab::requests, Tab::token, Tab::refreshes] {
        let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
        tab.now += 10.0 * MINUTE;
        tab.hears(200, OK);
        assert!(ask(&mut tab).starts_with("session-expired"));
        let log = tab.log();
        assert!(!log.iter().any(|line| line.contains("send") || line.contains("refresh")), "{log:?}");
        assert_eq!(tab.status(), "idle");
    }
}

/// What another tab has written, and a renewal finds, may have outlasted its limits: the request is not sent again with that.
#[test]
fn r36_a_request_is_not_sent_again_as_a_session_that_is_over() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    let mut older = tab.held().unwrap();
    older.login = 9;
    older.held.access = Some("a9".into());
    older.signed_in_at = NOW - HOUR;
    tab.meanwhile("lock", move |tab| tab.another_writes(Some(&older), None));
    tab.hears(401, UNAUTHORIZED).hears(200, OK);
    assert_eq!(tab.requests(), "answered");
    assert_eq!(tab.status(), "idle");
    let log = tab.log();
    assert!(log.iter().any(|line| line == "send with a1"), "{log:?}");
    assert!(!log.iter().any(|line| line.contains("send again")), "{log:?}");
}

#[test]
fn r36_a_caller_who_gives_up_waits_no_longer() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK).fails("join", Trouble::GivenUp);
    assert_eq!(tab.requests(), "given up");
}

/// Requests and `touch()` are uses. They are marked rarely, and beside the request.
#[test]
fn r36_uses_are_noted_beside_the_request() {
    let mut tab = limited(TABS, Some(80.0 * MINUTE), None);
    tab.now += 30_000.0;
    tab.hears(200, "{}");
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1"]);
    tab.now += 40_000.0;
    tab.handle.touch(tab.moment());
    tab.run_begun();
    tab.asked(&["  read", &format!("  mark 7 {}", NOW + 70_000.0), "  read"]);
    tab.now += 10_000.0;
    tab.hears(200, "{}");
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1"]);
    assert_eq!(tab.run(|handle| handle.wake(Wake::Page, true)), "done");
    tab.asked(&["  read", &format!("  mark 7 {}", NOW + 80_000.0), "  read"]);
}

/// A page that goes on being seen marks its uses when a mark is due, and so does one that is hidden for long. Only a page that is hidden just
/// now does so at once.
#[test]
fn r36_only_a_page_that_is_being_hidden_marks_at_once() {
    let mut tab = limited(TABS, Some(80.0 * MINUTE), None);
    tab.now += 1_000.0;
    tab.handle.touch(tab.moment());
    for (wake, hidden) in [(Wake::Page, false), (Wake::Timer, true), (Wake::Told(Line::Store), true)] {
        assert_eq!(tab.run(|handle| handle.wake(wake, hidden)), "done");
        let log = tab.log();
        assert!(!log.iter().any(|line| line.contains("mark")), "{wake:?}: {log:?}");
    }
    assert_eq!(tab.run(|handle| handle.wake(Wake::Page, true)), "done");
    tab.asked(&["  read", &format!("  mark 7 {}", NOW + 1_000.0), "  read"]);
}

/// While a mark is being written, a page that is hidden begins no second one: what comes meanwhile is marked by the first.
#[test]
fn r36_one_mark_at_a_time_is_written() {
    let mut tab = limited(TABS, Some(80.0 * MINUTE), None);
    tab.now += 1_000.0;
    tab.handle.touch(tab.moment());
    tab.meanwhile("mark", |tab| {
        tab.now += 1_000.0;
        tab.handle.touch(tab.moment());
        assert_eq!(tab.run(|handle| handle.wake(Wake::Page, true)), "done");
    });
    assert_eq!(tab.run(|handle| handle.wake(Wake::Page, true)), "done");
    let marks = tab.log_of("mark");
    assert_eq!(marks, [1_000.0, 2_000.0].map(|at| format!("mark 7 {}", NOW + at)));
}

/// The first use since the last mark sets the timer, as the mark becomes due. The uses after it don't.
#[test]
fn r36_a_timer_is_set_once_for_all_uses_that_are_marked_together() {
    let mut tab = limited(TABS, Some(80.0 * MINUTE), None);
    tab.handle.take_stirred();
    tab.now += 1_000.0;
    tab.handle.touch(tab.moment());
    assert!(tab.handle.take_stirred());
    assert_eq!(tab.handle.look(|session| session.next_event(false, tab.moment())), Some(MINUTE - 1_000.0));
    tab.now += 1_000.0;
    tab.handle.touch(tab.moment());
    assert!(!tab.handle.take_stirred());
}

/// Where the session seems idle, the store is read first; as another tab has used it in time, the touch counts.
#[test]
fn r36_a_touch_after_another_tabs_use_counts() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE));
    tab.handle.touch(tab.moment());
    tab.run_begun();
    tab.log();
    tab.now += 9.0 * MINUTE;
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "signed-in");
    // A touch doesn't bring back a session that is idle in all tabs.
    tab.now += MINUTE;
    tab.mark = None;
    tab.hears(200, OK);
    tab.handle.touch(tab.moment());
    tab.run_begun();
    assert_eq!(tab.status(), "idle");
}

/// What the tab that had the lock before has marked takes a moment to show in localStorage.
#[test]
fn r36_a_use_that_shows_late_counts() {
    let mut tab = limited(Keeping::Tabs { lags: true }, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.meanwhile("wait 40", |tab| tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE)));
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["  read", "  lock 7 0", "  wait 40", "  read", "  unlock"]);
    assert_eq!(tab.status(), "signed-in");
}

/// While the store is being read for another tab's use, somebody uses the session here. That counts from the moment of the use,
/// however long the lock was waited for.
#[test]
fn r36_a_use_counts_from_when_it_was() {
    for (after, ending) in [(5.0 * MINUTE, "answered"), (11.0 * MINUTE, "session-expired at request")] {
        let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
        tab.now += 10.0 * MINUTE;
        tab.meanwhile("lock", move |tab| {
            tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE));
            tab.now += after;
        });
        tab.hears(200, "{}");
        assert_eq!(tab.requests(), ending, "after {after} ms");
    }
    // The next tab that decides reads of it.
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE));
    tab.handle.touch(tab.moment());
    tab.now += MINUTE;
    tab.handle.touch(tab.moment());
    tab.run_begun();
    tab.asked(&["  read", &format!("  mark 7 {}", NOW + 11.0 * MINUTE), "  unlock"]);
}

/// That it goes on is known without the lock, which another tab's renewal may hold for long. That tab decides under the lock of its
/// new tokens, so it has to know at once of what is done here.
#[test]
fn r36_a_use_is_marked_while_another_tab_has_the_lock() {
    let mut tab = limited(Keeping::Tabs { lags: true }, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.waits_for_the_lock();
    tab.meanwhile("lock", |tab| tab.mark = Some(format!("7 {}", NOW + 5.0 * MINUTE)));
    tab.handle.touch(tab.moment());
    tab.run_begun();
    tab.asked(&["  read", "  lock 7 0", "  read", &format!("  mark 7 {}", NOW + 10.0 * MINUTE), "  unlock"]);
}

/// Another operation of this tab may note the end meanwhile. It doesn't tell the vendor, so this one does.
#[test]
fn r36_what_ends_while_something_else_is_under_way_is_revoked() {
    let mut tab = limited(TABS, None, Some(10.0 * MINUTE));
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK);
    assert!(tab.handle.look_at_clock(tab.moment()));
    // Renewed in another tab, so that this one follows the record, and then has to delete it.
    let mut record = tab.record.clone().expect("a record");
    record = record.replace("\"renewals\":0", "\"renewals\":1");
    tab.record = Some(record);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.asked(&[
        "read",
        "note 7 expired",
        "delete",
        "tell of the store",
        "  lock 7 0",
        "  read",
        "  unlock",
        "  call logout with a1",
    ]);
}

/// A page that comes back finds the end, and tells the vendor afterwards.
#[test]
fn r36_a_reload_finds_the_end() {
    for (idle, age, reason) in [(Some(10.0 * MINUTE), None, "idle"), (None, Some(10.0 * MINUTE), "expired")] {
        let before = limited(TABS, idle, age);
        let mut tab = Tab::with("ethgas", TABS, |settings| {
            settings.limits = Limits { idle_ms: idle, age_ms: age };
        });
        (tab.record, tab.mark) = (before.record.clone(), before.mark.clone());
        tab.now += 10.0 * MINUTE;
        tab.hears(200, OK);
        assert_eq!(tab.restores(), "done");
        assert_eq!((tab.status(), &tab.record), (reason, &None));
        assert_eq!(tab.log().last().map(|line| line.trim()), Some("call logout with a1"));
    }
}

/// An expired token is renewed to be revoked, as at a logout.
#[test]
fn r36_it_is_revoked_as_by_a_logout() {
    let mut tab = limited(Keeping::Memory, Some(2.0 * HOUR), None);
    tab.now += 2.0 * HOUR;
    tab.hears(200, &grant("a2", "r2")).hears(500, "");
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["  call refresh with r1", "  call logout with a2"]);
    assert_eq!(tab.status(), "idle");
}

#[test]
fn r36_without_the_lock_or_the_store_it_ends_all_the_same() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK).fails("lock", Trouble::Timeout).always_fails("read", Trouble::Storage);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!(tab.status(), "idle");
}

/// Two tabs mark their uses in the same moment: the later use is what stays.
#[test]
fn r36_an_earlier_use_does_not_stay_written_over_a_later_one() {
    let mut tab = limited(TABS, Some(80.0 * MINUTE), None);
    tab.now += 70_000.0;
    tab.handle.touch(tab.moment());
    // The other tab's mark overwrites this one's.
    tab.meanwhile("mark", |tab| tab.overwrites = Some(format!("7 {}", NOW + 69_000.0)));
    tab.run_begun();
    assert_eq!(tab.mark, Some(format!("7 {}", NOW + 70_000.0)));
    // A later use that another tab has marked is left as it is.
    tab.now += 70_000.0;
    tab.log();
    tab.handle.touch(tab.moment());
    tab.now += 5_000.0;
    tab.mark = Some(format!("7 {}", NOW + 142_000.0));
    tab.run_begun();
    tab.asked(&["  read"]);
}

/// A store that failed may still have an older token than the one that is held. It isn't sent, as it may have expired.
#[test]
fn r19_what_ends_by_itself_is_revoked_by_the_newest_token() {
    let mut tab = limited(TABS, None, Some(10.0 * MINUTE));
    let older = tab.record.clone();
    tab.hears(200, &grant("a2", "r2"))
        .always_fails("write", Trouble::Storage)
        .always_fails("delete", Trouble::Storage);
    assert_eq!(tab.refreshes(), "done");
    tab.works_again();
    assert_eq!(tab.record, older, "it lies there still");
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK);
    tab.wakes(Wake::Timer);
    assert_eq!(tab.status(), "expired");
    let log = tab.log();
    assert!(log.iter().any(|line| line.contains("call logout with a2")), "{}", log.join("\n"));
}

/// Rule 2: the end of a session waits for a lock that a frozen tab holds, and somebody signs in anew meanwhile. The new session has limits of its
/// own: its timer neither rests until then nor fires without end, and it ends without waiting for the one before.
#[test]
fn r36_an_end_that_waits_is_not_that_of_a_newer_login() {
    for age in [None, Some(10.0 * MINUTE)] {
        let mut tab = limited(TABS, Some(5.0 * MINUTE), age);
        tab.now += 10.0 * MINUTE;
        tab.meanwhile("lock 7 0", |tab| {
            tab.random = 9;
            // Where the end is still being decided, the login has the vendor told, too.
            tab.fails("call logout with a1", Trouble::Network);
            assert_eq!(tab.signs_in(&grant("b1", "s1")), "signed in");
            let next = |tab: &Tab| tab.handle.look(|session| session.next_event(false, tab.moment()));
            assert_eq!(next(tab), Some(5.0 * MINUTE), "it has a timer");
            tab.now += 5.0 * MINUTE;
            tab.hears(200, OK);
            assert_eq!(tab.wakes(Wake::Timer), "done");
            assert_eq!((tab.status(), next(tab)), ("idle", None));
        });
        tab.fails("call logout with a1", Trouble::Network);
        assert_eq!(tab.wakes(Wake::Timer), "done");
        let log = tab.log();
        for revoked in ["call logout with a1", "call logout with b1"] {
            assert!(log.iter().any(|line| line.trim() == revoked), "{revoked}: {}", log.join("\n"));
        }
    }
}

/// An end that still waits for its lock takes nothing in for a newer session: what that one's renewal brings after its sign-out is revoked.
#[test]
fn r39_an_end_that_waits_keeps_no_newer_sessions_tokens() {
    let mut tab = limited(TABS, Some(5.0 * MINUTE), None);
    tab.now += 10.0 * MINUTE;
    tab.meanwhile("lock 7 0", |tab| {
        tab.random = 9;
        tab.fails("call logout with a1", Trouble::Network);
        assert_eq!(tab.signs_in(&grant("b1", "s1")), "signed in");
        tab.hears(200, OK).hears(200, &grant("b2", "s2")).hears(200, OK);
        tab.meanwhile("call refresh", |tab| assert_eq!(tab.signs_out(), "signed out, confirmed"));
        assert_eq!(tab.refreshes(), "superseded at refresh");
    });
    tab.fails("call logout with a1", Trouble::Network);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    let mut revoked = tab.log_of("call logout");
    revoked.dedup();
    assert_eq!(
        revoked,
        ["call logout with a1", "call logout with b1", "call logout with b2", "call logout with a1"]
    );
}

/// What is done with a handle that is disposed of is no use of the session that other tabs go on with.
#[test]
fn r36_a_disposed_handle_puts_nothing_off() {
    let mut tab = limited(TABS, Some(10.0 * MINUTE), None);
    tab.handle.dispose();
    // Another tab has used it meanwhile; here it seems that nobody has.
    tab.now += 10.0 * MINUTE;
    let others = format!("7 {}", NOW + 5.0 * MINUTE);
    tab.mark = Some(others.clone());
    assert_eq!(tab.requests(), "unsupported at request, disposed");
    assert_eq!(tab.mark, Some(others));
}

/// After a fault inside, another machine goes on. It can't know of the last use, so the session counts as used then, however long ago the
/// login was.
#[test]
fn r36_a_session_in_use_outlives_a_fault() {
    let text = limited(Keeping::Memory, Some(10.0 * MINUTE), None).held().unwrap().write();
    let mut tab = Tab::with("ethgas", Keeping::Memory, |settings| {
        settings.limits = Limits { idle_ms: Some(10.0 * MINUTE), age_ms: None };
    });
    tab.now += 30.0 * MINUTE;
    tab.handle.resume(text.as_str(), tab.moment());
    assert!(!tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.status(), "signed-in");
    tab.now += 10.0 * MINUTE;
    tab.hears(200, OK);
    assert!(tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.status(), "idle");
}

/// It is reached while a renewal is on its way: what that brings is revoked, in place of what it has replaced.
#[test]
fn r36_what_a_renewal_brings_at_the_limit_is_revoked() {
    for keeping in [Keeping::Memory, TABS] {
        let mut tab = limited(keeping, None, Some(50.0 * MINUTE));
        tab.hears(200, &grant("a2", "r2")).hears(200, OK);
        tab.meanwhile("call refresh", |tab| {
            tab.now += 50.0 * MINUTE;
            assert!(tab.handle.look_at_clock(tab.moment()));
            assert_eq!(tab.status(), "expired");
        });
        tab.refreshes();
        tab.run_begun();
        assert_eq!(tab.log_of("call"), ["call refresh with r1", "call logout with a2"], "{keeping:?}");
    }
}

/// R19: a clock that is behind while a page opens, and is put right then, ends no session too early.
#[test]
fn r36_a_clock_that_was_behind_while_a_page_opened_ends_no_session() {
    for (idle_ms, age_ms) in [(None, Some(HOUR)), (Some(HOUR), None)] {
        let open = |record, mark, now| {
            let mut tab = Tab::with("ethgas", TABS, |settings| settings.limits = Limits { idle_ms, age_ms });
            (tab.record, tab.mark, tab.now) = (record, mark, now);
            tab
        };
        let mut last = open(None, None, NOW);
        assert_eq!(last.signs_in(&grant("a1", "r1")), "signed in");
        last.now += 2.0 * MINUTE;
        last.handle.touch(last.moment());
        last.run_begun();
        last.wakes(Wake::Page);
        // Five minutes later, by a clock that is two hours behind.
        let mut behind = open(last.record.take(), last.mark.take(), NOW + 5.0 * MINUTE - 2.0 * HOUR);
        assert_eq!(behind.restores(), "done");
        assert_eq!(behind.status(), "signed-in");
        behind.now += 61_000.0;
        behind.wakes(Wake::Timer);
        // It is right again when the page is reloaded.
        let mut right = open(behind.record.take(), behind.mark.take(), NOW + 7.0 * MINUTE);
        right.hears(200, OK).hears(200, OK);
        assert_eq!(right.restores(), "done");
        assert_eq!(right.status(), "signed-in", "idle {idle_ms:?} age {age_ms:?}");
    }
}
