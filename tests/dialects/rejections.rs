//! Rules 10 and 11: which replies say that a token is no longer good, which only may say it, and which end a session.

use hallpass::dialect::{CallKind, Code, Held, Rejection, Vendor};

use crate::support::{HTML, Value, jwt, known, refusal, reply};

const DAY: f64 = 86_400_000.0;

/// ETHGAS's documented refusal.
const UNAUTHORISED: &str = r#"{"code": 401, "message": "Unauthorized", "data": null}"#;

/// PEGASE3's documented example of a token, and its end.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoidXNlcl90ZXN0IiwiZXhwIjoxNjI4NjA1MjA2fQ.sFG8WK8b509wAKSilBylyavIQr_yBuz4vueyzogMjZo";
const TOKEN_ENDS: f64 = 1_628_605_206_000.0;

fn vendor(name: &str) -> &'static dyn Vendor<Value> {
    known(name)
}

/// Rule 10: a 401 below HQ's address need not be HQ's. Environments are proxied there, and answer with their own
/// (lenses-vscode 6.2.1).
#[test]
fn rule_10_only_hqs_own_401_says_that_the_session_is_over() {
    let hqs = r#"{"type": "unauthorised", "title": "Not signed in.", "status": 401}"#;
    let told = |status, text: &str| {
        let reply = reply(status, text);
        let failure = refusal(vendor("lenses").read(&reply, CallKind::Request));
        (vendor("lenses").rejects_token(&reply), failure.code, failure.ends_session())
    };
    assert_eq!(told(401, hqs), (Rejection::Yes, Code::SessionExpired, true));
    for text in [
        r#"{"errorCode": 401, "message": "Unauthorized"}"#,
        r#"{"errorCode": 401, "sso_url": "https://evil.test/", "type": "Unauthorized"}"#,
        r#"{"title": "Unauthorised", "status": 401}"#,
        r#"{"type": "brand_new", "title": "t", "status": 401}"#,
        r#"{"type": ["unauthorised"], "title": "t", "status": 401}"#,
        "{}",
        "[]",
        "\"unauthorised\"",
        HTML,
        "",
    ] {
        assert_eq!(told(401, text), (Rejection::Doubtful, Code::VendorError, false), "{text}");
        assert_eq!(refusal(vendor("lenses").read(&reply(401, text), CallKind::Request)).sso_url, None);
    }
    let forbidden = r#"{"type": "forbidden", "title": "t", "status": 401}"#;
    assert_eq!(told(401, forbidden).0, Rejection::No, "HQ says something else");
    assert_eq!(told(403, "{}").0, Rejection::No, "r21");
    assert_eq!(told(403, hqs).0, Rejection::No, "r21");
}

/// Nothing is proxied at `users/me`: a 401 there confirms it, whatever it looks like.
#[test]
fn rule_10_users_me_confirms_that_the_session_is_over() {
    let asked = |status, text: &str| {
        let failure = refusal(vendor("lenses").read_check(&reply(status, text)));
        (failure.code, failure.ends_session())
    };
    let hqs = r#"{"type": "unauthorised", "title": "Not signed in.", "status": 401}"#;
    for text in [hqs, "{}", HTML, ""] {
        assert_eq!(asked(401, text), (Code::SessionExpired, true), "{text}");
    }
    for status in [403, 404, 429, 500, 503] {
        assert!(!asked(status, "").1 && !asked(status, HTML).1, "{status}");
    }
    assert!(!asked(503, hqs).1 && !asked(429, hqs).1, "overload is no refusal");
    assert!(!asked(200, HTML).1);
}

/// Rule 11: -733, -1205 and -1208 inside a 200. A query that is not allowed says nothing about the token.
#[test]
fn rule_11_ocients_rejection_may_be_told_inside_a_200() {
    let said = |code: i32| format!(r#"{{"status": {{"vendor_code": {code}}}}}"#);
    let rejects = |status, code| vendor("ocient").rejects_token(&reply(status, &said(code)));
    for code in [-733, -1205, -1208] {
        assert!([200, 401, 500].into_iter().all(|status| rejects(status, code) == Rejection::Yes), "{code}");
    }
    for code in [0, -719, -304, -1100, -9999, -331] {
        assert_eq!(rejects(200, code), Rejection::No, "{code}");
    }
    for code in [-304, -1204, -1206, -9999] {
        assert_eq!(rejects(401, code), Rejection::Yes, "{code}");
    }
    for code in [-719, -1100, -700] {
        assert_eq!(rejects(401, code), Rejection::No, "{code}: something else, in the vendor's own words");
    }
    for text in [HTML, "", "{}", r#"{"message": "Unauthorized"}"#, &said(0), &said(-331)] {
        let reply = reply(401, text);
        assert_eq!(vendor("ocient").rejects_token(&reply), Rejection::Doubtful, "{text}");
        assert!(!refusal(vendor("ocient").read_refresh(&reply, 0.0)).ends_session(), "rule 10: {text}");
    }
    assert!(refusal(vendor("ocient").read_refresh(&reply(401, &said(-304)), 0.0)).ends_session());
    assert!(refusal(vendor("ocient").read_refresh(&reply(200, &said(-1208)), 0.0)).ends_session());
    assert!(!refusal(vendor("ocient").read_refresh(&reply(403, HTML), 0.0)).ends_session());
    for (status, text) in [(403, ""), (500, HTML), (200, HTML)] {
        assert_eq!(vendor("ocient").rejects_token(&reply(status, text)), Rejection::No, "r21: {status}");
    }
}

/// Rule 11: the body's code counts before the HTTP status, and a page of HTML has none. Rule 10: a bare 401 is a gateway's.
#[test]
fn rule_11_pegase3s_rejection_may_be_told_inside_a_200() {
    use Rejection::{Doubtful, No, Yes};
    let told = |status, text: &str| {
        let reply = reply(status, text);
        (vendor("pegase3").rejects_token(&reply), vendor("pegase3").says_expired(&reply))
    };
    assert_eq!(told(200, r#"{"code": 401, "status": "error"}"#), (Yes, false));
    assert_eq!(told(401, r#"{"code": 401, "status": "error"}"#), (Yes, false));
    assert_eq!(told(200, r#"{"code": 498, "status": "ok"}"#), (Yes, true));
    assert_eq!(told(498, HTML), (Yes, true), "a status that is the vendor's alone");
    for text in [HTML, "", "{}", r#"{"message": "Unauthorized"}"#, r#"{"code": 200, "status": "ok"}"#] {
        assert_eq!(told(401, text), (Doubtful, false), "{text}");
        assert!(!refusal(vendor("pegase3").read_check(&reply(401, text))).ends_session(), "{text}");
    }
    assert_eq!(
        told(401, r#"{"code": 402, "status": "error"}"#),
        (No, false),
        "the vendor says something else"
    );
    assert_eq!(told(200, r#"{"code": 404, "status": "error"}"#), (No, false));
    assert_eq!(told(403, HTML), (No, false), "r21");
    assert_eq!(told(500, HTML), (No, false), "a token that is no JWT makes the vendor's code fall over");
    for text in [r#"{"code": 401, "status": "error"}"#, r#"{"code": 498, "status": "ok"}"#] {
        assert!(refusal(vendor("pegase3").read_check(&reply(200, text))).ends_session(), "{text}");
    }
    assert!(refusal(vendor("pegase3").read_check(&reply(498, HTML))).ends_session());
}

/// The later code falls over an expired token, and says HTTP 500 with a page. Before the token's own end that is a fault of
/// the server's like any other.
#[test]
fn rule_10_a_fault_after_the_tokens_end_may_mean_that_it_has_expired() {
    let holding = |token: &str| Held { access: Some(token.into()), ..Held::default() };
    let unsaid = |status, text: &str, now_ms| {
        vendor("pegase3").expired_unsaid(&reply(status, text), &holding(TOKEN), now_ms)
    };
    for text in [HTML, "", "{}", r#"{"message": "Internal Server Error"}"#] {
        assert!(unsaid(500, text, TOKEN_ENDS) && unsaid(500, text, TOKEN_ENDS + DAY), "{text}");
        assert!(!unsaid(500, text, TOKEN_ENDS - 1.0), "{text}");
    }
    assert!(unsaid(502, HTML, TOKEN_ENDS) && unsaid(599, "", TOKEN_ENDS));
    let enveloped = r#"{"code": 500, "status": "error"}"#;
    for (status, text) in
        [(500, enveloped), (200, HTML), (401, HTML), (404, HTML), (429, ""), (200, enveloped)]
    {
        assert!(!unsaid(status, text, TOKEN_ENDS + DAY), "{status} {text}");
    }
    // R19: by the vendor's clock, where it can be read, and not by one that is a day off.
    let mut dated = reply(500, HTML);
    for (date_ms, expected) in [(TOKEN_ENDS - 2000.0, false), (TOKEN_ENDS, true)] {
        dated.date_ms = Some(date_ms);
        for off in [-DAY, 0.0, DAY] {
            assert_eq!(
                vendor("pegase3").expired_unsaid(&dated, &holding(TOKEN), date_ms + off),
                expected,
                "{date_ms} {off}"
            );
        }
    }
    for token in ["no-jwt", &jwt("{}"), &jwt(r#"{"exp": "1628605206"}"#)] {
        assert!(
            !vendor("pegase3").expired_unsaid(&reply(500, HTML), &holding(token), TOKEN_ENDS + DAY),
            "{token}"
        );
    }
    assert!(
        !vendor("pegase3").expired_unsaid(&reply(500, HTML), &Held::default(), TOKEN_ENDS + DAY),
        "nothing was held"
    );
}

/// Rule 10: the vendor's own no is in its envelope; a bare 401 is a reason to renew, and no end.
#[test]
fn rule_10_only_ethgass_envelope_says_no() {
    let told = |status, text: &str| {
        let reply = reply(status, text);
        (
            vendor("ethgas").rejects_token(&reply),
            refusal(vendor("ethgas").read_refresh(&reply, 0.0)).ends_session(),
        )
    };
    let detailed = |code| format!(r#"{{"code": 401, "message": "m", "data": null, "errorCode": "{code}"}}"#);
    assert_eq!(told(401, UNAUTHORISED), (Rejection::Yes, true));
    assert_eq!(told(401, &detailed("40102")), (Rejection::Yes, true));
    assert_eq!(told(401, r#"{"code": 40199, "message": "unlisted", "data": null}"#), (Rejection::Yes, true));
    // The vendor's clients go by the status: a code that says something else is no word of the token, but a 401 is worth one renewal.
    assert_eq!(told(401, &detailed("40103")), (Rejection::Doubtful, true), "not allowed");
    for code in [1000, 2, 1002, 1001, 9999] {
        let text = format!(r#"{{"code": {code}, "message": "m", "data": null}}"#);
        assert_eq!(told(401, &text).0, Rejection::Doubtful, "{code}");
        assert_eq!(told(403, &text).0, Rejection::No, "r21: {code}");
    }
    for text in [
        HTML,
        "",
        "{}",
        "[]",
        "401",
        r#"{"message": "Unauthorized"}"#,
        r#"{"code": "401"}"#,
        r#"{"code": 200, "message": "OK", "data": {"accessToken": "a", "refreshToken": "r"}}"#,
    ] {
        assert_eq!(told(401, text), (Rejection::Doubtful, false), "{text}");
    }
    for text in [HTML, "", r#"{"message": "Forbidden"}"#] {
        assert_eq!(told(403, text), (Rejection::No, false), "r21: {text}");
    }
    assert_eq!(told(403, r#"{"code": 403, "message": "Forbidden", "data": null}"#), (Rejection::No, true));
    assert_eq!(told(429, UNAUTHORISED), (Rejection::No, false));
    let dead = r#"{"code": 200, "message": "OK", "data": {"valid": false}}"#;
    assert!(refusal(vendor("ethgas").read_check(&reply(200, dead))).ends_session());
    assert!(!refusal(vendor("ethgas").read_check(&reply(401, HTML))).ends_session());
}
