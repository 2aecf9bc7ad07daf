//! PEGASE3: the documents "Login", "Common API code" and "Company/Sections" of its repository, and what its code does
//! otherwise.

use hallpass::dialect::{CODES, CallKind, Code, Failure, Grant, Held, Payload, Vendor, VendorCode};

use crate::as_data::{habit, vendor};
use crate::support::{HTML, Value, hold_to_table, jwt, refusal, reply, user, wire};

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// "Login", the example of a token: `{"user":"user_test","exp":1628605206}`.
const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoidXNlcl90ZXN0IiwiZXhwIjoxNjI4NjA1MjA2fQ.sFG8WK8b509wAKSilBylyavIQr_yBuz4vueyzogMjZo";
const TOKEN_ENDS: f64 = 1_628_605_206_000.0;

fn pegase3() -> &'static dyn Vendor<Value> {
    vendor("pegase3", module_path!())
}

fn held() -> Held {
    Held { user: Some("user_test".into()), ..Held::default() }
}

fn log_in(status: u16, text: &str, now_ms: f64) -> Result<Grant, Box<Failure>> {
    pegase3().read_login(&reply(status, text), &user("user_test", "password_test"), now_ms)
}

fn granted(token: &str) -> String {
    format!(r#"{{"code": 200, "status": "ok", "token": "{token}"}}"#)
}

/// "Login", the example of a request.
#[test]
fn login_sends_the_documented_request() {
    assert_eq!(
        wire(pegase3(), &pegase3().login(&user("user_test", "password_test")).unwrap()),
        "GET /login\nUser-Name: user_test\nPassword: password_test"
    );
}

/// "Login", the example of a reply, half an hour before its token ends. The published version says "ok", the later
/// ones "success".
#[test]
fn login_reads_the_documented_reply() {
    for status in ["ok", "success"] {
        let text = format!("{{\n\t\"code\": 200,\n\t\"status\": \"{status}\",\n\t\"token\": \"{TOKEN}\"\n}}");
        assert_eq!(
            log_in(200, &text, TOKEN_ENDS - 30.0 * MINUTE).unwrap(),
            Grant {
                access: Some(TOKEN.into()),
                user: Some("user_test".into()),
                lifetime_ms: Some(30.0 * MINUTE),
                ..Grant::default()
            }
        );
    }
}

/// "Works for the next 30 minutes", says the document; 24 hours, says the code. The token knows.
#[test]
fn r20_the_tokens_end_is_a_hint_for_its_lifetime() {
    let lifetime = |left_ms| log_in(200, &granted(TOKEN), TOKEN_ENDS - left_ms).unwrap().lifetime_ms;
    assert_eq!(lifetime(24.0 * HOUR), Some(24.0 * HOUR));
    assert_eq!(lifetime(20.0 * MINUTE), Some(20.0 * MINUTE));
    assert_eq!(lifetime(0.0), Some(30.0 * MINUTE), "over at once is not plausible");
    habit(module_path!(), "the longest life that a token may claim", || {
        assert_eq!(lifetime(25.0 * HOUR), Some(30.0 * MINUTE), "longer than any is not plausible");
    });
    for claims in ["{}", "[]", "null", "{\"exp\": \"1628605206\"}", "{\"exp\": -1}", "{\"exp\": 1e308}", "{"]
    {
        let grant = log_in(200, &granted(&jwt(claims)), TOKEN_ENDS).unwrap();
        assert_eq!(grant.lifetime_ms, Some(30.0 * MINUTE), "{claims}");
    }
    assert_eq!(log_in(200, &granted("no-jwt"), 0.0).unwrap().lifetime_ms, Some(30.0 * MINUTE));
}

/// A machine whose clock is a day off gets neither a dead token nor one that lives a day too long.
#[test]
fn r19_a_clock_that_is_a_day_off_gets_the_documented_half_hour() {
    let half_an_hour = |off| {
        let now = TOKEN_ENDS - 30.0 * MINUTE + off;
        assert_eq!(log_in(200, &granted(TOKEN), now).unwrap().lifetime_ms, Some(30.0 * MINUTE), "{off}");
    };
    half_an_hour(DAY);
    habit(module_path!(), "the longest life that a token may claim", || half_an_hour(-DAY));
}

/// Where the vendor's own clock can be read, it counts: on it, a clock that is off changes nothing.
#[test]
fn r19_the_vendors_date_counts_before_this_machines_clock() {
    for off in [-DAY, -5.0 * HOUR, 0.0, 5.0 * HOUR, DAY] {
        let mut reply = reply(200, &granted(TOKEN));
        reply.date_ms = Some(TOKEN_ENDS - 24.0 * HOUR);
        let grant =
            pegase3().read_login(&reply, &user("user_test", "x"), TOKEN_ENDS - 24.0 * HOUR + off).unwrap();
        let lifetime = grant.lifetime_ms.unwrap();
        assert!((24.0 * HOUR - 1000.0..=24.0 * HOUR).contains(&lifetime), "{off}: {lifetime}");
    }
}

/// The published version answers HTTP 200 to everything; the later ones repeat the code as the HTTP status.
#[test]
fn every_code_of_the_table_becomes_what_the_table_says() {
    hold_to_table(pegase3(), CODES[2].1, |code| {
        let text = format!(r#"{{"code": {code}, "status": "error", "message": "m", "token": "t"}}"#);
        [200, code.parse().unwrap()].map(|status| reply(status, &text)).into()
    });
}

/// "Common API code", row by row, on both kinds of HTTP status.
#[test]
fn the_documented_rows_are_read_by_code_and_operation() {
    use CallKind::{Login, Request};
    let code = |operation, code: u16, status: &str, message: &str| {
        let text = format!(r#"{{"code": {code}, "status": "{status}", "message": "{message}"}}"#);
        let [always_200, mirrored] =
            [200, code].map(|status| refusal(pegase3().read(&reply(status, &text), operation)));
        assert_eq!(always_200.code, mirrored.code);
        assert_eq!(always_200.vendor_code, Some(VendorCode::Number(code.into())));
        always_200.code
    };
    assert_eq!(code(Request, 401, "error", "Token not valid."), Code::SessionExpired);
    assert_eq!(code(Login, 401, "error", "User doesn't exists."), Code::InvalidCredentials);
    assert_eq!(code(Login, 402, "error", "Required field User-Name is not specified."), Code::InvalidRequest);
    assert_eq!(code(Request, 402, "error", "Required field Fields is empty."), Code::InvalidRequest);
    assert_eq!(code(Request, 404, "error", "Data not found."), Code::VendorError);
    assert_eq!(
        code(Request, 498, "ok", "Token has expired."),
        Code::SessionExpired,
        "its status is never looked at"
    );
    assert_eq!(code(Request, 498, "error", "Token has expired."), Code::SessionExpired);
    let created = r#"{"code": 201, "status": "ok", "message": "User created."}"#;
    assert!(
        pegase3().read(&reply(200, created), Request).is_ok()
            && pegase3().read(&reply(201, created), Request).is_ok()
    );
}

/// "Company/Sections", the example of a reply.
#[test]
fn the_payload_is_the_data() {
    let text = r#"{"code": 200, "data": [{"CODRUBRIQUE": "380000", "NOM": "Absences congés payés"}], "status": "ok"}"#;
    assert_eq!(pegase3().read(&reply(200, text), CallKind::Request).unwrap(), Payload::Member("data".into()));
}

/// The later versions bring a new token in replies and drop the old one: also in "not found" ones, with either HTTP status.
#[test]
fn a_token_in_any_reply_is_adopted() {
    habit(module_path!(), "a token that any reply may bring", || {
        let adopted =
            |status, text: &str| pegase3().adopts(&reply(status, text), &held(), TOKEN_ENDS - 10.0 * MINUTE);
        for (status, code) in
            [(200, 200), (200, 201), (200, 404), (404, 404), (404, 200), (402, 402), (500, 500)]
        {
            let text = format!(r#"{{"code": {code}, "status": "success", "data": [], "token": "{TOKEN}"}}"#);
            let grant = adopted(status, &text).unwrap();
            let told = (grant.access.as_deref(), grant.lifetime_ms);
            assert_eq!(told, (Some(TOKEN), Some(10.0 * MINUTE)), "{code}, HTTP {status}");
            assert_eq!(grant.user, None, "nobody is renamed");
        }
        for (status, code) in [(200, 401), (401, 401), (401, 200), (200, 498), (498, 498), (498, 200)] {
            let text = format!(r#"{{"code": {code}, "status": "error", "token": "{TOKEN}"}}"#);
            assert!(adopted(status, &text).is_none(), "{code}, HTTP {status}");
        }
    });
}

/// Not everything that has a member `token` is from the vendor: somebody may have uploaded it.
#[test]
fn r24_a_token_is_adopted_only_in_the_envelope_and_for_the_sessions_user() {
    let adopted =
        |held: &Held, text: &str| pegase3().adopts(&reply(200, text), held, TOKEN_ENDS - 10.0 * MINUTE);
    let in_envelope = |token: &str| format!(r#"{{"code": 200, "status": "ok", "token": "{token}"}}"#);
    for text in [
        format!(r#"{{"code": 200, "token": "{TOKEN}"}}"#),
        format!(r#"{{"code": "200", "status": "ok", "token": "{TOKEN}"}}"#),
        format!(r#"{{"code": 200.5, "status": "ok", "token": "{TOKEN}"}}"#),
        format!(r#"{{"code": 200, "status": 200, "token": "{TOKEN}"}}"#),
        format!(r#"{{"code": 200, "status": null, "token": "{TOKEN}"}}"#),
        format!(r#"{{"status": "ok", "token": "{TOKEN}"}}"#),
        format!(r#"{{"token": "{TOKEN}"}}"#),
        format!(r#"[{{"code": 200, "status": "ok", "token": "{TOKEN}"}}]"#),
        format!(r#"{{"code": 200, "status": "ok", "data": {{"token": "{TOKEN}"}}}}"#),
        format!(r#"{{"code": 200, "status": "ok", "token": {{"token": "{TOKEN}"}}}}"#),
        r#"{"code": 200, "status": "ok", "data": []}"#.into(),
        in_envelope(""),
        in_envelope("t"),
        in_envelope("a.b.c"),
        in_envelope(&jwt(r#"{"user": "another", "exp": 1628605206}"#)),
        in_envelope(&jwt(r#"{"user": "USER_TEST", "exp": 1628605206}"#)),
        in_envelope(&jwt(r#"{"user": {"user": "user_test"}, "exp": 1628605206}"#)),
        in_envelope(&jwt(r#"{"exp": 1628605206}"#)),
        in_envelope(&format!("{TOKEN}\\n")),
        HTML.into(),
        String::new(),
    ] {
        assert!(adopted(&held(), &text).is_none(), "{text}");
    }
    let nobody = Held { user: None, ..held() };
    assert!(adopted(&nobody, &in_envelope(TOKEN)).is_none(), "a session of nobody in particular");
    assert!(adopted(&nobody, &in_envelope(&jwt(r#"{"exp": 1628605206}"#))).is_none(), "nor for nobody");
    let same = Held { access: Some(TOKEN.into()), ..held() };
    assert!(adopted(&same, &in_envelope(TOKEN)).is_none(), "the token that is held is no new one");
    let accented = Held { user: Some("ünïcode".into()), ..held() };
    habit(module_path!(), "a token that any reply may bring", || {
        assert!(
            adopted(&accented, &in_envelope(&jwt(r#"{"user": "ünïcode", "exp": 1628605206}"#))).is_some()
        );
    });
}

/// `GET /report/find_report` sends what it has found with code 200 and HTTP 404.
#[test]
fn a_report_that_was_found_comes_with_http_404() {
    habit(module_path!(), "a success is one by its HTTP status, too", || {
        let text = r#"{"code": 200, "status": "success", "data": [{"ID": 1}]}"#;
        assert_eq!(
            pegase3().read(&reply(404, text), CallKind::Request).unwrap(),
            Payload::Member("data".into())
        );
        for (status, operation) in
            [(500, CallKind::Request), (401, CallKind::Request), (404, CallKind::Login)]
        {
            assert!(pegase3().read(&reply(status, text), operation).is_err(), "r24: {status} {operation:?}");
        }
        assert_eq!(refusal(log_in(404, &granted("t"), 0.0)).code, Code::VendorError, "r24");
    });
}

/// "message": of the documented rows, and of the codes.
#[test]
fn the_vendors_words_are_kept() {
    let detail = |text: &str| refusal(pegase3().read(&reply(200, text), CallKind::Request)).detail;
    let text =
        r#"{"code": 402, "status": "error", "message": "Required field Id-Company is not specified."}"#;
    assert_eq!(detail(text).as_deref(), Some("Required field Id-Company is not specified."));
    for text in [r#"{"code": 402, "status": "error"}"#, r#"{"code": 402, "message": {}}"#, HTML] {
        assert_eq!(detail(text), None, "{text}");
    }
    habit(module_path!(), "words count without a code", || {
        assert_eq!(detail(r#"{"message": "m"}"#), None);
    });
}

/// "Token": a header of the vendor's own, with the bare token. No other operation is documented.
#[test]
fn r3_the_token_goes_in_the_vendors_header() {
    let held = Held { access: Some(TOKEN.into()), refresh: Some("stray".into()), ..Held::default() };
    assert_eq!(wire(pegase3(), &pegase3().check(&held)), format!("GET -\nToken: {TOKEN}"));
    assert_eq!(wire(pegase3(), &pegase3().logout(&held)), format!("POST -\nToken: {TOKEN}"));
    assert!(pegase3().refresh(&held).is_none());
    assert_eq!(refusal(pegase3().read_refresh(&reply(200, &granted(TOKEN)), 0.0)).code, Code::NotRenewable);
}

/// Rule 6: what a header can't carry byte-exact is refused by field, and nothing is sent.
#[test]
fn rule_6_what_a_header_cannot_carry_is_not_sent() {
    for text in ["p", "pä\u{ff}ss", "in side", "in\tside", "\u{80}\u{a0}", ": , ; \"", "\u{a0}"] {
        let call = pegase3().login(&user("u", text)).unwrap();
        assert_eq!(call.headers[1].1.as_str(), text, "byte-exact");
    }
    for text in
        [" p", "p ", "\tp", "p\t", "p\r\nX: y", "p\nq", "p\rq", "p\0q", "\u{7f}", "\u{1}", "€", "Ā", "pass🔑"]
    {
        for (name, credentials) in [("username", user(text, "p")), ("password", user("u", text))] {
            let failure = refusal(pegase3().login(&credentials));
            assert_eq!(failure.code, Code::InvalidRequest, "{text:?}");
            assert_eq!(
                (failure.fields[0].name.as_str(), failure.fields[0].code.as_str()),
                (name, "not-sendable")
            );
        }
    }
}

/// Rule 6: all that is to be mended is told at once.
#[test]
fn rule_6_each_field_that_cannot_be_sent_is_named() {
    let (empty, unfit) = ("required", "not-sendable");
    for (name, password, codes) in
        [("", "", [empty, empty]), (" u", "p\n", [unfit, unfit]), ("", "日本", [empty, unfit])]
    {
        let failure = refusal(pegase3().login(&user(name, password)));
        let fields: Vec<_> =
            failure.fields.iter().map(|field| (field.name.as_str(), field.code.as_str())).collect();
        assert_eq!(fields, [("username", codes[0]), ("password", codes[1])]);
    }
}

/// "Login" types the token an "associative array" and shows a string.
#[test]
fn r24_a_success_without_a_usable_token_is_malformed() {
    for token in ["null", "\"\"", "{\"token\": \"t\"}", "[\"t\"]", "5", "\"a b\"", "\"a\\nb\"", "\"é\""] {
        let text = format!(r#"{{"code": 200, "status": "ok", "token": {token}}}"#);
        assert_eq!(refusal(log_in(200, &text, 0.0)).code, Code::MalformedReply, "{token}");
    }
    assert_eq!(
        refusal(log_in(200, r#"{"status": "ok", "token": "t"}"#, 0.0)).code,
        Code::MalformedReply,
        "no code"
    );
    assert_eq!(refusal(log_in(200, HTML, 0.0)).code, Code::MalformedReply);
    assert_eq!(refusal(log_in(500, HTML, 0.0)).code, Code::VendorUnavailable);
    assert_eq!(
        refusal(log_in(500, &granted("t"), 0.0)).code,
        Code::VendorUnavailable,
        "r24: 200 inside a 500"
    );
}
