//! The calls that hallpass makes to a vendor itself.

use gloo_net::http::Response;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, Headers, Request};

use super::body::{Unread, parsed, text};
use super::object::{bare, put};
use super::rejection::Rejection;
use super::wait::{Waited, bounded};
use crate::vendor::{Body, Call, Code, Operation, Reply};

#[wasm_bindgen]
extern "C" {
    // The global, looked up at each call, so that a page's instrumentation is seen; and guarded: gloo-net's own `send`
    // panics where an instrumented `fetch` throws, rejects with something that is no Error, or answers with another
    // realm's Response.
    #[wasm_bindgen(js_name = fetch, catch)]
    pub(super) fn fetch(request: &Request) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = Date, js_name = parse)]
    fn parse_date(text: &str) -> f64;
}

/// The longest reply of a vendor to hallpass's own calls, in bytes. The documented ones have less than 4 kB.
const LONGEST_REPLY: f64 = 262_144.0;

/// Aborts a fetch that nobody waits for any more.
struct Flight<'a>(&'a AbortController);

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a call and reads its reply whole, within a bound in ms. Redirects are refused: they would carry the password
/// or the token to wherever they point (R5).
///
/// `controller`: aborts the call from outside; it is aborted in any case when this returns.
pub(super) async fn send(
    url: &str,
    call: Call,
    cookies: bool,
    timeout_ms: f64,
    signal: Option<&AbortSignal>,
    controller: &AbortController,
) -> Result<Reply<JsValue>, Rejection> {
    let operation = call.operation;
    let _flight = Flight(controller);
    let request = request(url, call, cookies, &controller.signal())
        .map_err(|cause| Rejection::caused(Code::Internal, operation, cause))?;
    match bounded(exchange(&request, operation), Some(timeout_ms), signal).await {
        Waited::Done(result) => result,
        Waited::TimedOut => Err(Rejection::code(Code::Timeout, operation)),
        Waited::Aborted(reason) => Err(Rejection::reason(reason)),
    }
}

fn request(url: &str, call: Call, cookies: bool, signal: &AbortSignal) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    for (name, value) in &call.headers {
        headers.set(name, value)?;
    }
    let init = bare();
    put(&init, "method", &call.method.into());
    put(&init, "headers", &headers);
    put(&init, "redirect", &"error".into());
    put(&init, "cache", &"no-store".into());
    put(&init, "signal", signal);
    if cookies {
        put(&init, "credentials", &"include".into());
    }
    if let Some(body) = &call.body {
        put(&init, "body", &body.as_str().into());
    }
    Request::new_with_str_and_init(url, init.unchecked_ref())
}

async fn exchange(request: &Request, operation: Operation) -> Result<Reply<JsValue>, Rejection> {
    let unreachable = |cause| Rejection::caused(Code::Network, operation, cause);
    let promise = fetch(request).map_err(unreachable)?;
    let response = JsFuture::from(promise).await.map_err(unreachable)?;
    let response = Response::from(response.unchecked_into::<web_sys::Response>());
    let body = match text(response.body(), LONGEST_REPLY).await {
        Ok(text) => parsed(&text),
        Err(Unread::TooLong) => Body::Unreadable,
        Err(Unread::Broken(cause)) => return Err(unreachable(cause)),
    };
    let header = |name| response.headers().get(name);
    Ok(Reply {
        status: response.status(),
        body,
        retry_after_ms: header("Retry-After").and_then(|value| retry_after_ms(&value)),
        date_ms: header("Date").map(|date| parse_date(&date)).filter(|date| date.is_finite()),
    })
}

/// `Retry-After` in both of its forms (RFC 9110, section 10.2.3): seconds, or a date.
pub(super) fn retry_after_ms(value: &str) -> Option<f64> {
    let wait = match value.trim().parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => parse_date(value) - js_sys::Date::now(),
    };
    wait.is_finite().then_some(wait.max(0.0))
}
