//! Ocient: the examples of the "Ocient HTTP Query API" `OpenAPI` description and its guide, and what its list of errors
//! and warnings adds.

use hallpass::dialect::{
    CODES, CallKind, Code, Credentials, Grant, Held, Payload, Rejection, Row, Vendor, VendorCode,
};

use crate::as_data::{habit, vendor};
use crate::support::{HTML, Value, hold_to_table, refusal, reply, user, wire};

fn ocient() -> &'static dyn Vendor<Value> {
    vendor("ocient", module_path!())
}

fn held() -> Held {
    Held {
        access: Some("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...".into()),
        user: Some("jdoe".into()),
        database: Some("retail_analytics".into()),
        ..Held::default()
    }
}

/// `POST /v1/login`, the code sample for curl.
#[test]
fn login_sends_the_documented_request() {
    let credentials =
        Credentials::of(&[("username", "admin"), ("password", "admin"), ("database", "system")]);
    assert_eq!(
        wire(ocient(), &ocient().login(&credentials).unwrap()),
        "POST /v1/login\nContent-Type: application/json\n\n\
         {\"username\":\"admin\",\"password\":\"admin\",\"database\":\"system\"}"
    );
}

/// "If you do not specify this parameter, the request defaults this value to system."
#[test]
fn login_leaves_out_a_database_that_was_not_given() {
    assert_eq!(
        wire(ocient(), &ocient().login(&user("admin@system", "admin")).unwrap()),
        "POST /v1/login\nContent-Type: application/json\n\n{\"username\":\"admin@system\",\"password\":\"admin\"}"
    );
}

/// `POST /v1/login`, the example of a reply.
#[test]
fn login_reads_the_documented_reply() {
    let reply = reply(
        200,
        r#"{"access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...", "username": "jdoe",
            "database": "retail_analytics", "expires_in": 3600,
            "status": {"reason": "Authentication successful", "sql_state": "00000", "vendor_code": 0}}"#,
    );
    assert_eq!(
        ocient().read_login(&reply, &user("jdoe", "secret"), 0.0).unwrap(),
        Grant {
            access: Some("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...".into()),
            lifetime_ms: Some(3_600_000.0),
            user: Some("jdoe".into()),
            database: Some("retail_analytics".into()),
            ..Grant::default()
        }
    );
}

/// The same API as docs.rovert.io describes it: no `expires_in`, another reason, a user name without its database.
#[test]
fn login_reads_the_older_reply() {
    let reply = reply(
        200,
        r#"{"access_token": "eyJhbGciOiJIUzI1NiJ9", "username": "admin", "database": "system",
            "status": {"reason": "The operation completed successfully", "sql_state": "00000", "vendor_code": 0}}"#,
    );
    let grant = ocient().read_login(&reply, &user("admin@system", "admin"), 0.0).unwrap();
    assert_eq!((grant.user.as_deref(), grant.lifetime_ms), (Some("admin"), None));
}

/// `POST /v1/sso_device_grant_verify`: a token without an end. What the reply leaves out is what was sent.
#[test]
fn a_grant_may_have_no_end_and_name_nobody() {
    let reply =
        reply(200, r#"{"access_token": "eyJhbGciOiJIUzI1NiJ9.e30.Sf", "status": {"vendor_code": 0}}"#);
    let credentials =
        Credentials::of(&[("username", "jdoe"), ("password", "secret"), ("database", "retail_analytics")]);
    let grant = ocient().read_login(&reply, &credentials, 0.0).unwrap();
    assert_eq!(grant.user.as_deref(), Some("jdoe"));
    assert_eq!(grant.database.as_deref(), Some("retail_analytics"));
    assert_eq!(grant.lifetime_ms, None);
}

/// `POST /v1/token_refresh`: the bearer token in the header, the database in the body.
#[test]
fn refresh_sends_the_documented_request() {
    assert_eq!(
        wire(ocient(), &ocient().refresh(&held()).unwrap()),
        "POST /v1/token_refresh\nContent-Type: application/json\n\
         Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...\n\n{\"database\":\"retail_analytics\"}"
    );
    let nowhere = Held { database: None, ..held() };
    assert!(wire(ocient(), &ocient().refresh(&nowhere).unwrap()).ends_with("\n\n{}"), "the body is optional");
    assert!(ocient().refresh(&Held::default()).is_none(), "r24: never an anonymous request");
}

/// `POST /v1/token_refresh`, the example of a reply.
#[test]
fn refresh_reads_the_documented_reply() {
    let reply = reply(
        200,
        r#"{"access_token": "eyJhb...", "username": "jdoe", "database": "retail_analytics", "expires_in": 3600,
            "status": {"reason": "Token refreshed successfully", "sql_state": "00000", "vendor_code": 0}}"#,
    );
    let grant = ocient().read_refresh(&reply, 0.0).unwrap();
    assert_eq!(grant.access.as_deref(), Some("eyJhb..."));
    assert_eq!(grant.lifetime_ms, Some(3_600_000.0));
    assert_eq!(grant.refresh, None, "there is no separate refresh token");
}

/// `POST /v1/logout`, with the example of a reply.
#[test]
fn logout_sends_and_reads_what_is_documented() {
    assert_eq!(
        wire(ocient(), &ocient().logout(&held())),
        "POST /v1/logout\nContent-Type: application/json\n\
         Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...\n\n{\"database\":\"retail_analytics\"}"
    );
    let said = r#"{"status": {"reason": "Logged out successfully", "sql_state": "00000", "vendor_code": 0}}"#;
    assert!(ocient().confirms_logout(&reply(200, said)));
    assert!(!ocient().confirms_logout(&reply(200, r#"{"status": {"vendor_code": -1204}}"#)));
    assert!(!ocient().confirms_logout(&reply(500, said)));
    assert!(!ocient().confirms_logout(&reply(200, HTML)));
}

/// `POST /v1/execute/{database}`, `GET /v1/stats` and `GET /v1/version`: the payload is what is beside `status`.
#[test]
fn the_payload_is_all_but_the_status() {
    let read = |text| ocient().read(&reply(200, text), CallKind::Request).unwrap();
    let rows = r#"{"query_id": "ac4dd039-e385-400b-a428-fd1fdcd02e30", "data": [{"c1": 1}, {"c1": 2}],
        "status": {"reason": "The operation completed successfully", "sql_state": "00000", "vendor_code": 0}}"#;
    assert_eq!(read(rows), Payload::Without("status".into()));
    for text in [
        r#"[{"name": "vm.stats.pdfCacheSize", "node": "sql0", "value": 4680936}]"#,
        r#"{"version": "24.0.0", "build_type": "DEBUG"}"#,
        // A status of another kind is payload.
        r#"{"node": "sql0", "status": "Active"}"#,
    ] {
        habit(module_path!(), "every success says that it is one, or none does", || {
            assert_eq!(read(text), Payload::Whole);
        });
    }
}

/// `POST /v1/sso_authentication`, 404: the one error that the description declares.
#[test]
fn a_message_without_a_status_is_judged_by_the_http_status() {
    let reply = reply(404, r#"{"message": "Ain't no cake like that."}"#);
    assert_eq!(refusal(ocient().read(&reply, CallKind::Request)).code, Code::VendorError);
}

/// No HTTP status is documented for a refusal: it may come on any.
#[test]
fn a_wrong_password_is_one_on_any_http_status() {
    let text =
        r#"{"status": {"reason": "Invalid user or password", "sql_state": "28000", "vendor_code": -304}}"#;
    for status in [200, 400, 401, 403, 500] {
        let failure = refusal(ocient().read_login(&reply(status, text), &user("jdoe", "wrong"), 0.0));
        assert_eq!(failure.code, Code::InvalidCredentials, "HTTP {status}");
        assert_eq!(failure.vendor_code, Some(VendorCode::Number(-304.0)));
    }
}

#[test]
fn every_code_of_the_table_becomes_what_the_table_says() {
    let hold = |rows: &[Row]| {
        hold_to_table(ocient(), rows, |code| {
            let text = format!(
                r#"{{"access_token": "t", "status": {{"sql_state": "XX000", "vendor_code": {code}}}}}"#
            );
            [200, 400, 401, 429, 500].map(|status| reply(status, &text)).into()
        });
    };
    let (cancelled, others): (Vec<_>, Vec<_>) =
        CODES[0].1.iter().copied().partition(|row| row.at_login == Code::Cancelled);
    hold(&others);
    habit(module_path!(), "a person's no", || hold(&cancelled));
}

/// The classes of SQL states, as the vendor's Python driver sorts them; 28 is the standard's.
#[test]
fn an_unlisted_code_is_judged_by_its_sql_state() {
    habit(module_path!(), "a second code that says what kind the first is of", || {
        let code = |operation, status, state: &str| {
            let text = format!(r#"{{"status": {{"vendor_code": -9999, "sql_state": "{state}"}}}}"#);
            refusal(ocient().read(&reply(status, &text), operation)).code
        };
        for status in [200, 400, 500] {
            assert_eq!(code(CallKind::Login, status, "28000"), Code::InvalidCredentials);
            assert_eq!(code(CallKind::Request, status, "28P01"), Code::SessionExpired);
            for state in ["08001", "53000", "57014", "58005"] {
                assert_eq!(code(CallKind::Request, status, state), Code::VendorUnavailable);
            }
        }
        assert_eq!(code(CallKind::Request, 200, "42601"), Code::VendorError);
        assert_eq!(code(CallKind::Request, 429, "42601"), Code::RateLimited);
        assert_eq!(code(CallKind::Request, 503, ""), Code::VendorUnavailable);
        // Where it says nothing, the HTTP status does.
        assert_eq!(code(CallKind::Login, 401, "99999"), Code::InvalidCredentials);
        assert_eq!(code(CallKind::Refresh, 401, "99999"), Code::SessionExpired);
        assert_eq!(code(CallKind::Login, 403, "99999"), Code::Forbidden);
        assert_eq!(code(CallKind::Login, 422, "99999"), Code::InvalidRequest);
        assert_eq!(code(CallKind::Login, 200, "é8"), Code::VendorError, "cut inside a character");
    });
}

/// A status whose code is none that can be read is no success where its SQL state is an error's; else it stays for the caller to see.
#[test]
fn a_status_without_a_code_is_judged_by_its_sql_state() {
    let read = |status: &str, operation| {
        ocient().read(&reply(200, &format!(r#"{{"data": [1], "status": {status}}}"#)), operation)
    };
    habit(module_path!(), "a second code that says what kind the first is of", || {
        for code in ["null", "\"-304\"", "[]"] {
            let status = |state: &str| format!(r#"{{"vendor_code": {code}, "sql_state": "{state}"}}"#);
            let failed = |state: &str, operation| {
                let failure = refusal(read(&status(state), operation));
                (failure.code, failure.explicit)
            };
            assert_eq!(failed("42000", CallKind::Request), (Code::VendorError, true), "{code}");
            assert_eq!(failed("28000", CallKind::Request), (Code::SessionExpired, true), "{code}");
            assert_eq!(failed("28000", CallKind::Login), (Code::InvalidCredentials, true), "{code}");
            assert_eq!(failed("08006", CallKind::Refresh), (Code::VendorUnavailable, true), "{code}");
            for state in ["00000", "01000", ""] {
                assert_eq!(
                    read(&status(state), CallKind::Request).unwrap(),
                    Payload::Whole,
                    "{code} {state}"
                );
            }
        }
    });
}

#[test]
fn a_database_that_is_not_there_is_a_refused_field() {
    habit(module_path!(), "a field that a code means", || {
        for code in [-205, -605] {
            let reply = reply(200, &format!(r#"{{"status": {{"vendor_code": {code}}}}}"#));
            let failure = refusal(ocient().read_login(&reply, &user("jdoe", "secret"), 0.0));
            assert_eq!(failure.fields.first().map(|field| field.name.as_str()), Some("database"), "{code}");
        }
    });
}

/// The list of errors and warnings: every code that says "does not have the authority".
#[test]
fn no_permission_is_forbidden() {
    let listed = (-725..=-700).chain([-728, -802, -803, -807, -1001]);
    for code in listed {
        let text = format!(r#"{{"status": {{"vendor_code": {code}, "sql_state": "42501"}}}}"#);
        for status in [200, 400, 401, 403] {
            let failure = refusal(ocient().read(&reply(status, &text), CallKind::Request));
            assert_eq!(failure.code, Code::Forbidden, "{code}, HTTP {status}");
        }
        assert_eq!(ocient().rejects_token(&reply(401, &text)), Rejection::No, "{code}");
    }
}

/// `status.reason`; and `message`, in the one error that has no status.
#[test]
fn the_vendors_words_are_kept() {
    let detail = |text: &str| refusal(ocient().read(&reply(404, text), CallKind::Request)).detail;
    let text =
        r#"{"status": {"reason": "The table T does not exist", "sql_state": "42704", "vendor_code": -600}}"#;
    assert_eq!(detail(text).as_deref(), Some("The table T does not exist"));
    assert_eq!(
        detail(r#"{"message": "Ain't no cake like that."}"#).as_deref(),
        Some("Ain't no cake like that.")
    );
    for text in [
        r#"{"status": {"vendor_code": -600}}"#,
        r#"{"status": {"vendor_code": -600, "reason": ["x"]}}"#,
        "{}",
        HTML,
    ] {
        assert_eq!(detail(text), None, "{text}");
    }
}

/// The old token may be spent: the new one is taken, whatever its lifetime looks like. A numeric text is a number.
#[test]
fn r24_a_renewals_token_is_taken_with_an_unusable_lifetime() {
    let told = |lifetime: &str| {
        reply(
            200,
            &format!(r#"{{"access_token": "t", "expires_in": {lifetime}, "status": {{"vendor_code": 0}}}}"#),
        )
    };
    for lifetime in ["0", "-1", "1e300", "\"\"", "\"soon\"", "true", "[]"] {
        let grant = ocient().read_refresh(&told(lifetime), 0.0).unwrap();
        assert_eq!((grant.access.as_deref(), grant.lifetime_ms), (Some("t"), None), "{lifetime}");
        let login = ocient().read_login(&told(lifetime), &user("jdoe", "secret"), 0.0);
        assert_eq!(refusal(login).code, Code::MalformedReply, "{lifetime}");
    }
    assert_eq!(ocient().read_refresh(&told("\"3600\""), 0.0).unwrap().lifetime_ms, Some(3_600_000.0));
    habit(module_path!(), "anybody's API may tell it as a text", || {
        let login = ocient().read_login(&told("\"3600\""), &user("jdoe", "secret"), 0.0);
        assert_eq!(refusal(login).code, Code::MalformedReply, "the documents have a number");
    });
}

#[test]
fn r24_a_success_without_a_usable_token_is_malformed() {
    let missing = ["null", "\"\"", "5", "{}", "[]", "true", "\"a b\"", "\"line\\nbreak\"", "\"é\""];
    for token in missing {
        let text =
            format!(r#"{{"access_token": {token}, "expires_in": 3600, "status": {{"vendor_code": 0}}}}"#);
        let login = ocient().read_login(&reply(200, &text), &user("jdoe", "secret"), 0.0);
        assert_eq!(refusal(login).code, Code::MalformedReply, "{token}");
        assert_eq!(
            refusal(ocient().read_refresh(&reply(200, &text), 0.0)).code,
            Code::MalformedReply,
            "{token}"
        );
    }
}

#[test]
fn a_reply_that_is_not_the_vendors_is_judged_by_its_status() {
    let login =
        |status, text| refusal(ocient().read_login(&reply(status, text), &user("jdoe", "secret"), 0.0)).code;
    assert_eq!(login(200, HTML), Code::MalformedReply);
    assert_eq!(login(200, ""), Code::MalformedReply);
    assert_eq!(login(401, HTML), Code::InvalidCredentials);
    assert_eq!(login(429, ""), Code::RateLimited);
    assert_eq!(login(502, HTML), Code::VendorUnavailable);
    assert_eq!(refusal(ocient().read_refresh(&reply(401, ""), 0.0)).code, Code::SessionExpired);
    assert_eq!(refusal(ocient().read_refresh(&reply(503, HTML), 0.0)).code, Code::VendorUnavailable);
}

/// SQL's classes 00, 01 and 02 are success, warning and "no data"; the vendor's driver takes warnings for successes. -331 and
/// -333 are listed as such.
#[test]
fn a_warning_is_a_success_and_stays_in_the_payload() {
    habit(module_path!(), "a second code that says what kind the first is of", || {
        let warned = |code: i32, state: &str| {
            reply(
                200,
                &format!(
                    r#"{{"access_token": "t", "data": [], "status": {{"reason": "w", "sql_state": "{state}", "vendor_code": {code}}}}}"#
                ),
            )
        };
        for (code, state) in [
            (-9000, "00000"),
            (-9000, "01000"),
            (-9000, "01S02"),
            (100, "02000"),
            (-331, "01000"),
            (-333, "HY000"),
            (-331, ""),
        ] {
            let reply = warned(code, state);
            let what = format!("{code} {state}");
            assert_eq!(ocient().read(&reply, CallKind::Request).unwrap(), Payload::Whole, "{what}");
            assert!(ocient().read_login(&reply, &user("jdoe", "secret"), 0.0).is_ok(), "{what}");
            assert!(ocient().read_refresh(&reply, 0.0).is_ok() && ocient().confirms_logout(&reply), "{what}");
            assert_eq!(ocient().rejects_token(&reply), Rejection::No, "{what}");
        }
        for (code, state) in
            [(-9000, "03000"), (-9000, "0"), (-9000, "10000"), (-9000, ""), (-304, "00000"), (-733, "01000")]
        {
            let reply = warned(code, state);
            assert!(ocient().read(&reply, CallKind::Request).is_err(), "{code} {state}");
            assert!(ocient().read_refresh(&reply, 0.0).is_err(), "{code} {state}");
            assert!(!ocient().confirms_logout(&reply), "{code} {state}");
        }
        let text = r#"{"access_token": "t", "status": {"sql_state": "01000", "vendor_code": -9000}}"#;
        assert_eq!(
            refusal(ocient().read_refresh(&reply(500, text), 0.0)).code,
            Code::VendorUnavailable,
            "r24"
        );
        let tokenless = r#"{"status": {"sql_state": "01000", "vendor_code": -9000}}"#;
        assert_eq!(
            refusal(ocient().read_refresh(&reply(200, tokenless), 0.0)).code,
            Code::MalformedReply,
            "r24"
        );
    });
}
