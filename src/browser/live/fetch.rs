//! `fetch` with the session's credential.

use std::rc::Rc;

use js_sys::Date;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, Response, Url};

use super::{Live, Prepared};
use crate::browser::body::ignore;
use crate::browser::wait::aborted;
use crate::browser::{Rejection, http, place};
use crate::session::{Epoch, Reason, Verdict};
use crate::vendor::{Code, Operation, Reply};

impl Live {
    /// Sends a prepared request with the credential, renews once after a rejected token, and replays once. The reply is
    /// the platform's own Response, whatever its status.
    pub async fn fetch(self: &Rc<Self>, prepared: Prepared) -> Result<Response, Rejection> {
        self.in_use(Operation::Request)?;
        let request = &prepared.request;
        if prepared.own_credential {
            return send(request).await;
        }
        let signal = Self::signal(&prepared);
        let (token, epoch) = self.pass(Operation::Request, Some(&signal)).await?;
        // What is sent is a copy where a body may be needed again; the last to be sent is the request itself.
        let first = if prepared.has_body && prepared.repeatable { copy(request)? } else { Clone::clone(request) };
        let response = self.attempt(&first, token.as_deref()).await?;
        let Some(reply) = self.rejection_in(&response, epoch, &signal).await else { return Ok(response) };
        let verdict = self.session.borrow().rejected(epoch, Date::now());
        match verdict {
            Verdict::Leave => return Ok(response),
            Verdict::End => {
                self.end(epoch, &reply);
                return Ok(response);
            }
            Verdict::Renew => match self.renew_for(epoch, Some(&signal)).await {
                Err(rejection) if rejection.is_reason() => return Err(rejection),
                Err(rejection) if !rejection.is(Code::Superseded) => return Ok(response),
                _ => {}
            },
            Verdict::Replay => {}
        }
        if !prepared.repeatable {
            return Ok(response);
        }
        let Ok((token, epoch)) = self.pass(Operation::Request, Some(&signal)).await else { return Ok(response) };
        if let Some(body) = response.body() {
            ignore(body.cancel());
        }
        let second = self.attempt(request, token.as_deref()).await?;
        // Looked into once more for a token that it brings; a second rejection is the caller's to see (R21).
        let _ = self.rejection_in(&second, epoch, &signal).await;
        Ok(second)
    }

    /// One try.
    async fn attempt(&self, request: &Request, token: Option<&str>) -> Result<Response, Rejection> {
        let carrier = self.facts().carrier;
        if let (Some(name), Some(token)) = (carrier.header(), token) {
            let value = carrier.value(token);
            let headers = request.headers();
            // A request in mode "no-cors" drops the header without a word; it would go out anonymous (R24).
            if headers.set(name, &value).is_err() || headers.get(name).ok().flatten() != Some(value) {
                return Err(Rejection::argument("init.mode", "one that can carry a credential"));
            }
        }
        send(request).await
    }

    /// The reply, if it says that the token was rejected. On the way, a token that it brings is taken over.
    async fn rejection_in(
        self: &Rc<Self>,
        response: &Response,
        epoch: Epoch,
        signal: &web_sys::AbortSignal,
    ) -> Option<Reply<JsValue>> {
        if response.redirected() && !self.is_from_audience(response) {
            return None;
        }
        let reply = self.look_inside(response, signal).await;
        let now = Date::now();
        if let Some(grant) = self.setup.vendor.adopts(&reply, now) {
            if self.session.borrow_mut().adopt(epoch, grant, now) {
                self.publish();
                self.save().await;
            }
        }
        self.setup.vendor.rejects_token(&reply).then_some(reply)
    }

    /// What another origin says after a redirect is no word of the vendor's.
    fn is_from_audience(&self, response: &Response) -> bool {
        let place = Url::new(&response.url()).ok().as_ref().and_then(place);
        place.is_some_and(|place| self.setup.audience.admits(&place))
    }

    /// The vendor rejected a token that can't be renewed: the session is over.
    fn end(self: &Rc<Self>, epoch: Epoch, reply: &Reply<JsValue>) {
        let told = self.setup.vendor.read(reply, Operation::Request);
        let expired = told.is_err_and(|failure| {
            failure.vendor_code == Some(crate::vendor::VendorCode::Number(498.0)) || reply.status == 498
        });
        self.session.borrow_mut().refused(epoch, if expired { Reason::Expired } else { Reason::Refused });
        self.publish();
        self.save_in_background();
    }
}

fn copy(request: &Request) -> Result<Request, Rejection> {
    request.clone().map_err(|cause| Rejection::caused(Code::Network, Operation::Request, cause))
}

/// The platform's fetch. An abort rejects with the signal's own reason.
async fn send(request: &Request) -> Result<Response, Rejection> {
    let failed = |cause: JsValue| match aborted(&request.signal()) {
        Some(reason) => Rejection::reason(reason),
        None => Rejection::caused(Code::Network, Operation::Request, cause),
    };
    let promise = http::fetch(request).map_err(failed)?;
    let response = JsFuture::from(promise).await.map_err(failed)?;
    Ok(response.unchecked_into())
}
