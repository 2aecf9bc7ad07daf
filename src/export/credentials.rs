//! Reading credentials.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use super::object::List;
use super::secret::secret;
use crate::dialect::{Credentials, Failure, Secret};

/// How many characters a user name or a password may have. The vendor would refuse a longer one, which is a mistake of the caller's.
const LONGEST: (u32, &str) = (4096, "must have at most 4096 characters");

/// How many characters a token may have.
const LONGEST_TOKEN: (u32, &str) = (12_288, "must have at most 12288 characters");

/// Reads credentials: strings, or undefined where one is left out. Refuses what can't be sent unchanged.
pub(super) fn credentials(
    username: &JsValue,
    password: &JsValue,
    database: &JsValue,
    redirection_token: &JsValue,
) -> Result<Credentials, Box<Failure>> {
    Ok(Credentials {
        username: exact(username, "username")?,
        password: exact(password, "password")?,
        database: optional(database, "database")?,
        redirection_token: optional(redirection_token, "redirectionToken")?,
        named: Vec::new(),
        on_device: false,
    })
}

/// Reads the credentials of a sign-in on another device, which are only a database.
pub(super) fn database_alone(database: &JsValue) -> Result<Credentials, Box<Failure>> {
    Ok(Credentials { database: optional(database, "database")?, on_device: true, ..Credentials::default() })
}

/// Reads credentials that go by names. Both are arrays of strings, of the same length.
pub(super) fn named_credentials(names: &JsValue, values: &JsValue) -> Result<Credentials, Box<Failure>> {
    let (names, values): (&List, &List) = (names.unchecked_ref(), values.unchecked_ref());
    let mut read = Credentials::default();
    for index in 0..names.length() {
        let name = names.get(index).as_string().unwrap_or_default();
        let longest = if name.ends_with("Token") { LONGEST_TOKEN } else { LONGEST };
        let value = within(longest, &values.get(index), &name)?;
        read.named.push((name, value));
    }
    Ok(read)
}

fn optional(text: &JsValue, name: &str) -> Result<Option<Secret>, Box<Failure>> {
    if text.is_undefined() {
        return Ok(None);
    }
    let text = exact(text, name)?;
    if text.is_empty() {
        return Err(Failure::field(name, "required", "must not be empty"));
    }
    Ok(Some(text))
}

fn exact(text: &JsValue, name: &str) -> Result<Secret, Box<Failure>> {
    within(LONGEST, text, name)
}

fn within((longest, too_long): (u32, &str), text: &JsValue, name: &str) -> Result<Secret, Box<Failure>> {
    let refuse = |title| Failure::field(name, "not-sendable", title);
    if text.unchecked_ref::<List>().length() > longest {
        return Err(refuse(too_long));
    }
    secret(text).ok_or_else(|| refuse("must be well-formed Unicode"))
}
