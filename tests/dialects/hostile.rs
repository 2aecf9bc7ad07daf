//! Replies that no document shows, and credentials that nobody would choose.

use hallpass::dialect::{
    Body, Call, CallKind, Carrier, Code, Credentials, Grant, Held, Json, NAMES, Rejection, Renewal, Reply,
    Vendor, is_token,
};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value as Document, json};

use crate::support::{HTML, OPERATIONS, Value, cases, known, refusal, reply, told_status, user};

/// A vendor of each name, over any JSON.
fn vendors<J: Json>() -> Vec<&'static dyn Vendor<J>> {
    NAMES.iter().map(|name| known(name)).collect()
}

/// The members that the readers look for, and a few that they must not look for.
const MEMBERS: [&str; 26] = [
    "access_token",
    "username",
    "database",
    "expires_in",
    "status",
    "sql_state",
    "vendor_code",
    "redir_to",
    "type",
    "title",
    "invalid_fields",
    "sso_url",
    "request_id",
    "name",
    "error",
    "code",
    "token",
    "data",
    "accessToken",
    "refreshToken",
    "expiresIn",
    "errorCode",
    "valid",
    "__proto__",
    "length",
    "",
];

/// Values that decide something.
const TEXTS: [&str; 11] = [
    "",
    "t0ken",
    "28000",
    "40102",
    "unauthorised",
    "ok",
    "a.e30.b",
    "a\r\nb",
    "https://idp.test/",
    "\0",
    "é",
];
const NUMBERS: [f64; 14] =
    [0.0, 1.0, -1.0, 200.0, 201.0, 401.0, 498.0, 1001.0, -304.0, -733.0, 3600.0, 0.5, 1e-300, 1e300];

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![select(&TEXTS[..]).prop_map(String::from), any::<String>()]
}

/// A JSON document of any shape, in which the documented members turn up often and with any type.
fn any_document() -> impl Strategy<Value = Document> {
    let leaf = prop_oneof![
        Just(Document::Null),
        any::<bool>().prop_map(Document::from),
        select(&NUMBERS[..]).prop_map(Document::from),
        any::<f64>().prop_map(Document::from),
        any_text().prop_map(Document::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        let name = prop_oneof![9 => select(&MEMBERS[..]).prop_map(String::from), 1 => any::<String>()];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Document::from),
            4 => prop::collection::vec((name, inner), 0..8).prop_map(|members| Document::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn any_reply() -> impl Strategy<Value = Reply<Value>> {
    let body = prop_oneof![
        8 => any_document().prop_map(|document| Body::Json(document.into())),
        1 => Just(()).prop_map(|()| Body::Empty),
        1 => Just(()).prop_map(|()| Body::Text(Document::from("t0ken").into())),
        1 => Just(()).prop_map(|()| Body::Unreadable),
    ];
    let status = prop_oneof![select(&[0, 200, 204, 400, 401, 403, 429, 498, 500][..]), any::<u16>()];
    (status, body, any::<Option<f64>>())
        .prop_map(|(status, body, date_ms)| Reply { date_ms, ..Reply::new(status, body) })
}

/// What every grant has, whatever it was read from (R24).
fn assert_usable<J: Json>(vendor: &dyn Vendor<J>, grant: &Grant) {
    let name = &vendor.facts().name;
    match vendor.facts().carrier {
        Carrier::Cookie => assert_eq!((&grant.access, &grant.refresh), (&None, &None), "{name}"),
        _ => assert!(grant.access.as_deref().is_some_and(is_token), "{name}: {grant:?}"),
    }
    assert!(grant.refresh.as_deref().is_none_or(is_token), "{name}: {grant:?}");
    assert!(grant.lifetime_ms.is_none_or(|ms| ms > 0.0 && ms.is_finite()), "{name}: {grant:?}");
}

/// Reads a reply in every way there is.
fn read_all<J: Json>(vendor: &dyn Vendor<J>, reply: &Reply<J>, now_ms: f64) {
    let grants = [
        vendor.read_login(reply, &user("jdoe", "secret"), now_ms).ok(),
        vendor.read_refresh(reply, now_ms).ok(),
        vendor.adopts(reply, &Held { user: Some("jdoe".into()), ..Held::default() }, now_ms),
    ];
    grants.iter().flatten().for_each(|grant| assert_usable(vendor, grant));
    assert!(vendor.facts().renewal != Renewal::None || vendor.read_refresh(reply, now_ms).is_err());
    for operation in OPERATIONS {
        let read = vendor.read(reply, operation);
        // One route of PEGASE3's succeeds with HTTP 404.
        let found = vendor.facts().name == "pegase3" && operation == CallKind::Request && reply.status == 404;
        assert!(read.is_err() || reply.is_ok() || found, "R24: a failure's status is no success");
        assert!(read.err().is_none_or(|failure| failure.status == told_status(reply)));
    }
    let alive = vendor.read_check(reply);
    assert!(alive.is_err() || reply.is_ok());
    let _ = (vendor.says_expired(reply), vendor.confirms_logout(reply));
    let rejection = vendor.rejects_token(reply);
    assert!(
        rejection != Rejection::Doubtful || reply.status == 401,
        "R21: {reply_status}",
        reply_status = reply.status
    );
    if let Err(failure) = vendor.read_refresh(reply, now_ms) {
        let words = matches!(reply.body, Body::Json(_)) || reply.status == 498;
        assert!(!failure.ends_session() || words, "rule 10: no page and no empty reply ends a session");
    }
    let held = Held { access: Some("t0ken".into()), ..Held::default() };
    assert!(!vendor.expired_unsaid(reply, &held, now_ms), "R20: of a token that doesn't say when it ends");
}

/// JSON that says yes to everything: it has every member, and each is of every type. What is parsed says what it says, as the vendors'
/// descriptions are parsed.
#[derive(Clone)]
enum Chameleon {
    Everything { text: String, number: f64, truth: bool },
    Parsed(Value),
}

impl Json for Chameleon {
    fn parse(text: &str) -> Option<Self> {
        Value::parse(text).map(Self::Parsed)
    }
    fn is_web_address(text: &str) -> bool {
        url::Url::parse(text).is_ok()
    }
    fn claims(_: &str) -> Option<Self> {
        Some(Self::Everything { text: String::new(), number: f64::NAN, truth: true })
    }
    fn member(&self, name: &str) -> Option<Self> {
        match self {
            Self::Everything { .. } => Some(self.clone()),
            Self::Parsed(json) => json.member(name).map(Self::Parsed),
        }
    }
    fn written(number: f64) -> String {
        Value::written(number)
    }

    fn text(&self) -> Option<String> {
        match self {
            Self::Everything { text, .. } => Some(text.clone()),
            Self::Parsed(json) => json.text(),
        }
    }
    fn number(&self) -> Option<f64> {
        match self {
            Self::Everything { number, .. } => Some(*number),
            Self::Parsed(json) => json.number(),
        }
    }
    fn truth(&self) -> Option<bool> {
        match self {
            Self::Everything { truth, .. } => Some(*truth),
            Self::Parsed(json) => json.truth(),
        }
    }
    fn elements(&self, limit: usize) -> Option<Vec<Self>> {
        match self {
            Self::Everything { .. } => Some(vec![self.clone(); limit.min(3)]),
            Self::Parsed(json) => Some(json.elements(limit)?.into_iter().map(Self::Parsed).collect()),
        }
    }
    fn is_object(&self) -> bool {
        match self {
            Self::Everything { .. } => true,
            Self::Parsed(json) => json.is_object(),
        }
    }
    fn names(&self, limit: usize) -> Vec<String> {
        match self {
            Self::Everything { text, .. } => vec![text.clone(); limit.min(3)],
            Self::Parsed(json) => json.names(limit),
        }
    }
    fn moment(_: &str) -> Option<f64> {
        Some(f64::NAN)
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn r35_no_reply_breaks_a_reader_or_gets_a_grant_without_a_token(reply in any_reply(), now_ms in any::<f64>()) {
        for vendor in vendors() {
            read_all(vendor, &reply, now_ms);
        }
    }

    /// Also with the numbers that JSON can't write.
    #[test]
    fn r24_no_lifetime_is_other_than_positive_and_finite(
        number in prop_oneof![any::<f64>(), select(&[f64::NAN, f64::INFINITY, -0.0, 0.0, -1.0, 200.0, 1.0, 3600.0][..])],
        (text, truth, status) in (any_text(), any::<bool>(), select(&[200_u16, 204, 401, 500][..])),
    ) {
        let reply = Reply::new(status, Body::Json(Chameleon::Everything { text, number, truth }));
        for vendor in vendors() {
            read_all(vendor, &reply, number);
        }
    }

    /// R30, rule 5: what the caller gave is what goes over the wire.
    #[test]
    fn r30_json_logins_carry_the_credentials_byte_exact(username in ".+", password in any::<String>()) {
        prop_assume!(!password.is_empty());
        let extras = Credentials::of(&[
            ("username", &username),
            ("password", &password),
            ("database", "d\"\\\u{1}"),
            ("redirectionToken", "t\u{2028}"),
        ]);
        for (vendor, expected) in [
            ("ocient", json!({"username": username, "password": password, "database": "d\"\\\u{1}"})),
            ("lenses", json!({"username": username, "password": password, "redirection_token": "t\u{2028}"})),
            ("ethgas", json!({"username": username, "password": password})),
        ] {
            let call = known::<Value>(vendor).login(&extras).unwrap();
            let body = call.body.as_deref().unwrap();
            prop_assert_eq!(serde_json::from_str::<Document>(body).unwrap(), expected);
            prop_assert_eq!(call.headers.len(), 1, "no credential in a header");
        }
    }

    /// Rule 6: byte-exact in the header, or refused.
    #[test]
    fn rule_6_header_logins_carry_the_credentials_byte_exact_or_not_at_all(
        username in "[ -~\u{a0}-\u{ff}]{1,8}", password in prop_oneof!["[\u{0}-\u{ff}]{1,8}", any::<String>()],
    ) {
        prop_assume!(!password.is_empty());
        // Fetch standard: a header's value is bytes without NUL, CR and LF, and is trimmed of blanks.
        let survives = |text: &str| {
            text.chars().all(|c| u32::from(c) < 256 && !"\0\r\n".contains(c)) && text.trim_matches([' ', '\t']) == text
        };
        if let Ok(call) = known::<Value>("pegase3").login(&user(&username, &password)) {
            prop_assert!(survives(&username) && survives(&password));
            let sent: Vec<_> = call.headers.iter().map(|(name, value)| (&**name, value.as_str())).collect();
            prop_assert_eq!(sent, [("User-Name", &*username), ("Password", &*password)]);
            prop_assert!(call.body.is_none());
        } else {
            let plain = |text: &str| survives(text) && !text.contains(|c: char| c.is_ascii_control());
            prop_assert!(!plain(&username) || !plain(&password), "refused without need");
        }
    }
}

#[test]
fn an_empty_user_name_or_password_is_sent_nowhere() {
    for vendor in vendors::<Value>() {
        for (name, credentials) in [("username", user("", "p")), ("password", user("u", ""))] {
            let failure = refusal(vendor.login(&credentials));
            assert_eq!((failure.code, failure.fields[0].name.as_str()), (Code::InvalidRequest, name));
        }
    }
}

/// R6: the refresh token is in the refresh request and in no other.
#[test]
fn r6_no_request_but_the_renewal_holds_the_refresh_token() {
    let held = Held { access: Some("acc3ss".into()), refresh: Some("r3fresh".into()), ..Held::default() };
    for vendor in vendors::<Value>() {
        for call in [
            vendor.check(&held),
            vendor.logout(&held),
            Call::new(CallKind::Request, "GET").credential(&vendor.facts().carrier, &held),
        ] {
            assert!(!format!("{call:?}").contains("r3fresh"), "{call:?}");
        }
    }
}

/// R35: a page, cut JSON, or no bytes at all is no grant (but lenses' empty 200: its session is the cookie).
#[test]
fn r35_an_unreadable_success_is_malformed() {
    for (vendor, text) in
        vendors::<Value>().iter().flat_map(|vendor| [HTML, "{\"code\": 200", ""].map(|text| (vendor, text)))
    {
        let login = vendor.read_login(&reply(200, text), &user("u", "p"), 0.0);
        assert!(login.is_ok() == (vendor.facts().name == "lenses" && text.is_empty()), "{text}");
        assert!(login.err().is_none_or(|failure| failure.code == Code::MalformedReply));
    }
}

/// Where the vendor has a login, a server that knows none is another one. In the vendor's words it is the vendor's.
#[test]
fn a_login_at_another_server_is_malformed() {
    let code = |vendor: &dyn Vendor<Value>, operation, status, text: &str| {
        let reply = reply(status, text);
        refusal(match operation {
            CallKind::Login => vendor.read_login(&reply, &user("u", "p"), 0.0).map(drop),
            _ => vendor.read(&reply, operation).map(drop),
        })
        .code
    };
    for vendor in vendors::<Value>() {
        for text in [HTML, "", "{}", r#"{"message": "Not Found"}"#] {
            for (status, elsewhere) in
                [(404, Code::VendorError), (405, Code::VendorError), (501, Code::VendorUnavailable)]
            {
                assert_eq!(
                    code(vendor, CallKind::Login, status, text),
                    Code::MalformedReply,
                    "{status}, {text}"
                );
                assert_eq!(code(vendor, CallKind::Request, status, text), elsewhere, "{status}, {text}");
            }
            assert_eq!(code(vendor, CallKind::Login, 409, text), Code::VendorError, "{text}");
            assert_eq!(code(vendor, CallKind::Login, 500, text), Code::VendorUnavailable, "{text}");
        }
    }
    let hqs = r#"{"title": "No such thing.", "status": 404}"#;
    assert_eq!(code(known("lenses"), CallKind::Login, 404, hqs), Code::VendorError);
}
