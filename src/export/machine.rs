//! The exports: one machine for each session handle. Nothing waits in here: the scripts step an operation, do what it asks for, and
//! step it again.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::Cell;

use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::credentials::credentials;
use super::errors::mistake;
use super::object::{List, text_or_undefined};
use super::outcome::reply;
use super::secret::secret;
use super::step::to_js;
use super::{Content, Kept, OutcomeKind, StepKind, Woken};
use crate::dialect::{CallKind, Code, Described, Facts, Failure, Renewal, Vendor, named, to_json};
use crate::protocol::{
    Addresses, Answer, Ending, Handle, OperationId, Outcome, Settings, Step, Stored, Wish,
};
use crate::session::{Audience, Limits, Moment};

/// One session handle.
///
/// What its methods are handed is theirs, and not lent to them: for what is lent, wasm-bindgen keeps a stack with 1 024 places, which an
/// exception that passes by Rust doesn't take back. The page could throw until none is left, and no session worked any more (R37).
#[cfg_attr(feature = "npm", wasm_bindgen)]
// In a front end in Rust, it shares one namespace with the application's classes.
#[cfg_attr(not(feature = "npm"), wasm_bindgen(js_name = HallpassMachine))]
pub struct Machine {
    handle: Rc<Handle<JsValue>>,
    /// The argument of the last step.
    argument: Cell<JsValue>,
}

/// `Facts`: what never changes about a vendor.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FactsText<'a> {
    title: &'a str,
    header: Option<&'a str>,
    speaks_inside: bool,
}

#[expect(clippy::needless_pass_by_value, reason = "see the struct: nothing is lent to an export")]
#[cfg_attr(feature = "npm", wasm_bindgen)]
#[cfg_attr(not(feature = "npm"), wasm_bindgen(js_class = HallpassMachine))]
impl Machine {
    /// Makes a machine to which nobody has signed in. `vendor`: a name, followed by the flow where that isn't the default; or a description.
    /// `base`: `baseUrl` as the URL parser spells it, without a slash at the end. `allow`: more prefixes. `login` to `check`: the addresses
    /// that differ at this deployment. `idle_ms`, `age_ms`: after how long the session ends by itself; undefined: never.
    ///
    /// Throws what is wrong with the options.
    #[expect(clippy::too_many_arguments, reason = "an object would be read through the page's prototypes")]
    pub fn open(
        vendor: JsValue,
        base: JsValue,
        allow: JsValue,
        login: JsValue,
        refresh: JsValue,
        logout: JsValue,
        check: JsValue,
        automatic: bool,
        kept: Kept,
        idle_ms: Option<f64>,
        age_ms: Option<f64>,
    ) -> Result<Self, JsValue> {
        let known = match vendor.as_string() {
            Some(name) => named(&name),
            None => Described::of(&vendor).map(|described| Rc::new(described) as Rc<dyn Vendor<JsValue>>),
        };
        let Some(vendor) = known else {
            return Err(mistake("vendor", "a vendor's name, or a description"));
        };
        let base = text_of(&base);
        let mut audience = Audience::new(&base);
        let hides_parent = |name| mistake(name, "an address that hides no \"..\" in its path");
        if !audience.admits(&base) {
            return Err(hides_parent("baseUrl"));
        }
        let mut addresses = Addresses { base: base.clone(), ..Addresses::default() };
        // Checked before `allow` is added: the password goes there, so only baseUrl may be admitted.
        let set_address = |to: &mut Option<String>, operation: CallKind, given: &JsValue| {
            *to = if given.is_undefined() {
                // For a built-in vendor. The scripts give the addresses of a described one, as they can resolve its paths.
                vendor.path(operation).map(|path| [&base, "/", &path].concat())
            } else {
                Some(text_of(given))
            };
            let admitted = to.as_deref().is_none_or(|address| audience.admits(address));
            if admitted {
                Ok(())
            } else {
                Err(mistake(&["endpoints.", operation.as_str()].concat(), "a path below baseUrl"))
            }
        };
        if !refresh.is_undefined() && vendor.facts().renewal == Renewal::None {
            return Err(mistake("endpoints.refresh", "left out: nothing renews this vendor's sessions"));
        }
        set_address(&mut addresses.login, CallKind::Login, &login)?;
        set_address(&mut addresses.refresh, CallKind::Refresh, &refresh)?;
        set_address(&mut addresses.logout, CallKind::Logout, &logout)?;
        set_address(&mut addresses.check, CallKind::Check, &check)?;
        let allow: &List = allow.unchecked_ref();
        for index in 0..allow.length() {
            let prefix = text_of(&allow.get(index));
            audience.add(&prefix);
            if !audience.admits(&prefix) {
                return Err(hides_parent("each prefix in allow"));
            }
        }
        let (keeping, limits) = (kept.keeping(), Limits { idle_ms, age_ms });
        let handle = Handle::new(vendor, Settings { automatic, addresses, audience, keeping, limits });
        Ok(Self { handle, argument: Cell::new(JsValue::UNDEFINED) })
    }

    /// What never changes about the vendor, as JSON: `Facts`.
    #[must_use]
    pub fn facts(&self) -> JsValue {
        let facts = self.facts_of();
        let text = FactsText {
            title: &facts.title,
            header: facts.carrier.header(),
            speaks_inside: facts.speaks_inside,
        };
        JsValue::from_str(&to_json(&text, 0))
    }

    /// Begins an operation that takes over what the store holds. Like all methods that begin one, it gives back the operation's id.
    #[must_use]
    pub fn restore(&self) -> OperationId {
        self.handle.restore()
    }

    /// Signs in. `names` and `values`: two arrays of strings, of the same length, and no object, whose getters could call back in here.
    /// `on_device`: whether the person says yes on another device. Throws the error of what can't be sent.
    #[wasm_bindgen(js_name = signIn)]
    pub fn sign_in(&self, names: JsValue, values: JsValue, on_device: bool) -> Result<OperationId, JsValue> {
        let credentials = credentials(&names, &values, on_device).map_err(|mut failure| {
            failure.operation = CallKind::Login;
            super::errors::details(&failure, self.facts_of())
        })?;
        Ok(self.handle.sign_in(credentials))
    }

    /// Signs out. `tells_vendor`: not where the caller has already given up.
    #[wasm_bindgen(js_name = signOut)]
    #[must_use]
    pub fn sign_out(&self, tells_vendor: bool) -> OperationId {
        self.handle.sign_out(tells_vendor)
    }

    /// Renews the tokens now.
    #[must_use]
    pub fn refresh(&self) -> OperationId {
        self.handle.refresh()
    }

    /// Asks the vendor whether the session is alive.
    #[must_use]
    pub fn check(&self) -> OperationId {
        self.handle.check()
    }

    /// Sends a request of the caller's. `target`: its address, as the URL parser spells it. `own_credential`: whether it has a credential
    /// of the caller's own; `own_token`: the token in that, or undefined. `repeatable`: whether it can be sent a second time. `json`: whether to take
    /// the vendor's envelope off.
    #[must_use]
    pub fn request(
        &self,
        target: JsValue,
        own_credential: bool,
        own_token: JsValue,
        repeatable: bool,
        json: bool,
    ) -> OperationId {
        let own_token = secret(&own_token);
        self.handle.request(Wish { target: text_of(&target), own_credential, own_token, repeatable, json })
    }

    /// Gives a token that is good now.
    #[must_use]
    pub fn token(&self) -> OperationId {
        self.handle.token()
    }

    /// Notes that the person is there, though no request says so.
    pub fn touch(&self, wall: f64, steady: f64) {
        self.handle.touch(Moment { wall, steady });
    }

    /// Looks at the clock, and at what other tabs have done. `hidden`: whether nobody sees the page.
    #[must_use]
    pub fn wake(&self, woken: Woken, hidden: bool) -> OperationId {
        self.handle.wake(woken.wake(), hidden)
    }

    /// Steps an operation for the first time.
    pub fn begin(&self, id: OperationId, wall: f64, steady: f64) -> StepKind {
        self.step(id, None, wall, steady)
    }

    /// Steps an operation with an outcome that brings nothing along.
    pub fn came(&self, id: OperationId, kind: OutcomeKind, wall: f64, steady: f64) -> StepKind {
        self.step(id, Some(kind.outcome()), wall, steady)
    }

    /// Steps an operation with the vendor's reply. `wanted`: the value of the header that the call wants, or undefined.
    #[expect(clippy::too_many_arguments, reason = "an object would take longer to read")]
    pub fn replied(
        &self,
        id: OperationId,
        status: u16,
        content: Content,
        json: JsValue,
        retry_after_ms: Option<f64>,
        date_ms: Option<f64>,
        wanted: JsValue,
        wall: f64,
        steady: f64,
    ) -> StepKind {
        let reply = reply(status, content, json, retry_after_ms, date_ms, &wanted);
        self.step(id, Some(Outcome::Reply(Box::new(reply))), wall, steady)
    }

    /// Steps an operation with what the wallet has said, as JSON: its answer, or, where it has `refused`, its error.
    #[wasm_bindgen(js_name = walletSaid)]
    pub fn wallet_said(
        &self,
        id: OperationId,
        refused: bool,
        said: JsValue,
        wall: f64,
        steady: f64,
    ) -> StepKind {
        let said = if refused { Err(said) } else { Ok(said) };
        self.step(id, Some(Outcome::Wallet(said)), wall, steady)
    }

    /// Steps an operation with the answer to the caller's request. `address`: where it came from, as the URL parser spells it.
    #[expect(clippy::too_many_arguments, reason = "an object would take longer to read")]
    pub fn answered(
        &self,
        id: OperationId,
        status: u16,
        content: Content,
        json: JsValue,
        retry_after_ms: Option<f64>,
        address: JsValue,
        redirected: bool,
        wall: f64,
        steady: f64,
    ) -> StepKind {
        let answer = Answer {
            reply: reply(status, content, json, retry_after_ms, None, &JsValue::UNDEFINED),
            address: text_of(&address),
            redirected,
        };
        self.step(id, Some(Outcome::Answer(Box::new(answer))), wall, steady)
    }

    /// Steps an operation with what the store keeps: the texts of the record, the note and the mark. `overtaken`: whether nothing was written,
    /// because the store kept something else than was known.
    #[expect(clippy::too_many_arguments, reason = "an object would take longer to read")]
    pub fn stored(
        &self,
        id: OperationId,
        record: JsValue,
        note: JsValue,
        mark: JsValue,
        overtaken: bool,
        wall: f64,
        steady: f64,
    ) -> StepKind {
        let stored =
            Box::new(Stored { record: secret(&record), note: note.as_string(), mark: mark.as_string() });
        let outcome = if overtaken { Outcome::Overtaken(stored) } else { Outcome::Stored(stored) };
        self.step(id, Some(outcome), wall, steady)
    }

    /// Steps an operation with a random number.
    pub fn drew(&self, id: OperationId, number: u32, wall: f64, steady: f64) -> StepKind {
        self.step(id, Some(Outcome::Random(number)), wall, steady)
    }

    /// Takes the argument of the last step. Its type stands at each of [`StepKind`].
    #[must_use]
    pub fn argument(&self) -> JsValue {
        self.argument.replace(JsValue::UNDEFINED)
    }

    /// Whether the state may have changed since this was last asked, or something has begun by itself.
    #[wasm_bindgen(js_name = takeStirred)]
    #[must_use]
    pub fn take_stirred(&self) -> bool {
        self.handle.take_stirred()
    }

    /// Takes the next operation that has begun by itself.
    #[wasm_bindgen(js_name = takeBegun)]
    #[must_use]
    pub fn take_begun(&self) -> Option<OperationId> {
        self.handle.take_begun()
    }

    /// The state, as JSON: `SessionState` of the public API.
    #[must_use]
    pub fn state(&self) -> JsValue {
        let state = self.handle.look(|session| to_json(&session.snapshot(), 0));
        JsValue::from_str(&state)
    }

    /// Looks at the clock before the state is read. Gives back whether that has ended the session.
    #[wasm_bindgen(js_name = lookAtClock)]
    #[must_use]
    pub fn look_at_clock(&self, wall: f64, steady: f64) -> bool {
        self.handle.look_at_clock(Moment { wall, steady })
    }

    /// In how many ms to look at the clock again; undefined: never. `hidden`: whether nobody sees the page.
    #[wasm_bindgen(js_name = nextEvent)]
    #[must_use]
    pub fn next_event(&self, hidden: bool, wall: f64, steady: f64) -> Option<f64> {
        self.handle.look(|session| session.next_event(hidden, Moment { wall, steady }))
    }

    /// The session that is held, as the text of a record; undefined: none.
    #[must_use]
    pub fn record(&self) -> JsValue {
        let record = self.handle.look(|session| session.held().map(|record| record.write()));
        text_or_undefined(record.as_deref())
    }

    /// Takes over what an earlier machine of the same handle held before it met a fault. `replaced`: whether that was replaced by another
    /// user's session.
    pub fn resume(&self, record: JsValue, replaced: bool, wall: f64, steady: f64) {
        match secret(&record) {
            Some(record) => self.handle.resume(&record, Moment { wall, steady }),
            None if replaced => self.handle.stay_replaced(),
            None => {}
        }
    }

    /// Ends what the handle does by itself: nobody uses it any more.
    pub fn dispose(&self) {
        self.handle.dispose();
    }
}

impl Machine {
    fn facts_of(&self) -> &Facts {
        self.handle.facts()
    }

    fn step(&self, id: OperationId, outcome: Option<Outcome<JsValue>>, wall: f64, steady: f64) -> StepKind {
        let step = self.handle.step(id, outcome, Moment { wall, steady }).unwrap_or_else(lost);
        let (kind, argument) = to_js(step, self.facts_of(), self.handle.addresses());
        self.argument.set(argument);
        kind
    }
}

/// The step of an operation that doesn't exist, which is a fault of hallpass's own.
fn lost() -> Step {
    Step::Ends(Ending::Failed(Failure::new(Code::Internal).into()))
}

/// A text from the scripts. Texts come as `JsValue`, because wasm-bindgen's own conversion adds more bytes for each argument.
fn text_of(value: &JsValue) -> String {
    value.as_string().unwrap_or_default()
}
