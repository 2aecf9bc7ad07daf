//! The exports: the vendor's requests, and what its replies mean for the session.

use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Request};

use super::auth_error::mistake;
use super::core::{Core, now};
use super::credentials::{self, Refusal};
use super::{reply, request};
use crate::dialect::{Call, Carrier, Code, Failure, Held, Operation};
use crate::session::{Epoch, Reason, Verdict};

/// Requests to the vendor, and the reading of its replies. An `answer` is what `reply.js` makes of a response.
#[wasm_bindgen]
impl Core {
    /// A login begins; it makes every login before it the older one. The four credentials are values, and no object whose
    /// getters might call back in here.
    #[wasm_bindgen(js_name = loginRequest)]
    pub fn login_request(
        &mut self,
        username: &JsValue,
        password: &JsValue,
        database: &JsValue,
        redirection_token: &JsValue,
        url: &JsValue,
        signal: &AbortSignal,
    ) -> Result<Request, JsValue> {
        let credentials = credentials::credentials(username, password, database, redirection_token);
        let mut credentials = credentials.map_err(|refusal| match refusal {
            Refusal::Argument(name, expected) => mistake(name, expected),
            Refusal::Field(failure) => self.thrown(&failure, Operation::Login),
        })?;
        let call = self.vendor.login(&credentials);
        let call = call.map_err(|failure| self.thrown(&failure, Operation::Login))?;
        let request = self.request(&call, url, signal)?;
        credentials.password = zeroize::Zeroizing::default();
        self.newcomer = credentials;
        self.session.begin_login();
        Ok(request)
    }

    /// The number of the latest login or logout.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.session.attempt()
    }

    /// Signs in with the reply to the login of a number, unless it was overtaken. Gives back where the vendor wants the user to
    /// go next, if anywhere. `login`: a name for it, from chance, by which tabs know it.
    #[wasm_bindgen(js_name = loginReply)]
    pub fn login_reply(&mut self, attempt: u32, answer: &JsValue, login: u32) -> Result<JsValue, JsValue> {
        let (reply, now) = (reply(answer), now());
        if attempt != self.session.attempt() {
            return Err(self.thrown(&Failure::new(Code::Superseded), Operation::Login));
        }
        match self.vendor.read_login(&reply, &self.newcomer, now.wall) {
            Ok(mut grant) => {
                let redirect_to = grant.redirect_to.take();
                self.session.signed_in(grant, login, now);
                Ok(redirect_to.map_or(JsValue::UNDEFINED, |path| JsValue::from_str(&path)))
            }
            Err(failure) => Err(self.thrown(&failure, Operation::Login)),
        }
    }

    /// A renewal begins: its turn among the tabs has still to come. Or it is over, also where it came to nothing.
    pub fn renewing(&mut self, begins: bool) {
        if begins { self.session.begin_renewal() } else { self.session.end_renewal() }
    }

    /// The request for a renewal of the tokens of an epoch. Where there is nothing to renew with, the session is over.
    #[wasm_bindgen(js_name = refreshRequest)]
    pub fn refresh_request(
        &mut self,
        epoch: u32,
        url: &JsValue,
        signal: &AbortSignal,
    ) -> Result<Request, JsValue> {
        let current = self.session.held().filter(|_| self.session.epoch() == Epoch(epoch));
        let Some(call) = current.and_then(|record| self.vendor.refresh(&record.held)) else {
            let over = self.session.renewal_failed(Epoch(epoch), Code::SessionExpired, None, now(), 0.0);
            let code = if over { Code::SessionExpired } else { Code::Superseded };
            return Err(self.thrown(&Failure::new(code), Operation::Refresh));
        };
        self.request(&call, url, signal)
    }

    /// How many renewals in a row have failed for now, here or in other tabs.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.session.failures()
    }

    /// Throws what another tab's renewal has just failed with: `failures` is how many had failed before.
    #[wasm_bindgen(js_name = shareFailure)]
    pub fn share_failure(&self, failures: u32) -> Result<(), JsValue> {
        match self.session.pause(now()).filter(|_| self.session.failures() > failures) {
            Some((code, left_ms)) => Err(self.paused(code, left_ms, Operation::Refresh)),
            None => Ok(()),
        }
    }

    /// The network is there again.
    pub fn reachable(&mut self) {
        self.session.reachable();
    }

    /// Whether the vendor says an explicit no to a renewal.
    #[must_use]
    pub fn refuses(&self, answer: &JsValue) -> bool {
        self.vendor.read_refresh(&reply(answer)).is_err_and(|failure| failure.ends_session())
    }

    /// Takes over the reply to a renewal; a result that a login or logout has overtaken writes nothing (R18). True: to be asked
    /// again, in the vendor's other documented form. `again`: it was. `chance`: from 0 to 1, for the pause after a failure.
    #[wasm_bindgen(js_name = refreshReply)]
    pub fn refresh_reply(
        &mut self,
        epoch: u32,
        answer: &JsValue,
        again: bool,
        chance: f64,
    ) -> Result<bool, JsValue> {
        let reply = reply(answer);
        let (counts, failure) = match self.vendor.read_refresh(&reply) {
            Ok(grant) => (self.session.renewed(Epoch(epoch), grant, now()), None),
            Err(failure) if !again && self.vendor.other_refresh_form(&failure) => {
                self.session.use_other_refresh_form(Epoch(epoch));
                return Ok(true);
            }
            Err(failure) => {
                let now = now();
                // A bare 401 or 403 is a gateway's; the vendor's own is in its envelope, and is its no to the account.
                let gateways = failure.code.ends_session() && !failure.ends_session();
                let counts = self.session.renewal_failed(
                    Epoch(epoch),
                    if gateways { Code::VendorUnavailable } else { failure.code },
                    failure.retry_after_ms,
                    now,
                    chance,
                );
                (counts, Some(failure))
            }
        };
        match failure {
            _ if !counts => Err(self.thrown(&Failure::new(Code::Superseded), Operation::Refresh)),
            Some(failure) => Err(self.thrown(&failure, Operation::Refresh)),
            None => Ok(false),
        }
    }

    /// A renewal got no reply: the network broke, or it was not in time. False where a login or logout has overtaken it.
    #[wasm_bindgen(js_name = refreshFailed)]
    #[must_use]
    pub fn refresh_failed(&mut self, epoch: u32, timeout: bool, chance: f64) -> bool {
        let code = if timeout { Code::Timeout } else { Code::Network };
        self.session.renewal_failed(Epoch(epoch), code, None, now(), chance)
    }

    /// The question whether the session is alive.
    #[wasm_bindgen(js_name = checkRequest)]
    pub fn check_request(&self, url: &JsValue, signal: &AbortSignal) -> Result<Request, JsValue> {
        let held = self.session.held().map_or_else(Held::default, |record| record.held.clone());
        self.request(&self.vendor.check(&held), url, signal)
    }

    /// Takes over the vendor's answer about the session of an epoch. True: its token has to be renewed to know more.
    #[wasm_bindgen(js_name = checkReply)]
    pub fn check_reply(&mut self, epoch: u32, answer: &JsValue) -> Result<bool, JsValue> {
        let (reply, epoch, now) = (reply(answer), Epoch(epoch), now());
        self.adopt(&reply, epoch, now);
        let failure = match self.vendor.read_check(&reply) {
            Ok(user) => {
                self.session.confirmed(epoch, user, now);
                return Ok(false);
            }
            Err(failure) => failure,
        };
        if failure.code == Code::SessionExpired {
            match self.session.rejected(epoch, now) {
                Verdict::Renew => return Ok(true),
                Verdict::End if failure.ends_session() => self.session.refused(epoch, Reason::Refused),
                Verdict::End | Verdict::Leave | Verdict::Replay => {}
            }
            if self.session.epoch() != epoch || self.session.held().is_none() {
                return Ok(false);
            }
        }
        Err(self.thrown(&failure, Operation::Check))
    }

    /// Signs out here, at once. Gives back the request that tells the vendor; undefined where nobody was signed in, or there
    /// is no address to tell it at.
    #[wasm_bindgen(js_name = logoutRequest)]
    pub fn logout_request(
        &mut self,
        url: &JsValue,
        signal: &AbortSignal,
    ) -> Result<Option<Request>, JsValue> {
        let record = self.session.sign_out();
        let Some(mut record) = record.filter(|_| !url.is_undefined()) else { return Ok(None) };
        if record.expires_at.is_some_and(|end| now().wall >= end) {
            record.held.access = None; // an expired token is sent nowhere
        }
        self.request(&self.vendor.logout(&record.held), url, signal).map(Some)
    }

    /// Whether the vendor confirms the logout.
    #[wasm_bindgen(js_name = logoutReply)]
    #[must_use]
    pub fn logout_reply(&self, answer: &JsValue) -> bool {
        self.vendor.confirms_logout(&reply(answer))
    }
}

impl Core {
    fn request(&self, call: &Call, url: &JsValue, signal: &AbortSignal) -> Result<Request, JsValue> {
        request(url, call, self.vendor.facts().carrier == Carrier::Cookie, signal)
    }
}
