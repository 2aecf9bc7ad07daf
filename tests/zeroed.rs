//! R30: once a login has ended, no copy of the password is left in the WebAssembly's memory.
#![cfg(target_family = "wasm")]

use hallpass::dialect::NAMES;
use hallpass::export::{Kept, Machine, OutcomeKind, StepKind};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(inline_js = r#"
    // Made here, so that the password is in no literal of the WebAssembly; with and without characters beyond ASCII.
    const random = () => Math.random().toString(36).slice(2, 10);
    export const password = (extra) => `${random()}${random()}${extra}${random()}${random()}`;
    export function occurrences(memory, text) {
        const bytes = new Uint8Array(memory.buffer);
        let found = 0;
        for (const needle of [new TextEncoder().encode(text.slice(0, 12)), new TextEncoder().encode(text.slice(-12))]) {
            for (let at = bytes.indexOf(needle[0]); at !== -1; at = bytes.indexOf(needle[0], at + 1)) {
                if (needle.every((byte, index) => bytes[at + index] === byte)) found += 1;
            }
        }
        return found;
    }
"#)]
extern "C" {
    fn password(extra: &str) -> JsValue;
    fn occurrences(memory: &JsValue, text: &JsValue) -> u32;
}

#[wasm_bindgen_test]
fn r30_no_password_is_left_in_memory_after_use() {
    for vendor in NAMES.iter().copied() {
        for extra in ["plain", "ÿ", "\"\\"] {
            let password = password(extra);
            let none = || JsValue::UNDEFINED;
            let (names, values) = (js_sys::Array::new(), js_sys::Array::new());
            for (name, value) in [("username", &"jdoe".into()), ("password", &password)] {
                names.push(&name.into());
                values.push(value);
            }
            let base = "https://vendor.example.com".into();
            let nobody = js_sys::Array::new();
            let machine = Machine::open(
                vendor.into(),
                base,
                nobody.into(),
                none(),
                none(),
                none(),
                none(),
                true,
                Kept::Memory,
                None,
                None,
            );
            let Ok(machine) = machine else { panic!("{vendor} is a vendor") };
            let id = machine.sign_in(names.into(), values.into(), false);
            let Ok(id) = id else { panic!("{vendor} takes them") };
            assert_eq!(machine.begin(id, 0.0, 0.0), StepKind::Random);
            assert_eq!(machine.drew(id, 5, 0.0, 0.0), StepKind::Call, "{vendor}: a call is made");
            assert!(machine.argument().is_object());
            assert_eq!(machine.came(id, OutcomeKind::Network, 0.0, 0.0), StepKind::Failed);
            let left = occurrences(&wasm_bindgen::memory(), &password);
            assert_eq!(left, 0, "{vendor}: copies of a password with {extra}");
        }
    }
}

/// The search finds what is there: otherwise the test above could not fail.
#[wasm_bindgen_test]
fn the_search_finds_a_copy() {
    let password = password("plain");
    let copy = password.as_string().expect("a string");
    assert!(occurrences(&wasm_bindgen::memory(), &password) > 0);
    assert!(!copy.is_empty());
}
