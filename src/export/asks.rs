//! Steps as the scripts are told them: the effect that an operation asks for or how it has ended, and the argument of that.

use wasm_bindgen::prelude::*;

use super::Asks;
use super::call;
use super::errors;
use super::object::{bare, put, put_text, secret_or_undefined, text_or_undefined};
use crate::dialect::{Facts, Payload, Prompt};
use crate::protocol::{Effect, Ending, Line, Step, Write};

/// A step as the scripts are told it: a word, and its argument.
pub(super) fn told(step: Step, facts: &Facts, addresses: &crate::protocol::Addresses) -> (Asks, JsValue) {
    match step {
        Step::Asks(effect) => asked(effect, facts, addresses),
        Step::Ends(ending) => ended(ending, facts),
    }
}

fn asked(effect: Effect, facts: &Facts, addresses: &crate::protocol::Addresses) -> (Asks, JsValue) {
    match effect {
        Effect::Call(made) => (Asks::Call, call::object(&made, facts, addresses)),
        Effect::Prompt(prompt) => (Asks::Prompt, prompted(&prompt)),
        Effect::Wallet(request) => (Asks::Wallet, JsValue::from_str(&request)),
        Effect::Send(dispatch) => {
            let asks = if dispatch.again { Asks::SendAgain } else { Asks::Send };
            (asks, secret_or_undefined(dispatch.credential))
        }
        Effect::Read => (Asks::Read, JsValue::UNDEFINED),
        Effect::Write(write) => (Asks::Write, store_write(&write)),
        Effect::Note(Some(note)) => (Asks::Note, JsValue::from_str(&note)),
        Effect::Note(None) => (Asks::Forget, JsValue::UNDEFINED),
        Effect::Mark(mark) => (Asks::Mark, text_or_undefined(mark.as_deref())),
        Effect::Lock(name) => (Asks::Lock, JsValue::from_str(&name)),
        Effect::Unlock { spent: true } => (Asks::UnlockSpent, JsValue::UNDEFINED),
        Effect::Unlock { spent: false } => (Asks::Unlock, JsValue::UNDEFINED),
        Effect::Wait(ms) => (Asks::Wait, ms.into()),
        Effect::Tell(Line::Store) => (Asks::TellStore, JsValue::UNDEFINED),
        Effect::Tell(Line::SignOut) => (Asks::TellSignOut, JsValue::UNDEFINED),
        Effect::Chance => (Asks::Chance, JsValue::UNDEFINED),
        Effect::Join(id) => (Asks::Join, id.into()),
        Effect::Stop(id) => (Asks::Stop, id.into()),
    }
}

fn ended(ending: Ending, facts: &Facts) -> (Asks, JsValue) {
    match ending {
        Ending::Done => (Asks::Done, JsValue::UNDEFINED),
        Ending::SignedIn(next) => (Asks::SignedIn, secret_or_undefined(next)),
        Ending::SignedOut(confirmed) => (Asks::SignedOut, confirmed.into()),
        Ending::Answered => (Asks::Answered, JsValue::UNDEFINED),
        Ending::Payload(Payload::Whole) => (Asks::Whole, JsValue::UNDEFINED),
        Ending::Payload(Payload::Member(name)) => (Asks::Member, JsValue::from_str(&name)),
        Ending::Payload(Payload::Without(name)) => (Asks::Without, JsValue::from_str(&name)),
        Ending::Token(token) => (Asks::Token, secret_or_undefined(token)),
        Ending::Failed(failure) => (Asks::Failed, errors::details(&failure, facts)),
        Ending::GivenUp => (Asks::GaveUp, JsValue::UNDEFINED),
    }
}

/// `DevicePrompt` of the public API.
fn prompted(prompt: &Prompt) -> JsValue {
    let object = bare();
    put_text(&object, "userCode", Some(&prompt.user_code));
    put_text(&object, "verificationUri", Some(&prompt.verification_uri));
    put_text(&object, "verificationUriComplete", prompt.verification_uri_complete.as_deref());
    object
}

/// `StoreWrite`. `text`: what the store is to keep; undefined to delete it. `known`: what the store is known to keep now; undefined for
/// nothing. `over`: whether to write whatever it keeps.
fn store_write(write: &Write) -> JsValue {
    let object = bare();
    put_text(&object, "text", write.text.as_deref());
    put(&object, "over", &write.unless_changed.is_none().into());
    let known = write.unless_changed.as_ref().and_then(Option::as_deref);
    put_text(&object, "known", known);
    object
}
