//! Keeping the record in the store, and following what other tabs write.

use hallpass::protocol::{Keeping, Line, Trouble, Wake};

use crate::meanwhile::of_another_tab;
use crate::tab::{HOUR, NOW, TABS, Tab};
use crate::vendors::{OK, grant};

fn restored(record: Option<String>, note: Option<&str>) -> Tab {
    let mut tab = Tab::new("ethgas", TABS);
    tab.record = record;
    tab.note = note.map(Into::into);
    assert_eq!(tab.restores(), "done");
    tab
}

/// Just before each of the next writes, another tab writes a record with the tokens that are held now.
fn others_write_of_the_old(tab: &mut Tab, times: u32) {
    let older = tab.held().unwrap();
    for round in 1..=times {
        let mut older = older.clone();
        tab.meanwhile("write", move |tab| {
            older.received_at += f64::from(round);
            tab.another_writes(Some(&older), None);
        });
    }
}

#[test]
fn a_page_takes_over_what_lies_there() {
    let mut tab = restored(Tab::signed_in(TABS).record, None);
    tab.asked(&["read"]);
    assert_eq!((tab.status(), tab.state().user.as_deref()), ("signed-in", Some("jdoe")));
    let mut tab = restored(None, None);
    tab.asked(&["read"]);
    assert_eq!(tab.status(), "never");
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    assert_eq!(tab.restores(), "done");
    tab.asked(&[]);
}

#[test]
fn r11_what_is_unsound_is_taken_away() {
    for text in ["", "{}", "<html>", r#"{"v":1,"receivedAt":0}"#] {
        let mut tab = restored(Some(text.into()), None);
        tab.asked(&["read", "delete", "tell of the store"]);
        assert_eq!((tab.status(), &tab.record), ("never", &None));
    }
}

#[test]
fn what_has_ended_is_taken_away_and_its_reason_shown() {
    let mut tab = restored(Tab::signed_in(TABS).record, Some("7 refused"));
    tab.asked(&["read", "delete", "tell of the store"]);
    assert_eq!(tab.status(), "refused");
}

#[test]
fn a_store_that_fails_leaves_the_session_in_memory() {
    for trouble in [Trouble::Storage, Trouble::Timeout] {
        let mut tab = Tab::new("ethgas", TABS);
        tab.fails("read", trouble);
        assert_eq!(tab.restores(), "done");
        assert_eq!((tab.status(), tab.state().problem), ("never", Some("storage")));
        tab.log();
        assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
        assert_eq!(tab.state().problem, None, "it works again");
    }
    // A store that gives back no text is no problem.
    let mut tab = Tab::new("ethgas", TABS);
    tab.fails("read", Trouble::Untold);
    assert_eq!(tab.restores(), "done");
    assert_eq!(tab.state().problem, None);
}

#[test]
fn somebody_who_signs_in_while_the_store_is_first_read_counts() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.record = Tab::signed_in(TABS).record.map(|text| text.replace("jdoe", "asmith"));
    tab.meanwhile("read", |tab| assert_eq!(tab.signs_in(&grant("b1", "rb1")), "signed in"));
    assert_eq!(tab.restores(), "done");
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("b1"));
}

#[test]
fn r18_a_write_does_not_go_over_another_tabs() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("write", |tab| {
        let mut newer = tab.held().unwrap();
        newer.login = 9;
        tab.another_writes(Some(&newer), None);
    });
    tab.refreshes();
    assert_eq!(tab.held().map(|record| record.login), Some(9), "the same user's newer login is followed");
}

/// Somebody signs out, and then a record that was written before comes back: it is deleted, and nobody is signed in.
#[track_caller]
fn is_taken_away_after_a_sign_out(tab: &mut Tab, record: Option<String>) {
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.log();
    tab.record = record;
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.asked(&["read", "delete", "forget the note", "tell of the store"]);
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
}

/// A leftover of a login that was signed out here is taken away.
#[test]
fn r10_what_was_signed_out_here_and_comes_back_is_taken_away() {
    let mut tab = Tab::signed_in(TABS);
    let leftover = tab.record.clone();
    is_taken_away_after_a_sign_out(&mut tab, leftover);
}

/// So is one of the login before, which the same user's later login in another tab had replaced: a tab that has seen neither that nor
/// the sign-out may write it once more.
#[test]
fn r10_the_login_before_the_one_that_was_signed_out_does_not_come_back() {
    let mut tab = Tab::signed_in(TABS);
    let before = tab.record.clone();
    let mut later = of_another_tab(&tab);
    later.held.access = Some("a9".into());
    tab.another_writes(Some(&later), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.held().map(|held| held.login), Some(9));
    is_taken_away_after_a_sign_out(&mut tab, before);
}

/// Some storages take a delete and keep what they had. Tabs would tell each other of it for ever.
#[test]
fn what_comes_back_each_time_is_deleted_four_times() {
    let mut tab = Tab::signed_in(TABS);
    let leftover = tab.record.clone();
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.log();
    for _ in 0..10 {
        tab.record.clone_from(&leftover);
        assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    }
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.as_str() == "delete").count(), 4, "{log:?}");
    // Anything else is new.
    let mut other = Tab::signed_in(TABS).held().unwrap();
    other.received_at += 1.0;
    tab.another_writes(Some(&other), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.record, None);
}

/// Where there are no locks, each of some other tabs may write down in the same moment that its renewal has failed: the new tokens of
/// this one outlast that.
#[test]
fn rule_15_new_tokens_outlast_what_other_tabs_write_of_the_old_ones() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    others_write_of_the_old(&mut tab, 5);
    assert_eq!(tab.refreshes(), "done");
    assert!(tab.record.is_some_and(|text| text.contains("a2")));
    assert_eq!(tab.handle.look(|session| session.snapshot().problem), None);
}

/// A storage that gives another text at each read is not used.
#[test]
fn a_store_that_never_keeps_what_it_is_told_is_no_store() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    others_write_of_the_old(&mut tab, 16);
    assert_eq!(tab.refreshes(), "done");
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.contains("write")).count(), 8, "{log:?}: bounded tries");
    assert_eq!((tab.status(), tab.state().problem), ("signed-in", Some("storage")));
    assert_eq!(tab.wakes(Wake::Page), "done");
    tab.asked(&[]);
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert_eq!(tab.record, None, "what is signed out is taken away from wherever it may be");
}

#[test]
fn what_is_known_is_not_written_again() {
    let mut tab = Tab::signed_in(TABS);
    assert_eq!(tab.wakes(Wake::Page), "done");
    tab.asked(&["read"]);
    tab.hears(200, r#"{"code":200,"message":"OK","data":{"valid":true}}"#);
    assert_eq!(tab.checks(), "done");
    tab.asked(&["call check with a1", "read"]);
}

/// Another machine of the same handle goes on with what the one before held.
#[test]
fn a_machine_that_takes_another_ones_place_goes_on_with_its_record() {
    let held = Tab::signed_in(TABS).held().unwrap();
    let tab = Tab::new("ethgas", TABS);
    tab.handle.resume(held.write().as_str(), tab.moment());
    assert_eq!((tab.status(), tab.held().map(|record| record.login)), ("signed-in", Some(7)));
    let tab = Tab::new("ethgas", TABS);
    tab.handle.resume("{}", tab.moment());
    assert_eq!(tab.status(), "never");
}

/// Another user's session had replaced what the one before held: the next one doesn't follow that either.
#[test]
fn r25_a_machine_that_takes_a_replaced_ones_place_stays_replaced() {
    let mut other = Tab::signed_in(TABS).held().unwrap();
    other.held.user = Some("other".into());
    let mut tab = Tab::new("ethgas", TABS);
    tab.another_writes(Some(&other), None);
    tab.handle.stay_replaced();
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!((tab.status(), tab.state().user), ("replaced", None));
}

#[test]
fn what_came_to_its_end_while_nobody_looked_is_taken_away() {
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    let record = tab.record;
    let mut tab = Tab::new("pegase3", TABS);
    tab.record = record;
    tab.now = NOW + HOUR;
    assert_eq!(tab.restores(), "done");
    assert_eq!((tab.status(), &tab.record), ("expired", &None));
}

/// A store whose writes always find something else than its reads is not used: the session goes on in memory.
#[test]
fn a_store_that_contradicts_itself_is_given_up() {
    let mut tab = Tab::signed_in(TABS);
    let real = tab.record.clone();
    for round in 0..40 {
        let lie = format!(r#"{{"v":{round}}}"#);
        let real = real.clone();
        tab.another_writes(None, Some("7 unwritten"));
        tab.record = Some(lie);
        tab.meanwhile("delete", move |tab| tab.record = real);
        tab.wakes(Wake::Page);
    }
    assert_eq!((tab.status(), tab.state().problem), ("signed-in", Some("storage")));
    tab.log();
    tab.wakes(Wake::Page);
    tab.asked(&[]);
}

/// An expired record is deleted, even if it is another one than was to be deleted.
#[test]
fn rule_15_a_record_that_is_over_is_not_left_behind() {
    let mut other = Tab::signed_in(TABS).held().unwrap();
    other.held.refresh = None;
    other.login = 9;
    let mut tab = Tab::new("pegase3", TABS);
    other.login = 7;
    tab.record = Some(other.write().as_str().into());
    assert_eq!((tab.restores(), tab.status()), ("done".into(), "signed-in"));
    other.login = 9;
    tab.meanwhile("delete", move |tab| tab.another_writes(Some(&other), None));
    tab.now += HOUR;
    tab.wakes(Wake::Timer);
    assert_eq!((tab.status(), &tab.record), ("expired", &None));
}
