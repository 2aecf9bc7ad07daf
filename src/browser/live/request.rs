//! What is decided about a caller's own requests. They are made and sent in `fetch.js`, where the caller's objects are.

use js_sys::{Date, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Url};

use super::Live;
use crate::browser::http::retry_after_ms;
use crate::browser::{Rejection, place};
use crate::session::{Epoch, Pass, Reason, Verdict};
use crate::vendor::{Body, Code, Failure, Operation, Payload, Reply};

const HERE: Operation = Operation::Request;

/// What a reply means for its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It is for the caller to see.
    Keep,
    /// The token was rejected: renew, and send the request again.
    Renew,
    /// The token was rejected, but has been replaced since: send the request again.
    Replay,
}

impl Live {
    /// What an input means: its full address, if that may be sent the credential (R1).
    pub fn target(&self, input: &str) -> Result<String, Rejection> {
        let resolved = self.setup.base.resolve(input);
        match resolved.filter(|(_, place)| self.setup.audience.admits(place)) {
            Some((href, _)) => Ok(href),
            None => Err(Rejection::code(Code::ForbiddenTarget, HERE)),
        }
    }

    /// Whether an address, such as a redirect's, may be sent the credential.
    #[must_use]
    pub fn admits(&self, url: &str) -> bool {
        let place = Url::new(url).ok().as_ref().and_then(place);
        place.is_some_and(|place| self.setup.audience.admits(&place))
    }

    /// Whether a request may go now, and under which epoch. `None`: the token has to be renewed first.
    pub fn pass(&self) -> Result<Option<Epoch>, Rejection> {
        self.in_use(HERE)?;
        self.tick();
        let pass = self.session.borrow().pass(Date::now());
        match pass {
            Pass::Go(epoch) => Ok(Some(epoch)),
            Pass::RenewFirst => Ok(None),
            Pass::Refused(code) => Err(Rejection::code(code, HERE)),
            Pass::Wait(code, left_ms) => {
                let mut failure = Failure::new(code);
                failure.retry_after_ms = Some(left_ms);
                Err(Rejection::of(failure, HERE))
            }
        }
    }

    /// Waits until a request may go, renewing if need be.
    pub async fn ready(&self, signal: Option<&AbortSignal>) -> Result<Epoch, Rejection> {
        // A second renewal in one call would be a loop: the vendor grants tokens that are over at once.
        for _ in 0..2 {
            if let Some(epoch) = self.pass()? {
                return Ok(epoch);
            }
            let epoch = self.session.borrow().epoch();
            match self.renew(epoch, signal).await {
                Err(rejection) if !rejection.is(Code::Superseded) => return Err(rejection),
                _ => {}
            }
        }
        self.pass()?.ok_or_else(|| Rejection::code(Code::SessionExpired, HERE))
    }

    /// The token that requests carry now; none for a cookie session.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.session.borrow().held()?.held.access.clone()
    }

    /// Judges a reply to a request that carried the credential of an epoch. A token that it brings is taken over; a
    /// rejected one that can't be renewed ends the session. `json`: what was read of its body, or undefined. `last`: it
    /// was a replay, and a second rejection is the caller's to see (R21).
    pub fn judge(&self, epoch: Epoch, status: u16, json: JsValue, last: bool) -> Judgement {
        let body = if json.is_undefined() { Body::Unreadable } else { Body::Json(json) };
        let reply = Reply::new(status, body);
        let now = Date::now();
        if let Some(grant) = self.setup.vendor.adopts(&reply, now) {
            if self.session.borrow_mut().adopt(epoch, grant, now) {
                self.save_in_background();
            }
        }
        if last || !self.setup.vendor.rejects_token(&reply) {
            return Judgement::Keep;
        }
        let verdict = self.session.borrow().rejected(epoch, now);
        match verdict {
            Verdict::Leave => Judgement::Keep,
            Verdict::Replay => Judgement::Replay,
            Verdict::Renew => Judgement::Renew,
            Verdict::End => {
                let expired = self.setup.vendor.says_expired(&reply);
                self.session.borrow_mut().refused(epoch, if expired { Reason::Expired } else { Reason::Refused });
                self.save_in_background();
                Judgement::Keep
            }
        }
    }

    /// Renews after a rejection. Whether the request may then be sent again; rejects only with the caller's abort.
    pub async fn renew_after_rejection(&self, epoch: Epoch, signal: &AbortSignal) -> Result<bool, Rejection> {
        match self.renew(epoch, Some(signal)).await {
            Ok(()) => Ok(true),
            Err(rejection) if rejection.is_reason() => Err(rejection),
            Err(rejection) => Ok(rejection.is(Code::Superseded) && self.is_signed_in()),
        }
    }

    /// Takes the vendor's envelope off. `body`: what was parsed; undefined: it was no JSON, or too long.
    pub fn unwrap(&self, status: u16, body: JsValue, retry_after: Option<String>) -> Result<JsValue, Rejection> {
        let body = match body.as_string() {
            Some(text) if text.is_empty() => Body::Empty,
            _ if body.is_undefined() => Body::Unreadable,
            _ => Body::Json(body),
        };
        let retry_after_ms = retry_after.as_deref().and_then(retry_after_ms);
        let reply = Reply { retry_after_ms, ..Reply::new(status, body) };
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
