//! The client for front ends in Rust, on a page, at the simulator: what it promises beside the contract, whose tests hold the scripts
//! that it calls.
#![cfg(target_family = "wasm")]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use futures::FutureExt as _;
use futures::future::{join, join_all};
use gloo_net::http::{Method, Request, Response};
use hallpass::{
    AuthError, Code, Credentials, DevicePrompt, Endpoints, Options, Reason, Renew, Session, State, Status,
    Storage, Stored, TokenStorage, Vendor, VendorCode,
};
use js_sys::futures::JsFuture;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

const RENEWAL: &str = "POST /api/v1/user/login/refresh";
const INFO: &str = "/api/v1/user/info";
const VERIFY: &str = "/api/v1/user/login/verify";

#[derive(Debug, Deserialize)]
struct Account {
    username: String,
}

/// ETHGAS, as the simulator plays it, in a world that no other test shares.
struct Simulated {
    base_url: String,
}

impl Simulated {
    fn new() -> Self {
        Self::at(4)
    }

    fn ocient() -> Self {
        Self::at(1)
    }

    /// The vendors listen above the simulator's own port, which is as the build was told.
    fn at(place: u32) -> Self {
        let port: u32 = option_env!("HALLPASS_PORT").and_then(|port| port.parse().ok()).unwrap_or(7400);
        Self { base_url: format!("http://127.0.0.1:{}/i/client-{}", port + place, js_sys::Math::random()) }
    }

    fn options(&self) -> Options {
        Options::new(Vendor::Ethgas, &*self.base_url)
    }

    async fn signed_in(&self, options: Options) -> Session {
        let session = Session::open(options).await.unwrap();
        session.login(jdoe()).await.unwrap();
        session
    }

    async fn tell(&self, what: &str, body: &Value) {
        let request = Request::post(&format!("{}/_sim/{what}", self.base_url)).json(body).unwrap();
        assert!(request.send().await.unwrap().ok(), "the simulator refused {what}");
    }

    async fn count(&self, what: &str) -> u64 {
        let ledger = Request::get(&format!("{}/_sim/ledger", self.base_url)).send().await.unwrap();
        ledger.json::<Value>().await.unwrap()["counts"][what].as_u64().unwrap_or(0)
    }

    async fn requests(&self) -> Vec<Value> {
        let ledger = Request::get(&format!("{}/_sim/ledger", self.base_url)).send().await.unwrap();
        ledger.json::<Value>().await.unwrap()["requests"].as_array().cloned().unwrap_or_default()
    }
}

fn jdoe() -> Credentials {
    Credentials::new("jdoe", "correct horse".to_owned())
}

async fn pause(ms: i32) {
    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_name = setTimeout)]
        fn set_timeout(done: &js_sys::Function, ms: i32);
    }
    let elapsed = js_sys::Promise::new(&mut |done, _| set_timeout(&done, ms));
    JsFuture::from(elapsed).await.unwrap();
}

async fn until(what: &str, condition: impl AsyncFn() -> bool) {
    for _ in 0..250 {
        if condition().await {
            return;
        }
        pause(20).await;
    }
    panic!("not so within 5 s: {what}");
}

fn code<T>(outcome: Result<T, AuthError>) -> Code {
    outcome.err().expect("a failure").code()
}

/// Fails unless it was serde that refused the reply, and not the vendor's envelope.
fn does_not_fit<T>(outcome: Result<T, AuthError>) {
    let error = outcome.err().expect("a failure");
    assert_eq!(error.code(), Code::MalformedReply);
    assert!(error.to_string().contains("does not fit"), "{error}");
}

#[wasm_bindgen_test]
async fn signs_in_and_reads_a_reply() {
    let vendor = Simulated::new();
    let session = Session::open(vendor.options()).await.unwrap();
    assert_eq!((session.vendor(), session.base_url()), ("ethgas", &*vendor.base_url));
    assert_eq!((session.state().status, session.state().reason), (Status::SignedOut, Some(Reason::Never)));
    let signed_in = session.login(jdoe()).await.unwrap();
    assert_eq!((signed_in.state.user.as_deref(), signed_in.redirect_to), (Some("jdoe"), None));
    assert!(signed_in.state.renewable && signed_in.state.expires_at.unwrap() > js_sys::Date::now());
    let account: Account = session.json(INFO).await.unwrap();
    assert_eq!(account.username, "jdoe");
    assert!(session.check().await.unwrap().is_signed_in());
    assert!(session.access_token().await.unwrap().is_some());
    assert!(session.logout().await.unwrap().revoked);
    assert_eq!(session.state().reason, Some(Reason::Logout));
    assert_eq!(code(session.json::<Account>(INFO).await), Code::NotSignedIn);
}

#[wasm_bindgen_test]
async fn renews_once_for_all_callers() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let renewed = join_all((0..5).map(|_| session.refresh())).await;
    assert!(renewed.into_iter().all(|state| state.unwrap().is_signed_in()));
    assert_eq!(vendor.count(RENEWAL).await, 1);
}

#[wasm_bindgen_test]
async fn rule_9_a_request_of_gloos_is_replayed_with_its_headers_and_body() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    vendor.tell("expire", &json!({})).await;
    let request = session.post(VERIFY).header("X-Test", "kept").json(&json!({ "a": [1, 2] })).unwrap();
    let reply = session.fetch(request).await.unwrap();
    assert_ne!(reply.status(), 401);
    assert_eq!(vendor.count(RENEWAL).await, 1);
    let sent = vendor.requests().await;
    let sent: Vec<&Value> = sent.iter().filter(|request| request["path"] == VERIFY).collect();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert_eq!((&sent[0]["method"], &sent[0]["body"]), (&sent[1]["method"], &sent[1]["body"]));
    assert!(sent.iter().all(|request| request["headers"]["x-test"] == "kept"), "{sent:?}");
    // Nothing at all is lost of a builder that was not built.
    vendor.tell("expire", &json!({})).await;
    let account: Account = session.json(session.get(INFO).query([("page", "2")])).await.unwrap();
    assert_eq!(account.username, "jdoe");
}

#[wasm_bindgen_test]
async fn addresses_mean_what_they_mean_to_fetch() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let address = |path: &str| session.request(Method::GET, path).build().unwrap().url();
    for path in ["/x?y=1", "x?y=1", "./x?y=1", "/../x?y=1"] {
        assert_eq!(address(path), format!("{}/x?y=1", vendor.base_url), "{path}");
    }
    assert_eq!(address("https://elsewhere.example/x"), "https://elsewhere.example/x");
    for path in ["https://elsewhere.example/x", "//elsewhere.example/x"] {
        assert_eq!(code(session.fetch(session.get(path)).await), Code::ForbiddenTarget, "{path}");
        assert_eq!(code(session.fetch(path).await), Code::ForbiddenTarget, "{path}");
    }
    assert_eq!(code(session.fetch(session.get("http://")).await), Code::InvalidOptions);
}

#[wasm_bindgen_test]
async fn an_error_says_what_happened_and_no_secret() {
    let vendor = Simulated::new();
    let session = Session::open(vendor.options()).await.unwrap();
    let refused = session.login(Credentials::new("jdoe", "hunter2 hunter2".to_owned())).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidCredentials);
    assert_eq!(refused.vendor(), Some("ethgas"));
    assert!(refused.status().is_some());
    assert!(
        matches!(refused.vendor_code(), Some(VendorCode::Number(_) | VendorCode::Text(_))),
        "{refused:?}"
    );
    assert!(
        refused.to_string().starts_with("The vendor refused the credentials (ETHGAS, login)"),
        "{refused}"
    );
    assert!(!format!("{refused} {refused:?}").contains("hunter2"));
    vendor.tell("faults", &json!({ "path": "*", "status": 429, "retry_after": "7" })).await;
    let limited = session.login(jdoe()).await.unwrap_err();
    assert_eq!((limited.code(), limited.retry_after_ms()), (Code::RateLimited, Some(7_000.0)));
    // As anyhow and the like take it.
    let taken: Box<dyn std::error::Error + Send + Sync> = limited.into();
    assert!(taken.to_string().contains("fewer requests"), "{taken}");
}

#[wasm_bindgen_test]
async fn rule_3_a_wrong_option_is_named() {
    let vendor = Simulated::new();
    let named = async |options: Options| Session::open(options).await.unwrap_err();
    for (options, name) in [
        (Options::new(Vendor::Ethgas, "http://example.com"), "baseUrl"),
        (vendor.options().account(""), "account"),
        (vendor.options().allow("nonsense"), "allow"),
        (vendor.options().timeout(std::time::Duration::ZERO), "timeoutMs"),
        (vendor.options().idle(std::time::Duration::ZERO), "idleMs"),
    ] {
        let error = named(options).await;
        assert_eq!(error.code(), Code::InvalidOptions, "{name}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let described =
        Vendor::described(&json!({ "name": "acme", "credential": "bearer", "login": {} })).unwrap_err();
    assert_eq!(described.code(), Code::InvalidOptions);
    assert!(described.to_string().contains("login.path"), "{described}");
    let session = Session::open(vendor.options()).await.unwrap();
    let error = session.login(jdoe().database("retail")).await.unwrap_err();
    assert!(error.code() == Code::InvalidOptions && error.to_string().contains("database"), "{error}");
}

#[wasm_bindgen_test]
async fn a_described_vendor_signs_in() {
    let vendor = Simulated::new();
    let described = Vendor::described(&json!({
        "name": "acme",
        "credential": "bearer",
        "login": { "path": "api/v1/user/login/password", "json": { "username": "{username}", "password": "{password}" } },
        "grant": { "access": ["data.accessToken.data.token", "data.token"], "user": "data.user.username" },
        "envelope": { "payload": "data" },
    }))
    .unwrap();
    let session = Session::open(Options::new(described, &*vendor.base_url)).await.unwrap();
    assert_eq!(session.vendor(), "acme");
    vendor
        .tell(
            "faults",
            &json!({ "path": "*", "reply": { "status": 200, "content_type": "application/json",
                "body": "{\"data\":{\"token\":\"t0\",\"user\":{\"username\":\"jdoe\"}}}" } }),
        )
        .await;
    let credentials =
        Credentials::named([("username", "jdoe".to_owned()), ("password", "correct horse".to_owned())]);
    assert_eq!(session.login(credentials).await.unwrap().state.user.as_deref(), Some("jdoe"));
}

#[wasm_bindgen_test]
fn a_description_may_be_of_structures_and_of_maps_with_numbers_for_keys() {
    #[derive(Serialize)]
    struct Described {
        name: &'static str,
        credential: &'static str,
        login: Value,
        grant: HashMap<&'static str, &'static str>,
        errors: Errors,
    }
    #[derive(Serialize)]
    struct Errors {
        statuses: BTreeMap<u16, &'static str>,
    }
    let described = |meaning| Described {
        name: "acme",
        credential: "bearer",
        login: json!({ "path": "login", "json": { "user": "{username}", "more": { "n": 1, "on": true } } }),
        grant: HashMap::from([("access", "token")]),
        errors: Errors { statuses: BTreeMap::from([(418, meaning)]) },
    };
    assert!(Vendor::described(&described("forbidden")).is_ok());
    let error = Vendor::described(&described("teapot")).unwrap_err();
    assert!(
        error.code() == Code::InvalidOptions && error.to_string().contains("errors.statuses.418"),
        "{error}"
    );
    assert_eq!(code(Vendor::described("acme")), Code::InvalidOptions);
    assert_eq!(code(Vendor::described(&json!({ "__proto__": { "name": "acme" } }))), Code::InvalidOptions);
}

#[wasm_bindgen_test]
async fn null_is_sent_in_a_body_and_counts_as_left_out_elsewhere() {
    #[derive(Serialize)]
    struct Described {
        name: &'static str,
        title: Option<&'static str>,
        credential: &'static str,
        login: Value,
        refresh: Option<Value>,
        grant: BTreeMap<&'static str, Option<&'static str>>,
        errors: Value,
    }
    let body = json!({ "user": "{username}", "pass": "{password}", "tenant": null, "more": { "list": [null, 1], "x": null } });
    let described = Vendor::described(&Described {
        name: "acme",
        title: None,
        credential: "bearer",
        login: json!({ "path": "api/v1/user/login", "method": null, "json": body, "form": null }),
        refresh: None,
        grant: BTreeMap::from([("access", Some("token")), ("user", None)]),
        errors: Value::Null,
    })
    .unwrap();
    let vendor = Simulated::new();
    let session = Session::open(Options::new(described, &*vendor.base_url)).await.unwrap();
    assert!(session.login(Credentials::new("jdoe", "hunter2".to_owned())).await.is_err(), "another's login");
    let sent = vendor.requests().await[0]["body"].as_str().map(serde_json::from_str::<Value>);
    let expected = json!({ "user": "jdoe", "pass": "hunter2", "tenant": null, "more": { "list": [null, 1], "x": null } });
    assert_eq!(sent.unwrap().unwrap(), expected);
}

#[wasm_bindgen_test]
async fn whole_numbers_beyond_two_to_the_53_are_exact_by_fetch_alone() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Wrapped<T> {
        data: T,
    }
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let body = r#"{"code":200,"data":{"one":1,"big":9007199254740993}}"#;
    let reply =
        json!({ "path": INFO, "reply": { "status": 200, "content_type": "application/json", "body": body } });
    vendor.tell("faults", &reply).await;
    does_not_fit(session.json::<BTreeMap<String, i64>>(INFO).await);
    vendor.tell("faults", &reply).await;
    let exact: Wrapped<BTreeMap<String, i64>> = session.fetch(INFO).await.unwrap().json().await.unwrap();
    assert_eq!(exact.data["big"], 9_007_199_254_740_993);
}

#[wasm_bindgen_test]
async fn the_cause_is_told_where_it_can_hold_no_secret() {
    for (thrown, told) in [
        ("new TypeError('Failed to fetch')", Some("Failed to fetch")),
        ("new TypeError('no such host: https://h.example/?token=t0')", None),
        ("new TypeError('invalid header value hunter2')", None),
        ("'a text'", None),
        ("Object.defineProperty(new Error(), 'message', { get() { throw 1 } })", None),
    ] {
        let fetch = js_sys::Function::new_no_args(&format!("return Promise.reject({thrown})"));
        let session = Session::open(Simulated::new().options().fetch(fetch)).await.unwrap();
        let error = session.login(jdoe()).await.unwrap_err();
        assert_eq!((error.code(), error.cause()), (Code::Network, told), "{thrown}");
        assert!(!format!("{error} {error:?}").contains("Failed to fetch"), "it is not logged by itself");
    }
    let wallet = js_sys::eval(
        "({ request: async () => { throw Object.assign(new Error('No such method'), { code: 4200 }); } })",
    );
    let session = Session::open(Simulated::new().options().wallet()).await.unwrap();
    let error = session.login(Credentials::wallet(wallet.unwrap())).await.unwrap_err();
    assert_eq!((error.code(), error.cause()), (Code::Unsupported, Some("No such method")), "{error}");
}

#[wasm_bindgen_test]
async fn its_values_are_values_of_serdes() {
    fn kept<T: Serialize + DeserializeOwned>(value: &T) -> (T, Value) {
        let text = serde_json::to_value(value).unwrap();
        (serde_json::from_value(text.clone()).unwrap(), text)
    }
    let vendor = Simulated::new();
    let session = Session::open(vendor.options()).await.unwrap();
    let refused = session.login(Credentials::new("jdoe", "wrong".to_owned())).await.unwrap_err();
    let (again, text) = kept(&refused);
    assert_eq!((again, &text["code"]), (refused, &json!("invalid-credentials")));
    let signed_in = session.login(jdoe()).await.unwrap();
    let (again, text) = kept(&signed_in);
    assert_eq!((again, &text["redirectTo"]), (signed_in, &Value::Null));
    let signed_out = session.logout().await.unwrap();
    assert_eq!(kept(&signed_out), (signed_out, json!({ "revoked": true })));
    assert_eq!(kept(&Renew::Manual), (Renew::Manual, json!("manual")));
    let endpoints: Endpoints = serde_json::from_value(json!({ "check": "me" })).unwrap();
    assert_eq!(kept(&endpoints).0, endpoints);
    let prompt = json!({ "userCode": "ABCD", "verificationUri": "https://h.example/", "verificationUriComplete": null });
    let (_, text) = kept(&serde_json::from_value::<DevicePrompt>(prompt.clone()).unwrap());
    assert_eq!(text, prompt);
}

#[wasm_bindgen_test]
async fn a_reply_that_does_not_fit_is_malformed_and_not_quoted() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let error = session.json::<Vec<u8>>(INFO).await.unwrap_err();
    assert_eq!(error.code(), Code::MalformedReply);
    assert!(!error.to_string().contains("jdoe") && error.to_string().contains("Vec<u8>"), "{error}");
    // As deep as the scripts let through: no reader runs out of stack.
    let deep = format!("{{\"code\":200,\"data\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    vendor
        .tell(
            "faults",
            &json!({ "path": INFO, "reply": { "status": 200, "content_type": "application/json", "body": deep } }),
        )
        .await;
    does_not_fit(session.json::<Value>(INFO).await);
    assert!(session.json::<Value>(INFO).await.is_ok());
}

#[wasm_bindgen_test]
async fn an_error_of_gloos_says_whether_a_request_or_a_reply_was_wrong() {
    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Either {
        #[expect(dead_code, reason = "it is never what came")]
        Number(u8),
    }
    async fn read<T: DeserializeOwned>(reply: Response) -> AuthError {
        reply.json::<T>().await.err().expect("a failure").into()
    }
    let reply =
        |script: &str| Response::from(js_sys::eval(script).unwrap().unchecked_into::<web_sys::Response>());
    for error in [
        read::<Value>(reply("new Response('<p>hunter2')")).await,
        read::<Value>(reply("new Response('')")).await,
        read::<Vec<u8>>(reply("new Response('{\"user\":\"hunter2\"}')")).await,
        read::<Either>(reply("new Response('\"hunter2\"')")).await,
    ] {
        assert_eq!(error.code(), Code::MalformedReply, "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
    // In the words of each engine; a body of the test's own would fail in others.
    let broken = |error: &str| {
        reply(&format!("Object.assign(new Response(), {{ text: () => Promise.reject({error}) }})"))
    };
    for (error, code) in [
        ("new DOMException('enough', 'AbortError')", Code::Aborted),
        ("new DOMException('enough', 'TimeoutError')", Code::Aborted),
        ("new TypeError('Failed to fetch')", Code::Network),
        ("new TypeError('Content-Length header of network response exceeds response Body.')", Code::Network),
        ("new TypeError('Load failed')", Code::Network),
        ("new Error('a reason of the signal\\'s own')", Code::Network),
    ] {
        let read = read::<Value>(broken(error)).await;
        assert_eq!(read.code(), code, "{error}: {read}");
    }
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    vendor.tell("faults", &json!({ "path": INFO, "cut": true })).await;
    let header = format!("Bearer {}", session.access_token().await.unwrap().unwrap());
    let cut = Request::get(&format!("{}{INFO}", vendor.base_url)).header("Authorization", &header);
    let error = read::<Value>(cut.send().await.unwrap()).await;
    assert_eq!(error.code(), Code::Network, "{error}");
    let twice = reply("new Response('1')");
    twice.text().await.unwrap();
    let error = read::<Value>(twice).await;
    assert_eq!(error.code(), Code::InvalidOptions, "{error}");
    let unbuilt = AuthError::from(Request::get("http://").build().unwrap_err());
    let no_texts = AuthError::from(Request::post("/").json(&BTreeMap::from([(vec![1], 1)])).unwrap_err());
    for error in [unbuilt, no_texts] {
        assert_eq!(error.code(), Code::InvalidOptions, "{error}");
        assert!(error.to_string().contains("could not be built"), "{error}");
    }
}

#[wasm_bindgen_test]
async fn r15_a_reply_is_not_completed_from_the_prototype() {
    #[derive(Deserialize)]
    struct Polluted {
        username: String,
        polluted: Option<String>,
    }
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let prototype = js_sys::Object::get_prototype_of(&js_sys::Object::new());
    for name in ["polluted", "redirectTo", "ssoUrl", "problem"] {
        js_sys::Reflect::set(&prototype, &name.into(), &"network".into()).unwrap();
    }
    let seen = session.json::<Polluted>(INFO).await;
    let state = session.state();
    let signed_in = session.login(jdoe()).await;
    let refused = session.login(Credentials::new("jdoe", "wrong".to_owned())).await;
    for name in ["polluted", "redirectTo", "ssoUrl", "problem"] {
        js_sys::Reflect::delete_property(&prototype, &name.into()).unwrap();
    }
    let seen = seen.unwrap();
    assert_eq!((&*seen.username, seen.polluted), ("jdoe", None));
    assert_eq!((state.problem, state.sso_url), (None, None));
    assert_eq!(signed_in.unwrap().redirect_to, None);
    assert_eq!(refused.unwrap_err().sso_url(), None);
}

#[wasm_bindgen_test]
async fn tabs_with_one_storage_share_a_session_and_its_end() {
    let vendor = Simulated::new();
    let options = || vendor.options().storage(Storage::Local);
    let first = vendor.signed_in(options()).await;
    let second = Session::open(options()).await.unwrap();
    assert_eq!(second.state().user.as_deref(), Some("jdoe"));
    let (one, other) = join(first.refresh(), second.refresh()).await;
    assert!(one.unwrap().is_signed_in() && other.unwrap().is_signed_in());
    assert_eq!(vendor.count(RENEWAL).await, 1);
    first.logout().await.unwrap();
    until("signed out in the other tab", async || second.state().reason == Some(Reason::Logout)).await;
}

#[derive(Default)]
struct Vault {
    kept: RefCell<HashMap<String, String>>,
    broken: Cell<bool>,
    /// How long a deletion takes, in ms.
    slow: Cell<i32>,
    /// Writes and deletions under way.
    busy: Cell<u32>,
    /// How many of them there were at once, at most.
    most: Cell<u32>,
}

impl Vault {
    fn begin(&self) {
        self.busy.set(self.busy.get() + 1);
        self.most.set(self.most.get().max(self.busy.get()));
    }

    fn end(&self) {
        self.busy.set(self.busy.get() - 1);
    }
}

impl TokenStorage for Vault {
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
        Box::pin(async move { Ok(self.kept.try_borrow()?.get(key).cloned()) })
    }

    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> Stored<'a, ()> {
        Box::pin(async move {
            if self.broken.get() {
                return Err("full".into());
            }
            self.begin();
            pause(1).await;
            self.end();
            self.kept.try_borrow_mut()?.insert(key.to_owned(), value.to_owned());
            Ok(())
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> Stored<'a, ()> {
        Box::pin(async move {
            self.begin();
            pause(self.slow.get()).await;
            self.end();
            self.kept.try_borrow_mut()?.remove(key);
            Ok(())
        })
    }
}

#[wasm_bindgen_test]
async fn a_storage_of_ones_own_keeps_the_session_and_may_fail() {
    let vendor = Simulated::new();
    let vault = Rc::new(Vault::default());
    let options = || vendor.options().storage(Storage::own(Rc::clone(&vault)));
    let session = vendor.signed_in(options()).await;
    assert!(vault.kept.borrow().values().all(|text| !text.contains("correct horse")));
    drop(session);
    let restored = Session::open(options()).await.unwrap();
    assert_eq!(restored.state().user.as_deref(), Some("jdoe"));
    vault.broken.set(true);
    restored.refresh().await.unwrap();
    let state = restored.state();
    assert!(state.is_signed_in() && state.problem == Some(Code::Storage), "{state:?}");
    vault.broken.set(false);
    restored.logout().await.unwrap();
    assert!(vault.kept.borrow().is_empty(), "{:?}", vault.kept.borrow());
}

#[wasm_bindgen_test]
async fn sessions_with_clones_of_one_storage_write_in_turn() {
    let vendor = Simulated::new();
    let vault = Rc::new(Vault::default());
    let storage = Storage::own(Rc::clone(&vault));
    let options = || vendor.options().storage(storage.clone());
    let first = vendor.signed_in(options()).await;
    let second = Session::open(options()).await.unwrap();
    vault.slow.set(400);
    let (signed_out, signed_in) = join(second.logout(), async {
        until("the record is being deleted", async || vault.busy.get() > 0).await;
        first.login(jdoe()).await
    })
    .await;
    signed_out.unwrap();
    signed_in.unwrap();
    assert_eq!(vault.most.get(), 1, "writes at once");
    assert!(!vault.kept.borrow().is_empty(), "the slow deletion has undone the login");
    assert!(Session::open(options()).await.unwrap().state().is_signed_in());
}

#[wasm_bindgen_test]
async fn a_listener_hears_until_it_is_dropped() {
    let vendor = Simulated::new();
    let session = Session::open(vendor.options()).await.unwrap();
    let heard: Rc<RefCell<Vec<State>>> = Rc::default();
    let listener = Rc::clone(&heard);
    let subscription = session.subscribe(move |state| listener.borrow_mut().push(state)).unwrap();
    assert_eq!(heard.borrow().len(), 1, "told at once");
    session.login(jdoe()).await.unwrap();
    assert_eq!(heard.borrow().last().map(|state| state.status), Some(Status::SignedIn));
    drop(subscription);
    let before = heard.borrow().len();
    session.logout().await.unwrap();
    assert_eq!(heard.borrow().len(), before);
}

#[wasm_bindgen_test]
async fn a_listener_may_drop_its_own_subscription_and_call_any_method() {
    let vendor = Simulated::new();
    let session = Session::open(vendor.options()).await.unwrap();
    let held: Rc<RefCell<Option<hallpass::Subscription>>> = Rc::default();
    let (inner, within, calls) = (Rc::clone(&held), session.clone(), Rc::new(Cell::new(0)));
    let counted = Rc::clone(&calls);
    let subscription = session.subscribe(move |state| {
        counted.set(counted.get() + 1);
        assert_eq!(within.state(), state);
        within.touch();
        if state.is_signed_in() {
            drop(inner.take());
        }
    });
    held.replace(Some(subscription.unwrap()));
    session.login(jdoe()).await.unwrap();
    session.logout().await.unwrap();
    assert_eq!(calls.get(), 2, "the first state, and the login");
}

#[wasm_bindgen_test]
async fn a_subscription_keeps_its_session() {
    let vendor = Simulated::new();
    let options = || vendor.options().storage(Storage::Local).account("kept");
    let session = vendor.signed_in(options()).await;
    let last: Rc<RefCell<Option<State>>> = Rc::default();
    let listener = Rc::clone(&last);
    let subscription = session.subscribe(move |state| drop(listener.replace(Some(state)))).unwrap();
    drop(session);
    Session::open(options()).await.unwrap().logout().await.unwrap();
    until("the sign-out is heard", async || {
        last.borrow().as_ref().is_some_and(|state| !state.is_signed_in())
    })
    .await;
    drop(subscription);
}

#[wasm_bindgen_test]
async fn a_call_that_is_dropped_is_given_up() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    vendor.tell("faults", &json!({ "path": "*", "hold": true, "count": 2 })).await;
    let mut reply = Box::pin(session.json::<Account>(INFO));
    assert!(reply.as_mut().now_or_never().is_none());
    until("it is on its way", async || vendor.count(&format!("GET {INFO}")).await == 1).await;
    drop(reply);
    until("the connection was closed", async || {
        vendor
            .requests()
            .await
            .iter()
            .any(|request| request["path"] == INFO && request["outcome"] == "client left")
    })
    .await;
    let mut login = Box::pin(session.login(Credentials::new("admin", "admin".to_owned())));
    assert!(login.as_mut().now_or_never().is_none());
    until("it is on its way", async || vendor.count("POST /api/v1/user/login").await == 2).await;
    drop(login);
    vendor.tell("release", &json!({})).await;
    pause(100).await;
    assert_eq!(session.state().user.as_deref(), Some("jdoe"), "what was given up signs nobody in");
    assert!(session.json::<Account>(INFO).await.is_ok(), "the session goes on");
}

#[wasm_bindgen_test]
async fn rule_1_the_signal_of_a_request_counts() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let controller = web_sys::AbortController::new().unwrap();
    let signal = controller.signal();
    vendor.tell("faults", &json!({ "path": "*", "hang": true })).await;
    let request = session.get(INFO).abort_signal(Some(&signal)).build().unwrap();
    let (outcome, ()) = join(session.fetch(request), async {
        until("it is on its way", async || vendor.count(&format!("GET {INFO}")).await == 1).await;
        controller.abort_with_reason(&"enough".into());
    })
    .await;
    assert_eq!(code(outcome), Code::Aborted);
    let request = session.get(INFO).abort_signal(Some(&signal)).build().unwrap();
    assert_eq!(code(session.json::<Account>(request).await), Code::Aborted, "aborted before");
    assert_eq!(vendor.count(&format!("GET {INFO}")).await, 1, "nothing is sent");
}

#[wasm_bindgen_test]
async fn a_signal_that_lives_long_keeps_no_request() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options()).await;
    let controller = web_sys::AbortController::new().unwrap();
    let signal = controller.signal();
    let held = js_sys::eval(
        "(() => {
            const { addEventListener, removeEventListener } = EventTarget.prototype;
            let held = 0;
            EventTarget.prototype.addEventListener = function (type, ...rest) {
                if (type === 'abort') held++;
                return addEventListener.call(this, type, ...rest);
            };
            EventTarget.prototype.removeEventListener = function (type, ...rest) {
                if (type === 'abort') held--;
                return removeEventListener.call(this, type, ...rest);
            };
            return () => {
                Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
                return held;
            };
        })()",
    );
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let request = session.get(INFO).abort_signal(Some(&signal)).build().unwrap();
        statuses.push(session.fetch(request).await.map(|reply| reply.status()));
    }
    let held = held.unwrap().unchecked_into::<js_sys::Function>().call0(&JsValue::NULL).unwrap();
    assert!(statuses.iter().all(|status| matches!(status, Ok(200))), "{statuses:?}");
    assert_eq!(held.as_f64(), Some(0.0), "listeners that are left");
}

#[wasm_bindgen_test]
async fn the_last_clone_stops_the_session() {
    let vendor = Simulated::new();
    vendor.tell("config", &json!({ "access_lifetime_s": 1.5 })).await;
    let session = vendor.signed_in(vendor.options()).await;
    let clone = session.clone();
    assert!(
        clone == session && session != vendor.signed_in(vendor.options()).await,
        "equal to its clones alone"
    );
    drop(session);
    until("the clone is renewed by its timer", async || vendor.count(RENEWAL).await > 0).await;
    drop(clone);
    pause(100).await;
    let before = vendor.count(RENEWAL).await;
    pause(2_000).await;
    assert_eq!(vendor.count(RENEWAL).await, before, "no timer runs on");
}

#[wasm_bindgen_test]
async fn a_session_that_nobody_comes_for_is_let_go_of() {
    let vendor = Simulated::new();
    vendor.tell("config", &json!({ "access_lifetime_s": 1.5 })).await;
    let options = || vendor.options().storage(Storage::Local);
    drop(vendor.signed_in(options()).await);
    let mut opening = Box::pin(Session::open(options()));
    assert!(opening.as_mut().now_or_never().is_none());
    // Open by now; only its future doesn't know yet.
    pause(500).await;
    drop(opening);
    pause(2_000).await;
    assert_eq!(vendor.count(RENEWAL).await, 0, "no timer runs on");
}

#[wasm_bindgen_test]
async fn renewal_is_never_automatic_when_manual() {
    let vendor = Simulated::new();
    let session = vendor.signed_in(vendor.options().renew(Renew::Manual)).await;
    vendor.tell("expire", &json!({})).await;
    assert_eq!(session.fetch(INFO).await.unwrap().status(), 401);
    assert_eq!(vendor.count(RENEWAL).await, 0);
}

#[wasm_bindgen_test]
async fn a_token_of_an_identity_provider_signs_in() {
    let vendor = Simulated::ocient();
    let order =
        Request::post(&format!("{}/_sim/identity", vendor.base_url)).json(&json!({ "username": "jdoe" }));
    let tokens: HashMap<String, String> = order.unwrap().send().await.unwrap().json().await.unwrap();
    let session = Session::open(Options::new(Vendor::Ocient, &*vendor.base_url)).await.unwrap();
    for credentials in [
        Credentials::id_token(tokens["id_token"].clone(), "retail_analytics"),
        Credentials::access_token(tokens["access_token"].clone(), "retail_analytics"),
    ] {
        let state = session.login(credentials).await.unwrap().state;
        assert_eq!(
            (state.user.as_deref(), state.database.as_deref()),
            (Some("jdoe"), Some("retail_analytics"))
        );
    }
    let refused = session.login(Credentials::id_token("no.token".to_owned(), "retail_analytics")).await;
    assert_eq!(code(refused), Code::InvalidCredentials);
}

#[wasm_bindgen_test]
async fn a_person_signs_in_on_another_device() {
    for (answer, expected) in [("yes", Ok("jdoe")), ("no", Err(Code::Cancelled))] {
        let vendor = Simulated::ocient();
        let session = Session::open(Options::new(Vendor::Ocient, &*vendor.base_url)).await.unwrap();
        let shown = Rc::new(RefCell::new(Vec::new()));
        let prompts = Rc::clone(&shown);
        let login = session.login(Credentials::device(move |prompt| prompts.borrow_mut().push(prompt)));
        let (outcome, ()) = join(login, async {
            until("the prompt is there", async || !shown.borrow().is_empty()).await;
            let prompt = shown.borrow()[0].clone();
            assert!(prompt.verification_uri.starts_with(&vendor.base_url), "{}", prompt.verification_uri);
            let form = web_sys::UrlSearchParams::new().unwrap();
            for (name, value) in [("code", &*prompt.user_code), ("answer", answer), ("username", "jdoe")] {
                form.append(name, value);
            }
            let page = Request::post(&prompt.verification_uri).body(form).unwrap();
            assert!(page.send().await.unwrap().ok());
        })
        .await;
        let signed_in = outcome.map(|done| done.state.user.unwrap()).map_err(|error| error.code());
        assert_eq!(signed_in, expected.map(String::from));
        assert_eq!(shown.borrow().len(), 1, "handed out once");
    }
}

#[wasm_bindgen_test]
async fn a_wallet_that_refuses_cancels_the_login() {
    let vendor = Simulated::new();
    let session = Session::open(vendor.options().wallet()).await.unwrap();
    let wallet = js_sys::eval(
        "({ asked: [], async request({ method }) { this.asked.push(method); throw { code: 4001 }; } })",
    )
    .unwrap();
    let credentials =
        Credentials::wallet(wallet.clone()).address("0x52908400098527886E0F7030069857D2E4169EE7");
    assert_eq!(format!("{credentials:?}"), r#"Credentials {"address", "wallet"}"#);
    assert_eq!(code(session.login(credentials).await), Code::Cancelled);
    let asked = js_sys::Reflect::get(&wallet, &"asked".into()).unwrap();
    assert_eq!(js_sys::Array::from(&asked).length(), 1, "asked once");
    assert_eq!(code(session.login(jdoe()).await), Code::InvalidOptions, "a password, where wallets sign in");
}

#[wasm_bindgen_test]
async fn rule_2_a_fetch_that_rejects_with_anything_is_an_error() {
    for reason in ["'a text'", "undefined", "{}", "null", "7"] {
        let fetch = js_sys::Function::new_no_args(&format!("return Promise.reject({reason})"));
        let vendor = Simulated::new();
        let session = Session::open(vendor.options().fetch(fetch)).await.unwrap();
        assert_eq!(code(session.login(jdoe()).await), Code::Network, "{reason}");
    }
    let throwing = js_sys::Function::new_no_args("throw 'at once'");
    let session = Session::open(Simulated::new().options().fetch(throwing)).await.unwrap();
    assert_eq!(code(session.login(jdoe()).await), Code::Network);
}
