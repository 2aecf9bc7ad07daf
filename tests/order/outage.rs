//! A vendor that is down: how often it is asked (R22).

use std::rc::Rc;

use hallpass::dialect::{Code, Described, Json as _};
use hallpass::protocol::{Keeping, Line, Trouble, Wake};

use hallpass::session::{Pause, Session};

use crate::support::Value;
use crate::tab::{HOUR, TABS, Tab};
use crate::vendors::{UNAUTHORIZED, grant};

/// As many replies as any of these examples could ask for.
const MANY: usize = 50;

fn is_down(tab: &mut Tab) {
    tab.replies.clear();
    for _ in 0..MANY {
        tab.hears(503, "");
    }
}

/// How often the vendor, which is down, is asked for new tokens within ten minutes. `looks`: something wakes the tab each time before the
/// timer does.
fn asked_in_ten_minutes(tab: &mut Tab, looks: bool, mut meanwhile: impl FnMut(&mut Tab)) -> usize {
    tab.now += 0.95 * HOUR;
    let end = tab.now + 600_000.0;
    tab.random = u32::MAX;
    let mut times = 0;
    while tab.now < end {
        let next = tab.handle.look(|session| session.next_event(false, tab.moment())).unwrap_or(1_000.0);
        tab.now += next.clamp(1.0, 60_000.0);
        is_down(tab);
        meanwhile(tab);
        if looks {
            tab.wakes(Wake::Told(Line::Store));
        }
        tab.wakes(Wake::Timer);
        times += tab.log_of("call refresh").len();
    }
    times
}

/// Each failure waits longer than the one before, also where that can't be kept: what lies in the store says nothing of it.
#[test]
fn r22_a_storage_that_cant_be_changed_makes_no_storm() {
    for keeping in [Keeping::Page, TABS] {
        let usual = asked_in_ten_minutes(&mut Tab::signed_in(keeping), false, |_| {});
        assert!((5..20).contains(&usual), "{usual}");
        for (fails, trouble) in [
            (&["write"][..], Trouble::Storage),
            (&["write", "delete"], Trouble::Storage),
            (&["write", "delete"], Trouble::Timeout),
        ] {
            for looks in [false, true] {
                let mut tab = Tab::signed_in(keeping);
                for effect in fails {
                    tab.always_fails(effect, trouble);
                }
                let times = asked_in_ten_minutes(&mut tab, looks, |_| {});
                assert!(times <= usual + 3, "{times} instead of {usual}: {fails:?} {trouble:?} {looks}");
            }
        }
        // What is written is taken, and gone.
        let mut tab = Tab::signed_in(keeping);
        let old = tab.record.clone();
        let times = asked_in_ten_minutes(&mut tab, false, move |tab| tab.record.clone_from(&old));
        assert!(times <= usual + 3, "{times} instead of {usual}");
    }
}

#[test]
fn r22_a_retry_after_is_kept_though_it_cant_be_written() {
    let mut tab = Tab::signed_in(TABS);
    tab.now += 0.95 * HOUR;
    tab.always_fails("write", Trouble::Storage).always_fails("delete", Trouble::Storage);
    for _ in 0..10 {
        for _ in 0..MANY {
            tab.hears(429, "");
            if let Some(last) = tab.replies.back_mut() {
                last.retry_after_ms = Some(HOUR);
            }
        }
        tab.wakes(Wake::Page);
        tab.replies.clear();
        tab.now += 1_000.0;
    }
    assert_eq!(tab.log_of("call refresh").len(), 1);
}

/// A token that was rejected, or of which nobody knows how long it is good, is of no use to a page that nobody looks at.
#[test]
fn r22_a_hidden_page_does_not_ask_all_night() {
    let said = r#"{"name":"acme","credential":"bearer","login":{"path":"login","json":{"u":"{username}","p":"{password}"}},
        "refresh":{"path":"refresh"},"grant":{"access":"token","user":"user"}}"#;
    let vendor = Described::of(&Value::parse(said).expect("JSON")).expect("a description");
    let mut untold = Tab::at(Rc::new(vendor), Keeping::Memory, |_| {});
    assert_eq!(untold.signs_in(r#"{"token":"t1","user":"ann"}"#), "signed in");
    let mut day = Tab::new("ethgas", Keeping::Memory);
    assert_eq!(day.signs_in(&grant("a1", "r1").replace("3600", "86400")), "signed in");
    for mut tab in [untold, day] {
        tab.hears(401, UNAUTHORIZED).hears(503, "");
        assert_eq!(tab.requests(), "answered");
        tab.log();
        assert_eq!(tab.handle.look(|session| session.next_event(true, tab.moment())), None);
        // Whoever looks at it has it tried again.
        let next = tab.handle.look(|session| session.next_event(false, tab.moment())).expect("a further try");
        tab.now += next;
        is_down(&mut tab);
        tab.wakes(Wake::Page);
        assert_eq!(tab.log_of("call refresh").len(), 1);
    }
}

/// What another tab has heard from the vendor holds, though more of this one's renewals have failed, which could not be written.
#[test]
fn r22_another_tabs_retry_after_is_kept() {
    let mut tab = Tab::signed_in(TABS);
    tab.always_fails("write", Trouble::Storage);
    for _ in 0..2 {
        tab.hears(503, "");
        tab.refreshes();
        tab.now += 10_000.0;
    }
    assert_eq!(tab.handle.look(Session::failures), 2);
    let mut record = tab.held().expect("signed in");
    let until = tab.now + HOUR;
    record.pause = Some(Pause { since: tab.now, until, because: Code::RateLimited, failures: 1 });
    tab.another_writes(Some(&record), None);
    tab.works_again();
    tab.log();
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.log_of("call"), [""; 0]);
    let pause = tab.handle.look(|session| session.pause(tab.moment()));
    assert!(pause.is_some_and(|(_, left)| left > 0.9 * HOUR), "{pause:?}");
}

/// A token on trial, whose renewal by its age fails for now, is still renewed before it ends.
#[test]
fn r19_a_hidden_page_still_renews_a_token_that_is_good() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(401, UNAUTHORIZED);
    tab.requests();
    assert!(tab.held().is_some_and(|held| held.rejected), "on trial");
    tab.now += 0.95 * HOUR;
    tab.hears(503, "");
    tab.wakes(Wake::Timer);
    let next = tab.handle.look(|session| session.next_event(true, tab.moment()));
    assert!(next.is_some(), "{:?}", tab.held());
}
