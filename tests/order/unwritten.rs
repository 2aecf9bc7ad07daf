//! What could not be written or deleted.

use std::rc::Rc;

use hallpass::dialect::{Body, Json as _, Reply};
use hallpass::protocol::{Answer, Effect, Line, Outcome, Step, Trouble, Wake};

use crate::meanwhile::{has_the_new_login, of_another_tab, signs_in_anew, whose_older_write_failed_late};
use crate::support::{Value, jwt, user};
use crate::tab::{BASE, HOUR, NOW, TABS, Tab, wish};
use crate::vendors::{ME, OK, grant};

/// Rule 15: deleting takes no room.
#[test]
fn rule_15_what_a_failed_login_write_was_to_replace_is_gone() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.record = Tab::signed_in(TABS).record.map(|text| text.replace("jdoe", "asmith"));
    assert_eq!(tab.restores(), "done");
    tab.log();
    tab.hears(200, &grant("b1", "rb1")).hears(200, OK).fails("write", Trouble::Storage);
    assert_eq!(tab.run(|handle| handle.sign_in(user("bert", "s3cret"))), "signed in");
    assert_eq!((&tab.record, tab.note.as_deref()), (&None, Some("7 unwritten")));
    assert_eq!((tab.status(), tab.state().problem), ("signed-in", Some("storage")));
    tab.asked(&[
        "tell the neighbours",
        "random",
        "call login",
        "write b1 of 7 over all",
        "note 7 unwritten",
        "delete over all",
        "tell of the store",
        "  call logout with a1",
    ]);
}

#[test]
fn r38_what_a_failed_renewals_write_was_to_replace_is_gone_and_written_again_later() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2")).fails("write", Trouble::Storage);
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(
        tab.log()[6..],
        ["  read", "  note 7 unwritten", "  delete", "  tell of the store", "  unlock, spent"]
            .map(String::from)
    );
    assert_eq!((&tab.record, tab.state().problem), (&None, Some("storage")));
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.asked(&["read", "write a2 of 7", "forget the note", "tell of the store"]);
    assert_eq!((tab.state().problem, tab.note.as_deref()), (None, None));
    assert!(tab.record.is_some());
}

/// Another tab has noted its sign-out, and has not deleted the record yet: that note isn't overwritten, as the next page would be signed in.
#[test]
fn r10_what_could_not_be_written_goes_over_no_sign_out_in_another_tab() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2")).fails("write", Trouble::Storage);
    tab.meanwhile("write", |tab| {
        tab.meanwhile("read", |tab| tab.note = Some("7 logout".into()));
    });
    tab.refreshes();
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
    let log = tab.log();
    assert!(!log.iter().any(|line| line.contains("unwritten")), "{log:?}");
}

/// A tab whose own login could not be written follows another tab's, and doesn't write that one again once it is gone.
#[test]
fn r38_what_was_followed_is_not_written_again_once_it_is_gone() {
    let mut tab = Tab::new("pegase3", TABS);
    tab.fails("write", Trouble::Storage).fails("delete", Trouble::Storage);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    let mut later = tab.held().expect("somebody is signed in");
    (later.login, later.received_at) = (9, NOW + HOUR / 2.0);
    later.expires_at = Some(NOW + HOUR);
    tab.now = NOW + HOUR / 2.0;
    // The store can't be read, only written, when this one's own login comes to its end.
    tab.another_writes(Some(&later), None);
    tab.fails("read", Trouble::Storage);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    assert_eq!((tab.status(), tab.held().map(|held| held.login)), ("signed-in", Some(9)));
    assert_eq!(tab.log()[7..], ["read", "  read"], "it lies there: nothing is to be written");
    // The user signs out in the other tab.
    tab.another_writes(None, None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.asked(&["read"]);
    assert_eq!(tab.status(), "logout");
}

/// The timer, too, tries the write again.
#[test]
fn r38_what_could_not_be_written_is_tried_again_by_the_timer() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2")).fails("write", Trouble::Storage);
    tab.refreshes();
    tab.log();
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&["  write a2 of 7", "  forget the note", "  tell of the store"]);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
}

/// One that has renewed its tokens, but whose store hangs.
fn written_in_vain() -> Tab {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"))
        .always_fails("write", Trouble::Timeout)
        .always_fails("delete", Trouble::Timeout);
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(tab.state().problem, Some("storage"));
    tab
}

/// A store that hangs is not asked again by itself.
#[test]
fn a_write_that_takes_too_long_is_not_tried_by_itself() {
    let mut tab = written_in_vain();
    tab.log();
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
    tab.works_again();
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.state().problem, None);
    assert!(tab.record.is_some_and(|text| text.contains("a2")));
}

/// R10: a write that has taken too long may still be done once the page has gone. The note of the sign-out stays, so that the next page
/// knows.
#[test]
fn r38_a_late_write_signs_nobody_in_again() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.fails("write", Trouble::Timeout);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    let late = tab.held();
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert_eq!((&tab.record, tab.note.as_deref()), (&None, Some("7 logout")));
    let mut next = Tab::new("ethgas", TABS);
    next.another_writes(late.as_ref(), tab.note.as_deref());
    assert_eq!(next.restores(), "done");
    assert_eq!((next.status(), &next.record), ("never", &None));
    // A login that is written makes it obsolete.
    next.signs_in(&grant("b1", "q1"));
    assert_eq!(next.note, None);
}

/// What was to be deleted and could not be is tried again.
#[test]
fn r10_a_record_that_could_not_be_deleted_is_tried_again() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, OK).fails("delete", Trouble::Storage);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert_eq!((tab.status(), tab.record.is_some()), ("logout", false));
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.trim_start().starts_with("delete")).count(), 2, "{log:?}");
}

/// One whose login could not be written: login 7, of which a note says so.
fn unwritten() -> Tab {
    let mut tab = Tab::new("ethgas", TABS);
    tab.always_fails("write", Trouble::Storage);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    assert_eq!((tab.status(), tab.state().problem), ("signed-in", Some("storage")));
    assert_eq!(tab.note.as_deref(), Some("7 unwritten"));
    tab
}

/// With the record missing either way, the note alone tells a sign-out from a write that has failed.
#[test]
fn r38_a_login_that_could_not_be_written_ends_once_its_note_is_gone() {
    let mut tab = unwritten();
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.status(), "signed-in", "its own note is there");
    tab.note = None;
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.status(), "logout");
    let mut tab = unwritten();
    tab.note = None;
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.status(), "signed-in", "a note that was never seen may still come");
}

/// While older tokens of its own login lie there, nobody has signed out, though the note is gone.
#[test]
fn r38_a_login_whose_older_tokens_lie_there_goes_on_without_its_note() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"))
        .always_fails("write", Trouble::Storage)
        .always_fails("delete", Trouble::Storage);
    assert_eq!(tab.refreshes(), "done");
    assert_eq!(tab.note.as_deref(), Some("7 unwritten"));
    for note in [tab.note.clone(), None] {
        tab.note.clone_from(&note);
        assert_eq!(tab.wakes(Wake::Page), "done");
        assert_eq!(tab.status(), "signed-in", "{note:?}");
    }
}

#[test]
fn r38_a_login_that_could_not_be_written_gives_way_to_a_later_login_or_sign_out() {
    for (note, status) in [
        ("9 unwritten", "logout"),
        ("9 logout", "logout"),
        // That one's session has ended by itself, which nobody did.
        ("9 refused", "signed-in"),
    ] {
        let mut tab = unwritten();
        tab.note = Some(note.into());
        assert_eq!(tab.wakes(Wake::Page), "done");
        assert_eq!(tab.status(), status, "{note}");
    }
    // Of a login that this one has replaced itself.
    let mut tab = unwritten();
    tab.random = 8;
    tab.fails("call logout", Trouble::Network);
    assert_eq!(tab.signs_in(&grant("a2", "r2")), "signed in");
    tab.note = Some("7 unwritten".into());
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.status(), "signed-in");
}

/// The store is full. What another tab has written since isn't what had to go.
#[test]
fn r38_where_a_write_fails_another_tabs_newer_login_is_followed_and_stays() {
    let mut tab = Tab::signed_in(TABS);
    let later = of_another_tab(&tab);
    tab.hears(200, &grant("a2", "r2")).fails("write", Trouble::Storage);
    tab.meanwhile("delete", move |tab| tab.another_writes(Some(&later), None));
    tab.refreshes();
    assert_eq!((tab.status(), tab.held().map(|held| held.login)), ("signed-in", Some(9)));
    assert!(tab.record.is_some());
}

/// Another tab writes once more of the old tokens, which are spent: they must not stay, though the new ones can't be written.
#[test]
fn r38_where_a_write_fails_older_tokens_that_another_tab_has_written_go() {
    let mut tab = Tab::signed_in(TABS);
    let mut older = tab.held().unwrap();
    older.received_at += 1.0;
    tab.hears(200, &grant("a2", "r2")).fails("write", Trouble::Storage);
    tab.meanwhile("delete", move |tab| tab.another_writes(Some(&older), None));
    assert_eq!(tab.refreshes(), "done");
    assert_eq!((&tab.record, tab.note.as_deref()), (&None, Some("7 unwritten")));
}

/// Neither written nor deleted: what lies there is known to have been replaced here, so the timer writes over it.
#[test]
fn r38_a_login_that_could_not_be_written_at_first_replaces_what_lay_there() {
    let mut tab = Tab::signed_in(TABS);
    let mut others = of_another_tab(&tab);
    others.held.user = Some("asmith".into());
    tab.another_writes(Some(&others), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "replaced");
    tab.fails("write", Trouble::Storage).fails("delete", Trouble::Storage);
    signs_in_anew(&mut tab);
    assert_eq!(tab.wakes(Wake::Timer), "done");
    has_the_new_login(&tab);
}

/// A write that has taken too long was done after all. It is found, and nothing is left of the trouble.
#[test]
fn a_write_that_was_done_late_is_no_problem_any_more() {
    let mut tab = written_in_vain();
    tab.works_again();
    let held = tab.held();
    tab.another_writes(held.as_ref(), None);
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!((tab.status(), tab.state().problem), ("signed-in", None));
}

/// The writes of a tab are done one after the other: while that of the login is under way, a reply brings the next token.
#[test]
fn r38_a_login_whose_write_fails_late_goes_on_in_memory() {
    let tab = Tab::new("pegase3", TABS);
    let handle = Rc::clone(&tab.handle);
    let brings = |number: u32| {
        let claims = format!(r#"{{"user":"user_test","exp":{},"n":{number}}}"#, NOW / 1000.0 + 1_800.0);
        let text = format!(r#"{{"code":200,"status":"ok","data":[],"token":"{}"}}"#, jwt(&claims));
        Reply::new(200, Body::Json(Value::parse(&text).expect("JSON")))
    };
    let step = |id, outcome| handle.step(id, outcome, tab.moment()).expect("a step");
    let login = handle.sign_in(user("user_test", "s3cret"));
    assert!(matches!(step(login, None), Step::Asks(Effect::Tell(Line::Neighbours))));
    assert!(matches!(step(login, Some(Outcome::Done)), Step::Asks(Effect::Random)));
    assert!(matches!(step(login, Some(Outcome::Random(7))), Step::Asks(Effect::Call(_))));
    assert!(matches!(step(login, Some(Outcome::Reply(Box::new(brings(1))))), Step::Asks(Effect::Write(_))));
    let request = handle.request(wish());
    assert!(matches!(step(request, None), Step::Asks(Effect::Send(_))));
    let answer = Answer { reply: brings(2), address: format!("{BASE}/x"), redirected: false };
    let writes = step(request, Some(Outcome::Answer(Box::new(answer))));
    assert!(matches!(writes, Step::Asks(Effect::Write(_))), "{writes:?}");
    let ended = step(login, Some(Outcome::Failed(Trouble::Storage)));
    assert!(matches!(ended, Step::Ends(_)), "{ended:?}");
    let next = step(request, Some(Outcome::Overtaken(Box::default())));
    assert_eq!(tab.status(), "signed-in", "{next:?}");
    assert!(matches!(next, Step::Asks(Effect::Write(_))), "{next:?}");
}

/// Whoever shares the store with this tab, and has opened it before.
fn beside(tab: &Tab, vendor: &'static str) -> Tab {
    let mut other = Tab::new(vendor, TABS);
    other.record.clone_from(&tab.record);
    assert_eq!(other.restores(), "done");
    other
}

/// Rule 10: the tokens that lie there are good still. Only the pause, or the name, is missing.
#[test]
fn r38_what_could_not_be_written_beside_the_same_tokens_signs_nobody_out() {
    let mut paused = Tab::signed_in(TABS);
    let mut named = Tab::new("lenses", TABS);
    named.hears(200, "{}");
    assert_eq!(named.run(|handle| handle.sign_in(user("JDoe", "s3cret"))), "signed in");
    named.log();
    let others = [beside(&paused, "ethgas"), beside(&named, "lenses")];
    paused.hears(503, "").always_fails("write", Trouble::Storage);
    assert_eq!(paused.refreshes(), "vendor-unavailable at refresh");
    named.hears(200, ME).always_fails("write", Trouble::Storage);
    assert_eq!(named.checks(), "done");
    for (mut tab, mut other) in [paused, named].into_iter().zip(others) {
        assert_eq!((tab.status(), tab.state().problem), ("signed-in", Some("storage")));
        (other.record, other.note) = (tab.record.clone(), tab.note.clone());
        assert_eq!(other.wakes(Wake::Told(Line::Store)), "done");
        assert_eq!((other.status(), &tab.note), ("signed-in", &None));
        // Another tab's sign-out is followed all the same.
        tab.another_writes(None, None);
        assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
        assert_eq!(tab.status(), "logout");
    }
}

/// Once the storage works, what is missing is written, and why the renewal waits is told again.
#[test]
fn r22_a_pause_that_could_not_be_written_is_written_later() {
    let mut tab = Tab::signed_in(TABS);
    tab.fails("call refresh", Trouble::Network).fails("write", Trouble::Storage);
    assert_eq!(tab.refreshes(), "network at refresh");
    assert_eq!((tab.state().problem, tab.state().renewal), (Some("storage"), "waiting"));
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!((tab.state().problem, tab.state().renewal), (Some("network"), "waiting"));
    assert!(tab.record.as_ref().is_some_and(|text| text.contains("pause")), "{:?}", tab.record);
    tab.log();
    assert_eq!(tab.wakes(Wake::Timer), "done");
    tab.asked(&[]);
}

/// Another tab has noted how the session has ended, just when this one's write fails: that note is no longer written over.
#[test]
fn r36_the_note_of_an_end_is_not_written_over() {
    for note in ["7 idle", "7 logout", "7 refused"] {
        let mut tab = Tab::signed_in(TABS);
        tab.hears(200, &grant("a2", "r2")).fails("write", Trouble::Storage).hears(200, OK);
        tab.meanwhile("write a2", move |tab| tab.another_writes(None, Some(note)));
        tab.refreshes();
        assert_eq!(Some(tab.status()), note.strip_prefix("7 "));
    }
}

/// A write that fails late, after a later one was done, says nothing of what lies there.
#[test]
fn r10_a_write_that_fails_late_hides_no_sign_out() {
    let mut tab = whose_older_write_failed_late();
    tab.another_writes(None, None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "logout");
}

/// A check may say that the cookie is somebody else's: what lies there must not tell the next page the old name.
#[test]
fn r38_a_name_that_is_not_true_any_more_does_not_stay() {
    let mut tab = Tab::new("lenses", TABS);
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.hears(200, r#"{"name":"bob"}"#).always_fails("write", Trouble::Storage);
    assert_eq!(tab.checks(), "done");
    assert_eq!((tab.state().user.as_deref(), &tab.record), (Some("bob"), &None));
}

/// A name's write that has taken too long was done after all: nothing is left of the trouble.
#[test]
fn r38_a_names_write_done_late_is_no_problem() {
    let mut tab = Tab::new("lenses", TABS);
    tab.hears(200, "{}");
    assert_eq!(tab.run(|handle| handle.sign_in(user("JDoe", "s3cret"))), "signed in");
    tab.hears(200, ME).always_fails("write", Trouble::Timeout).always_fails("delete", Trouble::Timeout);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.state().problem, Some("storage"));
    tab.works_again();
    let held = tab.held();
    tab.another_writes(held.as_ref(), tab.note.clone().as_deref());
    for _ in 0..3 {
        assert_eq!(tab.wakes(Wake::Page), "done");
    }
    assert_eq!((tab.status(), tab.state().problem), ("signed-in", None));
}

/// The record of before must not stay where neither bob's login nor his name could be written.
#[test]
fn r38_the_record_of_before_goes_where_two_writes_fail() {
    let mut tab = Tab::new("lenses", TABS);
    tab.hears(200, "{}");
    assert_eq!(tab.run(|handle| handle.sign_in(user("ann", "s3cret"))), "signed in");
    assert!(tab.record.as_ref().is_some_and(|text| text.contains("ann")));
    tab.random = 8;
    tab.hears(200, "{}");
    tab.always_fails("write", Trouble::Storage).always_fails("read", Trouble::Storage);
    tab.meanwhile("write", |tab| {
        tab.hears(200, r#"{"name":"Bob"}"#);
        assert_eq!(tab.checks(), "done");
    });
    assert_eq!(tab.run(|handle| handle.sign_in(user("bob", "s3cret"))), "signed in");
    assert_eq!(tab.status(), "signed-in");
    let text = tab.record.clone().unwrap_or_default();
    assert!(!text.contains("ann"), "{text}");
}

/// While the write of a login is given up, another one is written: it must not be deleted.
#[test]
fn r18_a_login_during_the_note_of_one_that_failed_stays() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.fails("write a1", Trouble::Storage);
    tab.meanwhile("note 7 unwritten", signs_in_anew);
    tab.hears(200, &grant("a1", "r1"));
    tab.run(|handle| handle.sign_in(user("jdoe", "s3cret")));
    has_the_new_login(&tab);
    assert!(tab.record.is_some());
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "signed-in");
}

/// The user signs out while a failed write is seen to. Its note stays, as the record can't be deleted: else the next page was signed in.
#[test]
fn r10_the_note_of_a_sign_out_is_not_written_over_by_its_own_tab() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2")).fails("write a2", Trouble::Storage).hears(200, OK);
    tab.always_fails("delete", Trouble::Storage);
    tab.meanwhile("write a2", |tab| {
        tab.meanwhile("read", |tab| {
            tab.signs_out();
        });
    });
    tab.refreshes();
    tab.run_begun();
    assert_eq!((tab.status(), tab.record.is_some()), ("logout", true));
    let mut next = Tab::new("ethgas", TABS);
    (next.record, next.note) = (tab.record.clone(), tab.note.clone());
    assert_eq!(next.restores(), "done");
    assert_eq!(next.status(), "never");
}
