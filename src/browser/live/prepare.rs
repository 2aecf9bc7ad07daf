//! A caller's request, made ready: judged, and its body taken as it is at the call.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Headers, Request, RequestInit, Url};

use super::Live;
use crate::browser::json::write_json;
use crate::browser::object::{bare, member, put};
use crate::browser::{Rejection, place};
use crate::vendor::{Carrier, Code, Operation};

/// A request that may be sent the credential.
#[derive(Debug)]
pub struct Prepared {
    pub(super) request: Request,
    /// Whether it can be sent again: not when its body is a stream, which is gone once read.
    pub(super) repeatable: bool,
    /// Whether it has a body, which a repetition needs a copy of.
    pub(super) has_body: bool,
    /// Whether the caller brought a credential of its own: then none is added, and a rejection is not the session's.
    pub(super) own_credential: bool,
}

impl Live {
    /// Judges a target and makes the request, before anything is awaited: what the caller changes afterwards in a buffer
    /// or an init object changes nothing. `json`: this is for `json()`, whose init may have a `json` member.
    pub fn prepare(&self, input: &JsValue, init: &JsValue, json: bool) -> Result<Prepared, Rejection> {
        if !(init.is_undefined() || init.is_null() || init.is_object()) {
            return Err(Rejection::argument("init", "an object, as fetch takes it"));
        }
        let target = self.target(input)?;
        let init = if json { with_json(init)? } else { init.clone() };
        let invalid = |cause| Rejection::mistake("input or init", "what the platform's Request takes", cause);
        let read = |name| member(&init, name).map_err(invalid);
        let streams = streams(&read("body")?);
        let explicit_credentials = !read("credentials")?.is_undefined()
            || target.as_ref().err().is_some_and(|request| request.credentials() != web_sys::RequestCredentials::SameOrigin);
        let options: &RequestInit = if init.is_object() { init.unchecked_ref() } else { &bare().unchecked_into() };
        let mut request = match &target {
            Ok(href) => Request::new_with_str_and_init(href, options),
            Err(request) => Request::new_with_request_and_init(request, options),
        }
        .map_err(invalid)?;
        let carrier = self.facts().carrier;
        let headers = request.headers();
        let names_credential = headers.has(carrier.header().unwrap_or("Authorization")).map_err(invalid)?;
        let overrides = bare();
        match carrier {
            // One credential a request (R3): beside a caller's own Authorization, no cookie.
            Carrier::Cookie if !explicit_credentials => {
                let mode = if names_credential { "omit" } else { "include" };
                put(&overrides, "credentials", &mode.into());
            }
            // Browsers take Authorization off a redirect to another origin; of a header of the vendor's own they know
            // nothing, so there is no following (R5).
            Carrier::Header(_) if request.redirect() == web_sys::RequestRedirect::Follow => {
                put(&overrides, "redirect", &"error".into());
            }
            _ => {}
        }
        if Object::keys(&overrides).length() > 0 {
            request = Request::new_with_request_and_init(&request, overrides.unchecked_ref()).map_err(invalid)?;
        }
        if json && !request.headers().has("Accept").map_err(invalid)? {
            request.headers().set("Accept", "application/json").map_err(invalid)?;
        }
        let has_body = !matches!(request.method().as_str(), "GET" | "HEAD");
        let omits = carrier == Carrier::Cookie && request.credentials() == web_sys::RequestCredentials::Omit;
        Ok(Prepared { request, repeatable: !streams, has_body, own_credential: names_credential || omits })
    }

    /// What an input means: an address, or (`Err`) a Request, both inside the audience.
    fn target(&self, input: &JsValue) -> Result<Result<String, Request>, Rejection> {
        let forbidden = || Rejection::code(Code::ForbiddenTarget, Operation::Request);
        let wrong = || Rejection::argument("input", "a string, a URL or a Request");
        let admit = |place| if self.setup.audience.admits(&place) { Ok(()) } else { Err(forbidden()) };
        if let Some(request) = input.dyn_ref::<Request>() {
            let url = Url::new(&request.url()).map_err(|_| forbidden())?;
            admit(place(&url).ok_or_else(forbidden)?)?;
            return Ok(Err(Clone::clone(request)));
        }
        let text = match input.as_string() {
            Some(text) => text,
            None => member(input, "href").ok().and_then(|href| href.as_string()).ok_or_else(wrong)?,
        };
        let (href, place) = self.setup.base.resolve(&text).ok_or_else(forbidden)?;
        admit(place)?;
        Ok(Ok(href))
    }

    /// The caller's signal, which ends the waits before and after the platform's fetch as it ends that.
    pub(super) fn signal(prepared: &Prepared) -> AbortSignal {
        prepared.request.signal()
    }
}

/// Whether a body can be read only once: a stream, or what Node takes for one.
fn streams(body: &JsValue) -> bool {
    let asynchronous = || Reflect::get(body, &js_sys::Symbol::async_iterator()).is_ok_and(|method| method.is_function());
    body.is_object() && (member(body, "getReader").is_ok_and(|method| method.is_function()) || asynchronous())
}

/// Turns an init with a `json` member into one with that as its body.
fn with_json(init: &JsValue) -> Result<JsValue, Rejection> {
    let wrong = |_| Rejection::argument("init.json", "a value that JSON can express");
    let value = member(init, "json").map_err(wrong)?;
    if value.is_undefined() {
        return Ok(init.clone());
    }
    if !member(init, "body").map_err(wrong)?.is_undefined() {
        return Err(Rejection::argument("init", "with json or with body, not with both"));
    }
    let text = write_json(&value).map_err(wrong)?;
    if text.is_undefined() {
        return Err(wrong(text));
    }
    // The init stays as it is behind the new one: its getters and inherited members go on working.
    let changed = Object::create(init.unchecked_ref());
    let given = member(init, "headers").map_err(wrong)?;
    let headers = if given.is_undefined() { Headers::new() } else { Headers::new_with_headers(given.unchecked_ref()) };
    let headers = headers.map_err(|_| Rejection::argument("init.headers", "what the platform's Headers takes"))?;
    if !headers.has("Content-Type").unwrap_or(false) {
        let _ = headers.set("Content-Type", "application/json");
    }
    define(&changed, "headers", &headers);
    define(&changed, "body", &text);
    if member(init, "method").map_err(wrong)?.is_undefined() {
        define(&changed, "method", &"POST".into());
    }
    Ok(changed.into())
}

/// Defines an own member, where an assignment might run into an inherited setter or a frozen init.
fn define(object: &Object, name: &str, value: &JsValue) {
    let descriptor = bare();
    put(&descriptor, "value", value);
    let _ = Reflect::define_property(object, &name.into(), &descriptor);
}
