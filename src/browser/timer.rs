//! A timer that ends with its owner.

use wasm_bindgen::prelude::*;

use super::object::member;

#[wasm_bindgen]
extern "C" {
    // The globals, and a handle of any type: Node's is an object.
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set_timeout(callback: &JsValue, ms: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = clearTimeout, catch)]
    fn clear_timeout(handle: &JsValue) -> Result<JsValue, JsValue>;
}

/// The longest delay in ms that timers take; a longer one would fire at once.
const LONGEST_MS: f64 = 2_147_483_647.0;

/// A timer that fires once, unless it is dropped before.
#[derive(Debug)]
pub(super) struct Timer {
    handle: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back after so many ms, or at the longest delay that timers take: a hint to look at the clock, not a
    /// promise that the time has come.
    pub(super) fn after(ms: f64, callback: impl FnOnce() + 'static) -> Self {
        let callback = Closure::once(callback);
        let handle = set_timeout(callback.as_ref(), ms.clamp(0.0, LONGEST_MS)).unwrap_or_default();
        Self { handle, _callback: callback }
    }

    /// In Node a pending timer keeps the process alive; a session's must not.
    pub(super) fn in_the_background(self) -> Self {
        if let Some(unref) = member(&self.handle, "unref").dyn_ref::<js_sys::Function>() {
            let _ = unref.call0(&self.handle);
        }
        self
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let _ = clear_timeout(&self.handle);
    }
}
