//! The caller's requests: sent with the credential, judged, and sent once more.

use std::rc::Rc;

use hallpass::dialect::{Credentials, Described, Json as _};
use hallpass::protocol::{Keeping, Trouble, Wake, Wish};

use crate::support::{Value, user};
use crate::tab::{BASE, HOUR, NOW, TABS, Tab, wish};
use crate::vendors::{EXPIRED_INSIDE, NO_SESSION, OK, UNAUTHORIZED, grant, session};

type Names = &'static [(&'static str, &'static str)];

fn lenses() -> Tab {
    let mut tab = Tab::new("lenses", Keeping::Memory);
    assert_eq!(tab.signs_in("{}"), "signed in");
    tab.log();
    tab
}

fn json(tab: &mut Tab) -> String {
    tab.run(|handle| handle.request(Wish { json: true, ..wish() }))
}

#[test]
fn it_carries_the_credential_and_the_answer_is_the_callers() {
    for status in [200, 204, 400, 403, 404, 500] {
        let mut tab = Tab::signed_in(TABS);
        tab.hears(status, "");
        assert_eq!(tab.requests(), "answered");
        tab.asked(&["send with a1"]);
    }
    let mut tab = lenses();
    tab.hears(200, "{}");
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with nothing"]);
}

/// A request that changes nothing has nobody look at the state, and no timer set anew.
#[test]
fn an_answer_like_any_other_changes_nothing() {
    let mut tab = Tab::signed_in(TABS);
    tab.handle.take_stirred();
    tab.hears(200, OK);
    assert_eq!(tab.requests(), "answered");
    assert!(!tab.handle.take_stirred());
}

#[test]
fn r1_outside_of_the_audience_nothing_is_sent() {
    let mut tab = Tab::signed_in(TABS);
    let elsewhere = Wish { target: "https://api.test/vx".into(), ..wish() };
    assert_eq!(tab.run(|handle| handle.request(elsewhere)), "forbidden-target at request");
    let own = Wish { target: "https://api.test/".into(), own_credential: true, ..wish() };
    assert_eq!(tab.run(|handle| handle.request(own)), "forbidden-target at request");
    tab.asked(&[]);
}

#[test]
fn r24_without_a_session_nothing_is_sent() {
    for vendor in ["ethgas", "ocient", "pegase3", "lenses"] {
        let mut tab = Tab::new(vendor, TABS);
        assert_eq!(tab.requests(), "not-signed-in at request");
        tab.asked(&[]);
    }
}

/// Rule 7: the answer to a credential of the caller's own says nothing of the session either.
#[test]
fn rule_7_a_credential_of_the_callers_own_wins() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.run(|handle| handle.request(Wish { own_credential: true, ..wish() })), "answered");
    tab.asked(&["send with nothing"]);
    tab.hears(401, UNAUTHORIZED);
    let told = tab.run(|handle| handle.request(Wish { own_credential: true, json: true, ..wish() }));
    assert_eq!((told.as_str(), tab.status()), ("session-expired at request", "signed-in"));
    let mut nobody = Tab::new("ethgas", TABS);
    nobody.hears(200, OK);
    assert_eq!(nobody.run(|handle| handle.request(Wish { own_credential: true, ..wish() })), "answered");
}

#[test]
fn rule_9_a_rejected_token_is_renewed_and_the_request_sent_again_once() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(200, OK);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1", "join", "  call refresh with r1", "send again with a2"]);
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(401, UNAUTHORIZED);
    assert_eq!(tab.requests(), "answered", "R21: the second rejection is the caller's to see");
    tab.asked(&["send with a1", "join", "  call refresh with r1", "send again with a2"]);
}

/// Rule 11.
#[test]
fn rule_11_a_rejection_inside_a_success_is_one() {
    let mut tab = Tab::new("ocient", Keeping::Memory);
    assert_eq!(tab.signs_in(&session("t1", 3600)), "signed in");
    tab.log();
    tab.hears(200, EXPIRED_INSIDE).hears(200, &session("t2", 3600)).hears(200, r#"{"data":[]}"#);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with t1", "join", "  call refresh with t1", "send again with t2"]);
}

#[test]
fn rule_8_a_token_that_has_been_replaced_is_no_reason_to_renew() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, &grant("a2", "r2")).hears(401, UNAUTHORIZED).hears(200, OK);
    tab.meanwhile("send", |tab| assert_eq!(tab.refreshes(), "done"));
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1", "  join", "    call refresh with r1", "send again with a2"]);
}

#[test]
fn rule_9_what_cannot_be_read_twice_is_not_sent_again() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2"));
    assert_eq!(tab.run(|handle| handle.request(Wish { repeatable: false, ..wish() })), "answered");
    tab.asked(&["send with a1", "join", "  call refresh with r1"]);
}

/// R21: renewed for this very request, and rejected all the same.
#[test]
fn r21_a_token_that_was_just_renewed_is_not_renewed_again() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.now = NOW + HOUR;
    tab.hears(200, &grant("a2", "r2")).hears(401, UNAUTHORIZED);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["join", "  call refresh with r1", "send with a2"]);
}

/// One whose address `x` has rejected the first token and the one that replaced it, while the vendor takes that one elsewhere.
fn rejected_at_x() -> Tab {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(401, UNAUTHORIZED);
    assert_eq!(tab.requests(), "answered");
    tab.hears(200, OK);
    assert_eq!(tab.requests_at("y"), "answered");
    tab.log();
    tab
}

/// R21: an address that rejects even a renewed token, as a service behind the vendor may, is no reason to renew once more,
/// though the token is good everywhere else.
#[test]
fn r21_an_address_that_rejects_any_token_is_no_reason_to_renew_again() {
    let mut tab = rejected_at_x();
    for _ in 0..30 {
        tab.now += 1_000.0;
        tab.hears(401, UNAUTHORIZED).hears(200, OK);
        assert_eq!((tab.requests().as_str(), tab.requests_at("y").as_str()), ("answered", "answered"));
        tab.asked(&["send with a2", "send with a2"]);
    }
}

/// A page may ask for something else each time: after two of them, the address rejects any token.
#[test]
fn r21_an_address_that_rejects_two_queries_rejects_any() {
    let mut tab = rejected_at_x();
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a3", "r3")).hears(401, UNAUTHORIZED).hears(200, OK);
    assert_eq!((tab.requests_at("x?at=1").as_str(), tab.requests_at("y").as_str()), ("answered", "answered"));
    tab.log();
    for asked_for in ["x", "x?at=1", "x?at=2", "x#there"] {
        tab.hears(401, UNAUTHORIZED);
        assert_eq!(tab.requests_at(asked_for), "answered");
        tab.asked(&["send with a3"]);
    }
}

/// One address for all, as of RPC: what is refused for one query may be had for another, whose dead token is renewed as ever.
#[test]
fn r21_one_refused_query_is_no_reason_to_leave_another_with_a_dead_token() {
    let mut tab = rejected_at_x();
    tab.hears(200, OK).hears(401, UNAUTHORIZED).hears(200, &grant("a3", "r3")).hears(200, OK);
    assert_eq!(tab.requests_at("x?for=all"), "answered");
    assert_eq!(tab.requests_at("x?for=all"), "answered");
    tab.asked(&["send with a2", "send with a2", "join", "  call refresh with r2", "send again with a3"]);
}

/// Only an answer that takes the renewed token acquits it. A server that is in trouble has not looked at it.
#[test]
fn r21_trouble_is_no_proof_that_a_renewed_token_is_taken() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(503, "");
    assert_eq!(tab.requests(), "answered");
    tab.log();
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.requests_at("y"), "answered");
    tab.asked(&["send with a2"]);
}

/// What is taken and what is refused may share an address, as of RPC: to take one thing is no reason to renew for the other each time.
#[test]
fn r21_an_address_that_takes_one_thing_and_rejects_another_is_no_row_of_renewals() {
    let mut tab = rejected_at_x();
    for _ in 0..20 {
        tab.now += 1_000.0;
        tab.hears(200, OK).hears(401, UNAUTHORIZED);
        assert_eq!((tab.requests().as_str(), tab.requests().as_str()), ("answered", "answered"));
        tab.asked(&["send with a2", "send with a2"]);
    }
}

/// What can't be sent again doesn't tell whether the address takes the renewed token: the next request does. What other addresses do says
/// nothing of it.
#[test]
fn r21_streams_to_an_address_that_rejects_any_token_are_no_row_of_renewals() {
    let mut tab = rejected_at_x();
    let target = format!("{BASE}/z");
    let stream = move |tab: &mut Tab| {
        let target = target.clone();
        tab.run(|handle| handle.request(Wish { target, repeatable: false, ..wish() }))
    };
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a3", "r3"));
    assert_eq!(stream(&mut tab), "answered");
    tab.log();
    for _ in 0..10 {
        tab.hears(200, OK).hears(401, UNAUTHORIZED);
        assert_eq!(tab.requests_at("y"), "answered");
        assert_eq!(stream(&mut tab), "answered");
        tab.asked(&["send with a3", "send with a3"]);
    }
    // Who is forbidden something there has not shown that the token is taken.
    tab.hears(403, "").hears(401, UNAUTHORIZED);
    assert_eq!((tab.requests_at("z").as_str(), stream(&mut tab).as_str()), ("answered", "answered"));
    tab.asked(&["send with a3", "send with a3"]);
    // Once it has taken a token, a rejection is looked into; but not each time.
    tab.hears(200, OK).hears(401, UNAUTHORIZED).hears(200, &grant("a4", "r4"));
    assert_eq!((tab.requests_at("z").as_str(), stream(&mut tab).as_str()), ("answered", "answered"));
    tab.asked(&["send with a3", "send with a3", "join", "  call refresh with r3"]);
    for _ in 0..10 {
        tab.hears(200, OK).hears(401, UNAUTHORIZED);
        assert_eq!((tab.requests_at("z").as_str(), stream(&mut tab).as_str()), ("answered", "answered"));
        tab.asked(&["send with a4", "send with a4"]);
    }
}

/// The renewed token was replaced while the request was on its way for the second time: nothing is known of the address.
#[test]
fn r21_an_address_is_not_taken_for_one_that_rejects_any_token_by_the_answer_to_an_old_one() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED)
        .hears(200, &grant("a2", "r2"))
        .hears(200, &grant("a3", "r3"))
        .hears(401, UNAUTHORIZED);
    tab.meanwhile("send again", |tab| assert_eq!(tab.refreshes(), "done"));
    assert_eq!(tab.requests(), "answered");
    tab.log();
    tab.hears(200, OK).hears(401, UNAUTHORIZED).hears(200, &grant("a4", "r4")).hears(200, OK);
    assert_eq!((tab.requests_at("y").as_str(), tab.requests().as_str()), ("answered", "answered"));
    tab.asked(&["send with a3", "send with a3", "join", "  call refresh with r3", "send again with a4"]);
}

/// Another person's token may be taken there.
#[test]
fn r25_an_address_that_rejects_one_persons_tokens_may_take_anothers() {
    let mut tab = rejected_at_x();
    tab.random = 8;
    tab.hears(200, &grant("b1", "q1")).hears(200, OK);
    assert_eq!(tab.run(|handle| handle.sign_in(user("bert", "s3cret"))), "signed in");
    tab.log();
    tab.replies.clear();
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("b2", "q2")).hears(200, OK);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with b1", "join", "  call refresh with q1", "send again with b2"]);
}

/// Another address may mean it; and so each of those that reject any token is remembered.
#[test]
fn r21_each_address_that_rejects_any_token_is_remembered() {
    let mut tab = rejected_at_x();
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a3", "r3")).hears(401, UNAUTHORIZED).hears(200, OK);
    assert_eq!((tab.requests_at("z").as_str(), tab.requests_at("y").as_str()), ("answered", "answered"));
    tab.asked(&["send with a2", "join", "  call refresh with r2", "send again with a3", "send with a3"]);
    for address in ["x", "z"] {
        tab.hears(401, UNAUTHORIZED);
        assert_eq!(tab.requests_at(address), "answered");
        tab.asked(&["send with a3"]);
    }
}

#[test]
fn r21_such_an_address_is_believed_again_after_35_s() {
    for (seconds, renews) in [(34.0, false), (35.0, true)] {
        let mut tab = rejected_at_x();
        tab.now += seconds * 1_000.0;
        tab.hears(401, UNAUTHORIZED).hears(200, &grant("a3", "r3")).hears(200, OK);
        assert_eq!(tab.requests(), "answered");
        let renewal = ["send with a2", "join", "  call refresh with r2", "send again with a3"];
        tab.asked(if renews { &renewal } else { &renewal[..1] });
    }
}

#[test]
fn r21_an_address_that_takes_the_renewed_token_is_asked_like_any_other() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    for (held, next) in [("1", "2"), ("2", "3"), ("3", "4")] {
        tab.now += 1_000.0;
        tab.hears(401, UNAUTHORIZED);
        tab.hears(200, &grant(&format!("a{next}"), &format!("r{next}"))).hears(200, OK);
        assert_eq!(tab.requests(), "answered");
        let first = format!("send with a{held}");
        let renewal = format!("  call refresh with r{held}");
        tab.asked(&[&first, "join", &renewal, &format!("send again with a{next}")]);
    }
}

/// R21: renewed for this very request, whose answer took so long that the token is no longer young.
#[test]
fn r21_a_renewal_before_a_request_counts_as_the_one_for_its_rejection() {
    let mut tab = Tab::new("ethgas", Keeping::Memory);
    let minute = |access, refresh| grant(access, refresh).replace("3600", "60");
    assert_eq!(tab.signs_in(&minute("a1", "r1")), "signed in");
    tab.log();
    tab.now += 60_000.0;
    tab.hears(200, &minute("a2", "r2")).hears(401, UNAUTHORIZED);
    tab.meanwhile("send", |tab| tab.now += 10_000.0);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["join", "  call refresh with r1", "send with a2"]);
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a2"]);
}

#[test]
fn where_the_renewal_fails_the_answer_is_the_callers_and_json_tells_why() {
    for (status, text, told, left) in [
        (503, "", "vendor-unavailable at refresh", "signed-in"),
        (401, UNAUTHORIZED, "session-expired at request", "refused"),
    ] {
        let mut tab = Tab::signed_in(Keeping::Memory);
        tab.hears(401, UNAUTHORIZED).hears(status, text);
        assert_eq!(tab.requests(), "answered");
        let mut tab = Tab::signed_in(Keeping::Memory);
        tab.hears(401, UNAUTHORIZED).hears(status, text);
        assert_eq!((json(&mut tab).as_str(), tab.status()), (told, left));
        tab.asked(&["send with a1", "join", "  call refresh with r1", "  random"]);
    }
}

#[test]
fn whoever_gives_up_is_told_his_own_reason() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.fails("send", Trouble::GivenUp);
    assert_eq!(tab.requests(), "given up");
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).fails("join", Trouble::GivenUp);
    assert_eq!(tab.requests(), "given up");
    for (trouble, told) in
        [(Trouble::Network, "network at request"), (Trouble::Timeout, "timeout at request")]
    {
        let mut tab = Tab::signed_in(Keeping::Memory);
        tab.fails("send", trouble);
        assert_eq!(tab.requests(), told);
    }
}

#[test]
fn json_takes_the_envelope_off() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(200, r#"{"code":200,"data":[1]}"#);
    assert_eq!(json(&mut tab), "Member(\"data\")");
    tab.hears(204, "");
    assert_eq!(json(&mut tab), "Whole", "nothing is a payload");
    tab.hears(404, "");
    assert_eq!(json(&mut tab), "vendor-error at request");
    tab.hears(200, "<html>");
    assert_eq!(json(&mut tab), "malformed-reply at request");
    tab.hears(403, r#"{"code":403,"message":"no","data":null}"#);
    assert_eq!(json(&mut tab), "forbidden at request");
}

/// Where the person signs in is told by the vendor alone, and not by whom it has redirected the request to.
#[test]
fn r1_json_tells_the_vendors_address_for_single_sign_on_and_no_one_elses() {
    for (redirected_to, told) in [(None, true), (Some("https://elsewhere.test/x"), false)] {
        let mut tab = lenses();
        tab.redirected_to = redirected_to;
        tab.hears(401, NO_SESSION);
        let id = tab.handle.request(Wish { json: true, ..wish() });
        let ending = tab.ends(id);
        assert_eq!(ending.contains("https://idp.test/"), told, "{redirected_to:?}: {ending}");
    }
}

#[test]
fn r21_forbidden_is_no_reason_to_renew() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(403, r#"{"code":403,"message":"no","data":null}"#);
    assert_eq!(tab.requests(), "answered");
    tab.asked(&["send with a1"]);
}

/// A rejected token that waits to be renewed has not ended the session: `json()` tells what it waits for. Anything else it tells
/// as it is.
#[test]
fn json_tells_what_a_rejected_token_waits_for() {
    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(429, "");
    assert_eq!(tab.refreshes(), "rate-limited at refresh");
    tab.hears(401, UNAUTHORIZED);
    assert_eq!(json(&mut tab), "rate-limited at request");
    tab.hears(403, r#"{"code":403,"message":"no","data":null}"#);
    assert_eq!(json(&mut tab), "forbidden at request");
    assert_eq!(tab.status(), "signed-in");
}

/// What was asked for one user is not sent as another, who has signed in meanwhile; nor as nobody.
#[test]
fn r25_a_request_is_not_sent_again_as_somebody_else() {
    let mut tab = Tab::with("ethgas", Keeping::Memory, |settings| settings.addresses.logout = None);
    assert_eq!(tab.signs_in(&grant("a1", "r1")), "signed in");
    tab.log();
    tab.hears(401, UNAUTHORIZED);
    tab.meanwhile("call refresh", |tab| {
        tab.random = 8;
        tab.hears(200, &grant("b1", "rb1"));
        assert_eq!(tab.run(|handle| handle.sign_in(user("asmith", "s3cret"))), "signed in");
        tab.hears(200, &grant("a2", "r2"));
    });
    assert_eq!(json(&mut tab), "superseded at request");
    tab.asked(&["send with a1", "join", "  call refresh with r1", "    random", "    call login"]);

    let mut tab = Tab::signed_in(Keeping::Memory);
    tab.hears(401, UNAUTHORIZED);
    tab.meanwhile("call refresh", |tab| {
        tab.hears(200, OK);
        assert_eq!(tab.signs_out(), "signed out, confirmed");
        tab.hears(200, &grant("a2", "r2")).hears(200, OK);
    });
    assert_eq!(tab.requests(), "answered", "with the first answer");
    assert!(tab.log().iter().all(|line| !line.contains("again")));
}

/// An API whose login takes a user and a database, or neither, by its kind of credential; and who signs in with these.
fn with_or_without_a_name(credential: &str, names: Names) -> (Tab, impl FnOnce(&mut Tab)) {
    let said = format!(
        r#"{{"name":"acme","credential":"{credential}","login":{{"path":"login","json":{{"u":"{{username?}}","d":"{{database?}}"}}}},
            "grant":{{"access":{}}}}}"#,
        if credential == "cookie" { "null" } else { r#""token""# },
    );
    let vendor = Described::of(&Value::parse(&said).expect("JSON")).expect("a description");
    let signs_in = move |tab: &mut Tab| {
        tab.random += 1;
        let token = tab.random;
        tab.hears(200, &format!(r#"{{"token":"t{token}"}}"#));
        assert_eq!(tab.run(|handle| handle.sign_in(Credentials::of(names))), "signed in");
    };
    (Tab::at(Rc::new(vendor), Keeping::Memory, |_| {}), signs_in)
}

/// While a request is on its way, somebody signs in anew. It is sent again only where that is known to be the same user.
#[test]
fn r25_a_request_is_sent_again_only_for_who_has_asked() {
    const JDOE: Names = &[("username", "jdoe")];
    const ASMITH: Names = &[("username", "asmith")];
    const THERE: Names = &[("username", "jdoe"), ("database", "main")];
    const NOBODY: Names = &[];
    for (credential, first, second, again) in [
        ("bearer", JDOE, JDOE, true),
        ("bearer", JDOE, ASMITH, false),
        ("bearer", JDOE, NOBODY, false),
        ("bearer", NOBODY, JDOE, false),
        // Two tokens of nobody known may be of two users.
        ("bearer", NOBODY, NOBODY, false),
        ("bearer", JDOE, THERE, false),
        ("bearer", THERE, THERE, true),
        ("cookie", JDOE, JDOE, true),
        ("cookie", JDOE, ASMITH, false),
        ("cookie", JDOE, THERE, false),
        ("cookie", NOBODY, NOBODY, true),
    ] {
        let (mut tab, signs_in) = with_or_without_a_name(credential, first);
        signs_in(&mut tab);
        let (_, signs_in_anew) = with_or_without_a_name(credential, second);
        tab.log();
        tab.meanwhile("send", |tab| {
            signs_in_anew(tab);
            tab.hears(401, "{}").hears(200, "{}");
        });
        let ending = json(&mut tab);
        let log = tab.log();
        let sent_again = log.iter().any(|line| line.contains("again"));
        assert_eq!(sent_again, again, "{credential}, {first:?}, {second:?}: {ending}, {log:?}");
        assert_eq!(ending == "superseded at request", !again, "{ending}");
    }
}

/// A rejected token whose renewal fails at first is renewed by itself later, and that still counts as after a rejection.
#[test]
fn r21_a_renewal_that_is_tried_again_is_still_for_the_rejection() {
    let mut tab = Tab::signed_in(TABS);
    tab.hears(401, UNAUTHORIZED).fails("call refresh", Trouble::Network);
    tab.requests();
    assert_eq!(tab.state().renewal, "waiting");
    tab.hears(200, &grant("a2", "r2"));
    tab.now += HOUR / 60.0;
    tab.wakes(Wake::Timer);
    tab.run_begun();
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("a2"));
    tab.log();
    tab.hears(401, UNAUTHORIZED);
    tab.requests();
    assert!(!tab.log().iter().any(|line| line.contains("refresh")), "it was renewed for that just now");
}

/// The same where another tab tries again: the record says what the renewal is for. Once the pause is over, the rejected token
/// is renewed.
#[test]
fn r21_a_renewal_that_another_tab_tries_again_is_still_for_the_rejection() {
    let mut first = Tab::signed_in(TABS);
    first.hears(401, UNAUTHORIZED).fails("call refresh", Trouble::Network);
    first.requests();
    let other = || {
        let mut tab = Tab::new("ethgas", TABS);
        tab.record = first.record.clone();
        assert_eq!(tab.restores(), "done");
        tab.log();
        tab
    };
    let mut tab = other();
    tab.now += 2_000.0;
    tab.hears(200, &grant("a2", "r2"));
    tab.wakes(Wake::Timer);
    tab.run_begun();
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("a2"));
    tab.log();
    tab.hears(401, UNAUTHORIZED);
    tab.requests();
    tab.asked(&["send with a2"]);

    let mut tab = other();
    tab.now += 2_000.0;
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a2", "r2")).hears(200, OK);
    tab.requests();
    assert!(tab.log().iter().any(|line| line.contains("refresh")), "its renewal is due");

    // Where it is accepted after all, the next renewal is one like any other.
    let mut tab = other();
    tab.hears(200, OK);
    tab.requests();
    tab.now += 2_000.0;
    tab.hears(200, &grant("a2", "r2"));
    tab.wakes(Wake::Timer);
    tab.run_begun();
    tab.hears(401, UNAUTHORIZED).hears(200, &grant("a3", "r3")).hears(200, OK);
    tab.requests();
    assert_eq!(tab.held().and_then(|record| record.held.access).as_deref(), Some("a3"));
}

/// PEGASE3 may crash on an expired token, so such a request is sent once more. But not as somebody who has signed in meanwhile,
/// and whose own token has expired by then.
#[test]
fn r25_a_doubtful_answer_is_not_asked_for_again_as_somebody_else() {
    let granted = |end: f64| {
        let token = crate::support::jwt(&format!(r#"{{"exp":{}}}"#, end / 1000.0));
        format!(r#"{{"code":200,"status":"ok","token":"{token}"}}"#)
    };
    let mut tab = Tab::new("pegase3", Keeping::Memory);
    assert_eq!(tab.signs_in(&granted(NOW + HOUR)), "signed in");
    tab.log();
    tab.hears(503, "");
    tab.meanwhile("send", move |tab| {
        let answers = std::mem::take(&mut tab.replies);
        tab.hears(200, &granted(NOW + HOUR + 1_000.0));
        let ended = tab.run(|handle| handle.sign_in(user("asmith", "s3cret")));
        assert_eq!(ended, "signed in");
        tab.replies = answers;
        tab.now += 2.0 * HOUR;
    });
    assert_eq!(tab.requests(), "answered");
    let sent = tab.log().iter().filter(|line| line.starts_with("send")).count();
    assert_eq!(sent, 1);
}
