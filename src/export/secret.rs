//! Reading JavaScript strings that may be secret.

use alloc::string::String;

use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

use super::object::List;
use crate::dialect::Secret;

/// A string's text, byte-exact, in one buffer that is zeroed after use (R30). `None`: no string, or one that no UTF-8 can
/// express (half of a surrogate pair).
///
/// Read unit by unit, since the bindings' own conversion grows its buffer as it goes and leaves pieces of the password
/// behind in freed memory. Passwords are short.
pub(super) fn secret(value: &JsValue) -> Option<Secret> {
    let string: &List = if value.is_string() { value.unchecked_ref() } else { return None };
    let units = string.length();
    let room = usize::try_from(units).ok()?.checked_mul(3)?;
    let mut text = Zeroizing::new(String::with_capacity(room));
    for character in char::decode_utf16((0..units).map(|index| string.unit(index))) {
        text.push(character.ok()?);
    }
    Some(text.into())
}
