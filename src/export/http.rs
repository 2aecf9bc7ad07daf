//! The calls that hallpass makes to a vendor itself: a `Request` out of a call, a reply out of a `Response`. They are sent
//! by `vendor-call.js`: gloo-net's own `send` panics where an instrumented `fetch` throws, rejects with something that is
//! no Error, or answers with another realm's Response. To read two headers, it would bring the standard library along; so
//! those are read by `reply.js`.

use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Request};

use super::object::{bare, own, put, put_text};
use crate::dialect::{Body, Call, Reply};

#[wasm_bindgen]
extern "C" {
    /// The platform's Request, of an address that stays a value of JavaScript's.
    #[wasm_bindgen(extends = Request, js_name = Request)]
    type Addressed;

    #[wasm_bindgen(constructor, catch, js_class = "Request")]
    fn new(url: &JsValue, init: &JsValue) -> Result<Addressed, JsValue>;
}

/// The request of a call to an address. Redirects are refused: they would carry the password or the token to wherever they
/// point (R5).
pub(super) fn request(
    url: &JsValue,
    call: &Call,
    cookies: bool,
    signal: &AbortSignal,
) -> Result<Request, JsValue> {
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

/// A reply that `reply.js` has made of a response.
#[must_use]
pub(super) fn reply(made: &JsValue) -> Reply<JsValue> {
    let part = |name: &str| own(made, &name.into());
    let number = |name: &str| part(name).as_f64().filter(|number| number.is_finite());
    let json = part("json");
    let body = if !json.is_undefined() {
        Body::Json(json)
    } else if part("empty").as_bool() == Some(true) {
        Body::Empty
    } else {
        Body::Unreadable
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a status has three digits")]
    let status = number("status").unwrap_or_default() as u16;
    Reply { status, body, retry_after_ms: number("retryAfterMs"), date_ms: number("dateMs") }
}
