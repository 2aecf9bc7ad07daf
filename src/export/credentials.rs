//! Reading credentials.

use alloc::boxed::Box;

use wasm_bindgen::prelude::*;

use super::object::List;
use super::secret::secret;
use crate::dialect::{Credentials, Failure, Secret};

/// A bound on how many characters a value may have, and what is told where it has more.
macro_rules! at_most {
    ($longest:literal) => {
        ($longest, concat!("must have at most ", $longest, " characters"))
    };
}

/// How many characters a value may have. The vendor would refuse a longer one, which is a mistake of the caller's.
const LONGEST: (u32, &str) = at_most!(4096);

/// How many characters a token of an identity provider may have.
const LONGEST_TOKEN: (u32, &str) = at_most!(12_288);

/// Reads credentials: their names and their values, both arrays of strings, of the same length. Refuses what can't be sent unchanged.
pub(super) fn credentials(
    names: &JsValue,
    values: &JsValue,
    on_device: bool,
) -> Result<Credentials, Box<Failure>> {
    let (names, values): (&List, &List) = (names.unchecked_ref(), values.unchecked_ref());
    let mut read = Credentials { on_device, ..Credentials::default() };
    for index in 0..names.length() {
        let name = names.get(index).as_string().unwrap_or_default();
        let longest = if matches!(&*name, "idToken" | "accessToken") { LONGEST_TOKEN } else { LONGEST };
        let value = within(longest, &values.get(index), &name)?;
        read.named.push((name, value));
    }
    Ok(read)
}

fn within((longest, too_long): (u32, &str), text: &JsValue, name: &str) -> Result<Secret, Box<Failure>> {
    let refuse = |title| Failure::field(name, "not-sendable", title);
    if text.unchecked_ref::<List>().length() > longest {
        return Err(refuse(too_long));
    }
    secret(text).ok_or_else(|| refuse("must be well-formed Unicode"))
}
