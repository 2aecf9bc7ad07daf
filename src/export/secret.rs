//! Reading JavaScript strings that may be secret.

use alloc::string::String;

use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

use super::object::List;
use crate::dialect::Secret;

/// A string's text, byte-exact, in one buffer that is zeroed after use (R30). `None` for what is no string, and for one that UTF-8 can't
/// express (it has half of a surrogate pair).
///
/// Read code unit by code unit, which is quick enough for passwords. wasm-bindgen's own conversion grows its buffer as it goes, and leaves
/// pieces of the password behind in freed memory.
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
