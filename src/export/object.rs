//! JavaScript objects, made so that a polluted `Object.prototype` neither breaks nor leaks (R15).

use js_sys::Object;
use wasm_bindgen::prelude::*;

// Without `catch`, as `js_sys` has them: they throw only for exotic objects, and these are plain ones.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set(object: &JsValue, name: &JsValue, value: &JsValue) -> bool;
}

/// An object without a prototype. What the platform reads as options (`RequestInit` and the like) it reads through
/// the prototype chain, so an ordinary `{}` would take `credentials` or `body` from a polluted one.
#[must_use]
pub(super) fn bare() -> Object {
    Object::create(JsValue::NULL.unchecked_ref())
}

/// Sets a member of an object that was just made.
#[inline(never)]
pub(super) fn put(object: &JsValue, name: &str, value: &JsValue) {
    // Fails only on frozen objects, which a fresh one is not.
    set(object, &name.into(), value);
}

/// Sets a member to a text, where there is one.
#[inline(never)]
pub(super) fn put_text(object: &JsValue, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        put(object, name, &value.into());
    }
}

/// A text as a value; undefined where there is none.
pub(super) fn text_or_undefined(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::UNDEFINED, JsValue::from_str)
}
