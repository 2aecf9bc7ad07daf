//! Reading `Credentials`.

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::text::secret;
use crate::browser::member;
use crate::vendor::{Credentials, Failure};

/// Why credentials were not taken.
pub(super) enum Refusal {
    /// The wrong type: which argument, and what was expected.
    Argument(&'static str, &'static str),
    /// A field that can't be sent as it is.
    Field(Box<Failure>),
}

/// As many characters as a user name or password may have: a longer one is a mistake, and would only be refused later.
const LONGEST: u32 = 4096;

/// Reads credentials. The members of other vendors are ignored.
pub(super) fn credentials(value: &JsValue) -> Result<Credentials, Refusal> {
    if !value.is_object() {
        return Err(Refusal::Argument("credentials", "an object with username and password"));
    }
    Ok(Credentials {
        username: required(value, "username")?,
        password: required(value, "password")?,
        database: optional(value, "database")?,
        redirection_token: optional(value, "redirectionToken")?,
    })
}

fn required(value: &JsValue, name: &str) -> Result<Zeroizing<String>, Refusal> {
    let text = member(value, name);
    if !text.is_string() {
        return Err(Refusal::Argument("credentials.username and credentials.password", "strings"));
    }
    exact(&text, name)
}

fn optional(value: &JsValue, name: &str) -> Result<Option<String>, Refusal> {
    let text = member(value, name);
    if text.is_undefined() || text.is_null() {
        return Ok(None);
    }
    if !text.is_string() {
        return Err(Refusal::Argument(
            "credentials.database and credentials.redirectionToken",
            "strings, where given",
        ));
    }
    let text = exact(&text, name)?;
    if text.is_empty() {
        return Err(Refusal::Field(Failure::field(name, "required", "must not be empty")));
    }
    Ok(Some(text.to_string()))
}

fn exact(text: &JsValue, name: &str) -> Result<Zeroizing<String>, Refusal> {
    let refuse = |title| Refusal::Field(Failure::field(name, "not-sendable", title));
    if text.unchecked_ref::<js_sys::JsString>().length() > LONGEST {
        return Err(refuse("must have at most 4096 characters"));
    }
    secret(text).ok_or_else(|| refuse("must be well-formed Unicode"))
}
