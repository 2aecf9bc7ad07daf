//! What is kept of a vendor's words, and how long a token or a name may be.

use hallpass::dialect::{Code, Credentials, Failure, Vendor, is_name, is_token};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{Value, cases, known, refusal, reply, user};

const LENSES: &str = "lenses";

fn vendor(name: &str) -> &'static dyn Vendor<Value> {
    known(name)
}

/// A refusal in these words of the vendor's.
fn refused(words: &str) -> Box<Failure> {
    let text = json!({ "type": "unauthorised", "title": words, "status": 401 }).to_string();
    Box::new(refusal(vendor(LENSES).read_login(&reply(401, &text), &user("jdoe", "secret"), 0.0)))
}

#[test]
fn r35_a_detail_has_at_most_500_characters_and_no_half_of_one() {
    let detail = |words: &str| refused(words).detail.unwrap();
    assert_eq!(detail(&"x".repeat(500)), "x".repeat(500));
    assert_eq!(detail(&"x".repeat(70_000)), "x".repeat(500));
    assert_eq!(detail(&"é".repeat(600)), "é".repeat(500));
    // As JavaScript counts them, a key takes two.
    assert_eq!(detail(&"🔑".repeat(600)), "🔑".repeat(250));
    assert_eq!(detail(&format!("x{}", "🔑".repeat(600))), format!("x{}", "🔑".repeat(249)));
    assert_eq!(detail(" as it came \n"), " as it came \n");
    assert_eq!(refused("").detail, None);
}

#[test]
fn r2_a_detail_that_echoes_a_secret_is_left_out() {
    let kept = |words: &str, secrets: &[&str]| refused(words).without_secrets(secrets).detail;
    assert_eq!(
        kept("Wrong password for jdoe", &["hunter2", "acc3ss", ""]).as_deref(),
        Some("Wrong password for jdoe")
    );
    assert_eq!(kept("Wrong password hunter2", &["hunter2", "acc3ss", ""]), None);
    assert_eq!(kept("hunter2", &["", "acc3ss", "hunter2"]), None);
    assert_eq!(kept("Bearer acc3ss is no good", &["hunter2", "acc3ss"]), None);
    assert_eq!(kept("pässwörd ", &["pässwörd "]), None);
    assert_eq!(kept("Wrong password", &[]).as_deref(), Some("Wrong password"));
    // The cut must not leave the half of one.
    let long = format!("{}hunter2", "x".repeat(496));
    assert_eq!(kept(&long, &["hunter2"]), None, "which shows as \"hunt\"");
    let key = format!("x{}hunter2", "🔑".repeat(249));
    assert_eq!(kept(&key, &["hunter2"]), None);
    assert_eq!(kept(&long, &["another"]).map(|detail| detail.len()), Some(500));
    let short = format!("{}h", "x".repeat(100));
    assert_eq!(kept(&short, &["hunter2"]), Some(short.clone()), "whole, and the secret is not in it");
}

/// Titles of fields are the vendor's words, too.
#[test]
fn r2_a_title_that_echoes_a_secret_is_emptied() {
    let text = json!({
        "type": "validation_error", "title": "Validation failed", "status": 400,
        "invalid_fields": [
            { "name": "password", "error": "invalid_value", "title": "hunter2 is too short" },
            { "name": "username", "error": "invalid_value", "title": "Too long" },
        ],
    });
    let failure =
        refusal(vendor(LENSES).read_login(&reply(400, &text.to_string()), &user("jdoe", "hunter2"), 0.0));
    let failure = Box::new(failure).without_secrets(&["hunter2"]);
    let titles: Vec<_> = failure.fields.iter().map(|field| field.title.as_str()).collect();
    assert_eq!(titles, ["", "Too long"]);
    assert_eq!(failure.detail.as_deref(), Some("Validation failed"));
}

/// Whatever text of the vendor's goes into an error, it is no way for a secret to get there.
#[test]
fn r2_what_echoes_a_secret_elsewhere_in_a_refusal_is_left_out() {
    let refused_with = |member: &str, value: &str| {
        let mut text = json!({
            "type": "validation_error", "title": "Validation failed", "status": 400, "request_id": "c8f1",
            "sso_url": "https://idp.example.com/",
            "invalid_fields": [{ "name": "username", "error": "invalid_value", "title": "t", "pointer": "/username" }],
        });
        *text.pointer_mut(member).unwrap() = json!(value);
        let read = vendor(LENSES).read_login(&reply(400, &text.to_string()), &user("jdoe", "hunter2!"), 0.0);
        Box::new(refusal(read)).without_secrets(&["hunter2!", "", "42"])
    };
    for member in [
        "/type",
        "/request_id",
        "/invalid_fields/0/name",
        "/invalid_fields/0/error",
        "/invalid_fields/0/pointer",
    ] {
        let told = format!("{:?}", refused_with(member, "x hunter2! x"));
        assert!(!told.contains("hunter2!"), "{member}: {told}");
    }
    assert_eq!(refused_with("/sso_url", "https://idp.example.com/?p=hunter2!").sso_url, None);
    let failure = refused_with("/request_id", "42");
    assert_eq!((failure.request_id, failure.fields.len()), (None, 1), "a short one hides what is just that");
    assert_eq!(refused_with("/request_id", "c842").request_id.as_deref(), Some("c842"), "and nothing else");
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn r2_no_detail_holds_a_secret(before in ".{0,3}", secret in "[ -~é🔑]{1,12}", pad in 480_usize..520, after in ".{0,40}") {
        let words = format!("{before}{}{secret}{after}", "x".repeat(pad));
        let detail = refused(&words).without_secrets(&[&secret]).detail.unwrap_or_default();
        prop_assert!(!detail.contains(&secret));
        prop_assert!(detail.encode_utf16().count() <= 500);
    }
}

/// A record of two tokens and two names is read back: see the rules' tests. What is longer is refused where it comes in.
#[test]
fn r24_a_token_longer_than_16_kib_is_malformed() {
    let longest = "t".repeat(16 * 1024);
    assert!(is_token(&longest) && !is_token(&format!("{longest}t")));
    // As JSON writes it.
    assert!(is_token(&"\"".repeat(8 * 1024)) && !is_token(&"\"".repeat(8 * 1024 + 1)));
    for (name, granted) in [
        ("ocient", r#"{"access_token": "T", "status": {"vendor_code": 0}}"#),
        ("pegase3", r#"{"code": 200, "status": "ok", "token": "T"}"#),
        ("ethgas", r#"{"code": 200, "message": "OK", "data": {"accessToken": "T", "refreshToken": "r"}}"#),
        ("ethgas", r#"{"code": 200, "message": "OK", "data": {"accessToken": "a", "refreshToken": "T"}}"#),
    ] {
        let given = |token: &str| reply(200, &granted.replace("\"T\"", &json!(token).to_string()));
        assert!(vendor(name).read_login(&given(&longest), &user("u", "p"), 0.0).is_ok(), "{name}");
        for reply in [given(&format!("{longest}t")), given(&"t".repeat(66_000))] {
            let login = vendor(name).read_login(&reply, &user("u", "p"), 0.0);
            assert_eq!(refusal(login).code, Code::MalformedReply, "{name}");
            if vendor(name).path(hallpass::dialect::CallKind::Refresh).is_some() {
                assert_eq!(
                    refusal(vendor(name).read_refresh(&reply, 0.0)).code,
                    Code::MalformedReply,
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn r24_a_name_that_no_record_could_keep_is_malformed() {
    let longest = "n".repeat(12 * 1024);
    assert!(is_name(&longest) && !is_name(&format!("{longest}n")));
    for member in ["username", "database"] {
        let given = |name: &str| reply(200, &json!({ "access_token": "t", member: name }).to_string());
        assert!(vendor("ocient").read_login(&given(&longest), &user("u", "p"), 0.0).is_ok(), "{member}");
        let login = vendor("ocient").read_login(&given(&format!("{longest}n")), &user("u", "p"), 0.0);
        assert_eq!(refusal(login).code, Code::MalformedReply, "{member}");
    }
    let me = json!({ "name": format!("{longest}n") }).to_string();
    assert_eq!(refusal(vendor(LENSES).read_check(&reply(200, &me))).code, Code::MalformedReply);
}

/// What is typed is kept as the session's: so it is refused before it is sent. 4096 characters are never too long.
#[test]
fn r24_a_name_that_no_record_could_keep_is_sent_nowhere() {
    for name in ["ocient", LENSES, "ethgas"] {
        for wide in ["x", "é", "€"] {
            assert!(vendor(name).login(&user(&wide.repeat(4096), "p")).is_ok(), "{name} {wide}");
        }
        let failure = refusal(vendor(name).login(&user(&"\u{1}".repeat(4096), "p")));
        assert_eq!(
            (failure.code, failure.fields[0].name.as_str()),
            (Code::InvalidRequest, "username"),
            "{name}"
        );
    }
    let database =
        Credentials::of(&[("username", "u"), ("password", "p"), ("database", &"\u{1}".repeat(4096))]);
    assert_eq!(refusal(vendor("ocient").login(&database)).fields[0].name, "database");
}
