//! The exports: the rules of one session. Nothing waits in here: what has to be waited for (the network, timers, storage,
//! locks, listeners) is in the scripts.

use alloc::string::String;

use js_sys::Date;
use wasm_bindgen::prelude::*;

use super::auth_error::thrown;
use super::{bare, delete, own, put, put_number, put_text};
use crate::dialect::{
    Body, Carrier, Code, Credentials, Failure, Operation, Payload, Rejection, Renewal, Reply, Vendor, named,
};
use crate::session::{Audience, Epoch, Moment, Pass, Reason, Record, Session, VERSION, Verdict};

#[wasm_bindgen(module = "/src/shell/guard.js")]
extern "C" {
    /// A panic can't be caught in WebAssembly: this rejects whatever is under way, and everything from then on.
    #[wasm_bindgen(js_name = breakDown)]
    pub fn break_down();
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady_ms() -> f64;
}

/// This moment.
pub(super) fn now() -> Moment {
    Moment { wall: Date::now(), steady: steady_ms() }
}

/// One session: its vendor, its rules, and who may be sent its credential.
#[wasm_bindgen]
pub struct Core {
    pub(super) vendor: &'static dyn Vendor<JsValue>,
    pub(super) session: Session,
    audience: Audience,
    /// Who is signing in; without the password, which has gone into the request.
    pub(super) newcomer: Credentials,
}

#[wasm_bindgen]
impl Core {
    /// A session with the vendor of a name that nobody has signed in to; undefined where there is no such vendor.
    /// `automatic`: renewed without being asked.
    #[must_use]
    pub fn open(vendor: &JsValue, automatic: bool) -> Option<Self> {
        let vendor = named::<JsValue>(&vendor.as_string()?)?;
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
    pub fn allow(&mut self, prefix: &JsValue) {
        self.audience.add(&text_of(prefix));
    }

    /// Whether an address may be sent the credential (R1).
    #[must_use]
    pub fn admits(&self, target: &JsValue) -> bool {
        self.audience.admits(&text_of(target))
    }

    /// Takes over what lies in the storage; anything but a whole record means signed out (R11). False: it belongs to what was
    /// signed out here, and has to go.
    pub fn follow(&mut self, text: &JsValue) -> bool {
        let carries_token = self.vendor.facts().carrier != Carrier::Cookie;
        let record = text.as_string().and_then(|text| Record::read::<JsValue>(&text, carries_token));
        self.session.follow(record, now())
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
        put_number(&object, "login", Some(f64::from(record.login)));
        put_number(&object, "renewals", Some(f64::from(record.renewals)));
        if let Some(pause) = record.pause {
            put_number(&object, "pausedAt", Some(pause.since));
            put_number(&object, "pausedUntil", Some(pause.until));
            put_text(&object, "pausedFor", Some(pause.because.as_str()));
            put_number(&object, "failures", Some(f64::from(pause.failures)));
        }
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
        put_number(&object, "retryAt", snapshot.retry_at);
        put_text(&object, "problem", snapshot.problem);
        object.into()
    }

    /// Looks at the clock: a session that can't be renewed ends with its token. 1: it did; 2: a renewal in the background is
    /// due; 0: neither.
    #[must_use]
    pub fn tick(&mut self) -> u8 {
        let now = now();
        if self.session.tick(now) { 1 } else { u8::from(self.session.renewal_due(now)) * 2 }
    }

    /// In how many ms to look at the clock again. `hidden`: nobody sees the page.
    #[wasm_bindgen(js_name = nextEvent)]
    #[must_use]
    pub fn next_event(&self, hidden: bool) -> Option<f64> {
        self.session.next_event(hidden, now())
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
        match self.session.pass(now()) {
            Pass::Go(_) => Ok(true),
            Pass::RenewFirst => Ok(false),
            Pass::Refused(code) => Err(self.thrown(&Failure::new(code), Operation::Request)),
            Pass::Wait(code, left_ms) => Err(self.paused(code, left_ms, Operation::Request)),
        }
    }

    /// The token that requests carry now; undefined for a cookie session.
    #[must_use]
    pub fn token(&self) -> JsValue {
        let token = self.session.held().and_then(|record| record.held.access.as_deref());
        token.map_or(JsValue::UNDEFINED, JsValue::from_str)
    }

    /// Judges a reply to a request that carried the credential of an epoch. A token that it brings is taken over; a rejected
    /// one that can't be renewed ends the session. `json`: what was read of its body, or undefined. 0: keep the reply; 1:
    /// renew and send again; 2: send again, as the token has been replaced since.
    #[must_use]
    pub fn judge(&mut self, epoch: u32, status: u16, json: JsValue, from_vendor: bool) -> u8 {
        let reply = Reply::new(status, if json.is_undefined() { Body::Unreadable } else { Body::Json(json) });
        let (epoch, now) = (Epoch(epoch), now());
        if from_vendor {
            self.adopt(&reply, epoch, now);
        }
        let rejection = self.vendor.rejects_token(&reply);
        if rejection == Rejection::No {
            return 0;
        }
        // Of a vendor whose replies aren't looked into, nothing but the status is known here.
        let explicit = rejection == Rejection::Yes || !self.vendor.facts().speaks_inside;
        match self.session.rejected(epoch, now) {
            Verdict::Renew => 1,
            Verdict::Replay => 2,
            Verdict::End if from_vendor && explicit => {
                let expired = self.vendor.says_expired(&reply);
                self.session.refused(epoch, if expired { Reason::Expired } else { Reason::Refused });
                0
            }
            Verdict::Leave | Verdict::End => 0,
        }
    }

    /// Takes the vendor's envelope off. `json`: the parsed body; undefined: it was no JSON, or too long. `retry_after_ms`: NaN
    /// where the vendor asks for no pause. `callers`: the request's credential was the caller's own, and says nothing of the
    /// session.
    pub fn unwrap(
        &self,
        status: u16,
        json: JsValue,
        retry_after_ms: f64,
        callers: bool,
    ) -> Result<JsValue, JsValue> {
        let body = if json.is_undefined() { Body::Unreadable } else { Body::Json(json.clone()) };
        let mut reply = Reply::new(status, body);
        reply.retry_after_ms = Some(retry_after_ms).filter(|ms| ms.is_finite());
        match self.vendor.read(&reply, Operation::Request) {
            Ok(Payload::Whole) => Ok(json),
            Ok(Payload::Member(name)) => Ok(own(&json, &name.into())),
            Ok(Payload::Without(name)) => {
                delete(&json, &name.into());
                Ok(json)
            }
            Err(failure) if callers => Err(thrown(&failure, Operation::Request, self.vendor.facts())),
            Err(failure) => Err(self.thrown(&failure, Operation::Request)),
        }
    }
}

/// A text that the scripts hand over. They come as values: the bindings' own way for texts takes more bytes for each.
fn text_of(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}

impl Core {
    /// The error of a failure. A rejected token that waits to be renewed has not ended the session: then, what it waits for.
    pub(super) fn thrown(&self, failure: &Failure, operation: Operation) -> JsValue {
        match self.session.pause(now()).filter(|_| failure.code == Code::SessionExpired) {
            Some((code, left_ms)) => self.paused(code, left_ms, operation),
            None => thrown(failure, operation, self.vendor.facts()),
        }
    }

    /// Takes over a token that a reply brings.
    pub(super) fn adopt(&mut self, reply: &Reply<JsValue>, epoch: Epoch, now: Moment) {
        let held = self.session.held().map(|record| &record.held);
        if let Some(grant) = held.and_then(|held| self.vendor.adopts(reply, held, now.wall)) {
            self.session.adopt(epoch, grant, now);
        }
    }

    /// The failure that a pause is kept for.
    pub(super) fn paused(&self, code: Code, left_ms: f64, operation: Operation) -> JsValue {
        let mut failure = Failure::new(code);
        failure.retry_after_ms = Some(left_ms);
        thrown(&failure, operation, self.vendor.facts())
    }
}
