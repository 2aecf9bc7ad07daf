//! Asking the vendor whether the session is alive.

use std::rc::Rc;

use hallpass::dialect::{Described, Json as _};
use hallpass::protocol::{Keeping, Line, Trouble, Wake};

use crate::support::{Value, user};
use crate::tab::{BASE, HOUR, NOW, TABS, Tab};
use crate::vendors::{ME, NO_SESSION, OK, UNAUTHORIZED, grant};

const ALIVE: &str = r#"{"code":200,"message":"OK","data":{"valid":true}}"#;
const DEAD: &str = r#"{"code":200,"message":"OK","data":{"valid":false}}"#;

#[test]
fn a_live_session_stays() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(200, ALIVE);
    assert_eq!(tab.checks(), "done");
    tab.asked(&["call check with a1", "read"]);
    assert_eq!(tab.status(), "signed-in");
}

#[test]
fn a_vendor_without_such_a_call_is_not_asked() {
    let mut tab = Tab::new("ocient", TABS);
    assert_eq!(tab.checks(), "unsupported at check, check");
    tab.asked(&[]);
}

#[test]
fn without_a_token_there_is_nothing_to_ask_about() {
    let mut tab = Tab::new("ethgas", TABS);
    assert_eq!(tab.checks(), "done", "that nobody is signed in is an answer");
    tab.asked(&[]);
}

/// A cookie may be there from a visit before.
#[test]
fn a_cookie_that_was_there_already_is_a_session() {
    let mut tab = Tab::new("lenses", TABS);
    tab.hears(200, ME);
    assert_eq!(tab.checks(), "done");
    tab.asked(&["random", "call check", "read", "read", "write a cookie of 7", "tell of the store"]);
    assert_eq!(tab.state().user.as_deref(), Some("jdoe"));
}

/// It has a name like any other login: so whoever has signed out of it stays signed out, though its record can't be deleted.
#[test]
fn r10_a_session_that_was_found_does_not_come_back_after_a_logout() {
    let mut tab = Tab::new("lenses", TABS);
    tab.hears(200, ME);
    assert_eq!(tab.checks(), "done");
    tab.always_fails("delete", Trouble::Storage);
    assert_eq!(tab.signs_out(), "signed out");
    assert_eq!(tab.status(), "logout");
    assert_eq!(tab.wakes(Wake::Told(Line::Store)), "done");
    assert_eq!(tab.status(), "logout");
    // Another tab is told so by the note.
    let mut other = Tab::new("lenses", TABS);
    (other.record, other.note) = (tab.record.clone(), tab.note.clone());
    assert_eq!(other.restores(), "done");
    assert_ne!(other.status(), "signed-in");
    // Who asks the vendor again is told that its cookie is still good.
    tab.random = 8;
    tab.hears(200, ME);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.held().map(|held| held.login), Some(8));
}

#[test]
fn a_cookie_that_is_no_longer_good_ends_the_session() {
    let mut tab = Tab::new("lenses", TABS);
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.log();
    tab.hears(401, NO_SESSION);
    assert_eq!(tab.checks(), "done");
    assert_eq!((tab.status(), tab.state().sso_url.as_deref()), ("refused", Some("https://idp.test/")));
    tab.asked(&["call check", "join", "  read", "  note 7 refused", "  delete", "  tell of the store"]);
}

/// Where nobody is signed in, no session can end.
#[test]
fn a_no_where_nobody_is_signed_in_is_told_and_nothing_more() {
    let mut tab = Tab::new("lenses", TABS);
    tab.hears(401, NO_SESSION);
    assert_eq!(tab.checks(), "done");
    tab.asked(&["random", "call check", "read"]);
    assert_eq!((tab.status(), tab.state().sso_url.as_deref()), ("never", Some("https://idp.test/")));
}

#[test]
fn a_rejected_token_is_renewed_and_that_is_the_answer() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.checks(), "done");
    tab.asked(&[
        "call check with a1",
        "join",
        "  lock 7 0",
        "  read",
        "  call refresh with r1",
        "  read",
        "  write a2 of 7",
        "  tell of the store",
        "  unlock, spent",
        "read",
    ]);
    assert_eq!(tab.status(), "signed-in");
}

#[test]
fn a_session_that_is_said_to_be_invalid_is_renewed_too() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, DEAD).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.checks(), "done");
    tab.asked(&["call check with a1", "join", "  call refresh with r1"]);
}

#[test]
fn that_the_session_is_over_is_an_answer_too() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.status(), "refused");
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + 2.0 * HOUR;
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.checks(), "done", "its token was over, and so is the refresh token");
    assert_eq!(tab.status(), "expired");
    tab.asked(&["join", "  call refresh with r1", "  random"]);
}

#[test]
fn trouble_at_the_renewal_is_the_callers_to_hear() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(503, "");
    assert_eq!(tab.checks(), "vendor-unavailable at refresh");
    assert_eq!(tab.status(), "signed-in");
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + 2.0 * HOUR;
    tab.fails("call refresh", Trouble::Network);
    assert_eq!(tab.checks(), "network at refresh");
}

/// Where renewals are the caller's to ask for, a rejected token is told as it is.
#[test]
fn without_renewals_a_rejected_token_is_an_error() {
    let mut tab = Tab::with("ethgas", Keeping::Memory, |settings| settings.automatic = false);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.checks(), "session-expired at check");
    assert_eq!(tab.status(), "signed-in");
}

#[test]
fn trouble_is_told_and_changes_nothing() {
    for (status, text, told) in [
        (503, "", "vendor-unavailable at check"),
        (200, "<html>", "malformed-reply at check"),
        (403, r#"{"code":403,"message":"no","data":null}"#, "forbidden at check"),
    ] {
        let mut tab = Tab::signed_in(TABS);
        tab.hears(status, text);
        assert_eq!(tab.checks(), told);
        tab.asked(&["call check with a1"]);
        assert_eq!(tab.status(), "signed-in");
    }
    for (trouble, told) in [
        (Trouble::Network, "network at check"),
        (Trouble::Timeout, "timeout at check"),
        (Trouble::Redirect, "malformed-reply at check, redirect"),
        (Trouble::GivenUp, "given up"),
    ] {
        let mut tab = Tab::signed_in(TABS);
        tab.fails("call check", trouble);
        assert_eq!(tab.checks(), told);
        assert_eq!(tab.status(), "signed-in");
    }
}

/// R18: what was asked about an older login says nothing of a newer one.
#[test]
fn r18_an_answer_about_a_session_that_was_signed_out_counts_no_more() {
    let mut tab = Tab::new("lenses", Keeping::Memory);
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.meanwhile("call check", |tab| {
        assert_eq!(tab.signs_out(), "signed out");
    });
    tab.hears(200, ME);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.status(), "logout");
}

#[test]
fn a_caller_who_gives_up_in_the_middle_hears_his_own_reason() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2"));
    tab.fails("join", Trouble::GivenUp);
    assert_eq!(tab.checks(), "given up");
    assert_eq!(tab.status(), "signed-in", "the renewal goes on");
}

/// Rule 10: a gateway's 401 ends no session, not even one that can't be renewed.
#[test]
fn rule_10_a_gateways_no_at_a_check_ends_no_session_without_renewals() {
    let mut tab = Tab::with("pegase3", Keeping::Memory, |settings| {
        settings.addresses.check = Some(format!("{BASE}/check"));
    });
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.hears(401, "<h1>Sign in</h1>");
    assert_eq!(tab.checks(), "session-expired at check");
    assert_eq!(tab.status(), "signed-in");
    tab.hears(200, r#"{"code":401,"status":"error"}"#);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.status(), "refused");
}

/// R21: a vendor whose check says no to each token, and which renews them all the same, is not asked for new ones each time.
#[test]
fn r21_a_check_that_always_says_no_renews_now_and_then() {
    let mut tab = Tab::signed_in(TABS);
    let renews = |tab: &mut Tab, round: u32| {
        tab.hears(401, UNAUTHORIZED).hears(200, &grant(&format!("a{round}"), &format!("r{round}")));
        assert_eq!(tab.checks(), "done", "as it can be renewed, it is alive");
        tab.replies.clear();
        tab.log().iter().filter(|line| line.contains("call refresh")).count()
    };
    let mut renewals = 0;
    for round in 0..60 {
        renewals += renews(&mut tab, round);
        tab.now += 1_000.0;
    }
    assert_eq!(renewals, 4, "three at once, and one more after 35 s, as for a request");
    renewals = (60..70).map(|round| renews(&mut tab, round)).sum();
    assert_eq!(renewals, 3, "a minute is over");
    // Nor does it help that the vendor takes each token for requests.
    let mut tab = Tab::signed_in(TABS);
    renewals = (0..60)
        .map(|round| {
            tab.hears(200, OK);
            assert_eq!(tab.requests(), "answered");
            tab.now += 1_000.0;
            renews(&mut tab, round)
        })
        .sum();
    assert_eq!(renewals, 4);
    // Another login's are counted by themselves.
    let mut tab = Tab::signed_in(TABS);
    renewals = (0..5).map(|round| renews(&mut tab, round)).sum();
    assert_eq!(renewals, 3);
    tab.random = 8;
    tab.hears(200, &grant("b1", "q1")).hears(200, OK);
    assert_eq!(tab.run(|handle| handle.sign_in(user("bert", "s3cret"))), "signed in");
    tab.replies.clear();
    tab.hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.status(), "refused");
    // A no whose renewal is refused is the end, also right after others.
    let mut tab = Tab::signed_in(TABS);
    for round in 0..2 {
        tab.hears(401, UNAUTHORIZED).hears(200, &grant(&format!("a{round}"), &format!("r{round}")));
        assert_eq!(tab.checks(), "done");
    }
    tab.hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.status(), "refused");
}

/// A check's yes to the new token ends that: the next no counts at once.
#[test]
fn r21_a_no_after_a_yes_is_looked_into() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.checks(), "done");
    tab.now += 5_000.0;
    tab.hears(200, r#"{"code":200,"message":"OK","data":{"valid":true}}"#);
    assert_eq!(tab.checks(), "done");
    tab.now += 5_000.0;
    tab.hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED).hears(401, UNAUTHORIZED);
    assert_eq!(tab.checks(), "done");
    assert_eq!(tab.status(), "refused");
}

/// The vendor may let a cookie live on longer than the login has told.
#[test]
fn a_cookie_that_a_check_finds_alive_after_its_time_is_a_session() {
    let said = r#"{"name":"acme","credential":"cookie","login":{"path":"login","json":{"u":"{username}","p":"{password}"}},
        "check":{"path":"me","method":"GET","user":"user"},"grant":{"user":"user","lifetime":{"seconds":"seconds"}}}"#;
    let vendor = Described::of(&Value::parse(said).expect("JSON")).expect("a description");
    let mut tab = Tab::at(Rc::new(vendor), Keeping::Memory, |_| {});
    assert_eq!(tab.signs_in(r#"{"user":"ann","seconds":3600}"#), "signed in");
    tab.now += HOUR;
    tab.hears(200, r#"{"user":"ann"}"#);
    assert_eq!(tab.checks(), "done");
    assert!(!tab.handle.look_at_clock(tab.moment()), "the vendor has just said that it is alive");
    assert_eq!((tab.status(), tab.state().user.as_deref()), ("signed-in", Some("ann")));
}
