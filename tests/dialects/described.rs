//! An API described in data: what is sent of a description, and what is read by it.

use hallpass::dialect::{
    Body, Call, CallKind, Carrier, Code, Credentials, Described, Held, Json as _, Payload, Rejection,
    Renewal, Reply, Vendor, VendorCode,
};
use serde_json::{Value as Document, json};

use crate::support::{Value, jwt, refusal, reply, wire};

/// What this says beside the least that a description has.
#[expect(clippy::needless_pass_by_value, reason = "it is written where it is called")]
fn described(more: Document) -> Described<Value> {
    let mut said = json!({
        "name": "acme",
        "credential": "bearer",
        "login": { "path": "login", "json": { "username": "{username}", "password": "{password}" } },
        "grant": { "access": "token" },
    });
    said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Described::of(&Value::from(said)).expect("a description")
}

fn jdoe() -> Credentials {
    Credentials::of(&[("username", "jdoe"), ("password", "s3cret")])
}

fn held() -> Held {
    let text = |text: &str| Some(text.into());
    Held { access: text("acc3ss"), refresh: text("r3fresh"), database: text("main"), ..Held::default() }
}

fn sent(vendor: &Described<Value>, credentials: &Credentials) -> String {
    wire(vendor, &Vendor::<Value>::login(vendor, credentials).unwrap())
}

#[test]
fn templates_are_filled_in() {
    let nested = described(json!({ "login": { "json": {
        "q": "mutation($u: A) { login(u: {username}) {x {password} } {1} {}", "n": -5, "t": true, "in": { "p": "<{password}{password}>" },
    } } }));
    let credentials = Credentials::of(&[("username", "\"j\\\n"), ("password", "é{username}")]);
    let call = wire(&nested, &Vendor::<Value>::login(&nested, &credentials).unwrap());
    let body = call.split_once("\n{").map(|(_, body)| format!("{{{body}")).unwrap();
    let body: Document = serde_json::from_str(&body).unwrap();
    assert_eq!(
        body["q"], "mutation($u: A) { login(u: \"j\\\n) {x é{username} } {1} {}",
        "a value is no template"
    );
    assert_eq!(
        (&body["n"], &body["t"], &body["in"]["p"]),
        (&json!(-5), &json!(true), &json!("<é{username}é{username}>"))
    );

    let form = described(
        json!({ "login": { "method": "PUT", "query": { "a b": "{username}" }, "form": { "p": "{password}", "g": "pass word" } } }),
    );
    assert_eq!(
        sent(&form, &Credentials::of(&[("username", "j&d=o?e"), ("password", "a+b%/é")])),
        "PUT -?a%20b=j%26d%3Do%3Fe\nContent-Type: application/x-www-form-urlencoded\n\np=a%2Bb%25%2F%C3%A9&g=pass%20word"
    );

    let headers = described(
        json!({ "login": { "headers": { "content-type": "application/vnd.acme+json", "X-U": "u={username}" }, "json": {} } }),
    );
    assert_eq!(sent(&headers, &jdoe()), "POST -\ncontent-type: application/vnd.acme+json\nX-U: u=jdoe\n\n{}");
}

/// Keystone's `methods` is a list, and JSON-RPC has its parameters in one.
#[test]
fn a_body_may_have_lists_null_and_any_number() {
    let vendor = described(json!({ "login": { "json": {
        "params": ["{username}", { "p": "<{password}>", "n": null, "o": "{otp?}" }, [], ["{otp?}", [true, 1.5]], null, -2, 1e300],
        "none": null, "part": 0.25, "big": 9_007_199_254_740_992_i64,
    } } }));
    let sent = |credentials: &Credentials| {
        let call = Vendor::<Value>::login(&vendor, credentials).unwrap();
        serde_json::from_str::<Document>(call.body.unwrap().as_str()).unwrap()
    };
    let rest = |list: Document| {
        json!({
            "params": ["j\"d", { "p": "<[é]>", "n": null }, [], list, null, -2, 1e300], "none": null, "part": 0.25, "big": 9_007_199_254_740_992_i64,
        })
    };
    let mut named = vec![("username", "j\"d"), ("password", "[é]")];
    assert_eq!(sent(&Credentials::of(&named)), rest(json!([[true, 1.5]])), "what may be left out is");
    named.push(("otp", "7"));
    let mut all = rest(json!(["7", [true, 1.5]]));
    all["params"][1]["o"] = json!("7");
    assert_eq!(sent(&Credentials::of(&named)), all);
    // R35: as deep as objects may lie in one another.
    let deep = |depth| {
        let list = (0..depth).fold(json!("x"), |inner, _| json!([inner]));
        Vendor::<Value>::login(&described(json!({ "login": { "json": { "a": list } } })), &jdoe()).is_ok()
    };
    assert_eq!((deep(7), deep(9)), (true, false));
}

/// `{otp?}` as a whole text: its member is left out where there is no such value. Anywhere else it is a place like any other, and a
/// question mark that no name stands before is one.
#[test]
fn what_may_be_left_out_is_left_out_whole() {
    let vendor = described(json!({
        "login": {
            "query": { "t": "{tenant?}", "u": "{username}" },
            "headers": { "X-Otp": "{otp?}", "X-A": "a" },
            "json": { "o": "{otp?}", "in": { "t": "{tenant?}" }, "q": "{a?b} {?} {username?}" },
        },
        "refresh": { "form": { "r": "{refresh}", "db": "{database?}" } },
    }));
    let all = [("username", "jdoe"), ("otp", "123"), ("tenant", "t1")];
    assert_eq!(
        sent(&vendor, &Credentials::of(&all)),
        "POST -?t=t1&u=jdoe\nX-Otp: 123\nX-A: a\nContent-Type: application/json\n\n\
         {\"o\":\"123\",\"in\":{\"t\":\"t1\"},\"q\":\"{a?b} {?} jdoe\"}"
    );
    assert_eq!(
        sent(&vendor, &Credentials::of(&all[..1])),
        "POST -?u=jdoe\nX-A: a\nContent-Type: application/json\n\n{\"in\":{},\"q\":\"{a?b} {?} jdoe\"}"
    );
    let failure =
        refusal(Vendor::<Value>::login(&vendor, &Credentials::of(&[("username", "jdoe"), ("otp", "€")])));
    assert_eq!((failure.code, &*failure.fields[0].name), (Code::InvalidRequest, "otp"));
    let refresh = |held: &Held| wire(&vendor, &Vendor::<Value>::refresh(&vendor, held).unwrap());
    assert!(refresh(&held()).ends_with("\n\nr=r3fresh&db=main"));
    assert!(refresh(&Held { database: None, ..held() }).ends_with("\n\nr=r3fresh"));
}

#[test]
fn r30_a_body_never_outgrows_its_first_buffer() {
    let vendor = described(
        json!({ "login": { "query": { "p": "{password}" }, "json": { "p": "{password}", "q": { "r": "-{password}-", "n": -9_007_199_254_740_991_i64, "l": ["{password}", null, 0.1] } } } }),
    );
    let worst = "\u{1}\"\\é".repeat(500);
    // A String that has grown has room for a half more than it was asked for, at least.
    let call = Vendor::<Value>::login(&vendor, &Credentials::of(&[("password", &worst)])).unwrap();
    assert!(call.body.unwrap().len() <= 6 * (3 * worst.len() + 40) + 280);
    assert!(call.query.unwrap().len() <= 3 * (worst.len() + 4));
}

#[test]
fn what_is_missing_or_cant_be_sent_is_refused_by_name() {
    let vendor = described(
        json!({ "login": { "headers": { "X-P": "p {password}" }, "json": { "u": "{username}" } } }),
    );
    let field = |credentials: &Credentials| {
        let failure = refusal(Vendor::<Value>::login(&vendor, credentials));
        (failure.code, failure.fields.first().map(|field| (field.name.clone(), field.code.clone())))
    };
    let told = |name: &str, code: &str| (Code::InvalidRequest, Some((name.to_owned(), code.to_owned())));
    assert_eq!(
        field(&Credentials::of(&[("username", "jdoe"), ("password", "")])),
        told("password", "required")
    );
    assert_eq!(
        field(&Credentials::of(&[("username", "jdoe"), ("password", "€")])),
        told("password", "not-sendable")
    );
    assert_eq!(
        field(&Credentials::of(&[("username", "jdoe"), ("password", "a\nb")])),
        told("password", "not-sendable")
    );
    assert_eq!(
        field(&Credentials::of(&[("username", &"\u{1}".repeat(4096)), ("password", "p")])),
        told("username", "not-sendable")
    );
    assert!(Vendor::<Value>::login(&vendor, &jdoe()).is_ok());
}

/// `logout` and `check` carry the credential; `refresh` only what it says.
#[test]
fn each_call_carries_what_it_says() {
    let vendor = described(json!({
        "refresh": { "json": { "r": "{refresh}" } },
        "logout": { "method": "DELETE", "query": { "db": "{database}" } },
        "check": { "method": "GET", "headers": { "authorization": "Token {access}" } },
    }));
    let of = |call: Box<Call>| wire(&vendor, &call);
    let vendor: &dyn Vendor<Value> = &vendor;
    assert_eq!(
        of(vendor.refresh(&held()).unwrap()),
        "POST -\nContent-Type: application/json\n\n{\"r\":\"r3fresh\"}"
    );
    assert_eq!(of(vendor.logout(&held())), "DELETE -?db=main\nAuthorization: Bearer acc3ss");
    assert_eq!(of(vendor.check(&held())), "GET -\nauthorization: Token acc3ss", "one credential");
    let least = Held { access: Some("acc3ss".into()), ..Held::default() };
    assert!(vendor.refresh(&least).is_none(), "nothing to renew with");
    assert_eq!(
        of(vendor.logout(&least)),
        "DELETE -\nAuthorization: Bearer acc3ss",
        "what it says has no value"
    );
    let prefixed = described(json!({ "credential": { "header": "X-S", "prefix": "s " } }));
    assert_eq!(wire(&prefixed, &Vendor::<Value>::check(&prefixed, &held())), "GET -\nX-S: s acc3ss");
    let bare = described(json!({ "credential": { "header": "X-S" } }));
    assert_eq!(wire(&bare, &Vendor::<Value>::logout(&bare, &held())), "POST -\nX-S: acc3ss");
}

#[test]
fn facts_are_what_the_description_says() {
    let facts = |more| Vendor::<Value>::facts(&described(more)).clone();
    let plain = facts(json!({}));
    assert_eq!(
        (&*plain.name, &*plain.title, plain.renewal, plain.speaks_inside),
        ("acme", "acme", Renewal::None, false)
    );
    assert_eq!(plain.carrier, Carrier::Bearer);
    let refresh = json!({ "path": "r" });
    let renewal =
        |renew: Document| facts(json!({ "title": "Acme", "refresh": refresh, "renew": renew })).renewal;
    assert_eq!(renewal(json!(null)), Renewal::BeforeEnd);
    assert_eq!(renewal(json!({ "atPart": 0.5 })), Renewal::AtPart(0.5));
    assert_eq!(renewal(json!({ "beforeEndMs": 5000 })), Renewal::Before(5000.0));
    assert_eq!(renewal(json!({ "atPart": 7 })), Renewal::BeforeEnd);
    assert!(facts(json!({ "rejected": { "codes": [1], "insideSuccess": true } })).speaks_inside);
}

#[test]
fn what_is_no_description_is_none() {
    for said in [
        "{}",
        "[]",
        "5",
        r#"{"name":"a","credential":"basic","login":{},"grant":{}}"#,
        r#"{"name":"a","credential":{},"login":{},"grant":{}}"#,
    ] {
        assert!(Described::of(&Value::parse(said).unwrap()).is_none(), "{said}");
    }
}

#[test]
fn grants_are_read_by_their_paths() {
    let vendor = described(
        json!({ "grant": { "access": ["token", "tokens.1.value"], "refresh": "tokens.0.value", "user": "user.0", "database": "db" }, "refresh": {} }),
    );
    let vendor: &dyn Vendor<Value> = &vendor;
    let text = r#"{"tokens": [{"value": "r"}, {"value": "a"}], "user": ["jd"], "db": "main"}"#;
    let grant = vendor.read_login(&reply(200, text), &jdoe(), 0.0).unwrap();
    assert_eq!(
        (grant.access.as_deref(), grant.refresh.as_deref(), grant.user.as_deref(), grant.database.as_deref()),
        (Some("a"), Some("r"), Some("jd"), Some("main"))
    );
    let renewed = vendor.read_refresh(&reply(200, text), 0.0).unwrap();
    assert_eq!((renewed.access.as_deref(), renewed.user), (Some("a"), None), "it is the same session");
    let least = vendor.read_login(&reply(200, r#"{"token": "t"}"#), &jdoe(), 0.0).unwrap();
    assert_eq!(
        (least.access.as_deref(), least.refresh, least.user.as_deref()),
        (Some("t"), None, Some("jdoe"))
    );
    let pin = vendor
        .read_login(&reply(200, r#"{"token": "t"}"#), &Credentials::of(&[("pin", "1234")]), 0.0)
        .unwrap();
    assert_eq!(pin.user, None, "what is called otherwise may be a secret");
    for bad in [
        r#"{"token": {"a": 1}}"#,
        r#"{"tokens": []}"#,
        r#"{"tokens": {"1": 5}}"#,
        "[]",
        "5",
        "",
        "<p>",
        r#"{"token": "a b"}"#,
    ] {
        assert_eq!(
            refusal(vendor.read_login(&reply(200, bad), &jdoe(), 0.0)).code,
            Code::MalformedReply,
            "r24: {bad}"
        );
    }
}

/// An empty refresh token is none: at a login there is nothing to renew with, and at a renewal the old one stays.
#[test]
fn an_empty_refresh_token_is_none() {
    let acme = described(json!({
        "refresh": { "path": "r", "json": { "t": "{refresh}" } }, "grant": { "access": "token", "refresh": "next" },
    }));
    let told = |next: Document| reply(200, &json!({ "token": "a1", "next": next }).to_string());
    for none in [json!(""), Document::Null] {
        let login = Vendor::<Value>::read_login(&acme, &told(none.clone()), &jdoe(), 0.0).unwrap();
        let renewal = Vendor::<Value>::read_refresh(&acme, &told(none), 0.0).unwrap();
        assert_eq!([login.refresh, renewal.refresh], [None, None]);
    }
    for bad in [json!(5), json!("a b"), json!({})] {
        let failure = refusal(Vendor::<Value>::read_refresh(&acme, &told(bad), 0.0));
        assert_eq!(failure.code, Code::MalformedReply);
    }
}

/// OAuth's word for a refresh token that is no good any more ends the session, unless the description says what it means.
#[test]
fn rule_10_invalid_grant_is_the_end_of_a_session() {
    let told = |more: Document, operation| {
        let mut said = json!({ "refresh": { "path": "r" }, "errors": { "code": "error" } });
        said["errors"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let failure = refusal(described(said).read(&reply(400, r#"{"error":"invalid_grant"}"#), operation));
        (failure.code, failure.ends_session())
    };
    assert_eq!(told(json!({}), CallKind::Refresh), (Code::SessionExpired, true));
    assert_eq!(told(json!({}), CallKind::Request), (Code::InvalidRequest, false));
    let listed = json!({ "codes": { "invalid_grant": "rate-limited" } });
    assert_eq!(told(listed, CallKind::Refresh), (Code::RateLimited, false));
}

/// A code beside a 401 that isn't among those that reject a token says that the token is good: something else isn't allowed.
#[test]
fn a_401_that_rejects_no_token_is_forbidden() {
    let acme =
        described(json!({ "errors": { "code": "error" }, "rejected": { "codes": ["invalid_token"] } }));
    let code = |error: &str, operation| {
        let text = json!({ "error": error }).to_string();
        refusal(acme.read(&reply(401, &text), operation)).code
    };
    assert_eq!(code("missing_role", CallKind::Request), Code::Forbidden);
    assert_eq!(code("invalid_token", CallKind::Request), Code::SessionExpired);
    assert_eq!(code("missing_role", CallKind::Login), Code::InvalidCredentials);
}

#[test]
fn a_token_may_come_in_a_header() {
    let vendor = described(json!({ "grant": { "access": { "header": "X-T", "prefix": "t " } } }));
    let vendor: &dyn Vendor<Value> = &vendor;
    assert_eq!(vendor.login(&jdoe()).unwrap().wants.as_deref(), Some("X-T"));
    let with = |wanted: Option<&str>| {
        let reply = Reply { wanted: wanted.map(Into::into), ..Reply::new(204, Body::Empty) };
        vendor.read_login(&reply, &jdoe(), 0.0).map(|grant| grant.access.unwrap().as_str().to_owned())
    };
    assert_eq!(with(Some("t abc")).unwrap(), "abc");
    assert_eq!(with(Some("T abc")).unwrap(), "abc", "schemes are the same in either case");
    let text = Reply { wanted: Some("t abc".into()), ..Reply::new(200, Body::Unreadable) };
    assert!(vendor.read_login(&text, &jdoe(), 0.0).is_ok(), "whatever the body is");
    for bad in [None, Some("abc"), Some("t "), Some("t a b")] {
        assert_eq!(refusal(with(bad)).code, Code::MalformedReply, "{bad:?}");
    }
}

/// Some APIs answer a login with the token and nothing around it, as plain text or as a JSON string.
#[test]
fn a_reply_may_be_the_token_itself() {
    let vendor = described(json!({ "grant": { "access": "", "lifetime": { "jwt": true } }, "refresh": {} }));
    let vendor: &dyn Vendor<Value> = &vendor;
    let told = |token: &str| {
        [Body::Text as fn(_) -> _, Body::Json].map(|body| Reply::new(200, body(Value::from(json!(token)))))
    };
    let token = jwt(r#"{"iat": 0, "exp": 60}"#);
    for reply in told(&token) {
        let grant = vendor.read_login(&reply, &jdoe(), 0.0).unwrap();
        assert_eq!((grant.access.as_deref(), grant.lifetime_ms), (Some(&*token), Some(60_000.0)));
        assert_eq!((grant.user.as_deref(), grant.refresh), (Some("jdoe"), None));
        assert!(vendor.read_refresh(&reply, 0.0).is_ok());
    }
    for bad in ["", "Not today", "a\nb", "é"] {
        for reply in told(bad) {
            assert_eq!(
                refusal(vendor.read_login(&reply, &jdoe(), 0.0)).code,
                Code::MalformedReply,
                "r24: {bad}"
            );
        }
    }
    for bad in ["<p>", "", "{}", "5", "[]", "null"] {
        let read = vendor.read_login(&reply(200, bad), &jdoe(), 0.0);
        assert_eq!(refusal(read).code, Code::MalformedReply, "r24: {bad}");
    }
    let [text, _] = told("t0ken");
    assert!(vendor.read(&text, CallKind::Request).is_err(), "of a request it is none");
    for path in [json!("token"), json!("0"), json!(["token"])] {
        let elsewhere = described(json!({ "grant": { "access": path } }));
        let read = Vendor::<Value>::read_login(&elsewhere, &text, &jdoe(), 0.0);
        assert_eq!(refusal(read).code, Code::MalformedReply, "r24: no path leads into a text");
    }
}

/// R19: by this machine's clock, whatever the vendor's says.
#[test]
fn r19_lifetimes_are_read_as_described() {
    const NOW: f64 = 1.76e12;
    let read = |lifetime: Document, told: Document, date_ms: Option<f64>| {
        let vendor =
            described(json!({ "grant": { "access": "token", "lifetime": lifetime }, "refresh": {} }));
        let mut text = json!({ "token": "t" });
        text.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let reply = Reply { date_ms, ..reply(200, &text.to_string()) };
        Vendor::<Value>::read_refresh(&vendor, &reply, NOW).unwrap().lifetime_ms
    };
    let at = |told: Document| read(json!({ "at": "e" }), json!({ "e": told }), None);
    assert_eq!(read(json!({ "seconds": "a.b" }), json!({ "a": { "b": 60 } }), None), Some(60_000.0));
    assert_eq!(read(json!({ "ms": "e" }), json!({ "e": 60_000 }), None), Some(60_000.0));
    assert_eq!(read(json!({ "seconds": "e" }), json!({ "e": -1 }), None), None);
    assert_eq!(at(json!(1_760_000_060)), Some(60_000.0));
    assert_eq!(at(json!(1_760_000_060_000_i64)), Some(60_000.0));
    assert_eq!(at(json!("2025-10-09T08:54:20Z")), Some(60_000.0));
    assert_eq!(at(json!("soon")), None);
    assert_eq!(at(json!(1_760_000_000)), None, "it is past, or the clock is wrong");
    assert_eq!(
        read(json!({ "at": "e" }), json!({ "e": 1_700_000_060 }), Some(1.7e12)),
        Some(59_000.0),
        "by the vendor's clock, whose seconds are whole"
    );
    let claims = |claims: &str, otherwise: Document| {
        read(json!({ "jwt": true, "otherwiseSeconds": otherwise }), json!({ "token": jwt(claims) }), None)
    };
    assert_eq!(claims(r#"{"exp": 1760000060}"#, json!(null)), Some(60_000.0));
    assert_eq!(
        claims(r#"{"iat": 1750000000, "exp": 1750000060}"#, json!(null)),
        Some(60_000.0),
        "the clock is wrong"
    );
    assert_eq!(claims(r#"{"iat": 1770000000, "exp": 1770000060}"#, json!(null)), Some(60_000.0), "likewise");
    assert_eq!(
        claims(r#"{"iat": 1759999970, "exp": 1760000030}"#, json!(null)),
        Some(30_000.0),
        "it was made a while ago"
    );
    assert_eq!(
        claims(r#"{"iat": 1759999970000, "exp": 1760000030000}"#, json!(null)),
        Some(30_000.0),
        "in ms"
    );
    assert_eq!(claims("{}", json!(300)), Some(300_000.0));
    assert_eq!(claims("{}", json!(null)), None);
}

#[test]
fn a_success_says_that_it_is_one() {
    let vendor = described(
        json!({ "envelope": { "success": { "at": "s.ok", "is": [1, "1", true] }, "payload": { "without": "s" } }, "errors": { "code": "s.code" } }),
    );
    let read = |status, text: &str| Vendor::<Value>::read(&vendor, &reply(status, text), CallKind::Request);
    for ok in ["1", "\"1\"", "true"] {
        assert_eq!(read(200, &format!(r#"{{"s": {{"ok": {ok}}}}}"#)).unwrap(), Payload::Without("s".into()));
    }
    for bad in ["0", "\"true\"", "false", "null", "{}", "[1]"] {
        let failure = refusal(read(200, &format!(r#"{{"s": {{"ok": {bad}, "code": "E1"}}}}"#)));
        assert_eq!(
            (failure.code, failure.vendor_code),
            (Code::VendorError, Some(VendorCode::Text("E1".into()))),
            "{bad}"
        );
    }
    assert_eq!(refusal(read(200, "{}")).code, Code::MalformedReply, "another server's");
    assert_eq!(refusal(read(200, "<p>")).code, Code::MalformedReply);
    assert_eq!(refusal(read(503, "<p>")).code, Code::VendorUnavailable);
}

/// An API that answers everything with 200 says in the token's place why there is none.
/// R35: what a code may be has a bound, too.
#[test]
fn r35_a_text_that_is_too_long_is_no_code() {
    let vendor = described(json!({ "errors": { "code": "code" } }));
    for (length, is_code) in [(1, true), (256, true), (257, false), (200_000, false)] {
        let code = "e".repeat(length);
        let told = reply(400, &json!({ "code": code }).to_string());
        let failure = refusal(Vendor::<Value>::read(&vendor, &told, CallKind::Request));
        assert_eq!(failure.vendor_code, is_code.then_some(VendorCode::Text(code)), "{length}");
        assert_eq!(failure.code, Code::InvalidRequest);
    }
}

#[test]
fn a_refusal_inside_a_success_is_read_where_no_token_came() {
    let errors = json!({ "code": "errors.0.code", "detail": ["note", "errors.0.text"], "codes": { "who": "invalid-credentials", "old": "session-expired" } });
    let described = |more: Document| {
        let mut said = json!({ "refresh": {}, "errors": errors.clone() });
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        described(said)
    };
    let vendor = described(json!({}));
    let vendor: &dyn Vendor<Value> = &vendor;
    let text = |code: &str| {
        format!(r#"{{"errors": [{{"code": "{code}", "text": "It is {code}"}}], "token": null}}"#)
    };
    let failure = refusal(vendor.read_login(&reply(200, &text("who")), &jdoe(), 0.0));
    assert_eq!((failure.code, failure.status), (Code::InvalidCredentials, Some(200)));
    assert_eq!(
        (failure.vendor_code, failure.detail.as_deref()),
        (Some(VendorCode::Text("who".into())), Some("It is who"))
    );
    let note = r#"{"note": {"of": "another kind"}, "errors": [{"code": "who", "text": "It is who"}]}"#;
    let failure = refusal(vendor.read_login(&reply(200, note), &jdoe(), 0.0));
    assert_eq!(
        failure.detail.as_deref(),
        Some("It is who"),
        "the first text, and not the first that lies there"
    );
    let unlisted = refusal(vendor.read_login(&reply(200, &text("full")), &jdoe(), 0.0));
    assert_eq!(
        (unlisted.code, unlisted.vendor_code),
        (Code::VendorError, Some(VendorCode::Text("full".into())))
    );
    assert!(refusal(vendor.read_refresh(&reply(200, &text("old")), 0.0)).ends_session(), "rule 10");
    assert!(!refusal(vendor.read_refresh(&reply(200, &text("full")), 0.0)).ends_session(), "rule 10");
    // Where it says that this is a success, it is none of its refusals.
    let fine = described(json!({ "envelope": { "success": { "at": "ok", "is": [true] } } }));
    let text = r#"{"ok": true, "errors": [{"code": "old"}]}"#;
    let failure = refusal(Vendor::<Value>::read_refresh(&fine, &reply(200, text), 0.0));
    assert_eq!((failure.code, failure.ends_session()), (Code::MalformedReply, false));
}

/// R24: a code that the description lists is a refusal on any status, whether a token is missed in its reply or not.
#[test]
fn r24_a_listed_code_inside_a_success_is_a_refusal() {
    let cookie = |more: Document| {
        let mut said = json!({
            "credential": "cookie", "grant": {}, "refresh": {}, "check": { "path": "me" }, "logout": { "path": "out" },
            "errors": { "code": "error.code", "codes": {
                "who": { "login": "invalid-credentials", "elsewhere": "session-expired" }, "old": "session-expired", "7": "forbidden",
            } },
        });
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        described(said)
    };
    let odoo = cookie(json!({}));
    let odoo: &dyn Vendor<Value> = &odoo;
    let told = |code: Document| reply(200, &json!({ "error": { "code": code } }).to_string());
    let login = |code| refusal(odoo.read_login(&told(code), &jdoe(), 0.0));
    assert_eq!((login(json!("who")).code, login(json!("who")).status), (Code::InvalidCredentials, Some(200)));
    assert_eq!((login(json!(7)).code, login(json!("7")).code), (Code::Forbidden, Code::Forbidden));
    assert!(refusal(odoo.read_refresh(&told(json!("old")), 0.0)).ends_session(), "rule 10");
    assert!(refusal(odoo.read_check(&told(json!("who")))).ends_session(), "rule 10");
    assert!(!odoo.confirms_logout(&told(json!("old"))));
    let asked = refusal(odoo.read(&told(json!(7)), CallKind::Request));
    assert_eq!((asked.code, asked.vendor_code), (Code::Forbidden, Some(VendorCode::Number(7.0))));
    assert_eq!(odoo.rejects_token(&told(json!("old"))), Rejection::No, "of a token, `rejected` tells");
    // Successes have codes, too, and those are not listed.
    for code in [json!("success"), json!(200), json!(0), json!(null), json!({ "who": 1 }), json!(["who"])] {
        assert!(odoo.read_login(&told(code.clone()), &jdoe(), 0.0).is_ok(), "{code}");
        assert!(odoo.confirms_logout(&told(code.clone())), "{code}");
        assert_eq!(odoo.read(&told(code), CallKind::Request).unwrap(), Payload::Whole);
    }
    // A token beside it makes no success of it. What the description calls a success is one.
    let bearer = cookie(json!({ "credential": "bearer", "grant": { "access": "token" } }));
    let beside = reply(200, r#"{"token": "t", "error": {"code": "who"}}"#);
    assert_eq!(
        refusal(Vendor::<Value>::read_login(&bearer, &beside, &jdoe(), 0.0)).code,
        Code::InvalidCredentials
    );
    let marked = cookie(json!({ "envelope": { "success": { "at": "ok", "is": [true] } } }));
    let marked: &dyn Vendor<Value> = &marked;
    let fine = reply(200, r#"{"ok": true, "error": {"code": "who"}}"#);
    assert!(marked.read_login(&fine, &jdoe(), 0.0).is_ok() && marked.confirms_logout(&fine));
}

/// What the description calls no success is the API's own no, and not another server's reply; what it means can be said by its status.
#[test]
fn rule_10_a_no_inside_a_200_is_the_apis_own_word() {
    let api = |more: Document| {
        let mut said = json!({ "refresh": {}, "envelope": { "success": { "at": "ok", "is": [true] } } });
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        described(said)
    };
    let no = reply(200, r#"{"ok": false, "message": "Wrong password"}"#);
    let plain = api(json!({ "errors": { "detail": "message" } }));
    let plain: &dyn Vendor<Value> = &plain;
    let failure = refusal(plain.read_login(&no, &jdoe(), 0.0));
    assert_eq!((failure.code, failure.detail.as_deref()), (Code::VendorError, Some("Wrong password")));
    assert_eq!(refusal(plain.read(&no, CallKind::Request)).code, Code::VendorError);
    assert!(!refusal(plain.read_refresh(&no, 0.0)).ends_session(), "nobody has said what it means");
    for silent in [r#"{"message": "Wrong password"}"#, "{}", "[]"] {
        assert_eq!(refusal(plain.read_login(&reply(200, silent), &jdoe(), 0.0)).code, Code::MalformedReply);
    }
    let statuses = json!({ "200": { "login": "invalid-credentials", "elsewhere": "session-expired" } });
    for errors in [json!({ "statuses": statuses }), json!({ "detail": "message", "statuses": statuses })] {
        let listed = api(json!({ "errors": errors }));
        let listed: &dyn Vendor<Value> = &listed;
        assert_eq!(refusal(listed.read_login(&no, &jdoe(), 0.0)).code, Code::InvalidCredentials);
        assert!(refusal(listed.read_refresh(&no, 0.0)).ends_session());
        for foreign in ["<html>", r#"{"message": "Down for maintenance"}"#, r#"{"ok": null}"#, "{"] {
            let foreign = reply(200, foreign);
            assert_eq!(refusal(listed.read_login(&foreign, &jdoe(), 0.0)).code, Code::MalformedReply);
            assert!(!refusal(listed.read_refresh(&foreign, 0.0)).ends_session());
        }
    }
}

/// Rule 10: a refusal in the API's own words ends a session, and a gateway's doesn't.
#[test]
fn rule_10_only_the_apis_own_words_end_a_session() {
    let spoken = described(
        json!({ "refresh": {}, "errors": { "code": "code", "detail": "detail", "codes": { "gone": { "login": "invalid-credentials", "elsewhere": "session-expired" } } } }),
    );
    let spoken: &dyn Vendor<Value> = &spoken;
    let refused = |vendor: &dyn Vendor<Value>, status, text: &str| {
        refusal(vendor.read_refresh(&reply(status, text), 0.0))
    };
    assert!(refused(spoken, 400, r#"{"code": "gone"}"#).ends_session());
    assert!(refused(spoken, 401, r#"{"detail": "no"}"#).ends_session());
    assert!(refused(spoken, 403, r#"{"detail": "no"}"#).ends_session());
    for (status, text) in [
        (401, ""),
        (401, "<p>"),
        (401, "{}"),
        (403, "<p>"),
        (400, r#"{"code": "other"}"#),
        (500, r#"{"detail": "x"}"#),
        (429, r#"{"code": "x"}"#),
    ] {
        assert!(!refused(spoken, status, text).ends_session(), "{status} {text}");
    }
    assert_eq!(spoken.rejects_token(&reply(401, "<p>")), Rejection::Doubtful);
    assert_eq!(spoken.rejects_token(&reply(401, r#"{"detail": "no"}"#)), Rejection::Yes);
    // A status that the description lists is its own word, without any beside it. A page beside it is not.
    let listed = described(json!({
        "refresh": {}, "errors": { "code": "code", "detail": "detail" }, "rejected": { "statuses": [401, 419] },
    }));
    let listed: &dyn Vendor<Value> = &listed;
    for status in [401, 419] {
        for text in ["", "{}", r#"{"message": "no"}"#] {
            assert!(refused(listed, status, text).ends_session(), "{status} {text}");
            assert_eq!(listed.rejects_token(&reply(status, text)), Rejection::Yes, "{status} {text}");
        }
        assert_eq!(
            listed.rejects_token(&Reply::new(status, Body::Text(Value::from(json!("no"))))),
            Rejection::Yes,
            "{status}"
        );
        assert!(!refused(listed, status, "<p>").ends_session(), "{status}");
        assert_eq!(listed.rejects_token(&reply(status, "<p>")), Rejection::Doubtful, "{status}");
    }
    for status in [400, 403, 404, 503] {
        assert!(!refused(listed, status, "").ends_session(), "{status}");
        assert_eq!(listed.rejects_token(&reply(status, "")), Rejection::No, "{status}");
    }
    // One that has no words has its statuses.
    let silent = described(json!({ "refresh": {} }));
    assert!(refused(&silent, 401, "").ends_session() && !refused(&silent, 403, "").ends_session());
    assert_eq!(Vendor::<Value>::rejects_token(&silent, &reply(401, "")), Rejection::Yes);
}

#[test]
fn rejections_are_those_that_are_listed() {
    let vendor = described(
        json!({ "errors": { "code": "code" }, "rejected": { "codes": [498, "old"], "statuses": [419], "insideSuccess": true } }),
    );
    let seen = |status, text: &str| Vendor::<Value>::rejects_token(&vendor, &reply(status, text));
    for yes in [
        (200, r#"{"code": 498}"#),
        (200, r#"{"code": "498"}"#),
        (400, r#"{"code": "old"}"#),
        (419, r#"{"code": 7}"#),
    ] {
        assert_eq!(seen(yes.0, yes.1), Rejection::Yes, "{yes:?}");
        let failure = refusal(Vendor::<Value>::read(&vendor, &reply(yes.0, yes.1), CallKind::Request));
        assert_eq!((failure.code, failure.explicit), (Code::SessionExpired, true), "{yes:?}");
    }
    for no in [(200, "{}"), (200, r#"{"code": 7}"#), (401, r#"{"code": 7}"#), (401, ""), (403, "{}")] {
        assert_eq!(seen(no.0, no.1), Rejection::No, "{no:?}");
    }
    assert_eq!(seen(419, "<p>"), Rejection::Doubtful);
    let outside = described(json!({ "errors": { "code": "code" }, "rejected": { "codes": ["old"] } }));
    assert_eq!(Vendor::<Value>::rejects_token(&outside, &reply(200, r#"{"code": "old"}"#)), Rejection::No);
    assert_eq!(
        Vendor::<Value>::rejects_token(&outside, &reply(401, r#"{"code": "new"}"#)),
        Rejection::No,
        "its own word for something else"
    );
}

#[test]
fn fields_are_read_as_a_list_or_by_name() {
    let fields = |fields: Document, text: &str| {
        let vendor = described(json!({ "errors": { "fields": fields } }));
        let failure = refusal(Vendor::<Value>::read(&vendor, &reply(422, text), CallKind::Request));
        failure
            .fields
            .into_iter()
            .map(|field| [field.name, field.code, field.title, field.pointer.unwrap_or_default()].join("|"))
            .collect::<Vec<_>>()
    };
    let list = json!({ "list": "detail", "name": "loc.1", "title": "msg", "code": "type", "pointer": "at" });
    assert_eq!(
        fields(
            list.clone(),
            r#"{"detail": [{"loc": ["body", "age"], "msg": "low", "type": 7, "at": "/age"}, {"loc": ["x"]}, 5]}"#
        ),
        ["age|7|low|/age"]
    );
    assert_eq!(
        fields(json!({ "list": "", "name": "n", "title": "t" }), r#"[{"n": "a", "t": "b"}]"#),
        ["a|invalid|b|"]
    );
    assert!(fields(list, &json!({ "detail": "text" }).to_string()).is_empty());
    assert_eq!(
        fields(
            json!({ "byName": "e" }),
            r#"{"e": {"a": ["x", "y"], "b": "z", "c": {"code": "k", "message": "m"}, "d": 5, "f": []}}"#
        ),
        ["a|invalid|x y|", "b|invalid|z|", "c|k|m|"]
    );
    assert_eq!(fields(json!({ "byName": "" }), r#"{"a": ["x"], "detail": "z"}"#), ["a|invalid|x|"]);
    let many =
        json!({ "e": (0..500).map(|at| (at.to_string(), json!(["x"]))).collect::<serde_json::Map<_, _>>() });
    assert_eq!(fields(json!({ "byName": "e" }), &many.to_string()).len(), 64, "r35");
}

#[test]
fn a_check_finds_who_is_there() {
    let vendor = described(json!({ "check": { "user": "me.name", "alive": "me" } }));
    let check = |status, text: &str| Vendor::<Value>::read_check(&vendor, &reply(status, text));
    assert_eq!(check(200, r#"{"me": {"name": "jd"}}"#).unwrap().as_deref(), Some("jd"));
    for dead in [r#"{"me": null}"#, "{}", r#"{"me": false}"#] {
        assert!(refusal(check(200, dead)).ends_session(), "{dead}");
    }
    for page in ["<p>", "", r#"{"me": {}}"#] {
        assert_eq!(refusal(check(200, page)).code, Code::MalformedReply, "{page}");
    }
    let plain = described(json!({ "check": {} }));
    assert_eq!(Vendor::<Value>::read_check(&plain, &reply(204, "")).unwrap(), None);
    assert!(Vendor::<Value>::confirms_logout(&plain, &reply(204, "")));
}

#[test]
fn r2_only_who_it_is_may_be_repeated() {
    let credentials =
        Credentials::of(&[("username", "jdoe"), ("pin", "1234"), ("email", "e"), ("otp", "77")]);
    let mut secrets = credentials.secrets();
    secrets.retain(|secret| !secret.is_empty());
    assert_eq!(secrets, ["1234", "77"]);
}

/// A login that another server knows nothing of is malformed; one that the API refuses, in its words or by a status that
/// the description lists, is not.
#[test]
fn a_login_at_another_server_is_malformed() {
    let vendor = described(json!({
        "errors": { "code": "code", "detail": "message", "statuses": { "405": "forbidden" } },
    }));
    let code = |status, text: &str| refusal(vendor.read_login(&reply(status, text), &jdoe(), 0.0)).code;
    for text in ["{}", "", "<!doctype html>"] {
        assert_eq!([404, 501, 200].map(|status| code(status, text)), [Code::MalformedReply; 3], "{text}");
        assert_eq!(
            [405, 409].map(|status| code(status, text)),
            [Code::Forbidden, Code::VendorError],
            "{text}"
        );
    }
    for text in [r#"{"message": "no such account"}"#, r#"{"code": "NOBODY"}"#] {
        assert_eq!(
            [404, 501].map(|status| code(status, text)),
            [Code::VendorError, Code::VendorUnavailable],
            "{text}"
        );
    }
    let elsewhere = refusal(Vendor::<Value>::read(&vendor, &reply(404, "{}"), CallKind::Request));
    assert_eq!(elsewhere.code, Code::VendorError);
}

/// APIs write numbers as texts, and identify people by numbers.
#[test]
fn what_other_apis_write_otherwise_is_read() {
    let now = 1_760_000_000_000.0;
    let grant = |grant: Document, said: Document| {
        let vendor = described(json!({ "grant": grant }));
        Vendor::<Value>::read_login(&vendor, &reply(200, &said.to_string()), &jdoe(), now)
    };
    let lifetime = |how: Document, told: Document| {
        grant(json!({ "access": "token", "lifetime": how }), json!({ "token": "t", "e": told }))
            .map(|grant| grant.lifetime_ms)
    };
    assert_eq!(lifetime(json!({ "seconds": "e" }), json!("3600")).unwrap(), Some(3_600_000.0));
    assert_eq!(lifetime(json!({ "ms": "e" }), json!("5000")).unwrap(), Some(5_000.0));
    for no_lifetime in ["0", "-5", "soon", "", "NaN", "1e400"] {
        let refused = refusal(lifetime(json!({ "seconds": "e" }), json!(no_lifetime)));
        assert_eq!(refused.code, Code::MalformedReply, "{no_lifetime}");
    }
    for moment in
        [json!("1760000060"), json!("1760000060000"), json!(1_760_000_060), json!("2025-10-09T08:54:20Z")]
    {
        assert_eq!(lifetime(json!({ "at": "e" }), moment).unwrap(), Some(60_000.0));
    }
    let user = |told: Document| {
        let read = grant(json!({ "access": "token", "user": "id" }), json!({ "token": "t", "id": told }));
        read.unwrap().user.map(|user| user.as_str().to_owned())
    };
    assert_eq!(user(json!(42)).as_deref(), Some("42"));
    assert_eq!(user(json!(4.5)).as_deref(), Some("jdoe"), "no name is made of that");
    let asks = described(json!({ "check": { "path": "me", "user": "id" } }));
    let found = Vendor::<Value>::read_check(&asks, &reply(200, r#"{"id":7}"#)).unwrap();
    assert_eq!(found.as_deref(), Some("7"));
}

/// A reply without a body can't say that it is a success; its status does.
#[test]
fn an_empty_success_is_one() {
    let vendor = described(json!({
        "envelope": { "success": { "at": "ok", "is": [true] } },
        "check": { "path": "me" },
        "logout": { "path": "out" },
    }));
    assert!(Vendor::<Value>::confirms_logout(&vendor, &reply(204, "")));
    assert!(!Vendor::<Value>::confirms_logout(&vendor, &reply(200, r#"{"ok":false}"#)));
    assert!(Vendor::<Value>::read_check(&vendor, &reply(204, "")).is_ok());
    assert!(Vendor::<Value>::read_check(&vendor, &reply(200, "")).is_err(), "a 200 has something to say");
    let login = Vendor::<Value>::read_login(&vendor, &reply(204, ""), &jdoe(), 0.0);
    assert_eq!(refusal(login).code, Code::MalformedReply, "without a token it is none");
}

/// Express says "OK" to a login, and Ghost "Created": in plain text. Where nothing is to be read, that is a success. A page is not.
#[test]
fn r24_plain_text_is_a_success_where_nothing_is_to_be_read() {
    let text = |status| Reply::new(status, Body::Text(Value::from(json!("OK"))));
    let cookie = |more: Document| {
        let mut said =
            json!({ "credential": "cookie", "grant": {}, "refresh": {}, "check": {}, "logout": {} });
        said.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        described(said)
    };
    let express = cookie(json!({}));
    let express: &dyn Vendor<Value> = &express;
    for status in [200, 201] {
        assert_eq!(express.read_login(&text(status), &jdoe(), 0.0).unwrap().user.as_deref(), Some("jdoe"));
        assert!(express.read_refresh(&text(status), 0.0).is_ok());
        assert!(express.read_check(&text(status)).is_ok());
        assert!(express.confirms_logout(&text(status)));
        let asked = refusal(express.read(&text(status), CallKind::Request));
        assert_eq!(asked.code, Code::MalformedReply, "json() gives no words");
    }
    assert_eq!(refusal(express.read_login(&text(401), &jdoe(), 0.0)).code, Code::InvalidCredentials);
    assert!(!express.confirms_logout(&text(500)));
    for page in ["<p>", "<!doctype html>"] {
        assert_eq!(refusal(express.read_login(&reply(200, page), &jdoe(), 0.0)).code, Code::MalformedReply);
        assert!(
            express.read_check(&reply(200, page)).is_err() && !express.confirms_logout(&reply(200, page))
        );
    }
    // What is to be read is not there.
    for more in [
        json!({ "grant": { "user": "name" } }),
        json!({ "grant": { "database": "db" } }),
        json!({ "grant": { "lifetime": { "seconds": "e" } } }),
        json!({ "envelope": { "success": { "at": "ok", "is": [true] } } }),
    ] {
        let vendor = cookie(more.clone());
        let login = Vendor::<Value>::read_login(&vendor, &text(200), &jdoe(), 0.0);
        assert_eq!(refusal(login).code, Code::MalformedReply, "{more}");
    }
    for more in [json!({ "check": { "user": "name" } }), json!({ "check": { "alive": "name" } })] {
        assert_eq!(
            refusal(Vendor::<Value>::read_check(&cookie(more), &text(200))).code,
            Code::MalformedReply
        );
    }
    // A token is missed in words; a logout is confirmed by them.
    let bearer = described(json!({ "check": {}, "logout": {} }));
    let login = Vendor::<Value>::read_login(&bearer, &text(200), &jdoe(), 0.0);
    assert_eq!(refusal(login).code, Code::MalformedReply);
    assert!(Vendor::<Value>::confirms_logout(&bearer, &text(200)));
    let marked = described(json!({ "logout": {}, "envelope": { "success": { "at": "ok", "is": [true] } } }));
    assert!(!Vendor::<Value>::confirms_logout(&marked, &text(200)));
}

/// No token is rejected at a login. So of statuses, only a 401 says there what it says elsewhere.
#[test]
fn a_logins_own_status_counts_at_a_login() {
    let vendor = described(json!({ "rejected": { "statuses": [401, 403] }, "errors": { "code": "code" } }));
    let code = |status| {
        refusal(Vendor::<Value>::read_login(&vendor, &reply(status, r#"{"code":"X"}"#), &jdoe(), 0.0)).code
    };
    assert_eq!((code(401), code(403)), (Code::InvalidCredentials, Code::Forbidden));
    let listed = described(json!({ "rejected": { "codes": ["X"] }, "errors": { "code": "code" } }));
    let by_code = Vendor::<Value>::read_login(&listed, &reply(400, r#"{"code":"X"}"#), &jdoe(), 0.0);
    assert_eq!(refusal(by_code).code, Code::InvalidCredentials, "a listed code counts");
    assert_eq!(
        refusal(vendor.read(&reply(403, r#"{"code":"X"}"#), CallKind::Request)).code,
        Code::SessionExpired
    );
}

/// R35: no field that a reply refuses outgrows what a form could show.
#[test]
fn r35_refused_fields_are_bounded() {
    let vendor = described(json!({ "errors": { "fields": { "byName": "e" } } }));
    let long = "x".repeat(100_000);
    let told = json!({ "e": { "name": [long], (long.clone()): ["is long"], "other": [format!("{} {long}", "y".repeat(498))] } });
    let refused = || refusal(vendor.read(&reply(422, &told.to_string()), CallKind::Request));
    let fields = refused().fields;
    let sizes: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.title.len())).collect();
    assert_eq!(sizes, [("name", 500), ("other", 500)]);
    let without = |secret: &str| Box::new(refused()).without_secrets(&[secret]).fields[1].title.len();
    assert_eq!((without("xyz"), without("none")), (0, 500), "R2: also where a secret was cut");
}

/// R2: what was typed may come back as it was written into the request's body or query.
#[test]
fn r2_what_is_echoed_escaped_is_an_echo() {
    let password = "S3cret\"Pa+ss w/0rd";
    let credentials = Credentials::of(&[("username", "jdoe"), ("password", password)]);
    let vendor = described(json!({ "errors": { "code": "code", "detail": "why" } }));
    for echo in [password, "S3cret\\\"Pa+ss w/0rd", "S3cret%22Pa%2Bss%20w%2F0rd"] {
        let text = json!({ "code": "X", "why": format!("bad: {echo}!") }).to_string();
        let failure = refusal(vendor.read(&reply(400, &text), CallKind::Login));
        assert!(failure.detail.is_some());
        assert_eq!(Box::new(failure).without_secrets(&credentials.secrets()).detail, None, "{echo}");
    }
}
