//! A simulator on free ports and a client for it.

use std::time::{Duration, Instant};

use hallpass_simulator::{Options, Running, start};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// A wait that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running simulator with a client that keeps cookies and follows no redirect.
pub struct Sim {
    pub at: Running,
    pub http: Client,
}

pub async fn sim() -> Sim {
    let at = start(Options { port: 0, ..Options::default() }).await.expect("six free ports");
    Sim { at, http: client() }
}

pub fn client() -> Client {
    Client::builder()
        .cookie_store(true)
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .build()
        .expect("a client without TLS always builds")
}

impl Sim {
    pub fn get(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.http.get(url.as_ref())
    }

    pub fn post(&self, url: impl AsRef<str>, body: &Value) -> RequestBuilder {
        self.http.post(url.as_ref()).json(body)
    }

    pub fn options(&self, url: impl AsRef<str>) -> RequestBuilder {
        self.http.request(Method::OPTIONS, url.as_ref())
    }

    /// Steers an instance; fails the test if the simulator doesn't take it.
    pub async fn steer(&self, base: &str, route: &str, body: Value) -> Value {
        let reply = self.post(format!("{base}/_sim/{route}"), &body).send().await.expect("control route");
        assert_eq!(reply.status(), 200, "/_sim/{route} {body}");
        reply.json().await.expect("control reply")
    }

    pub async fn ledger(&self, base: &str) -> Value {
        self.get(format!("{base}/_sim/ledger")).send().await.expect("ledger").json().await.expect("ledger")
    }

    /// Signs in with the documented JSON body; gives the reply.
    pub async fn sign_in(&self, url: &str, name: &str, password: &str) -> Response {
        self.post(url, &json!({"username": name, "password": password})).send().await.expect("login")
    }
}

/// Status and JSON body of a reply.
pub async fn read(request: RequestBuilder) -> (u16, Value) {
    let reply = request.send().await.expect("reply");
    let status = reply.status().as_u16();
    (status, reply.json().await.expect("JSON"))
}

/// Asks again and again until the answer is right.
pub async fn until<T>(mut ask: impl AsyncFnMut() -> T, right: impl Fn(&T) -> bool) -> T {
    let begun = Instant::now();
    loop {
        let answer = ask().await;
        if right(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain");
        tokio::task::yield_now().await;
    }
}

/// The claims of a JWT.
pub fn claims(token: &str) -> Value {
    use base64::Engine;
    let part = token.split('.').nth(1).expect("a JWT has three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&bytes).expect("claims are JSON")
}

pub fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}
