//! Has wasm-bindgen take the scripts of the shell along, for a front end in Rust (`src/client`) and for the package that `wasm-pack build`
//! makes at the repository's root, whose exports are those of the published package. The published package doesn't need this: `cargo xtask
//! build` puts the same scripts beside a smaller WebAssembly.
//!
//! The functions are behind the feature `package`, as an application's exports share one namespace with them: one that exports an
//! `openSession` of its own can't be built with hallpass's.

#[cfg(feature = "package")]
use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{Kept, Machine};

#[wasm_bindgen(module = "/src/shell/entry.js")]
extern "C" {
    /// Hands the scripts the maker of machines, and the WebAssembly's exports.
    #[wasm_bindgen(catch)]
    fn provide(machines: Machines, exports: JsValue) -> Result<(), JsValue>;
}

#[cfg(feature = "package")]
#[wasm_bindgen(module = "/src/shell/entry.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = openSession)]
    fn opened(options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(reexport, js_name = isAuthError)]
    fn is_auth_error(value: &JsValue) -> bool;

    #[wasm_bindgen(reexport, js_name = defineVendor)]
    fn define_vendor(description: &JsValue) -> JsValue;
}

/// Makes machines. Its name in JavaScript begins with hallpass, as it shares one namespace with the application's classes.
#[wasm_bindgen(private, js_name = HallpassMachines)]
pub struct Machines;

#[wasm_bindgen(js_class = HallpassMachines)]
impl Machines {
    /// As [`Machine::open`].
    #[expect(
        clippy::too_many_arguments,
        clippy::unused_self,
        reason = "the arguments are those of Machine::open; JavaScript is handed an object"
    )]
    pub fn open(
        &self,
        vendor: JsValue,
        base: JsValue,
        allow: JsValue,
        login: JsValue,
        refresh: JsValue,
        logout: JsValue,
        check: JsValue,
        automatic: bool,
        kept: Kept,
        idle_ms: Option<f64>,
        age_ms: Option<f64>,
    ) -> Result<Machine, JsValue> {
        Machine::open(vendor, base, allow, login, refresh, logout, check, automatic, kept, idle_ms, age_ms)
    }
}

/// The `openSession` of the published package.
#[cfg(feature = "package")]
#[wasm_bindgen(js_name = openSession)]
pub fn open_session(options: &JsValue) -> Result<Promise, JsValue> {
    begin()?;
    opened(options)
}

/// Hands the scripts what they need. This is no `start` function, as there can be only one, and it is the application's.
pub(crate) fn begin() -> Result<(), JsValue> {
    provide(Machines, wasm_bindgen::exports())
}

/// Has scripts copied into the package: wasm-bindgen copies every script that such a block names, even if nothing of it is used.
macro_rules! take_along {
    ($($script:literal)*) => {
        $(const _: () = {
            #[wasm_bindgen(module = $script)]
            extern "C" {
                #[allow(dead_code, reason = "it is never called; the block names the script")]
                fn __taken_along();
            }
        };)*
    };
}

take_along! {
    "/src/shell/address.js"
    "/src/shell/announcer.js"
    "/src/shell/body.js"
    "/src/shell/checks.js"
    "/src/shell/clock.js"
    "/src/shell/credentials.js"
    "/src/shell/database.js"
    "/src/shell/description.js"
    "/src/shell/do/call.js"
    "/src/shell/do/csrf.js"
    "/src/shell/do/lines.js"
    "/src/shell/do/lock.js"
    "/src/shell/do/note.js"
    "/src/shell/do/peek.js"
    "/src/shell/do/queue.js"
    "/src/shell/do/send.js"
    "/src/shell/do/store.js"
    "/src/shell/driver.js"
    "/src/shell/effects.js"
    "/src/shell/encrypted.js"
    "/src/shell/fetcher.js"
    "/src/shell/guard.js"
    "/src/shell/handle.js"
    "/src/shell/headers.js"
    "/src/shell/keeping.js"
    "/src/shell/listener.js"
    "/src/shell/names.js"
    "/src/shell/object.js"
    "/src/shell/open.js"
    "/src/shell/options.js"
    "/src/shell/outcome.js"
    "/src/shell/random.js"
    "/src/shell/request.js"
    "/src/shell/resources.js"
    "/src/shell/session.js"
    "/src/shell/task.js"
    "/src/shell/wait.js"
    "/src/shell/wake-ups.js"
    "/src/shell/wallet.js"
}
