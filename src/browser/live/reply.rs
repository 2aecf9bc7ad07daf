//! Replies to a caller's requests: looked into, or unwrapped.

use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Response};

use super::{Live, Prepared};
use crate::browser::Rejection;
use crate::browser::body::{Unread, parsed, text};
use crate::browser::http::retry_after_ms;
use crate::browser::wait::{Waited, bounded};
use crate::vendor::{Body, Code, Operation, Payload, Reply};

/// The longest reply that is looked into, in bytes.
const LONGEST_LOOK: f64 = 65_536.0;

/// The longest reply that `json` reads, in bytes.
const LONGEST_JSON: f64 = 67_108_864.0;

impl Live {
    /// Looks into a reply without consuming the caller's body: JSON of at most 64 kB, for the vendors that say inside it
    /// what others say by status.
    pub(super) async fn look_inside(&self, response: &Response, signal: &AbortSignal) -> Reply<JsValue> {
        let reply = Reply::new(response.status(), Body::Unreadable);
        if !self.facts().speaks_inside {
            return reply;
        }
        let header = |name| response.headers().get(name).ok().flatten();
        let is_json = header("Content-Type").is_some_and(|kind| kind.as_bytes().windows(4).any(|word| word == b"json"));
        let is_short = header("Content-Length").is_none_or(|length| length.parse().is_ok_and(|length: u32| f64::from(length) <= LONGEST_LOOK));
        if !is_json || !is_short || response.body_used() {
            return reply;
        }
        let Ok(copy) = response.clone() else { return reply };
        match bounded(text(copy.body(), LONGEST_LOOK), Some(self.setup.timeout_ms), Some(signal)).await {
            Waited::Done(Ok(text)) => Reply { body: parsed(&text), ..reply },
            _ => reply,
        }
    }

    /// `fetch`, and then the vendor's envelope taken off.
    pub async fn json(self: &Rc<Self>, prepared: Prepared) -> Result<JsValue, Rejection> {
        const HERE: Operation = Operation::Request;
        let signal = Self::signal(&prepared);
        let response = self.fetch(prepared).await?;
        let body = match bounded(text(response.body(), LONGEST_JSON), None, Some(&signal)).await {
            Waited::Done(Ok(text)) => parsed(&text),
            Waited::Done(Err(Unread::TooLong)) => Body::Unreadable,
            Waited::Done(Err(Unread::Broken(cause))) => return Err(Rejection::caused(Code::Network, HERE, cause)),
            Waited::Aborted(reason) => return Err(Rejection::reason(reason)),
            Waited::TimedOut => return Err(Rejection::code(Code::Timeout, HERE)),
        };
        let header = response.headers().get("Retry-After").ok().flatten();
        let retry_after_ms = header.and_then(|value| retry_after_ms(&value));
        let reply = Reply { retry_after_ms, ..Reply::new(response.status(), body) };
        if matches!(reply.body, Body::Empty) && reply.is_ok() {
            return Ok(JsValue::UNDEFINED);
        }
        let payload = self.setup.vendor.read(&reply, HERE).map_err(|failure| Rejection::of(failure, HERE))?;
        let Body::Json(json) = reply.body else { return Ok(JsValue::UNDEFINED) };
        Ok(match payload {
            Payload::Whole => json,
            Payload::Member(name) => Reflect::get(&json, &name.into()).unwrap_or_default(),
            Payload::Without(name) => {
                let _ = Reflect::delete_property(json.unchecked_ref::<js_sys::Object>(), &name.into());
                json
            }
        })
    }
}
