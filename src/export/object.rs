//! JavaScript objects, read by their own members only, and made so that a polluted `Object.prototype` neither breaks anything nor gets
//! to see anything (R15).

use wasm_bindgen::prelude::*;

use crate::dialect::Secret;

// Without `catch`: these throw only for exotic objects, and are given plain ones. Not from `js_sys`, whose executor for promises would
// add bytes that nothing here uses.
#[wasm_bindgen]
extern "C" {
    /// What has a length: an array or a string.
    pub(super) type List;

    #[wasm_bindgen(method, getter)]
    pub(super) fn length(this: &List) -> u32;

    #[wasm_bindgen(method, indexing_getter)]
    pub(super) fn get(this: &List, index: u32) -> JsValue;

    #[wasm_bindgen(method, js_name = charCodeAt)]
    pub(super) fn unit(this: &List, index: u32) -> u16;

    #[wasm_bindgen(js_namespace = Array, js_name = isArray)]
    pub(super) fn is_array(value: &JsValue) -> bool;

    #[wasm_bindgen(js_namespace = Object)]
    fn create(prototype: &JsValue) -> JsValue;

    #[wasm_bindgen(js_namespace = Reflect, js_name = set)]
    fn set(object: &JsValue, name: &JsValue, value: &JsValue) -> bool;
}

/// An object without a prototype. The platform reads options (`RequestInit` and the like) through the prototype chain, so an ordinary
/// `{}` would take `credentials` or `body` from a polluted one.
#[must_use]
pub(crate) fn without_prototype() -> JsValue {
    create(&JsValue::NULL)
}

/// Sets a member of an object that was just made.
#[inline(never)]
pub(crate) fn put(object: &JsValue, name: &str, value: &JsValue) {
    // Fails only on frozen objects, and this one was just made.
    set(object, &name.into(), value);
}

/// Sets a member to a text, where there is one.
#[inline(never)]
pub(crate) fn put_text(object: &JsValue, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        put(object, name, &value.into());
    }
}

/// A text that may be secret, as a value; undefined where there is none. The text is dropped, and so zeroed.
#[inline(never)]
#[expect(clippy::needless_pass_by_value, reason = "it is dropped in one place")]
pub(super) fn secret_or_undefined(text: Option<Secret>) -> JsValue {
    text_or_undefined(text.as_deref())
}

/// A text as a value; undefined where there is none.
pub(super) fn text_or_undefined(text: Option<&str>) -> JsValue {
    text.map_or(JsValue::UNDEFINED, JsValue::from_str)
}
