//! JavaScript objects, made and read so that a polluted `Object.prototype` neither breaks nor leaks (R15).

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// An object without a prototype. What the platform reads as options (`RequestInit` and the like) it reads through
/// the prototype chain, so an ordinary `{}` would take `credentials` or `body` from a polluted one.
#[must_use]
pub fn bare() -> Object {
    Object::create(JsValue::NULL.unchecked_ref())
}

/// Sets a member of an object that was just made.
#[inline(never)]
pub fn put(object: &JsValue, name: &str, value: &JsValue) {
    // Fails only on frozen or exotic objects, which a fresh one is not.
    let _ = Reflect::set(object, &name.into(), value);
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

/// Reads a member of a caller's object, as the platform would: also inherited from a class, and through getters. Only
/// `Object.prototype` itself is not believed. Undefined where there is no such member, or its getter throws.
#[must_use]
#[inline(never)]
pub fn member(object: &JsValue, name: &str) -> JsValue {
    if !object.is_object() {
        return JsValue::UNDEFINED;
    }
    let target = object.unchecked_ref::<Object>();
    let name = JsValue::from_str(name);
    let root = Object::get_prototype_of(&bare_root());
    if Object::has_own(&root, &name) && !Object::has_own(target, &name) {
        return JsValue::UNDEFINED;
    }
    Reflect::get(object, &name).unwrap_or_default()
}

fn bare_root() -> JsValue {
    Object::new().into()
}
