//! Steps as the scripts are told them: the effect that an operation asks for or how it has ended, and the argument of that.

use wasm_bindgen::prelude::*;

use super::StepKind;
use super::call;
use super::errors;
use super::object::{put, put_text, secret_or_undefined, text_or_undefined, without_prototype};
use crate::dialect::{Facts, Payload, Prompt};
use crate::protocol::{Addresses, Effect, Ending, Line, Step, Write};

/// A step as the scripts are told it: its kind and its argument.
pub(super) fn to_js(step: Step, facts: &Facts, addresses: &Addresses) -> (StepKind, JsValue) {
    match step {
        Step::Asks(effect) => asked(effect, facts, addresses),
        Step::Ends(ending) => ended(ending, facts),
    }
}

fn asked(effect: Effect, facts: &Facts, addresses: &Addresses) -> (StepKind, JsValue) {
    match effect {
        Effect::Call(made) => (StepKind::Call, call::object(&made, facts, addresses)),
        Effect::Prompt(prompt) => (StepKind::Prompt, prompted(&prompt)),
        Effect::Wallet(request) => (StepKind::Wallet, JsValue::from_str(&request)),
        Effect::Send(dispatch) => {
            let kind = if dispatch.again { StepKind::SendAgain } else { StepKind::Send };
            (kind, secret_or_undefined(dispatch.credential))
        }
        Effect::Read => (StepKind::Read, JsValue::UNDEFINED),
        Effect::Write(write) => (StepKind::Write, store_write(&write)),
        Effect::Note(note) => (StepKind::Note, text_or_undefined(note.as_deref())),
        Effect::Mark(mark) => (StepKind::Mark, text_or_undefined(mark.as_deref())),
        Effect::Lock(name) => (StepKind::Lock, JsValue::from_str(&name)),
        Effect::Unlock { spent: true } => (StepKind::UnlockSpent, JsValue::UNDEFINED),
        Effect::Unlock { spent: false } => (StepKind::Unlock, JsValue::UNDEFINED),
        Effect::Wait(ms) => (StepKind::Wait, ms.into()),
        Effect::Tell(Line::Store) => (StepKind::TellStore, JsValue::UNDEFINED),
        Effect::Tell(Line::Neighbours) => (StepKind::TellNeighbours, JsValue::UNDEFINED),
        Effect::Tell(Line::SignOut) => (StepKind::TellSignOut, JsValue::UNDEFINED),
        Effect::Random => (StepKind::Random, JsValue::UNDEFINED),
        Effect::Join(id) => (StepKind::Join, id.into()),
        Effect::Stop(id) => (StepKind::Stop, id.into()),
    }
}

fn ended(ending: Ending, facts: &Facts) -> (StepKind, JsValue) {
    match ending {
        Ending::Done => (StepKind::Done, JsValue::UNDEFINED),
        Ending::SignedIn(next) => (StepKind::SignedIn, secret_or_undefined(next)),
        Ending::SignedOut(confirmed) => (StepKind::SignedOut, confirmed.into()),
        Ending::Answered => (StepKind::Answered, JsValue::UNDEFINED),
        Ending::Payload(Payload::Whole) => (StepKind::Whole, JsValue::UNDEFINED),
        Ending::Payload(Payload::Member(name)) => (StepKind::Member, JsValue::from_str(&name)),
        Ending::Payload(Payload::Without(name)) => (StepKind::Without, JsValue::from_str(&name)),
        Ending::Token(token) => (StepKind::Token, secret_or_undefined(token)),
        Ending::Failed(failure) => (StepKind::Failed, errors::details(&failure, facts)),
        Ending::GivenUp => (StepKind::GivenUp, JsValue::UNDEFINED),
    }
}

/// `DevicePrompt` of the public API.
fn prompted(prompt: &Prompt) -> JsValue {
    let object = without_prototype();
    put_text(&object, "userCode", Some(&prompt.user_code));
    put_text(&object, "verificationUri", Some(&prompt.verification_uri));
    put_text(&object, "verificationUriComplete", prompt.verification_uri_complete.as_deref());
    object
}

/// `StoreWrite`. `text`: what the store is to keep; undefined to delete it. `known`: what the store is known to keep now; undefined for
/// nothing. `over`: whether to write whatever it keeps.
fn store_write(write: &Write) -> JsValue {
    let object = without_prototype();
    put_text(&object, "text", write.text.as_deref());
    put(&object, "over", &write.unless_changed.is_none().into());
    let known = write.unless_changed.as_ref().and_then(Option::as_deref);
    put_text(&object, "known", known);
    object
}
