//! Reading `Credentials` and `CallOptions`.

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;
use zeroize::Zeroizing;

use super::text::secret;
use crate::browser::{Rejection, member};
use crate::vendor::{Credentials, Failure, Operation};

/// As many characters as a user name or password may have: a longer one is a mistake, and would only be refused later.
const LONGEST: u32 = 4096;

/// Reads credentials. The members of other vendors are ignored.
pub(super) fn credentials(value: &JsValue) -> Result<Credentials, Rejection> {
    if !value.is_object() {
        return Err(Rejection::argument("credentials", "an object with username and password"));
    }
    Ok(Credentials {
        username: required(value, "username")?,
        password: required(value, "password")?,
        database: optional(value, "database")?,
        redirection_token: optional(value, "redirectionToken")?,
    })
}

fn required(value: &JsValue, name: &str) -> Result<Zeroizing<String>, Rejection> {
    let text = member(value, name);
    if !text.is_string() {
        return Err(wrong(name));
    }
    exact(&text, name)
}

fn optional(value: &JsValue, name: &str) -> Result<Option<String>, Rejection> {
    let text = member(value, name);
    if text.is_undefined() || text.is_null() {
        return Ok(None);
    }
    if !text.is_string() {
        return Err(wrong(name));
    }
    let text = exact(&text, name)?;
    if text.is_empty() {
        return Err(Rejection::of(Failure::field(name, "required", "must not be empty"), Operation::Login));
    }
    Ok(Some(text.to_string()))
}

fn exact(text: &JsValue, name: &str) -> Result<Zeroizing<String>, Rejection> {
    let refuse = |title| Rejection::of(Failure::field(name, "not-sendable", title), Operation::Login);
    if text.unchecked_ref::<js_sys::JsString>().length() > LONGEST {
        return Err(refuse("must have at most 4096 characters"));
    }
    secret(text).ok_or_else(|| refuse("must be well-formed Unicode"))
}

fn wrong(name: &str) -> Rejection {
    Rejection::argument(&["credentials.", name].concat(), "a string")
}

/// Reads the signal out of `CallOptions`.
pub(super) fn signal(options: &JsValue) -> Result<Option<AbortSignal>, Rejection> {
    if options.is_undefined() || options.is_null() {
        return Ok(None);
    }
    if !options.is_object() {
        return Err(Rejection::argument("options", "an object such as { signal }"));
    }
    let wrong = || Rejection::argument("options.signal", "an AbortSignal");
    let signal = member(options, "signal");
    if signal.is_undefined() || signal.is_null() {
        return Ok(None);
    }
    // By its shape: a signal of another realm or of a polyfill is one too.
    let listens = member(&signal, "addEventListener").is_function();
    let answers = member(&signal, "aborted").as_bool().is_some();
    if listens && answers { Ok(Some(signal.unchecked_into())) } else { Err(wrong()) }
}
