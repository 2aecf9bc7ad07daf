//! How vendors see JSON, by the browser's own parser.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use super::object::{List, is_array};
use crate::dialect::Json;

#[wasm_bindgen(module = "/src/shell/json.js")]
extern "C" {
    /// Parses a string, or gives undefined. The string stays in JavaScript, where `js_sys` would copy it in and out.
    #[wasm_bindgen(js_name = parseJson)]
    fn parse_json(text: &JsValue) -> JsValue;

    /// The claims of a JWT, or undefined. Read in JavaScript, because its `atob` and `JSON.parse` add nothing to the WebAssembly.
    #[wasm_bindgen(js_name = readClaims)]
    fn read_claims(token: &str) -> JsValue;

    #[wasm_bindgen(js_name = isWebAddress)]
    fn is_web_address(text: &str) -> bool;

    /// The names of an object's own members, as an array.
    #[wasm_bindgen(js_name = namesOf)]
    fn names_of(object: &JsValue) -> List;

    #[wasm_bindgen(js_name = writtenNumber)]
    fn written_number(number: f64) -> String;

    #[wasm_bindgen(js_name = momentOf)]
    fn moment_of(text: &str) -> Option<f64>;

    /// An object's own member; undefined where there is none, or no object, and where it is null.
    #[wasm_bindgen(js_name = ownMemberOf)]
    fn own_member_of(object: &JsValue, name: &JsValue) -> JsValue;
}

fn defined(value: JsValue) -> Option<JsValue> {
    if value.is_undefined() { None } else { Some(value) }
}

impl Json for JsValue {
    fn parse(text: &str) -> Option<Self> {
        defined(parse_json(&text.into()))
    }

    fn is_web_address(text: &str) -> bool {
        is_web_address(text)
    }

    fn claims(token: &str) -> Option<Self> {
        Some(read_claims(token))
    }

    #[inline(never)]
    fn member(&self, name: &str) -> Option<Self> {
        defined(own_member_of(self, &name.into()))
    }

    fn names(&self, limit: usize) -> Vec<String> {
        let names = names_of(self);
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        (0..names.length().min(limit)).filter_map(|index| names.get(index).as_string()).collect()
    }

    fn moment(text: &str) -> Option<f64> {
        moment_of(text)
    }

    fn written(number: f64) -> String {
        written_number(number)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.as_bool()
    }

    fn elements(&self, limit: usize) -> Option<Vec<Self>> {
        // By index: an iterator would be looked up on the page's Array.prototype.
        let array: &List = if is_array(self) { self.unchecked_ref() } else { return None };
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        Some((0..array.length().min(limit)).map(|index| array.get(index)).collect())
    }

    fn is_object(&self) -> bool {
        Self::is_object(self) && !is_array(self)
    }
}
