//! Reading credentials.

use alloc::boxed::Box;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use super::object::List;
use super::secret::secret;
use crate::dialect::{Credentials, Failure, Secret};

/// As many characters as a user name or password may have: a longer one is a mistake, and would only be refused later.
const LONGEST: u32 = 4096;

/// Reads credentials: strings, or undefined where one is left out. Refuses what can't be sent as it is.
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
    })
}

/// Reads what a described vendor takes: names, and strings beside them.
pub(super) fn named_credentials(names: &JsValue, values: &JsValue) -> Result<Credentials, Box<Failure>> {
    let (names, values): (&List, &List) = (names.unchecked_ref(), values.unchecked_ref());
    let mut read = Credentials::default();
    for index in 0..names.length() {
        let name = names.get(index).as_string().unwrap_or_default();
        let value = exact(&values.get(index), &name)?;
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
    let refuse = |title| Failure::field(name, "not-sendable", title);
    if text.unchecked_ref::<List>().length() > LONGEST {
        return Err(refuse("must have at most 4096 characters"));
    }
    secret(text).ok_or_else(|| refuse("must be well-formed Unicode"))
}
