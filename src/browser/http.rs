//! The calls that hallpass makes to a vendor itself: a `Request` out of a call, a reply out of a `Response`. They are sent
//! by `vendor-call.js`: gloo-net's own `send` panics where an instrumented `fetch` throws, rejects with something that is
//! no Error, or answers with another realm's Response. To read two headers, it would bring the standard library along.

use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Request, Response};

use super::json::body;
use super::object::{bare, put, put_text};
use crate::vendor::{Call, Reply};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = parse)]
    fn parse_date(text: &str) -> f64;

    /// The platform's Request, of an address that stays a value of JavaScript's.
    #[wasm_bindgen(extends = Request, js_name = Request)]
    type Addressed;

    #[wasm_bindgen(constructor, catch, js_class = "Request")]
    fn new(url: &JsValue, init: &JsValue) -> Result<Addressed, JsValue>;
}

/// The request of a call to an address. Redirects are refused: they would carry the password or the token to wherever they
/// point (R5).
pub fn request(url: &JsValue, call: &Call, cookies: bool, signal: &AbortSignal) -> Result<Request, JsValue> {
    // A plain object: the Request checks names and values as a Headers object would.
    let headers = bare();
    put_text(&headers, "Accept", Some("application/json"));
    for (name, value) in &call.headers {
        put_text(&headers, name, Some(value.as_str()));
    }
    let init = bare();
    put(&init, "headers", &headers);
    put(&init, "signal", signal);
    put_text(&init, "method", Some(call.method));
    put_text(&init, "redirect", Some("error"));
    put_text(&init, "cache", Some("no-store"));
    put_text(&init, "credentials", cookies.then_some("include"));
    put_text(&init, "body", call.body.as_ref().map(|body| body.as_str()));
    Addressed::new(url, &init).map(Into::into)
}

/// The reply of a response and its body's text; undefined: the body was too long to be read.
#[must_use]
pub fn reply(response: &Response, text: &JsValue) -> Reply<JsValue> {
    let headers = response.headers();
    let header = |name| headers.get(name).ok().flatten();
    Reply {
        status: response.status(),
        body: body(text),
        retry_after_ms: header("Retry-After").and_then(|value| retry_after_ms(&value)),
        date_ms: header("Date").map(|date| parse_date(&date)).filter(|date| date.is_finite()),
    }
}

/// `Retry-After` in both of its forms (RFC 9110, section 10.2.3): seconds, or a date.
#[must_use]
pub fn retry_after_ms(value: &str) -> Option<f64> {
    let wait = match value.parse::<u32>() {
        Ok(seconds) => f64::from(seconds) * 1000.0,
        Err(_) => parse_date(value) - js_sys::Date::now(),
    };
    wait.is_finite().then_some(wait.max(0.0))
}
