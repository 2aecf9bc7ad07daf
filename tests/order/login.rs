//! Signing in.

use hallpass::protocol::{Keeping, Line, Trouble, Wake};

use crate::meanwhile::of_another_tab;
use crate::support::user;
use crate::tab::{HOUR, NOW, TABS, Tab};
use crate::vendors::{NO_SESSION, OK, UNAUTHORIZED, grant};

#[test]
fn a_login_is_sent_once_and_written_over_whatever_lies_there() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.another_writes(None, Some("3 logout"));
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.asked(&[
        "tell the neighbours",
        "random",
        "call login",
        "write a1 of 7 over all",
        "forget the note",
        "tell of the store",
    ]);
    assert_eq!((tab.status(), tab.state().user.as_deref()), ("signed-in", Some("jdoe")));
    assert_eq!(tab.held().map(|record| record.received_at.to_bits()), Some(NOW.to_bits()));
}

#[test]
fn in_memory_nothing_is_written_and_nobody_told() {
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.asked(&["random", "call login"]);
}

#[test]
fn rule_5_a_refused_login_is_not_repeated() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "wrong"))), "invalid-credentials at login");
    tab.asked(&["tell the neighbours", "random", "call login"]);
    for (trouble, told) in [
        (Trouble::Network, "network at login"),
        (Trouble::Timeout, "timeout at login"),
        (Trouble::Redirect, "malformed-reply at login, redirect"),
        (Trouble::GivenUp, "given up"),
    ] {
        tab.fails("call login", trouble);
        assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), told);
        tab.asked(&["tell the neighbours", "random", "call login"]);
    }
    assert_eq!(tab.status(), "never");
}

#[test]
fn what_cant_be_sent_is_not_sent_and_overtakes_nothing() {
    let mut tab = Tab::new("pegase3", Keeping::Memory);
    tab.meanwhile("call login", |tab| {
        let told = tab.run(|handle| handle.sign_in(user("jdoe", "beyond Latin-1: \u{20ac}")));
        assert_eq!(told, "invalid-request at login");
    });
    let reply = r#"{"code":200,"status":"ok","token":"t1"}"#;
    assert_eq!(tab.signs_in(reply), "signed in");
    tab.asked(&["random", "call login"]);
}

#[test]
fn lenses_tells_where_to_go_next_and_where_single_sign_on_is() {
    let mut tab = Tab::new("lenses", Keeping::Memory);
    assert_eq!(tab.signs_in(r#"{"redir_to":"/next"}"#), "signed in, to /next");
    let mut tab = Tab::new("lenses", Keeping::Memory);
    tab.hears(401, NO_SESSION);
    assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "wrong"))), "invalid-credentials at login");
    assert_eq!(tab.state().sso_url.as_deref(), Some("https://idp.test/"));
}

/// R39: the older session is ended at the vendor, beside the new one.
#[test]
fn r39_a_login_over_a_session_revokes_the_older_one() {
    let mut tab = Tab::new("ethgas", TABS);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.log();
    tab.hears(200, &grant("a2", "r2")).hears(500, "");
    assert_eq!(
        tab.run(|handle| handle.sign_in(user("asmith", "s3cret"))),
        "signed in",
        "whatever becomes of that"
    );
    tab.asked(&[
        "tell the neighbours",
        "random",
        "call login",
        "write a2 of 7 over all",
        "forget the note",
        "tell of the store",
        "  call logout with a1",
    ]);
    assert_eq!(tab.state().user.as_deref(), Some("asmith"));
}

/// Some vendors give a person the same token again: then what a renewal brings for the older session is the newer one's.
#[test]
fn r39_a_renewal_that_brings_the_newer_logins_token_revokes_nothing() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now += HOUR;
    tab.meanwhile("call refresh", |tab| {
        tab.random = 8;
        assert_eq!(tab.signs_in(&grant("a2", "rb1")), "signed in");
        tab.hears(200, &grant("a2", "r2"));
    });
    assert_eq!(tab.refreshes(), "superseded at refresh");
    assert_eq!(tab.log_of("call"), ["call refresh with r1", "call login"]);
    assert_eq!(tab.status(), "signed-in");
}

/// An expired token is renewed to be revoked, once.
#[test]
fn r39_an_older_session_whose_token_is_over_is_renewed_to_be_revoked() {
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.log();
    tab.now += HOUR;
    tab.hears(200, &grant("a2", "r2")).hears(200, &grant("a1-new", "r1-new")).hears(200, OK);
    assert_eq!(tab.run(|handle| handle.sign_in(user("asmith", "s3cret"))), "signed in");
    tab.asked(&["random", "call login", "  call refresh with r1", "  call logout with a1-new"]);
    assert_eq!(
        tab.held().and_then(|record| record.held.access).as_deref(),
        Some("a2"),
        "the new one's is its own"
    );
}

/// Its cookie has been replaced by the new one's: to sign that out would end the new session.
#[test]
fn a_cookies_older_session_is_left_alone() {
    let mut tab = Tab::with("lenses", Keeping::Memory, |settings| {
        settings.addresses.logout = Some(format!("{}/logout", crate::tab::BASE));
    });
    assert_eq!(tab.signs_in("{}"), "signed in");
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.asked(&["random", "call login", "random", "call login"]);
}

/// R18: whoever comes later wins.
#[test]
fn r18_a_newer_login_stops_the_one_before() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.meanwhile("call login", |tab| {
        tab.hears(200, &grant("b1", "rb1"));
        assert_eq!(tab.run(|handle| handle.sign_in(user("asmith", "s3cret"))), "signed in");
    });
    assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "superseded at login");
    tab.asked(&[
        "tell the neighbours",
        "random",
        "call login",
        "  stop",
        "  tell the neighbours",
        "  random",
        "  call login",
        "  write b1 of 7 over all",
        "  forget the note",
        "  tell of the store",
    ]);
    assert_eq!(tab.state().user.as_deref(), Some("asmith"));
}

/// R18: handles of one page that share a session are one. What another of them begins overtakes the login of this one.
#[test]
fn r18_a_login_gives_way_to_what_another_handle_of_the_page_begins() {
    for keeping in [Keeping::Page, TABS] {
        let mut tab = Tab::new("ethgas", keeping);
        tab.meanwhile("call login", |tab| {
            assert_eq!(tab.wakes(Wake::Told(Line::Neighbours)), "done");
            tab.hears(200, &grant("a1", "r1"));
        });
        assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "superseded at login");
        tab.asked(&["tell the neighbours", "random", "call login", "  stop"]);
        assert_eq!((tab.status(), &tab.record), ("never", &None));
    }
    // What is there stays, and so does a renewal.
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, &grant("a2", "r2"));
    tab.meanwhile("call refresh", |tab| assert_eq!(tab.wakes(Wake::Told(Line::Neighbours)), "done"));
    assert_eq!((tab.refreshes().as_str(), tab.status()), ("done", "signed-in"));
}

/// R18, also where the older one's answer was there already.
#[test]
fn r18_a_login_that_ends_after_a_logout_writes_nothing() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.meanwhile("random", |tab| {
        assert_eq!(tab.signs_out(), "signed out");
    });
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "superseded at login");
    assert_eq!((tab.status(), &tab.record), ("logout", &None));
}

#[test]
fn r18_a_logout_while_the_login_is_written_counts() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.hears(200, &grant("a1", "r1")).meanwhile("write", |tab| {
        tab.hears(200, OK);
        assert!(tab.signs_out().starts_with("signed out"));
    });
    assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "superseded at login");
    assert_eq!(tab.status(), "logout");
}

#[test]
fn a_caller_who_gives_up_while_it_is_written_hears_his_own_reason() {
    let mut tab = Tab::new("ethgas", TABS);
    tab.fails("write", Trouble::GivenUp);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "given up");
    assert_eq!(tab.status(), "signed-in", "the vendor has signed in all the same");
}

/// R39: some vendors give a person the same token again, and a sign-out with that would end both sessions.
#[test]
fn r39_a_login_that_brings_the_same_token_revokes_nothing() {
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.log();
    assert_eq!(tab.signs_in(&grant("a1", "r2")), "signed in");
    tab.asked(&["random", "call login"]);
}

/// R2: the state is seen by everybody, so what a vendor says of a refused login is looked through before it gets there.
#[test]
fn r2_no_password_gets_into_the_state() {
    let refusal = |address: &str| {
        let mut tab = Tab::new("lenses", Keeping::Memory);
        tab.hears(
            401,
            &format!(r#"{{"type":"unauthorised","title":"No.","status":401,"sso_url":"{address}"}}"#),
        );
        assert_eq!(
            tab.run(|handle| handle.sign_in(user("jdoe", "s3cret-word"))),
            "invalid-credentials at login"
        );
        tab.state().sso_url
    };
    assert_eq!(refusal("https://idp.test/?hint=s3cret-word"), None);
    assert_eq!(refusal("https://idp.test/").as_deref(), Some("https://idp.test/"));
}

/// Where another user's session has replaced this tab's, a login here replaces theirs.
#[test]
fn r39_a_login_in_a_replaced_tab_revokes_the_session_that_it_replaces() {
    let mut tab = Tab::signed_in(TABS);
    let mut others = of_another_tab(&tab);
    others.held.user = Some("asmith".into());
    others.held.access = Some("b1".into());
    tab.another_writes(Some(&others), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "replaced");
    tab.log();
    tab.random = 8;
    tab.hears(200, &grant("a2", "r2")).hears(200, OK);
    assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "signed in");
    assert_eq!(tab.log_of("call"), ["call login", "call logout with b1"]);
    // Where the other one has signed out, nothing lies there.
    let mut tab = Tab::signed_in(TABS);
    tab.another_writes(Some(&others), None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.another_writes(None, None);
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    tab.log();
    tab.random = 8;
    tab.hears(200, &grant("a2", "r2"));
    assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "signed in");
    assert_eq!(tab.log_of("call"), ["call login"]);
}

/// The other user's tokens have been renewed since, which this tab hasn't heard.
#[test]
fn r39_a_login_in_a_replaced_tab_revokes_what_lies_there_now() {
    for over in [false, true] {
        let mut tab = Tab::signed_in(TABS);
        let mut others = of_another_tab(&tab);
        others.held.user = Some("asmith".into());
        others.held.access = Some("b1".into());
        others.held.refresh = Some("rb1".into());
        tab.another_writes(Some(&others), None);
        assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
        assert_eq!(tab.status(), "replaced");
        if over {
            tab.now += 1.5 * HOUR;
        }
        others.renewals = 1;
        others.held.access = Some("b2".into());
        others.held.refresh = Some("rb2".into());
        (others.received_at, others.expires_at) = (tab.now, Some(tab.now + HOUR));
        tab.another_writes(Some(&others), None);
        tab.log();
        tab.random = 8;
        tab.hears(200, &grant("a2", "r2")).hears(200, OK).hears(200, OK);
        assert_eq!(tab.run(|handle| handle.sign_in(user("jdoe", "s3cret"))), "signed in");
        assert_eq!(tab.log_of("call"), ["call login", "call logout with b2"], "over {over}");
    }
}
