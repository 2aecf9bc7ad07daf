//! ETHGAS, user name and password: the pages login, verify, refresh, logout and index of "Authentication", and "Error
//! codes".

use hallpass::dialect::{CODES, Call, CallKind, Code, Grant, Held, Payload, Vendor, VendorCode};

use crate::as_data::{habit, vendor};
use crate::support::{HTML, Value, hold_to_table, refusal, reply, user, wire};

/// The pages' example of a token.
const TOKEN: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...";

/// "Error Response (401)", the same on all pages.
const UNAUTHORISED: &str = r#"{"code": 401, "message": "Unauthorized", "data": null}"#;

fn ethgas() -> &'static dyn Vendor<Value> {
    vendor("ethgas", module_path!())
}

fn held() -> Held {
    Held {
        access: Some("your_access_token".into()),
        refresh: Some("your_refresh_token".into()),
        ..Held::default()
    }
}

fn granted(code: u16) -> String {
    format!(
        r#"{{"code": {code}, "message": "OK",
            "data": {{"accessToken": "{TOKEN}", "refreshToken": "{TOKEN}", "expiresIn": 3600}}}}"#
    )
}

fn grant(user: Option<&str>) -> Grant {
    Grant {
        access: Some(TOKEN.into()),
        refresh: Some(TOKEN.into()),
        lifetime_ms: Some(3_600_000.0),
        user: user.map(Into::into),
        ..Grant::default()
    }
}

/// "POST /api/v1/user/login", the example of a request.
#[test]
fn login_sends_the_documented_request() {
    assert_eq!(
        wire(ethgas(), &ethgas().login(&user("your_username", "your_password")).unwrap()),
        "POST /api/v1/user/login\nContent-Type: application/json\n\n\
         {\"username\":\"your_username\",\"password\":\"your_password\"}"
    );
}

/// "Success Response (200)". Success is code 200 on the page, and code 1 in "Error codes".
#[test]
fn login_reads_both_documented_codes_of_success() {
    for code in [200, 1] {
        let login = ethgas().read_login(&reply(200, &granted(code)), &user("your_username", "x"), 0.0);
        assert_eq!(login.unwrap(), grant(Some("your_username")), "code {code}");
        assert_eq!(
            ethgas().read_refresh(&reply(200, &granted(code)), 0.0).unwrap(),
            grant(None),
            "code {code}"
        );
    }
    for code in ["0", "2", "201", "-1", "200.5", "1.5", "\"200\"", "true", "[]"] {
        let reply = reply(200, &granted(200).replace("200", code));
        assert!(ethgas().read_refresh(&reply, 0.0).is_err(), "code {code}");
    }
}

/// "Error Response (401)": the password at login, the session everywhere else.
#[test]
fn unauthorised_means_the_password_at_login_and_the_session_elsewhere() {
    let failure = refusal(ethgas().read_login(&reply(401, UNAUTHORISED), &user("u", "wrong"), 0.0));
    assert_eq!((failure.code, failure.status), (Code::InvalidCredentials, Some(401)));
    assert_eq!(failure.vendor_code, Some(VendorCode::Number(401.0)));
    let dead = r#"{"code": 401, "message": "Refresh token is invalid or expired", "data": null}"#;
    assert_eq!(refusal(ethgas().read_refresh(&reply(401, dead), 0.0)).code, Code::SessionExpired);
    assert_eq!(refusal(ethgas().read_check(&reply(401, UNAUTHORISED))).code, Code::SessionExpired);
    assert_eq!(
        refusal(ethgas().read(&reply(401, UNAUTHORISED), CallKind::Request)).code,
        Code::SessionExpired
    );
}

/// "POST /api/v1/user/login/refresh": the refresh token in the header and no body.
#[test]
fn refresh_sends_the_refresh_pages_request() {
    assert_eq!(
        wire(ethgas(), &ethgas().refresh(&held()).unwrap()),
        "POST /api/v1/user/login/refresh\nAuthorization: Bearer your_refresh_token"
    );
}

/// "Authentication", the index page: the refresh token in the body and no header.
#[test]
fn refresh_sends_the_index_pages_request_where_that_is_wanted() {
    habit(module_path!(), "a renewal has one form", || {
        let held = Held { refresh_in_body: true, ..held() };
        assert_eq!(
            wire(ethgas(), &ethgas().refresh(&held).unwrap()),
            "POST /api/v1/user/login/refresh\nContent-Type: application/json\n\n{\"refreshToken\":\"your_refresh_token\"}"
        );
    });
}

/// Only a deployment that calls the request itself invalid is asked in the other form: a refresh token that was refused
/// must not be shown twice.
#[test]
fn only_a_request_that_was_not_understood_is_asked_in_the_other_form() {
    habit(module_path!(), "a renewal has one form", || {
        let other = |status, text: &str| {
            ethgas().other_refresh_form(&refusal(ethgas().read_refresh(&reply(status, text), 0.0)))
        };
        assert!(other(400, r#"{"code": 400, "message": "Bad Request", "data": null}"#));
        assert!(other(422, r#"{"code": 422, "message": "Validation failed", "data": null}"#));
        assert!(other(200, r#"{"code": 1001, "message": "Validation Error", "data": null}"#));
        for (status, text) in [(401, UNAUTHORISED), (403, ""), (429, ""), (503, HTML), (200, "{}")] {
            assert!(!other(status, text), "{status} {text}");
        }
        // A gateway's 400 says nothing about the form (authkit-js#130).
        for status in [400, 422] {
            for text in
                [HTML, "", "{}", "[]", r#"{"message": "Bad Request"}"#, r#"{"code": "400"}"#, &granted(200)]
            {
                assert!(!other(status, text), "{status} {text}");
            }
        }
    });
}

#[test]
fn r6_no_refresh_token_no_renewal() {
    assert!(ethgas().refresh(&Held { refresh: None, ..held() }).is_none());
    for call in [
        ethgas().check(&held()),
        ethgas().logout(&held()),
        Call::new(CallKind::Request, "GET").credential(&ethgas().facts().carrier, &held()),
    ] {
        assert!(!wire(ethgas(), &call).contains("your_refresh_token"), "{call:?}");
    }
}

/// A renewal that brings no new refresh token leaves the old one in place; one of another type is malformed.
#[test]
fn a_renewal_may_leave_the_refresh_token_as_it_is() {
    let renewed = |data: &str| {
        ethgas()
            .read_refresh(&reply(200, &format!(r#"{{"code": 200, "message": "OK", "data": {data}}}"#)), 0.0)
    };
    let kept = renewed(r#"{"accessToken": "t", "expiresIn": 60}"#).unwrap();
    assert_eq!((kept.refresh, kept.lifetime_ms), (None, Some(60_000.0)));
    assert_eq!(refusal(renewed(r#"{"accessToken": "t", "refreshToken": 5}"#)).code, Code::MalformedReply);
    assert_eq!(renewed(r#"{"accessToken": {"token": "nested"}}"#).unwrap().access.as_deref(), Some("nested"));
}

/// The old tokens are spent: new ones are taken, whatever their lifetime looks like. A numeric text is a number.
#[test]
fn r24_a_renewals_tokens_are_taken_with_an_unusable_lifetime() {
    let told = |lifetime: &str| {
        let data = format!(r#"{{"accessToken": "a", "refreshToken": "r"{lifetime}}}"#);
        reply(200, &format!(r#"{{"code": 200, "message": "OK", "data": {data}}}"#))
    };
    for (lifetime, ms) in [
        (r#", "expiresIn": 3600"#, Some(3_600_000.0)),
        (r#", "expiresIn": "3600""#, Some(3_600_000.0)),
        (r#", "expiresIn": "0.5""#, Some(500.0)),
        ("", None),
        (r#", "expiresIn": null"#, None),
    ] {
        assert_eq!(ethgas().read_refresh(&told(lifetime), 0.0).unwrap().lifetime_ms, ms, "{lifetime}");
        let signs_in = ethgas().read_login(&told(lifetime), &user("u", "p"), 0.0).is_ok();
        if lifetime.contains("\"3600\"") || lifetime.contains("0.5") {
            habit(module_path!(), "anybody's API may tell it as a text", || assert!(!signs_in, "{lifetime}"));
        } else {
            assert!(signs_in, "{lifetime}");
        }
    }
    for lifetime in
        ["0", "-1", "1e300", "\"\"", "\"soon\"", "\"-1\"", "\"NaN\"", "\"Infinity\"", "true", "[3600]", "{}"]
    {
        let reply = told(&format!(r#", "expiresIn": {lifetime}"#));
        let grant = ethgas().read_refresh(&reply, 0.0).unwrap();
        assert_eq!((grant.access.as_deref(), grant.refresh.as_deref()), (Some("a"), Some("r")), "{lifetime}");
        assert_eq!(grant.lifetime_ms, None, "{lifetime}");
        let login = ethgas().read_login(&reply, &user("u", "p"), 0.0);
        assert_eq!(refusal(login).code, Code::MalformedReply, "{lifetime}");
    }
}

/// "POST /api/v1/user/login/verify": the access token, no body. `userId` is no name, and `expiresAt` is a moment of the
/// vendor's clock.
#[test]
fn check_verifies_the_token() {
    assert_eq!(
        wire(ethgas(), &ethgas().check(&held())),
        "POST /api/v1/user/login/verify\nAuthorization: Bearer your_access_token"
    );
    let verified = r#"{"code": 200, "message": "OK",
        "data": {"valid": true, "userId": "user_123", "expiresAt": 1640995200}}"#;
    assert_eq!(ethgas().read_check(&reply(200, verified)).unwrap(), None);
    let invalid = verified.replace("true", "false");
    assert_eq!(refusal(ethgas().read_check(&reply(200, &invalid))).code, Code::SessionExpired);
    let malformed = |text| {
        assert_eq!(refusal(ethgas().read_check(&reply(200, text))).code, Code::MalformedReply, "{text}");
    };
    [HTML, "", "{}"].into_iter().for_each(malformed);
    for text in [r#"{"code": 200, "data": null}"#, r#"{"code": 200, "data": {"valid": "true"}}"#] {
        habit(module_path!(), "what is not there is dead, and any value but false alive", || malformed(text));
    }
}

/// "POST /api/v1/user/logout".
#[test]
fn logout_sends_and_reads_what_is_documented() {
    assert_eq!(
        wire(ethgas(), &ethgas().logout(&held())),
        "POST /api/v1/user/logout\nAuthorization: Bearer your_access_token"
    );
    let text = r#"{"code": 200, "message": "OK", "data": {"loggedOut": true}}"#;
    assert!(ethgas().confirms_logout(&reply(200, text)));
    assert!(!ethgas().confirms_logout(&reply(401, UNAUTHORISED)));
    assert!(!ethgas().confirms_logout(&reply(200, HTML)));
}

/// "Returns `loggedOut`: confirmation that logout was successful", and the page's samples return it to their callers.
#[test]
fn logout_that_says_false_is_not_confirmed() {
    habit(module_path!(), "a logout is confirmed by any success", || {
        let text = r#"{"code": 200, "message": "OK", "data": {"loggedOut": false}}"#;
        assert!(!ethgas().confirms_logout(&reply(200, text)));
    });
}

/// "Error codes", the three examples of a refusal, and rows of its tables: `errorCode` says more than `code`.
#[test]
fn the_documented_errors_are_read() {
    let failure = |status, text: &str| refusal(ethgas().read(&reply(status, text), CallKind::Request));
    let validation = failure(200, r#"{"code": 1001, "message": "Validation Error", "data": null}"#);
    assert_eq!(
        (validation.code, validation.vendor_code),
        (Code::InvalidRequest, Some(VendorCode::Number(1001.0)))
    );
    let detailed = failure(
        400,
        r#"{"code": 400, "message": "Invalid order parameters", "data": null, "errorCode": "40001",
            "details": {"field": "blockNumber", "value": "invalid", "expected": "positive integer"}}"#,
    );
    assert_eq!(
        (detailed.code, detailed.vendor_code),
        (Code::InvalidRequest, Some(VendorCode::Text("40001".into())))
    );
    let listed = failure(
        422,
        r#"{"code": 422, "message": "Validation failed", "data": null, "errors": [{"field": "gasLimit"}]}"#,
    );
    assert_eq!(listed.code, Code::InvalidRequest);
    let told = |status, detail: &str| {
        failure(
            status,
            &format!(r#"{{"code": {status}, "message": "m", "data": null, "errorCode": "{detail}"}}"#),
        )
        .code
    };
    assert_eq!(told(401, "40102"), Code::SessionExpired);
    assert_eq!(told(401, "40103"), Code::Forbidden, "403 in a 401: the session is not over");
    assert_eq!(told(403, "40303"), Code::RateLimited, "429 in a 403");
    assert_eq!(told(403, "40304"), Code::Forbidden, "an order's code: judged by the code above it");
    assert_eq!(told(409, "40901"), Code::VendorError);
    assert_eq!(told(429, "42902"), Code::RateLimited);
    assert_eq!(told(500, "50001"), Code::VendorUnavailable);
}

/// The vendor's own words: `message`, and what the documents of the other family call it, at the top or in `data`.
#[test]
fn the_vendors_words_are_kept() {
    let detail = |text: &str| refusal(ethgas().read(&reply(400, text), CallKind::Request)).detail;
    assert_eq!(
        detail(r#"{"code": 400, "message": "Invalid order parameters"}"#).as_deref(),
        Some("Invalid order parameters")
    );
    assert_eq!(detail(r#"{"code": 400, "errorMsg": "Bad nonce"}"#).as_deref(), Some("Bad nonce"));
    assert_eq!(
        detail(r#"{"code": 400, "errorMsgKey": "error.login.nonce"}"#).as_deref(),
        Some("error.login.nonce")
    );
    let inner = r#"{"code": 400, "success": false, "data": {"errorCode": 1001, "errorMsg": "Bad nonce"}}"#;
    assert_eq!(detail(inner).as_deref(), Some("Bad nonce"));
    for text in
        [r#"{"code": 400}"#, r#"{"code": 400, "message": ""}"#, r#"{"code": 400, "message": 5}"#, "{}", HTML]
    {
        assert_eq!(detail(text), None, "{text}");
    }
    habit(module_path!(), "words count without a code", || {
        assert_eq!(detail(r#"{"message": "a gateway's"}"#), None);
    });
}

#[test]
fn every_code_of_the_table_becomes_what_the_table_says() {
    hold_to_table(ethgas(), CODES[3].1, |code| {
        let coded = format!(r#"{{"code": {code}, "message": "m", "data": null}}"#);
        let text = format!(r#"{{"code": 400, "message": "m", "data": null, "errorCode": "{code}"}}"#);
        let number = format!(r#"{{"code": 400, "message": "m", "data": null, "errorCode": {code}}}"#);
        [200, 400, 401, 403, 409]
            .iter()
            .flat_map(|status| [&coded, &text, &number].map(|text| reply(*status, text)))
            .collect()
    });
}

/// Overload is overload, whatever the body calls it.
#[test]
fn rule_10_overload_is_no_refusal() {
    for (status, code) in [(429, Code::RateLimited), (503, Code::VendorUnavailable)] {
        habit(module_path!(), "a code that is listed counts before the status", || {
            assert_eq!(refusal(ethgas().read_refresh(&reply(status, UNAUTHORISED), 0.0)).code, code);
        });
    }
    assert_eq!(refusal(ethgas().read_refresh(&reply(500, HTML), 0.0)).code, Code::VendorUnavailable);
    assert_eq!(refusal(ethgas().read_refresh(&reply(200, HTML), 0.0)).code, Code::MalformedReply);
}

/// "GET /api/v1/user/info": the payload is `data`.
#[test]
fn the_payload_is_the_data() {
    let text =
        r#"{"code": 200, "message": "OK", "data": {"userId": "user_123", "username": "your_username"}}"#;
    assert_eq!(ethgas().read(&reply(200, text), CallKind::Request).unwrap(), Payload::Member("data".into()));
    assert!(ethgas().read(&reply(401, text), CallKind::Request).is_err(), "200 inside a 401");
}

#[test]
fn r24_a_success_without_usable_tokens_is_malformed() {
    for data in [
        "null",
        "{}",
        "[]",
        r#"{"refreshToken": "r", "expiresIn": 3600}"#,
        r#"{"accessToken": "", "refreshToken": "r", "expiresIn": 3600}"#,
        r#"{"accessToken": {"token": 5}, "refreshToken": "r", "expiresIn": 3600}"#,
        r#"{"accessToken": "a", "refreshToken": "r", "expiresIn": 0}"#,
        r#"{"accessToken": "a", "refreshToken": "r", "expiresIn": -1}"#,
        r#"{"accessToken": "a", "refreshToken": "r", "expiresIn": "soon"}"#,
        r#"{"accessToken": "a", "refreshToken": "r", "expiresIn": [3600]}"#,
        r#"{"accessToken": "a\r\nb", "refreshToken": "r", "expiresIn": 3600}"#,
    ] {
        let reply = reply(200, &format!(r#"{{"code": 200, "message": "OK", "data": {data}}}"#));
        assert_eq!(
            refusal(ethgas().read_login(&reply, &user("u", "p"), 0.0)).code,
            Code::MalformedReply,
            "{data}"
        );
    }
    habit(module_path!(), "a login may come without a refresh token", || {
        for refresh in ["", r#""refreshToken": "", "#] {
            let text =
                format!(r#"{{"code": 200, "data": {{{refresh}"accessToken": "a", "expiresIn": 3600}}}}"#);
            let failure = refusal(ethgas().read_login(&reply(200, &text), &user("u", "p"), 0.0));
            assert_eq!(failure.code, Code::MalformedReply);
        }
    });
}
