//! Reading `Credentials`.

use alloc::boxed::Box;
use alloc::string::{String, ToString};

use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

use super::text::secret;
use crate::dialect::{Credentials, Failure};

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
pub(super) fn credentials(
    username: &JsValue,
    password: &JsValue,
    database: &JsValue,
    redirection_token: &JsValue,
) -> Result<Credentials, Refusal> {
    Ok(Credentials {
        username: required(username, "username", "credentials.username")?,
        password: required(password, "password", "credentials.password")?,
        database: optional(database, "database", "credentials.database")?,
        redirection_token: optional(redirection_token, "redirectionToken", "credentials.redirectionToken")?,
    })
}

fn required(text: &JsValue, name: &str, path: &'static str) -> Result<Zeroizing<String>, Refusal> {
    if text.is_string() { exact(text, name) } else { Err(Refusal::Argument(path, "a string")) }
}

fn optional(text: &JsValue, name: &str, path: &'static str) -> Result<Option<String>, Refusal> {
    if text.is_undefined() || text.is_null() {
        return Ok(None);
    }
    let text = required(text, name, path)?;
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
