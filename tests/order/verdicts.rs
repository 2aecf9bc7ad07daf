//! What an answer to a request says of the session: whose word counts, and what it does.

use hallpass::protocol::{Keeping, Trouble, Wish};

use crate::tab::{BASE, TABS, Tab, wish};
use crate::vendors::{ME, NO_SESSION, OK, UNAUTHORIZED, grant};

fn lenses() -> Tab {
    let mut tab = Tab::new("lenses", Keeping::Memory);
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.log();
    tab
}

/// What can't be renewed ends with the vendor's own word, and takes its record along.
#[test]
fn rule_10_pegase3s_word_ends_the_session() {
    for (status, text, reason) in [
        (401, r#"{"code":401,"status":"error","message":"Token is not valid."}"#, "refused"),
        (498, r#"{"code":498,"status":"error","message":"Token expired."}"#, "expired"),
    ] {
        let mut tab = Tab::new("pegase3", TABS);
        assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
        tab.log();
        tab.hears(status, text);
        assert_eq!(tab.requests(), "answered");
        assert_eq!(tab.status(), reason);
        let noted = format!("  note 7 {reason}");
        let asked =
            ["send with t1", "join", "  wait 700", "  read", &noted, "  delete", "  tell of the store"];
        tab.asked(&asked);
    }
}

const FINE: &str = r#"{"code":200,"status":"ok","data":[]}"#;
const NO: &str = r#"{"code":401,"status":"error","message":"Token is not valid."}"#;

/// PEGASE3's next token comes with a reply, and makes the one before it invalid: a no to that one ends nothing.
#[test]
fn rule_8_a_no_to_a_token_that_was_replaced_ends_nothing() {
    let signed_in = |keeping| {
        let mut tab = Tab::new("pegase3", keeping);
        assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
        tab.log();
        tab
    };
    // Another tab has got it.
    let mut tab = signed_in(TABS);
    let mut newer = tab.held().expect("somebody is signed in");
    newer.renewals += 1;
    newer.held.access = Some("t2".into());
    tab.meanwhile("wait 700", move |tab| tab.another_writes(Some(&newer), None));
    tab.hears(200, NO).hears(200, FINE);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with t1", "join", "  wait 700", "  read", "send again with t2"]);
    assert_eq!((tab.status(), tab.note.as_deref()), ("signed-in", None));
    // Another request of this tab's has got it: its reply is longer, and comes later.
    let next = crate::support::jwt(r#"{"user":"jdoe","exp":1760003600}"#);
    let reply = format!(r#"{{"code":200,"status":"ok","data":[],"token":"{next}"}}"#);
    let mut tab = signed_in(Keeping::Memory);
    tab.meanwhile("send with t1", move |tab| {
        tab.meanwhile("wait 700", move |tab| {
            tab.hears(200, &reply);
            assert_eq!(tab.requests(), "answered");
            tab.hears(200, FINE);
        });
        tab.hears(200, NO);
        assert_eq!(tab.requests(), "answered");
        tab.hears(200, FINE);
    });
    assert_eq!(tab.requests(), "answered");
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.contains("send again")).count(), 1, "{log:?}");
    assert_eq!(tab.status(), "signed-in");
    // Its caller gives up meanwhile: the wait for the other reply goes on.
    let mut tab = signed_in(TABS);
    let mut newer = tab.held().expect("somebody is signed in");
    newer.renewals += 1;
    newer.held.access = Some("t2".into());
    tab.fails("join", Trouble::GivenUp);
    tab.meanwhile("wait 700", move |tab| tab.another_writes(Some(&newer), None));
    tab.hears(200, NO).fails("send again", Trouble::GivenUp);
    assert_eq!(tab.requests(), "given up");
    assert_eq!((tab.status(), tab.note.as_deref()), ("signed-in", None));
    // Where nothing else is under way, nothing can come.
    let mut tab = signed_in(Keeping::Memory);
    tab.hears(200, NO);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with t1", "join"]);
    assert_eq!(tab.status(), "refused");
}

/// The same where the vendor itself had to be asked: another tab has signed in again meanwhile.
#[test]
fn rule_8_a_no_to_an_older_login_ends_nothing() {
    let mut tab = Tab::new("lenses", TABS);
    assert_eq!(tab.signs_in("{}"), "signed in");
    let mut later = tab.held().expect("somebody is signed in");
    (later.login, later.ordinal) = (9, later.ordinal + 1);
    tab.log();
    tab.meanwhile("call check", move |tab| tab.another_writes(Some(&later), None));
    tab.hears(401, r#"{"errorCode":401,"message":"Unauthorized"}"#).hears(401, NO_SESSION).hears(200, ME);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&[
        "send with nothing",
        "join",
        "  call check",
        "  join",
        "    read",
        "send again with nothing",
    ]);
    assert_eq!((tab.status(), tab.held().map(|held| held.login)), ("signed-in", Some(9)));
}

/// Other servers answer behind Lenses HQ, too. If one of them rejects the session, HQ itself is asked.
#[test]
fn rule_10_what_lies_behind_the_vendor_may_say_401() {
    const PROXIED: &str = r#"{"errorCode":401,"message":"Unauthorized"}"#;
    let mut tab = lenses();
    tab.hears(401, PROXIED).hears(200, ME);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with nothing", "join", "  call check"]);
    assert_eq!(tab.status(), "signed-in");
    tab.hears(401, PROXIED).hears(401, NO_SESSION);
    assert_eq!(tab.requests(), "answered");
    assert_eq!(tab.status(), "refused");
    let mut tab = lenses();
    tab.hears(401, PROXIED).hears(503, "");
    assert_eq!(tab.requests(), "answered");
    assert_eq!(tab.status(), "signed-in");
    let mut tab = lenses();
    tab.hears(401, NO_SESSION);
    assert_eq!(tab.requests(), "answered");
    assert_eq!((tab.status(), tab.state().sso_url.as_deref()), ("refused", Some("https://idp.test/")));
    tab.asked(&["send with nothing", "join"]);
}

/// What ends the session is told as that, though the reply itself doesn't say so.
#[test]
fn rule_10_json_says_that_the_session_has_ended() {
    let json = |tab: &mut Tab| tab.run(|handle| handle.request(Wish { json: true, ..wish() }));
    let mut tab = lenses();
    tab.hears(401, r#"{"errorCode":401,"message":"Unauthorized"}"#).hears(401, NO_SESSION);
    assert_eq!(json(&mut tab), "session-expired at request");
    let mut tab = lenses();
    tab.hears(401, r#"{"errorCode":401,"message":"Unauthorized"}"#).hears(200, ME);
    assert_ne!(json(&mut tab), "session-expired at request");
    let token = crate::support::jwt(r#"{"user":"jdoe","exp":1760000060}"#);
    let mut tab = Tab::new("pegase3", TABS);
    assert_eq!(tab.signs_in(&format!(r#"{{"code":200,"status":"ok","token":"{token}"}}"#)), "signed in");
    tab.now = 1_760_000_059_000.0;
    for _ in 0..2 {
        let mut reply = hallpass::dialect::Reply::new(500, hallpass::dialect::Body::Unreadable);
        reply.date_ms = Some(1_760_000_060_000.0);
        tab.replies.push_back(reply);
    }
    assert_eq!(json(&mut tab), "session-expired at request");
    assert_eq!(tab.status(), "expired");
}

/// R2: a request's own token is in no error, also where it has been replaced or has ended since.
#[test]
fn r2_no_error_tells_the_token_that_the_request_carried() {
    let detail = |tab: &mut Tab, wish: Wish| {
        let id = tab.handle.request(wish);
        tab.handle.set_now(tab.moment());
        tab.ends(id)
    };
    let refusal = |text: &str| format!(r#"{{"code":403,"message":"{text}","data":null}}"#);
    let json = || Wish { json: true, ..wish() };
    // It ends the session.
    let mut tab = Tab::new("ocient", Keeping::Memory);
    assert_eq!(tab.signs_in(&crate::vendors::session("TOKEN-1", 60)), "signed in");
    let invalid = r#"{"status":{"reason":"token TOKEN-1 invalid","sql_state":"28000","vendor_code":-1208}}"#;
    tab.hears(200, invalid).hears(200, invalid);
    assert!(!detail(&mut tab, json()).contains("TOKEN-1"));
    // Another request has renewed it meanwhile.
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.meanwhile("send", |tab| {
        tab.hears(200, &grant("a2", "r2"));
        assert_eq!(tab.refreshes(), "done");
        tab.hears(403, r#"{"code":403,"message":"Bearer a1 may not","data":null}"#);
    });
    assert!(!detail(&mut tab, json()).contains("a1"));
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(403, &refusal("you may not"));
    assert!(detail(&mut tab, json()).contains("you may not"), "what is no secret is told");
}

/// One question for all requests that doubt it; and another one later.
#[test]
fn a_doubtful_session_is_asked_about_once() {
    const PROXIED: &str = r#"{"errorCode":401,"message":"Unauthorized"}"#;
    let mut tab = lenses();
    tab.hears(401, PROXIED);
    tab.meanwhile("call check", |tab| {
        tab.hears(401, PROXIED);
        assert_eq!(tab.requests(), "waits");
        tab.hears(200, ME);
    });
    assert_eq!(tab.requests(), "answered");
    let log = tab.log();
    assert_eq!(log.iter().filter(|line| line.contains("check")).count(), 1, "{log:?}");
    tab.hears(401, PROXIED).hears(200, ME);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with nothing", "join", "  call check"]);
    let mut tab = Tab::with("lenses", Keeping::Memory, |settings| settings.addresses.check = None);
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.log();
    tab.hears(401, PROXIED);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with nothing"]);
    assert_eq!(tab.status(), "signed-in");
}

/// R5: another origin's word after a redirect is none of the vendor's.
#[test]
fn r5_what_is_said_after_a_redirect_elsewhere_counts_for_nothing() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.redirected_to = Some("https://elsewhere.test/x");
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1"]);
    tab.redirected_to = Some("https://api.test/v/y");
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(200, OK);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1", "join", "  call refresh with r1", "send again with a2"]);
}

/// What may see the credential need not speak for the session.
#[test]
fn what_is_allowed_beside_the_vendor_ends_nothing() {
    let mut tab =
        Tab::with("pegase3", Keeping::Memory, |settings| settings.audience.add("https://files.test"));
    assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
    tab.log();
    tab.redirected_to = Some("https://files.test/x");
    tab.hears(401, r#"{"code":401,"status":"error","message":"Token is not valid."}"#);
    let target = "https://files.test/x".into();
    assert_eq!(tab.run(|handle| handle.request(Wish { target, ..wish() })), "answered");
    tab.asked(&["send with t1"]);
    assert_eq!(tab.status(), "signed-in");
}

/// PEGASE3's next token is taken, for the user of the session, from the vendor's own address.
#[test]
fn pegase3s_next_token_is_taken_and_written() {
    let next = crate::support::jwt(r#"{"user":"jdoe","exp":1760003600}"#);
    let reply = format!(r#"{{"code":200,"status":"ok","data":[],"token":"{next}"}}"#);
    let signed_in = || {
        let mut tab = Tab::with("pegase3", TABS, |settings| settings.audience.add("https://files.test"));
        assert_eq!(tab.signs_in(r#"{"code":200,"status":"ok","token":"t1"}"#), "signed in");
        tab.log();
        tab
    };
    let mut tab = signed_in();
    tab.hears(200, &reply);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with t1", &format!("write {next} of 7"), "tell of the store"]);
    let mut tab = signed_in();
    tab.redirected_to = Some("https://files.test/x");
    tab.hears(200, &reply);
    let target = format!("{BASE}/x");
    assert_eq!(tab.run(|handle| handle.request(Wish { target, ..wish() })), "answered");
    tab.asked(&["send with t1"]);
}

/// PEGASE3's later code crashes on an expired token. If the same answer comes again, the token has expired.
#[test]
fn a_reply_that_may_mean_an_expired_token_is_asked_for_once_more() {
    let token = crate::support::jwt(r#"{"user":"jdoe","exp":1760000060}"#);
    let signed_in = || {
        let mut tab = Tab::new("pegase3", TABS);
        assert_eq!(tab.signs_in(&format!(r#"{{"code":200,"status":"ok","token":"{token}"}}"#)), "signed in");
        tab.log();
        tab
    };
    let fell_over = "<html>500</html>";
    let mut tab = signed_in();
    tab.hears(500, fell_over);
    assert_eq!(tab.requests(), "answered");
    assert_eq!(tab.log().len(), 1, "its end has not passed");
    let at_its_end = |tab: &mut Tab| {
        // A moment before the end by this machine's clock; the vendor's says that it has passed.
        tab.now = 1_760_000_059_000.0;
        let mut reply = hallpass::dialect::Reply::new(500, hallpass::dialect::Body::Unreadable);
        reply.date_ms = Some(1_760_000_060_000.0);
        tab.replies.push_back(reply);
    };
    let mut tab = signed_in();
    at_its_end(&mut tab);
    at_its_end(&mut tab);
    assert_eq!(tab.requests(), "answered");
    assert_eq!(tab.status(), "expired");
    tab.asked(&[
        &format!("send with {token}"),
        &format!("send again with {token}"),
        "join",
        "  wait 700",
        "  read",
        "  note 7 expired",
        "  delete",
        "  tell of the store",
    ]);
    let mut tab = signed_in();
    at_its_end(&mut tab);
    tab.hears(200, r#"{"code":200,"status":"ok","data":[]}"#);
    assert_eq!(tab.requests(), "answered");
    assert_eq!(tab.status(), "signed-in");
    let mut tab = signed_in();
    at_its_end(&mut tab);
    assert_eq!(tab.run(|handle| handle.request(Wish { repeatable: false, ..wish() })), "answered");
    assert_eq!(tab.status(), "signed-in");
}

/// R2: the token of a check may have been replaced before its answer comes, and is no less secret for that.
#[test]
fn r2_a_checks_own_token_is_in_no_failure() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    let words = r#"{"success":false,"code":403,"message":"a1 may not","data":null}"#;
    tab.hears(200, &grant("a2", "r2")).hears(403, words);
    tab.meanwhile("call check", |tab| {
        assert_eq!(tab.refreshes(), "done");
    });
    tab.handle.set_now(tab.moment());
    let id = tab.handle.check();
    let told = tab.ends(id);
    assert!(told.contains("Forbidden") && !told.contains("a1 may"), "{told}");
}
