//! JavaScript objects, made so that a polluted `Object.prototype` neither breaks nor leaks (R15).

use js_sys::Object;
use wasm_bindgen::prelude::*;

// Without `catch`, as `js_sys` has them: they throw only for exotic objects, and these are plain ones.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set(object: &JsValue, name: &JsValue, value: &JsValue) -> bool;
    /// Takes a member away from a plain object.
    #[wasm_bindgen(js_namespace = Reflect, js_name = deleteProperty)]
    pub fn delete(object: &JsValue, name: &JsValue) -> bool;
}

#[wasm_bindgen(module = "/src/shell/json.js")]
extern "C" {
    /// A member of a plain object, of its own; undefined where there is none, or no object.
    pub fn own(object: &JsValue, name: &JsValue) -> JsValue;
}

/// An object without a prototype. What the platform reads as options (`RequestInit` and the like) it reads through
/// the prototype chain, so an ordinary `{}` would take `credentials` or `body` from a polluted one.
#[must_use]
pub fn bare() -> Object {
    Object::create(JsValue::NULL.unchecked_ref())
}

/// Sets a member of an object that was just made.
#[inline(never)]
pub fn put(object: &JsValue, name: impl Into<JsValue>, value: &JsValue) {
    // Fails only on frozen objects, which a fresh one is not.
    set(object, &name.into(), value);
}

/// Sets a member to a text, where there is one.
#[inline(never)]
pub fn put_text(object: &JsValue, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        put(object, name, &value.into());
    }
}

/// Sets a member to a number, where there is one.
#[inline(never)]
pub fn put_number(object: &JsValue, name: &str, value: Option<f64>) {
    if let Some(value) = value {
        put(object, name, &value.into());
    }
}
