//! Ocient's sign-ins without a password: a token of the customer's identity provider, and another device.

use hallpass::dialect::{Code, Credentials, Prompt, Vendor};

use crate::support::{Value, known, refusal, reply, wire};

fn ocient() -> &'static dyn Vendor<Value> {
    known("ocient")
}

fn with(name: &str) -> Credentials {
    Credentials::of(&[(name, "eyJ.a.b"), ("database", "retail_analytics")])
}

fn on_device() -> Credentials {
    Credentials { on_device: true, ..Credentials::default() }
}

#[test]
fn a_token_goes_where_the_documents_say() {
    for (name, member) in [("idToken", "id_token"), ("accessToken", "access_token")] {
        let call = ocient().login(&with(name)).unwrap();
        assert_eq!(
            wire(ocient(), &call),
            format!(
                "POST /v1/sso_token\nContent-Type: application/json\n\n{{\"database\":\"retail_analytics\",\"{member}\":\"eyJ.a.b\"}}"
            )
        );
    }
}

/// R31: what can't be a token, or no database, is refused before anything is sent.
#[test]
fn a_token_that_is_none_is_not_sent() {
    for (index, value) in [(0, ""), (1, ""), (0, &*"\u{1}".repeat(4096))] {
        let mut credentials = with("idToken");
        credentials.named[index].1 = value.into();
        let failure = refusal(ocient().login(&credentials));
        assert_eq!(
            (failure.code, &*failure.fields[0].name),
            (Code::InvalidRequest, ["idToken", "database"][index])
        );
    }
}

/// The reply is read as a login's; where it only repeats the request, nobody is signed in.
#[test]
fn r24_a_reply_without_a_session_signs_nobody_in() {
    let granted = reply(200, r#"{"access_token":"t","expires_in":60,"status":{"vendor_code":0}}"#);
    let grant = ocient().read_login(&granted, &with("idToken"), 0.0).unwrap();
    assert_eq!((grant.user, grant.database.as_deref()), (None, Some("retail_analytics")));
    let echo = reply(200, r#"{"id_token":"eyJ.a.b","database":"retail_analytics"}"#);
    assert_eq!(refusal(ocient().read_login(&echo, &with("idToken"), 0.0)).code, Code::MalformedReply);
}

/// R2: the vendor's words may repeat the token; the failure doesn't.
#[test]
fn r2_the_token_is_one_of_the_secrets() {
    for name in ["idToken", "accessToken"] {
        let credentials = with(name);
        let said = reply(
            200,
            r#"{"status":{"reason":"bad token eyJ.a.b","sql_state":"28000","vendor_code":-1234}}"#,
        );
        let failure = ocient().read_login(&said, &credentials, 0.0).unwrap_err();
        assert_eq!(failure.without_secrets(&credentials.secrets()).detail, None);
    }
}

#[test]
fn another_device_is_asked_for_and_waited_for_as_documented() {
    let vendor = ocient();
    assert_eq!(
        wire(vendor, &vendor.login(&on_device()).unwrap()),
        "POST /v1/sso_device_grant\nContent-Type: application/json\n\n{}"
    );
    let text = r#"{"verification_uri": "https://idp.example/device", "user_code": "ABCD-EFGH",
        "verification_uri_complete": "javascript:alert(1)", "status": {"sql_state": "00000", "vendor_code": 0}}"#;
    let prompt = vendor.read_prompt(&reply(200, text)).unwrap();
    let shown = Prompt {
        user_code: "ABCD-EFGH".into(),
        verification_uri: "https://idp.example/device".into(),
        verification_uri_complete: None,
    };
    assert_eq!(prompt, shown, "the address that is none is left out");
    let call = vendor.poll_device(&on_device(), &prompt).unwrap();
    assert_eq!(
        wire(vendor, &call),
        "POST /v1/sso_device_grant_verify\nContent-Type: application/json\n\n{\"user_code\":\"ABCD-EFGH\",\"timeout\":\"30\"}"
    );
    assert_eq!(call.longer_ms, 30_000, "as long as the vendor waits");
    let database = Credentials { on_device: true, ..Credentials::of(&[("database", "d")]) };
    for call in [vendor.login(&database).unwrap(), vendor.poll_device(&database, &prompt).unwrap()] {
        assert!(wire(vendor, &call).contains(r#""database":"d""#));
    }
}

/// -1238 says that one question's time was up, and -1251 that the person said no.
#[test]
fn what_is_said_of_a_persons_answer() {
    let said = |code: i32| {
        let text = format!(r#"{{"status":{{"reason":"r","sql_state":"58005","vendor_code":{code}}}}}"#);
        *ocient().read_login(&reply(200, &text), &on_device(), 0.0).unwrap_err()
    };
    assert!(ocient().is_unanswered(&said(-1238)));
    for code in [-1251, -1203, -1252, -908] {
        assert!(!ocient().is_unanswered(&said(code)), "{code}");
    }
    assert_eq!(said(-1251).code, Code::Cancelled);
}

/// Nobody else has such a thing, and nothing is sent there.
#[test]
fn the_others_know_no_devices() {
    for name in ["lenses", "pegase3", "ethgas"] {
        let vendor: &dyn Vendor<Value> = known(name);
        let prompt = Prompt {
            user_code: "A".into(),
            verification_uri: "https://h/".into(),
            verification_uri_complete: None,
        };
        assert!(vendor.poll_device(&on_device(), &prompt).is_none(), "{name}");
        assert!(vendor.read_prompt(&reply(200, "{}")).is_err(), "{name}");
    }
}
