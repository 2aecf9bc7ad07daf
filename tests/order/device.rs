//! Signing in at Ocient without a password: on another device, and with a token of the customer's identity provider.

use hallpass::dialect::{Credentials, Held};
use hallpass::protocol::{Keeping, Trouble};
use hallpass::session::Record;

use crate::tab::{TABS, Tab};
use crate::vendors::session;

const PROMPT: &str = r#"{"verification_uri":"https://idp.test/device","verification_uri_complete":"https://idp.test/device?c=AB-CD","user_code":"AB-CD","status":{"vendor_code":0}}"#;
const TIME_UP: &str = r#"{"status":{"reason":"timed out","sql_state":"08000","vendor_code":-1238}}"#;
const DENIED: &str = r#"{"status":{"reason":"denied","sql_state":"28000","vendor_code":-1251}}"#;
const BUSY: &str = r#"{"status":{"reason":"initializing","sql_state":"57000","vendor_code":-908}}"#;
const GRANTED: &str =
    r#"{"access_token":"t1","username":"jdoe","database":"system","status":{"vendor_code":0}}"#;

const ASKS: &str = "call login at v1/sso_device_grant";
const POLLS: &str = "call login at v1/sso_device_grant_verify";

fn tab() -> Tab {
    let mut tab = Tab::new("ocient", Keeping::Memory);
    tab.hears(200, PROMPT);
    tab
}

fn waits_for_device(tab: &mut Tab) -> String {
    let credentials = Credentials { on_device: true, ..Credentials::of(&[("database", "system")]) };
    tab.run(|handle| handle.sign_in(credentials))
}

/// The vendor's next long poll times out after half a minute.
fn takes_its_time(tab: &mut Tab) -> &mut Tab {
    tab.meanwhile(POLLS, |tab| tab.now += 30_000.0)
}

#[test]
fn the_prompt_is_handed_out_once_and_the_answer_waited_for() {
    let mut tab = tab();
    tab.hears(200, TIME_UP).hears(200, TIME_UP).hears(200, GRANTED);
    takes_its_time(takes_its_time(&mut tab));
    assert_eq!(waits_for_device(&mut tab), "signed in");
    tab.asked(&["random", ASKS, "prompt AB-CD", POLLS, POLLS, POLLS]);
    assert_eq!((tab.status(), tab.state().user.as_deref()), ("signed-in", Some("jdoe")));
    assert_eq!(tab.held().and_then(|record| record.expires_at), None, "no lifetime is told");
}

/// A vendor that doesn't wait, but says at once that its time is up, is not asked without a pause.
#[test]
fn a_vendor_that_does_not_wait_is_not_asked_in_a_loop() {
    let mut tab = tab();
    tab.hears(200, TIME_UP).hears(200, TIME_UP).hears(200, GRANTED);
    assert_eq!(waits_for_device(&mut tab), "signed in");
    tab.asked(&[
        "random",
        ASKS,
        "prompt AB-CD",
        POLLS,
        "random",
        "wait 500",
        POLLS,
        "random",
        "wait 1000",
        POLLS,
    ]);
}

#[test]
fn the_persons_no_is_cancelled() {
    let mut tab = tab();
    tab.hears(200, DENIED);
    assert_eq!(waits_for_device(&mut tab), "cancelled at login");
    tab.asked(&["random", ASKS, "prompt AB-CD", POLLS]);
    assert_eq!(tab.status(), "never");
}

/// Trouble on the way says nothing of the person's answer: it is asked for again after a pause, which grows.
#[test]
fn r22_trouble_on_the_way_is_waited_out() {
    for trouble in [Trouble::Network, Trouble::Timeout] {
        let mut tab = tab();
        tab.hears(200, GRANTED).fails(POLLS, trouble).fails(POLLS, trouble);
        assert_eq!(waits_for_device(&mut tab), "signed in");
        let first = ["random", ASKS, "prompt AB-CD", POLLS, "random", "wait 500"];
        tab.asked(&[&first[..], &[POLLS, "random", "wait 1000", POLLS]].concat());
    }
    for (status, reply) in [(503, ""), (429, ""), (200, BUSY)] {
        let mut tab = tab();
        tab.hears(status, reply).hears(200, GRANTED);
        assert_eq!(waits_for_device(&mut tab), "signed in", "{status} {reply}");
    }
}

/// A failure that is not transient would come again at each poll.
#[test]
fn what_no_waiting_mends_ends_it() {
    for (status, reply, told) in [
        (200, "<h1>hello</h1>", "malformed-reply"),
        (404, "", "malformed-reply"),
        (501, "", "malformed-reply"),
        (403, "", "forbidden"),
    ] {
        let mut tab = tab();
        tab.hears(status, reply);
        assert_eq!(waits_for_device(&mut tab), format!("{told} at login"));
    }
    let mut redirected = tab();
    redirected.fails(POLLS, Trouble::Redirect);
    assert_eq!(waits_for_device(&mut redirected), "malformed-reply at login, redirect");
    redirected.asked(&["random", ASKS, "prompt AB-CD", POLLS]);
}

/// Rule 1: the caller's abort ends it, at the vendor's and in a pause.
#[test]
fn rule_1_the_callers_abort_ends_the_wait() {
    let mut first = tab();
    first.fails(POLLS, Trouble::GivenUp);
    assert_eq!(waits_for_device(&mut first), "given up");
    let mut paused = tab();
    paused.fails(POLLS, Trouble::Network).fails("wait", Trouble::GivenUp);
    assert_eq!(waits_for_device(&mut paused), "given up");
    assert_eq!(paused.status(), "never");
}

/// Where the platform's timers fail, the vendor isn't asked without a pause.
#[test]
fn r22_a_pause_that_fails_ends_the_wait() {
    let mut tab = tab();
    tab.fails(POLLS, Trouble::Network).fails("wait", Trouble::Untold).hears(200, GRANTED);
    assert_eq!(waits_for_device(&mut tab), "internal at login");
    assert!(tab.log().last().is_some_and(|line| line.starts_with("wait")));
}

/// If the caller's own function throws, the login is given up, and nothing is waited for.
#[test]
fn a_prompt_that_could_not_be_handed_out_ends_it() {
    let mut tab = tab();
    tab.fails("prompt", Trouble::GivenUp);
    assert_eq!(waits_for_device(&mut tab), "given up");
    tab.asked(&["random", ASKS, "prompt AB-CD"]);
}

#[test]
fn r18_a_newer_login_ends_the_wait() {
    let mut tab = tab();
    tab.meanwhile(POLLS, |tab| assert_eq!(tab.signs_in(&session("t2", 60)), "signed in"));
    assert_eq!(waits_for_device(&mut tab), "superseded at login");
    assert_eq!(tab.status(), "signed-in");
}

#[test]
fn r18_a_sign_out_ends_the_wait_in_a_pause() {
    let mut tab = tab();
    tab.fails(POLLS, Trouble::Network).meanwhile("wait", |tab| {
        tab.signs_out();
    });
    assert_eq!(waits_for_device(&mut tab), "superseded at login");
}

/// Nobody uses the handle any more, so nobody waits.
#[test]
fn a_handle_that_is_disposed_asks_no_more() {
    let mut tab = tab();
    tab.hears(200, TIME_UP).meanwhile(POLLS, |tab| tab.handle.dispose());
    takes_its_time(&mut tab);
    assert_eq!(waits_for_device(&mut tab), "unsupported at login, disposed");
    // The shell ends the poll that is under way.
    let mut tab = self::tab();
    tab.fails(POLLS, Trouble::Stopped).meanwhile(POLLS, |tab| tab.handle.dispose());
    assert_eq!(waits_for_device(&mut tab), "unsupported at login, disposed");
}

#[test]
fn r24_a_prompt_that_leads_nowhere_is_malformed() {
    for reply in [
        r#"{"verification_uri":"javascript:alert(1)","user_code":"A","status":{"vendor_code":0}}"#,
        r#"{"user_code":"A","status":{"vendor_code":0}}"#,
        r#"{"verification_uri":"https://idp.test/","user_code":"","status":{"vendor_code":0}}"#,
        r#"{"verification_uri":"https://idp.test/","user_code":5,"status":{"vendor_code":0}}"#,
        r#"{"verification_uri":"https://idp.test/","user_code":"A","status":{"vendor_code":"0"}}"#,
    ] {
        let mut tab = Tab::new("ocient", Keeping::Memory);
        tab.hears(200, reply);
        assert_eq!(waits_for_device(&mut tab), "malformed-reply at login", "{reply}");
        tab.asked(&["random", ASKS]);
    }
}

#[test]
fn a_token_of_the_customers_identity_provider_signs_in() {
    let with = |name: &str| Credentials::of(&[(name, "eyJ"), ("database", "system")]);
    for name in ["idToken", "accessToken"] {
        let mut tab = Tab::new("ocient", Keeping::Memory);
        tab.hears(200, &session("t1", 60));
        assert_eq!(tab.run(|handle| handle.sign_in(with(name))), "signed in");
        tab.asked(&["random", "call login at v1/sso_token"]);
    }
    let mut tab = Tab::new("ocient", Keeping::Memory);
    tab.hears(200, r#"{"status":{"reason":"bad token","sql_state":"28000","vendor_code":-1234}}"#);
    assert_eq!(tab.run(|handle| handle.sign_in(with("idToken"))), "invalid-credentials at login");
}

/// A page that the browser had frozen hears late of the person's yes. Whoever has signed in in another tab since was answered later.
#[test]
fn r18_an_answer_that_waited_in_a_frozen_page_gives_way_to_a_later_login() {
    let later = |tab: &mut Tab| {
        let held = Held { access: Some("t9".into()), user: Some("admin".into()), ..Held::default() };
        let record = Record { login: 9, ordinal: u32::MAX, received_at: tab.now, held, ..Record::default() };
        tab.another_writes(Some(&record), None);
    };
    for (takes_ms, signs_in_elsewhere, told) in [
        (60_000.0, true, "superseded at login"),
        // The person has left the page to say yes, and comes back.
        (60_000.0, false, "signed in"),
        // Of two, the one that is answered last counts.
        (10_000.0, true, "signed in"),
    ] {
        let mut tab = Tab::new("ocient", TABS);
        tab.hears(200, PROMPT).hears(200, GRANTED);
        tab.meanwhile(POLLS, move |tab| {
            if signs_in_elsewhere {
                later(tab);
            }
            tab.now += takes_ms;
        });
        assert_eq!(waits_for_device(&mut tab), told, "{takes_ms} {signs_in_elsewhere}");
        let user = if told == "signed in" { "jdoe" } else { "admin" };
        assert_eq!(tab.state().user.as_deref(), Some(user));
        assert!(tab.record.as_ref().is_some_and(|text| text.contains(user)), "{:?}", tab.record);
    }
}
