//! What another operation of the tab, or another tab, does to the store while one waits for it.

use hallpass::protocol::{Line, Outcome, Stored, Trouble, Wake};
use hallpass::session::{Limits, Record};

use crate::support::user;
use crate::tab::{HOUR, NOW, TABS, Tab};
use crate::vendors::{OK, grant};

/// What was read or found before this tab's own login was written: nothing, as another tab had signed out.
fn nothing() -> Box<Stored> {
    Box::default()
}

/// Somebody signs in as login 8.
pub fn signs_in_anew(tab: &mut Tab) {
    tab.random = 8;
    tab.fails("call logout", Trouble::Network);
    assert_eq!(tab.signs_in(&grant("b1", "rb1")), "signed in");
}

/// The tab and its store have login 8.
#[track_caller]
pub fn has_the_new_login(tab: &Tab) {
    assert_eq!((tab.status(), tab.held().map(|held| held.login)), ("signed-in", Some(8)));
    assert!(tab.record.as_ref().is_some_and(|text| text.contains("b1")), "{:?}", tab.record);
}

/// The record of another tab's later login of the same user, before which the clock was set back.
pub fn of_another_tab(tab: &Tab) -> Record {
    let mut record = tab.held().unwrap();
    (record.login, record.ordinal, record.signed_in_at) = (9, record.ordinal + 1, NOW - HOUR);
    record
}

#[test]
fn r18_a_login_while_a_page_begins_is_not_undone_by_what_was_read() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.meanwhile("read", signs_in_anew).says("read", Outcome::Stored(nothing()));
    assert_eq!(tab.restores(), "done");
    has_the_new_login(&tab);
}

#[test]
fn r18_a_login_while_a_tab_reads_is_not_undone_by_what_was_read() {
    let mut tab = Tab::signed_in(TABS);
    tab.meanwhile("read", signs_in_anew).says("read", Outcome::Stored(nothing()));
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    has_the_new_login(&tab);
}

/// A page may sign in again as soon as it hears that the session has ended at a limit.
#[test]
fn r18_a_login_while_an_older_one_ends_for_all_tabs_stays() {
    let mut tab = Tab::with("ethgas", TABS, |settings| {
        settings.limits = Limits { idle_ms: None, age_ms: Some(HOUR / 2.0) };
    });
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.now += HOUR / 2.0;
    tab.meanwhile("read", signs_in_anew).says("read", Outcome::Stored(nothing()));
    assert!(tab.handle.look_at_clock(tab.moment()));
    tab.run_begun();
    has_the_new_login(&tab);
}

#[test]
fn r18_a_login_while_new_tokens_are_written_is_not_undone_by_what_lay_there() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("write a2", signs_in_anew).says("write a2", Outcome::Overtaken(nothing()));
    tab.refreshes();
    has_the_new_login(&tab);
}

/// A tab whose first login could not be written, which was told only after the second one's write was done.
pub fn whose_older_write_failed_late() -> Tab {
    let mut tab = Tab::new("ethgas", TABS);
    tab.meanwhile("write a1", signs_in_anew).fails("write a1", Trouble::Storage);
    tab.hears(200, &grant("a1", "r1"));
    tab.run(|handle| handle.sign_in(user("jdoe", "s3cret")));
    has_the_new_login(&tab);
    tab
}

/// A login's write may fail only after a later login's was done.
#[test]
fn r38_a_failed_write_takes_nothing_away_that_was_written_since() {
    let tab = whose_older_write_failed_late();
    assert_eq!(tab.state().problem, None, "what is held was written");
}

/// It waits until the record is deleted, and doesn't delete what comes after that.
#[test]
fn r10_a_second_sign_out_leaves_a_login_of_another_tab_that_came_between() {
    let mut tab = Tab::signed_in(TABS);
    let later = of_another_tab(&tab);
    tab.meanwhile("delete", move |tab| {
        tab.another_writes(Some(&later), None);
        tab.log();
        assert_eq!(tab.signs_out(), "signed out, confirmed", "it is told what the first is told");
        let log = tab.log();
        assert!(log.iter().all(|line| !line.contains("delete")), "{}", log.join("\n"));
    });
    // The first one was deleted before that.
    tab.says("delete", Outcome::Done).hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert!(tab.record.is_some(), "it is another session's");
}

/// The tab need not have seen that somebody has signed in again elsewhere.
#[test]
fn r10_each_sign_out_takes_away_what_lies_there() {
    let mut tab = Tab::signed_in(TABS);
    let later = of_another_tab(&tab);
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.another_writes(Some(&later), None);
    assert_eq!(tab.signs_out(), "signed out");
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
}

/// Another tab that was first is no trouble with the store.
#[test]
fn a_store_that_others_write_to_is_no_problem() {
    let mut tab = Tab::signed_in(TABS);
    let later = of_another_tab(&tab);
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("write", move |tab| tab.another_writes(Some(&later), None));
    tab.refreshes();
    assert_eq!((tab.held().map(|held| held.login), tab.state().problem), (Some(9), None));
}
