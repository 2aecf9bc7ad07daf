//! What a storage may hold (R8), and what is made of what it gives back (R11).

use hallpass::dialect::{Code, Held, Renewal, is_name, is_token};
use hallpass::session::{Finding, Pass, Pause, Reason, Record, Session, Taken};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Document, json};

use crate::support::{Value, cases};
use crate::time::at;

fn read(text: &str, carries_token: bool) -> Option<Record> {
    Record::read::<Value>(text, carries_token)
}

fn written(record: &Record) -> String {
    record.write().to_string()
}

fn found(record: Record) -> Finding {
    Finding { record: Some(record), ..Finding::default() }
}

fn whole() -> Document {
    json!({
        "v": 1, "receivedAt": 1000, "expiresAt": 3_601_000, "access": "acc3ss", "refresh": "r3fresh",
        "user": "jdoe", "database": "retail_analytics", "refreshInBody": true,
        "login": 4_000_000_000_u32, "signedInAt": 900, "ordinal": 3, "rejected": true, "pausedAt": 2000, "pausedUntil": 5000, "pausedFor": "rate-limited", "failures": 3,
    })
}

/// A whole record with one member changed; null: left out.
fn with(name: &str, value: &Document) -> String {
    let mut record = whole();
    record[name] = value.clone();
    record.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    record.to_string()
}

#[test]
fn a_whole_record_is_read() {
    assert_eq!(
        read(&whole().to_string(), true).unwrap(),
        Record {
            held: Held {
                access: Some("acc3ss".into()),
                refresh: Some("r3fresh".into()),
                user: Some("jdoe".into()),
                database: Some("retail_analytics".into()),
                refresh_in_body: true,
            },
            received_at: 1000.0,
            expires_at: Some(3_601_000.0),
            login: 4_000_000_000,
            signed_in_at: 900.0,
            ordinal: 3,
            renewals: 0,
            rejected: true,
            pause: Some(Pause { since: 2000.0, until: 5000.0, because: Code::RateLimited, failures: 3 }),
        }
    );
    let least = read(r#"{"v": 1, "receivedAt": 0, "access": "t"}"#, true).unwrap();
    assert_eq!((least.expires_at, least.held.refresh_in_body), (None, false));
    let cookie =
        read(r#"{"v": 1, "receivedAt": 0, "user": "jdoe", "later": "unknown members are ignored"}"#, false);
    assert_eq!(cookie.unwrap().held.user.as_deref(), Some("jdoe"));
}

/// R16: tabs stand in line for a lock of this name, so it is that of these very tokens.
#[test]
fn r16_tokens_are_named_by_their_login_and_how_often_they_were_renewed() {
    let named = |login, renewals| Record { login, renewals, ..Record::default() }.tokens().name();
    assert_eq!(named(4_000_000_000, 0), "4000000000 0");
    let all = [named(1, 0), named(1, 1), named(11, 0), named(0, 11)];
    let different: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(different.len(), all.len());
}

/// A vendor's Retry-After is followed for a day, and chance adds to it.
#[test]
fn a_pause_of_up_to_two_days_is_hallpasss_own() {
    let day = 86_400_000.0;
    for (kept, is_own) in [(0.0, true), (1.5 * day, true), (2.0 * day, true), (2.0 * day + 1.0, false)] {
        assert_eq!(read(&with("pausedUntil", &json!(2000.0 + kept)), true).is_some(), is_own, "{kept}");
    }
}

#[test]
fn r11_a_member_of_another_kind_is_no_record() {
    let nothing = json!(null);
    let refused: [(&str, Vec<Document>); 14] = [
        (
            "v",
            vec![
                nothing.clone(),
                json!(0),
                json!(2),
                json!(-1),
                json!("1"),
                json!(true),
                json!(1e300),
                json!(1.5),
            ],
        ),
        ("receivedAt", vec![nothing.clone(), json!(-1), json!("0"), json!(true), json!([0]), json!({})]),
        ("expiresAt", vec![json!(-1), json!("3601000"), json!(false), json!([]), json!({})]),
        (
            "access",
            vec![
                nothing.clone(),
                json!(""),
                json!(5),
                json!([]),
                json!({"token": "t"}),
                json!("a b"),
                json!("a\r\nX: y"),
                json!("é"),
                json!("\u{0}"),
            ],
        ),
        ("refresh", vec![json!(""), json!(5), json!({}), json!("a b"), json!("a\nb")]),
        ("user", vec![json!(5), json!({}), json!(["jdoe"]), json!(true)]),
        ("refreshInBody", vec![json!(1), json!("true"), json!({})]),
        ("database", vec![json!(5), json!({}), json!([])]),
        ("login", vec![json!(-1), json!(0.5), json!(4_294_967_296_u64), json!("1"), json!({})]),
        ("ordinal", vec![json!(-1), json!(0.5), json!(4_294_967_296_u64), json!("1"), json!({})]),
        ("pausedAt", vec![nothing.clone(), json!(-1), json!("0"), json!(5001)]),
        ("pausedUntil", vec![nothing.clone(), json!(1e300), json!(1999), json!("0"), json!([])]),
        ("pausedFor", vec![json!("why"), json!("internal"), json!(""), json!(5), json!({})]),
        ("failures", vec![json!(-1), json!(0.5), json!("1"), json!([])]),
    ];
    for (name, values) in refused {
        for value in values {
            assert_eq!(read(&with(name, &value), true), None, "{name}: {value}");
        }
    }
    for name in [
        "expiresAt",
        "refresh",
        "user",
        "database",
        "refreshInBody",
        "login",
        "ordinal",
        "pausedFor",
        "failures",
    ] {
        assert!(read(&with(name, &json!(null)), true).is_some(), "{name} may be missing");
    }
}

/// R33: a record of another kind of session is a stranger's.
#[test]
fn r11_a_token_is_there_where_the_session_is_one_and_not_where_it_is_a_cookie() {
    assert_eq!(read(&whole().to_string(), false), None);
    assert_eq!(read(&with("access", &json!(null)), true), None);
    assert!(read(&with("access", &json!(null)), false).is_some());
}

#[test]
fn r11_garbage_is_signed_out() {
    for text in [
        "",
        " ",
        "null",
        "1",
        "\"v\"",
        "[]",
        "{}",
        "{",
        "[{\"v\": 1}]",
        "\u{feff}{}",
        "{\"v\": 1}",
        "<html>",
        "undefined",
    ] {
        assert_eq!(read(text, true), None, "{text:?}");
        assert_eq!(read(text, false), None, "{text:?}");
    }
    let nested = "[".repeat(50_000);
    assert_eq!(read(&nested, true), None, "R35: depth");
}

#[test]
fn r11_what_is_too_long_was_not_written_here() {
    let longest = |length: usize| {
        let bare = with("more", &json!("")).len();
        with("more", &json!("x".repeat(length - bare)))
    };
    assert!(read(&longest(64 * 1024), true).is_some());
    assert_eq!(read(&longest(64 * 1024 + 1), true), None);
}

/// A record may be read long after it was written.
#[test]
fn what_was_over_when_it_was_read_is_over() {
    let record = Record { expires_at: Some(1000.0), ..Record::default() };
    let mut ended = Session::new(Renewal::None, true);
    assert_eq!(ended.follow(found(record.clone()), at(1000.0)), Taken::Followed);
    assert_eq!(ended.snapshot().reason, Some(Reason::Expired));
    let mut renewable = Session::new(Renewal::AtPart(0.5), true);
    assert_eq!(renewable.follow(found(record), at(1000.0)), Taken::Followed);
    assert_eq!((renewable.snapshot().status, renewable.pass(at(1000.0))), ("signed-in", Pass::RenewFirst));
}

fn any_value() -> impl Strategy<Value = Document> {
    prop_oneof![
        Just(json!(null)),
        Just(json!({})),
        Just(json!([])),
        any::<bool>().prop_map(Document::from),
        select(&[0.0, 1.0, 2.0, -1.0, 1e300, 0.5][..]).prop_map(Document::from),
        any::<f64>().prop_map(Document::from),
        "[ -~]{0,8}".prop_map(Document::from),
        any::<String>().prop_map(Document::from),
    ]
}

/// The longest tokens and names that the vendors' readers take, with each character as wide as JSON ever writes it.
#[test]
fn r11_the_longest_record_that_can_be_held_is_read_back() {
    let widest = |taken: fn(&str) -> bool, character: &str| {
        let lengths: Vec<_> = (1..20 * 1024).collect();
        character.repeat(lengths.partition_point(|length| taken(&character.repeat(*length))))
    };
    for (token, name) in [("t", "n"), ("\"", "\u{1}"), ("\\", "\""), ("t", "€")] {
        let (token, name) = (widest(is_token, token), widest(is_name, name));
        let held = Held {
            access: Some(token.clone().into()),
            refresh: Some(token.into()),
            user: Some(name.clone().into()),
            database: Some(name.into()),
            refresh_in_body: true,
        };
        let pause = Pause { since: 1e13, until: 1e13, because: Code::VendorUnavailable, failures: u32::MAX };
        let record = Record {
            held,
            received_at: 1_760_000_000_000.25,
            expires_at: Some(1_760_003_600_000.25),
            login: u32::MAX,
            signed_in_at: 1_760_000_000_000.25,
            ordinal: u32::MAX,
            renewals: u32::MAX,
            rejected: true,
            pause: Some(pause),
        };
        let text = written(&record);
        assert!(text.len() > 48 * 1024, "the bounds are used: {}", text.len());
        assert_eq!(read(&text, true).unwrap().held, record.held);
    }
}

/// R11: a name that the storage has in fewer letters than hallpass writes it in. What is read can be written and read back.
#[test]
fn r11_a_name_that_would_outgrow_the_record_is_none_of_ours() {
    for name in ["user", "database"] {
        let mut document = whole();
        document[name] = "\r\n".repeat(8_000).into();
        assert!(document.to_string().len() < 60_000);
        assert_eq!(read(&document.to_string(), true), None, "{name}");
        document[name] = "\r\n".repeat(1_000).into();
        let record = read(&document.to_string(), true).expect("a record");
        assert_eq!(read(&written(&record), true), Some(record), "{name}");
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn what_is_written_is_read_back(
        access in "[!-~]{1,40}", refresh in proptest::option::of("[!-~]{1,40}"), user in any::<Option<String>>(),
        database in any::<Option<String>>(), refresh_in_body in any::<bool>(),
        received_at in 0.0..1e13, lifetime in proptest::option::of(1.0..1e11), cookie in any::<bool>(),
        login in any::<u32>(), failures in proptest::option::of(1_u32..100),
    ) {
        let access = (!cookie).then_some(access);
        let record = Record {
            held: Held {
                access: access.map(Into::into),
                refresh: refresh.map(Into::into),
                user: user.map(Into::into),
                database: database.map(Into::into),
                refresh_in_body,
            },
            received_at,
            expires_at: lifetime.map(|lifetime: f64| received_at + lifetime),
            login,
            signed_in_at: received_at,
            ordinal: login,
            renewals: 0,
            rejected: false,
            pause: failures.map(|failures| {
                Pause { since: received_at, until: received_at + 1.0, because: Code::Network, failures }
            }),
        };
        let back = read(&written(&record), !cookie).unwrap();
        prop_assert_eq!(&back.held, &record.held);
        // Whole ms are written.
        prop_assert!((back.received_at - record.received_at).abs() < 1.0);
        prop_assert_eq!(back.expires_at.is_some(), record.expires_at.is_some());
        let pause = |record: &Record| record.pause.map(|pause| (pause.because, pause.failures));
        prop_assert_eq!((back.login, back.ordinal, pause(&back)), (record.login, record.ordinal, pause(&record)));
    }

    #[test]
    fn r11_no_text_breaks_the_reader(text in any::<String>(), carries_token in any::<bool>()) {
        prop_assert_eq!(read(&text, carries_token), None);
    }

    /// R24: whatever was tampered with, a session that comes out of it has what it needs.
    #[test]
    fn r11_no_record_gives_a_session_without_what_it_needs(
        changes in prop::collection::vec((select(&["v", "receivedAt", "expiresAt", "access", "refresh", "user", "refreshInBody"][..]), any_value()), 0..4),
        carries_token in any::<bool>(),
    ) {
        let mut document = whole();
        for (name, value) in changes {
            document[name] = value;
        }
        if let Some(record) = read(&document.to_string(), carries_token) {
            prop_assert_eq!(record.held.access.as_deref().map(is_token), carries_token.then_some(true));
            prop_assert!(record.held.refresh.as_deref().is_none_or(is_token));
            prop_assert!(record.received_at.is_finite() && record.received_at >= 0.0);
            prop_assert!(record.expires_at.is_none_or(|end| end.is_finite() && end >= 0.0));
        }
    }
}
