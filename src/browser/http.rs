//! The calls that hallpass makes to a vendor itself.

use gloo_net::http::Response;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request};

use super::json::body;
use super::object::{bare, put};
use super::rejection::Rejection;
use super::script::{Deadline, read_text};
use crate::vendor::{Call, Code, Reply};

#[wasm_bindgen]
extern "C" {
    // The global, looked up at each call, so that a page's instrumentation is seen; and guarded: gloo-net's own `send`
    // panics where an instrumented `fetch` throws, rejects with something that is no Error, or answers with another
    // realm's Response.
    #[wasm_bindgen(js_name = fetch, catch)]
    fn fetch(request: &Request) -> Result<Promise, JsValue>;

    #[wasm_bindgen(js_namespace = Date, js_name = parse)]
    fn parse_date(text: &str) -> f64;
}

/// The longest reply of a vendor to hallpass's own calls, in bytes. The documented ones have less than 4 kB.
const LONGEST_REPLY: f64 = 262_144.0;

/// Sends a call and reads its reply whole, within a deadline. Redirects are refused: they would carry the password or the
/// token to wherever they point (R5).
pub(super) async fn send(url: &str, call: Call, cookies: bool, deadline: &Deadline) -> Result<Reply<JsValue>, Rejection> {
    let operation = call.operation;
    let exchanged = match request(url, call, cookies, &deadline.signal()) {
        Ok(request) => exchange(request, deadline).await,
        Err(cause) => Err(cause),
    };
    let ended = deadline.ended();
    deadline.end("done");
    exchanged.map_err(|cause| match ended.as_str() {
        "timeout" => Rejection::code(Code::Timeout, operation),
        "abort" => Rejection::reason(deadline.reason()),
        "superseded" => Rejection::code(Code::Superseded, operation),
        _ => Rejection::caused(Code::Network, operation, cause),
    })
}

/// The request. The call, and with it the password, is zeroed as soon as the browser has it.
fn request(url: &str, call: Call, cookies: bool, signal: &AbortSignal) -> Result<Request, JsValue> {
    let text = |init: &JsValue, name, value: &str| put(init, name, &value.into());
    let headers = Headers::new()?;
    headers.set("Accept", "application/json")?;
    for (name, value) in &call.headers {
        headers.set(name, value)?;
    }
    let init = bare();
    put(&init, "headers", &headers);
    put(&init, "signal", signal);
    text(&init, "method", call.method);
    text(&init, "redirect", "error");
    text(&init, "cache", "no-store");
    if cookies {
        text(&init, "credentials", "include");
    }
    if let Some(body) = &call.body {
        text(&init, "body", body);
    }
    Request::new_with_str_and_init(url, init.unchecked_ref())
}

async fn exchange(request: Request, deadline: &Deadline) -> Result<Reply<JsValue>, JsValue> {
    let response = JsFuture::from(deadline.guard(&fetch(&request)?)).await?;
    let response = Response::from(response.unchecked_into::<web_sys::Response>());
    let text = JsFuture::from(deadline.guard(&read_text(response.body(), LONGEST_REPLY))).await?;
    let headers = response.headers();
    Ok(Reply {
        status: response.status(),
        body: body(&text),
        retry_after_ms: headers.get("Retry-After").and_then(|value| retry_after_ms(&value)),
        date_ms: headers.get("Date").map(|date| parse_date(&date)).filter(|date| date.is_finite()),
    })
}

/// `Retry-After` in both of its forms (RFC 9110, section 10.2.3): seconds, or a date.
pub(super) fn retry_after_ms(value: &str) -> Option<f64> {
    let wait = match value.parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => parse_date(value) - js_sys::Date::now(),
    };
    wait.is_finite().then_some(wait.max(0.0))
}
