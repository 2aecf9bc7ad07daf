//! Signing out.

use std::cell::Cell;
use std::rc::Rc;

use hallpass::protocol::{Keeping, Line, Trouble, Wake};
use hallpass::session::Record;

use crate::support::user;
use crate::tab::{BASE, HOUR, NOW, TABS, Tab};
use crate::vendors::{NO_SESSION, OK, UNAUTHORIZED, grant};

/// The note comes first: the page may go at any moment from then on.
#[test]
fn r10_it_is_noted_and_taken_away_whatever_the_network_says() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&[
        "tell the neighbours",
        "note 7 logout",
        "delete over all",
        "forget the note",
        "tell of the store",
        "join",
        "  call logout with a1",
        "  read",
    ]);
    assert_eq!((tab.status(), &tab.record, &tab.note), ("logout", &None, &None));
    for (status, text) in [(500, ""), (401, UNAUTHORIZED), (200, "<html>")] {
        let mut tab = Tab::signed_in(TABS);
        tab.hears(status, text);
        assert_eq!(tab.signs_out(), "signed out");
        assert_eq!((tab.status(), &tab.record), ("logout", &None));
    }
    let mut tab = Tab::signed_in(TABS);
    tab.fails("call logout", Trouble::Network);
    assert_eq!(tab.signs_out(), "signed out");
}

/// Whoever has given up before waits for nobody: neither for the vendor nor for an earlier sign-out that is still on its way.
#[test]
fn r10_who_has_given_up_waits_for_no_earlier_sign_out() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, &grant("a2", "r2")).hears(200, OK);
    tab.meanwhile("call logout", |tab| {
        assert_eq!(tab.signs_in(&grant("a2", "r2")), "signed in");
        tab.log();
        assert_eq!(tab.run(|handle| handle.sign_out(false)), "signed out");
        let log = tab.log();
        assert!(!log.iter().any(|line| line.contains("join")), "{log:?}");
    });
    tab.signs_out();
}

/// In memory and in a page's own storage, tabs have sessions of their own; a sign-out is for all of them.
#[test]
fn tabs_with_sessions_of_their_own_are_told() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call logout with a1"]);
    let mut tab = Tab::signed_in(Keeping::Page);
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&[
        "tell of the sign-out",
        "note 7 logout",
        "delete over all",
        "forget the note",
        "tell of the store",
        "join",
        "  call logout with a1",
        "  read",
    ]);
}

#[test]
fn a_tab_that_is_told_signs_out_and_tells_nobody() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, OK);
    assert_eq!(tab.wakes(Wake::Told(Line::SignOut)), "signed out, confirmed");
    tab.asked(&["join", "  call logout with a1"]);
    assert_eq!(tab.wakes(Wake::Told(Line::SignOut)), "done", "once");
    let mut tab = Tab::signed_in(TABS);
    assert_eq!(tab.wakes(Wake::Told(Line::SignOut)), "done");
    tab.asked(&[]);
    assert_eq!(tab.status(), "signed-in", "it shares another session");
}

#[test]
fn without_anybody_signed_in_nobody_is_asked_but_the_store_is_cleared() {
    let mut tab = Tab::new("ethgas", TABS);
    assert_eq!(tab.signs_out(), "signed out");
    tab.asked(&["tell the neighbours", "delete over all", "forget the note", "tell of the store", "  read"]);
    let mut tab = with_a_cookie();
    tab.hears(204, "");
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.log();
    assert_eq!(tab.signs_out(), "signed out");
    tab.asked(&["tell of the sign-out"]);
}

#[test]
fn a_vendor_without_a_logout_is_told_nothing() {
    let mut tab = Tab::new("pegase3", Keeping::Memory);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.log();
    assert_eq!(tab.signs_out(), "signed out");
    tab.asked(&["tell of the sign-out"]);
}

/// The caller has given up before it began: the user is signed out here, and that is all.
#[test]
fn whoever_has_given_up_before_tells_the_vendor_nothing() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    assert_eq!(tab.run(|handle| handle.sign_out(false)), "signed out");
    tab.asked(&["tell of the sign-out"]);
    assert_eq!(tab.status(), "logout");
}

#[test]
fn whoever_gives_up_in_the_middle_stops_the_call() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, OK).fails("join", Trouble::GivenUp);
    assert_eq!(tab.signs_out(), "given up");
    tab.asked(&["tell of the sign-out", "join", "  call logout with a1", "stop"]);
    assert_eq!(tab.status(), "logout");
}

/// An expired token is never sent.
#[test]
fn a_token_that_is_over_is_renewed_to_be_revoked() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now += HOUR - 1.0;
    tab.hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call logout with a1"]);

    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now += HOUR;
    tab.hears(200, &grant("a2", "r2")).hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call refresh with r1", "  call logout with a2"]);

    for (status, text) in [(401, UNAUTHORIZED), (503, "")] {
        let mut tab = Tab::signed_in(Keeping::Memory);
        tab.now += HOUR;
        tab.hears(status, text);
        assert_eq!(tab.signs_out(), "signed out");
        tab.asked(&["tell of the sign-out", "join", "  call refresh with r1"]);
    }
}

/// Lenses HQ's cookie goes with the call. Told by another tab, it may be a newer login's by now.
#[test]
fn a_cookie_is_signed_out_where_that_was_asked_for_and_not_elsewhere() {
    let with_logout = || {
        let mut tab = Tab::with("lenses", Keeping::Memory, |settings| {
            settings.addresses.logout = Some(format!("{BASE}/logout"));
        });
        assert_eq!(tab.signs_in("{}"), "signed in");
        tab.log();
        tab
    };
    let mut tab = with_logout();
    tab.hears(204, "");
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call logout"]);
    let mut tab = with_logout();
    assert_eq!(tab.wakes(Wake::Told(Line::SignOut)), "signed out");
    tab.asked(&[]);
    assert_eq!(tab.status(), "logout");
}

#[test]
fn a_login_under_way_is_stopped() {
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    tab.meanwhile("call login", |tab| {
        assert_eq!(tab.signs_out(), "signed out");
    });
    let told = tab.run(|handle| handle.sign_in(user("jdoe", "s3cret")));
    assert_eq!(told, "superseded at login");
    tab.asked(&["random", "call login", "  tell of the sign-out", "  stop"]);
    assert_eq!(tab.status(), "logout");
}

/// A sign-out in another tab was before a login that is under way here, whether somebody was signed in here or not.
#[test]
fn a_login_under_way_goes_on_after_a_sign_out_elsewhere() {
    for before in [false, true] {
        let mut tab =
            if before { Tab::signed_in(Keeping::Memory) } else { Tab::new("ethgas", Keeping::Memory) };
        if before {
            tab.hears(200, "{}");
        }
        tab.meanwhile("call login", move |tab| {
            tab.wakes(Wake::Told(Line::SignOut));
            assert_eq!(tab.status(), if before { "logout" } else { "never" });
        });
        // The replies are told in the order of the calls: the sign-out's has been told by then.
        tab.hears(200, &grant("a2", "r2"));
        let told = tab.run(|handle| handle.sign_in(user("jdoe", "s3cret")));
        assert_eq!((told.as_str(), tab.status()), ("signed in", "signed-in"), "{before}");
    }
}

/// Where another user's session has replaced this tab's, that one is not this tab's to sign out of.
#[test]
fn what_has_replaced_a_session_is_left_alone() {
    let mut tab = Tab::signed_in(Keeping::Page);
    let mut others = tab.held().unwrap();
    others.login = 9;
    others.held.user = Some("asmith".into());
    tab.another_writes(Some(&others), None);
    assert_eq!(tab.wakes(Wake::Page), "done");
    assert_eq!(tab.status(), "replaced");
    tab.log();
    assert_eq!(tab.signs_out(), "signed out");
    tab.asked(&["  read"]);
    assert!(tab.record.is_some());
}

/// R10: whoever signs out while the end of an older session is being written down signs out of whatever lies there by then.
#[test]
fn r10_a_sign_out_beside_another_end_takes_away_a_newer_login() {
    let mut tab = Tab::signed_in(TABS);
    let mut newer = tab.held().unwrap();
    newer.login = 9;
    tab.meanwhile("delete", move |tab| {
        tab.another_writes(Some(&newer), None);
        tab.run(|handle| handle.sign_out(true));
    });
    tab.hears(401, UNAUTHORIZED);
    tab.refreshes();
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
}

/// A sign-out counts also where the session has just ended by its clock, and no other tab has heard of that yet.
#[test]
fn r18_what_ended_by_its_clock_and_was_signed_out_of_does_not_come_back() {
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    let mut newer = tab.held().expect("somebody is signed in");
    newer.renewals += 1;
    newer.expires_at = Some(NOW + 2.0 * HOUR);
    tab.log();
    tab.now += HOUR / 2.0;
    assert!(tab.handle.look_at_clock(tab.moment()));
    assert_eq!(tab.signs_out(), "signed out");
    assert_eq!(tab.log()[1], "note 7 logout");
    // Another tab has written newer tokens in the same moment.
    tab.another_writes(Some(&newer), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
}

fn with_a_cookie() -> Tab {
    let mut tab = Tab::with("lenses", Keeping::Memory, |settings| {
        settings.addresses.logout = Some(format!("{BASE}/logout"));
    });
    assert_eq!(tab.signs_in(r#"{"user":"jdoe"}"#), "signed in");
    tab.log();
    tab
}

/// R10: the sign-out would end what comes before its answer, too, as both have the same cookie.
#[test]
fn r10_where_a_cookie_is_the_session_what_comes_after_a_sign_out_waits_for_it() {
    let mut tab = with_a_cookie();
    tab.hears(200, "{}").hears(401, NO_SESSION);
    tab.meanwhile("call logout", |tab| {
        assert_eq!(tab.checks(), "waits");
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert_eq!(tab.status(), "logout");
    tab.asked(&["tell of the sign-out", "join", "  call logout", "    join", "    random", "    call check"]);

    let mut tab = with_a_cookie();
    tab.hears(200, "{}").hears(200, r#"{"user":"asmith"}"#);
    tab.meanwhile("call logout", |tab| {
        assert_eq!(tab.run(|handle| handle.sign_in(user("asmith", "s3cret"))), "waits");
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call logout", "    join", "    random", "    call login"]);
    assert_eq!(tab.status(), "signed-in");
    // Whoever gives up waiting sends nothing.
    let mut tab = with_a_cookie();
    tab.hears(200, "{}");
    tab.meanwhile("call logout", |tab| {
        tab.fails("join", Trouble::GivenUp);
        assert_eq!(tab.checks(), "given up");
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
}

/// Nor does a password go out once nobody uses the handle any more.
#[test]
fn r34_a_login_that_waits_for_a_sign_out_is_not_sent_after_dispose() {
    let mut tab = with_a_cookie();
    tab.hears(200, "{}");
    tab.meanwhile("call logout", |tab| {
        assert_eq!(tab.run(|handle| handle.sign_in(user("asmith", "s3cret"))), "waits");
        tab.handle.dispose();
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call logout", "    join"]);
}

/// Two calls at once, such as of a button that was pressed twice, have one answer.
#[test]
fn two_sign_outs_at_once_are_told_the_same() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    let second = Rc::new(Cell::new(0));
    let id = Rc::clone(&second);
    tab.hears(200, OK);
    tab.meanwhile("call logout", move |tab| {
        id.set(tab.handle.sign_out(true));
        let id = id.get();
        assert_eq!(tab.run(|_| id), "waits");
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    assert_eq!(tab.ending(second.get()), "signed out, confirmed");
}

/// R10: the second caller is told when the record is gone, too: what reads the store waits for what is being written there.
#[test]
fn r10_a_second_sign_out_waits_until_the_record_is_gone() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, OK).meanwhile("delete", |tab| {
        tab.log();
        assert_eq!(tab.signs_out(), "signed out, confirmed");
        let log = tab.log();
        assert_eq!(log[1].trim(), "read", "{log:?}");
    });
    assert_eq!(tab.signs_out(), "signed out, confirmed");
}

/// R16: a refresh token that is just being spent is not spent once more to revoke the session. What that brings is revoked.
#[test]
fn r16_a_sign_out_during_a_renewal_takes_what_that_brings() {
    for keeping in [Keeping::Memory, TABS] {
        let mut tab = Tab::signed_in(keeping);
        tab.now += HOUR;
        let second = Rc::new(Cell::new(0));
        let id = Rc::clone(&second);
        tab.meanwhile("call refresh", move |tab| {
            id.set(tab.handle.sign_out(true));
            let id = id.get();
            assert_eq!(tab.run(|_| id), "waits");
            assert_eq!(tab.status(), "logout", "here it is over at once");
            tab.hears(200, &grant("a2", "r2")).hears(200, OK);
        });
        assert_eq!(tab.refreshes(), "superseded at refresh");
        assert_eq!(tab.ending(second.get()), "signed out, confirmed");
        assert_eq!(tab.log_of("call"), ["call refresh with r1", "call logout with a2"]);
        // Where that fails, the caller waits for no second try.
        let mut tab = Tab::signed_in(keeping);
        tab.now += HOUR;
        tab.meanwhile("call refresh", |tab| {
            let id = tab.handle.sign_out(true);
            tab.run(|_| id);
            tab.hears(503, "");
        });
        assert_eq!(tab.refreshes(), "superseded at refresh");
        assert_eq!(tab.log_of("call"), ["call refresh with r1"]);
    }
}

/// Also where renewals are manual: a refresh token that lives on at the vendor would be the greater harm.
#[test]
fn r39_where_renewals_are_manual_a_token_that_is_over_is_renewed_to_be_revoked() {
    let mut tab = Tab::with("ethgas", Keeping::Memory, |settings| settings.automatic = false);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.log();
    tab.now += HOUR;
    tab.hears(200, &grant("a2", "r2")).hears(200, OK);
    assert_eq!(tab.signs_out(), "signed out, confirmed");
    tab.asked(&["tell of the sign-out", "join", "  call refresh with r1", "  call logout with a2"]);
}

/// R10: a tab that has asked meanwhile has found the cookie alive. What came of that is looked at once more.
#[test]
fn r10_what_another_tab_has_found_alive_during_a_sign_out_is_asked_about_again() {
    for (status, answer, told) in [(401, NO_SESSION, "refused"), (200, r#"{"name":"asmith"}"#, "signed-in")] {
        let mut tab = Tab::with("lenses", TABS, |settings| {
            settings.addresses.logout = Some(format!("{BASE}/logout"));
        });
        assert_eq!(tab.signs_in(r#"{"user":"jdoe"}"#), "signed in");
        let found = Record { login: 99, ..tab.held().expect("signed in") };
        tab.meanwhile("call logout", move |tab| tab.another_writes(Some(&found), None));
        tab.hears(200, "{}").hears(status, answer);
        assert_eq!(tab.signs_out(), "signed out, confirmed");
        assert_eq!(tab.status(), told);
    }
}
