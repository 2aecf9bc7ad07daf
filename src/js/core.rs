//! The exports: the rules of one session, its vendor's requests and the reading of its replies. Nothing waits in here:
//! what has to be waited for (the network, timers, storage, listeners) is in the scripts.

use js_sys::{Date, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Request, Response};

use super::auth_error::{mistake, thrown};
use super::credentials::{self, Refusal};
use crate::browser::{bare, put, put_number, put_text, reply, request, retry_after_ms};
use crate::session::{Audience, Epoch, Pass, Reason, Record, Session, VERSION, Verdict};
use crate::vendor::{
    Body, Call, Carrier, Code, Credentials, Failure, Held, Operation, Payload, Renewal, Reply, Vendor, named,
};

#[wasm_bindgen(module = "/src/js/guard.js")]
extern "C" {
    #[wasm_bindgen(js_name = breakDown)]
    fn break_down();
}

/// A panic can't be caught in WebAssembly. `guard.js` then rejects whatever is under way, and says so from then on.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|_| break_down()));
}

/// One session: its vendor, its rules, and who may be sent its credential.
#[wasm_bindgen]
pub struct Core {
    vendor: &'static dyn Vendor<JsValue>,
    session: Session,
    audience: Audience,
    /// Who is signing in; without the password, which has gone into the request.
    newcomer: Credentials,
}

#[wasm_bindgen]
impl Core {
    /// A session with the vendor of a name that nobody has signed in to; undefined where there is no such vendor.
    /// `automatic`: renewed without being asked.
    #[must_use]
    pub fn open(vendor: &str, automatic: bool) -> Option<Self> {
        let vendor = named::<JsValue>(vendor)?;
        Some(Self {
            vendor,
            session: Session::new(vendor.facts().renewal, automatic),
            audience: Audience::default(),
            newcomer: Credentials::default(),
        })
    }

    /// What is fixed for the vendor, as a plain object.
    #[must_use]
    pub fn facts(&self) -> JsValue {
        let facts = self.vendor.facts();
        let object = bare();
        put_text(&object, "vendor", Some(facts.name));
        put_text(&object, "title", Some(facts.title));
        put_text(&object, "header", facts.carrier.header());
        put(&object, "renewable", &(facts.renewal != Renewal::None).into());
        put(&object, "speaksInside", &facts.speaks_inside.into());
        put_text(&object, "login", Some(facts.paths.login));
        put_text(&object, "refresh", facts.paths.refresh);
        put_text(&object, "logout", facts.paths.logout);
        put_text(&object, "check", facts.paths.check);
        object.into()
    }

    /// Admits an address and what lies below it, by whole path segments.
    pub fn allow(&mut self, origin: &str, path: &str) {
        self.audience.add(origin, path);
    }

    /// Whether an address may be sent the credential (R1).
    #[must_use]
    pub fn admits(&self, origin: &str, path: &str) -> bool {
        self.audience.admits(origin, path)
    }

    /// Takes up what a storage held; anything but a whole record means signed out (R11).
    pub fn restore(&mut self, text: &str) {
        let carries_token = self.vendor.facts().carrier != Carrier::Cookie;
        if let Some(record) = Record::read::<JsValue>(text, carries_token) {
            self.session.restore(record, Date::now());
        }
    }

    /// What a storage is to keep; undefined: nothing.
    #[must_use]
    pub fn record(&self) -> JsValue {
        let Some(record) = self.session.held() else { return JsValue::UNDEFINED };
        let object = bare();
        put_number(&object, "v", Some(f64::from(VERSION)));
        put_number(&object, "receivedAt", Some(record.received_at));
        put_number(&object, "expiresAt", record.expires_at);
        put_text(&object, "access", record.held.access.as_deref());
        put_text(&object, "refresh", record.held.refresh.as_deref());
        put_text(&object, "user", record.held.user.as_deref());
        put_text(&object, "database", record.held.database.as_deref());
        put(&object, "refreshInBody", &record.held.refresh_in_body.into());
        object.into()
    }

    /// Says whether the storage works.
    #[wasm_bindgen(js_name = storageWorks)]
    pub fn storage_works(&mut self, works: bool) {
        self.session.storage_works(works);
    }

    /// The state: `SessionState` of the public API.
    #[must_use]
    pub fn state(&self) -> JsValue {
        let snapshot = self.session.snapshot();
        let object = bare();
        put_text(&object, "status", Some(snapshot.status));
        put_text(&object, "reason", snapshot.reason.map(Reason::as_str));
        put_text(&object, "user", snapshot.user.as_deref());
        put_text(&object, "database", snapshot.database.as_deref());
        put_number(&object, "expiresAt", snapshot.expires_at);
        put(&object, "renewable", &snapshot.renewable.into());
        put_text(&object, "renewal", Some(snapshot.renewal));
        put_text(&object, "problem", snapshot.problem);
        object.into()
    }

    /// Looks at the clock: a session that can't be renewed ends with its token. Whether it did.
    #[must_use]
    pub fn tick(&mut self) -> bool {
        self.session.tick(Date::now())
    }

    /// When to look at the clock again, in ms since the epoch.
    #[wasm_bindgen(js_name = nextEvent)]
    #[must_use]
    pub fn next_event(&self) -> Option<f64> {
        self.session.next_event()
    }

    /// Whether a renewal in the background is due.
    #[wasm_bindgen(js_name = renewalDue)]
    #[must_use]
    pub fn renewal_due(&self) -> bool {
        self.session.renewal_due(Date::now())
    }

    /// Names the present tokens.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.session.epoch().0
    }

    /// Whether somebody is signed in.
    #[wasm_bindgen(js_name = isSignedIn)]
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.session.held().is_some()
    }

    /// Whether a request may go now: true, or false where the token has to be renewed first. Throws where neither.
    pub fn pass(&self) -> Result<bool, JsValue> {
        let pass = self.session.pass(Date::now());
        let failure = match pass {
            Pass::Go(_) => return Ok(true),
            Pass::RenewFirst => return Ok(false),
            Pass::Refused(code) => Failure::new(code),
            Pass::Wait(code, left_ms) => {
                let mut failure = Failure::new(code);
                failure.retry_after_ms = Some(left_ms);
                failure
            }
        };
        Err(self.thrown(&failure, Operation::Request))
    }

    /// The token that requests carry now; undefined for a cookie session.
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.session.held()?.held.access.clone()
    }

    /// Judges a reply to a request that carried the credential of an epoch. A token that it brings is taken over; a rejected
    /// one that can't be renewed ends the session. `json`: what was read of its body, or undefined. 0: keep the reply; 1:
    /// renew and send again; 2: send again, as the token has been replaced since.
    #[must_use]
    pub fn judge(&mut self, epoch: u32, status: u16, json: JsValue, from_vendor: bool) -> u8 {
        let reply = Reply::new(status, if json.is_undefined() { Body::Unreadable } else { Body::Json(json) });
        let (epoch, now) = (Epoch(epoch), Date::now());
        if let Some(grant) = self.vendor.adopts(&reply, now).filter(|_| from_vendor) {
            self.session.adopt(epoch, grant, now);
        }
        if !self.vendor.rejects_token(&reply) {
            return 0;
        }
        match self.session.rejected(epoch, now) {
            Verdict::Renew => 1,
            Verdict::Replay => 2,
            Verdict::End if from_vendor => {
                let expired = self.vendor.says_expired(&reply);
                self.session.refused(epoch, if expired { Reason::Expired } else { Reason::Refused });
                0
            }
            Verdict::Leave | Verdict::End => 0,
        }
    }

    /// Takes the vendor's envelope off. `json`: the parsed body; undefined: it was no JSON, or too long.
    #[expect(clippy::needless_pass_by_value, reason = "the bindings hand optional strings over by value")]
    pub fn unwrap(
        &self,
        status: u16,
        json: JsValue,
        retry_after: Option<String>,
    ) -> Result<JsValue, JsValue> {
        let body = if json.is_undefined() { Body::Unreadable } else { Body::Json(json.clone()) };
        let mut reply = Reply::new(status, body);
        reply.retry_after_ms = retry_after.as_deref().and_then(retry_after_ms);
        match self.vendor.read(&reply, Operation::Request) {
            Ok(Payload::Whole) => Ok(json),
            Ok(Payload::Member(name)) => Reflect::get(&json, &name.into()),
            Ok(Payload::Without(name)) => {
                let _ = Reflect::delete_property(json.unchecked_ref::<js_sys::Object>(), &name.into());
                Ok(json)
            }
            Err(failure) => Err(self.thrown(&failure, Operation::Request)),
        }
    }
}

/// A vendor's answer. Read before it is handed to a [`Core`]: what throws while it is read, a page's idea of a Response, must
/// not leave a core locked.
#[wasm_bindgen]
pub struct Answer {
    reply: Reply<JsValue>,
}

#[wasm_bindgen]
impl Answer {
    /// Reads a response and its body's text; undefined: it was too long to be read.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn read(response: Response, text: &JsValue) -> Self {
        Self { reply: reply(response, text) }
    }
}

/// Requests to the vendor, and the reading of its replies.
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
        url: &str,
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
    /// go next, if anywhere.
    #[wasm_bindgen(js_name = loginReply)]
    pub fn login_reply(&mut self, attempt: u32, answer: &Answer) -> Result<Option<String>, JsValue> {
        let (reply, now) = (&answer.reply, Date::now());
        if attempt != self.session.attempt() {
            return Err(self.thrown(&Failure::new(Code::Superseded), Operation::Login));
        }
        match self.vendor.read_login(reply, &self.newcomer, now) {
            Ok(mut grant) => {
                let redirect_to = grant.redirect_to.take();
                self.session.signed_in(grant, now);
                Ok(redirect_to)
            }
            Err(failure) => Err(self.thrown(&failure, Operation::Login)),
        }
    }

    /// A renewal of the tokens of an epoch begins; undefined where they can't be, or have been replaced.
    #[wasm_bindgen(js_name = refreshRequest)]
    pub fn refresh_request(
        &mut self,
        epoch: u32,
        url: &str,
        signal: &AbortSignal,
    ) -> Result<Option<Request>, JsValue> {
        let current = self.session.held().filter(|_| self.session.epoch() == Epoch(epoch));
        let Some(call) = current.and_then(|record| self.vendor.refresh(&record.held)) else {
            return Ok(None);
        };
        self.session.begin_renewal();
        self.request(&call, url, signal).map(Some)
    }

    /// Takes over the reply to a renewal; a result that a login or logout has overtaken writes nothing (R18). True: to be asked
    /// again, in the vendor's other documented form. `again`: it was. `chance`: from 0 to 1, for the pause after a failure.
    #[wasm_bindgen(js_name = refreshReply)]
    pub fn refresh_reply(
        &mut self,
        epoch: u32,
        answer: &Answer,
        again: bool,
        chance: f64,
    ) -> Result<bool, JsValue> {
        let reply = &answer.reply;
        let (counts, failure) = match self.vendor.read_refresh(reply) {
            Ok(grant) => (self.session.renewed(Epoch(epoch), grant, Date::now()), None),
            Err(failure) if !again && self.vendor.other_refresh_form(&failure) => {
                self.session.use_other_refresh_form(Epoch(epoch));
                return Ok(true);
            }
            Err(failure) => {
                let now = Date::now();
                // A bare 403 is a gateway's; the vendor's own has a code, and is its no to the account.
                let gateways = failure.code == Code::Forbidden && failure.vendor_code.is_none();
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
        self.session.renewal_failed(Epoch(epoch), code, None, Date::now(), chance)
    }

    /// There was nothing to renew with: the session is over, unless a login or logout has overtaken the renewal.
    #[wasm_bindgen(js_name = refreshGone)]
    #[must_use]
    pub fn refresh_gone(&mut self, epoch: u32) -> bool {
        self.session.renewal_failed(Epoch(epoch), Code::SessionExpired, None, Date::now(), 0.0)
    }

    /// The question whether the session is alive.
    #[wasm_bindgen(js_name = checkRequest)]
    pub fn check_request(&self, url: &str, signal: &AbortSignal) -> Result<Request, JsValue> {
        let held = self.session.held().map_or_else(Held::default, |record| record.held.clone());
        self.request(&self.vendor.check(&held), url, signal)
    }

    /// Takes over the vendor's answer about the session of an epoch. True: its token has to be renewed to know more.
    #[wasm_bindgen(js_name = checkReply)]
    pub fn check_reply(&mut self, epoch: u32, answer: &Answer) -> Result<bool, JsValue> {
        let (reply, epoch, now) = (&answer.reply, Epoch(epoch), Date::now());
        let failure = match self.vendor.read_check(reply) {
            Ok(user) => {
                self.session.confirmed(epoch, user, now);
                return Ok(false);
            }
            Err(failure) => failure,
        };
        if failure.code == Code::SessionExpired {
            match self.session.rejected(epoch, now) {
                Verdict::Renew => return Ok(true),
                Verdict::End => self.session.refused(epoch, Reason::Refused),
                Verdict::Leave | Verdict::Replay => {}
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
        url: Option<String>,
        signal: &AbortSignal,
    ) -> Result<Option<Request>, JsValue> {
        let record = self.session.sign_out();
        let (Some(mut record), Some(url)) = (record, url) else { return Ok(None) };
        if record.expires_at.is_some_and(|end| Date::now() >= end) {
            record.held.access = None; // an expired token is sent nowhere
        }
        self.request(&self.vendor.logout(&record.held), &url, signal).map(Some)
    }

    /// Whether the vendor confirms the logout.
    #[wasm_bindgen(js_name = logoutReply)]
    #[must_use]
    pub fn logout_reply(&self, answer: &Answer) -> bool {
        self.vendor.confirms_logout(&answer.reply)
    }
}

impl Core {
    fn thrown(&self, failure: &Failure, operation: Operation) -> JsValue {
        thrown(failure, operation, self.vendor.facts())
    }

    fn request(&self, call: &Call, url: &str, signal: &AbortSignal) -> Result<Request, JsValue> {
        request(url, call, self.vendor.facts().carrier == Carrier::Cookie, signal)
    }
}
