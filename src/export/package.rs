//! The scripts of the shell, as wasm-bindgen takes them along where no build of the npm package puts them beside the WebAssembly: in
//! a front end in Rust (`src/client`), and in the package that `wasm-pack build` makes at the repository's root, which hands to the world what
//! the published one does. The published package is made by `cargo xtask build`, which binds the same scripts to a smaller WebAssembly.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{Kept, Machine};

#[wasm_bindgen(module = "/src/shell/entry.js")]
extern "C" {
    /// Hands the scripts what makes machines, and what the WebAssembly exports.
    #[wasm_bindgen(catch)]
    fn provide(machines: Machines, exports: JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = openSession)]
    fn opened(options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(reexport, js_name = isAuthError)]
    fn is_auth_error(value: &JsValue) -> bool;

    #[wasm_bindgen(reexport, js_name = defineVendor)]
    fn define_vendor(description: &JsValue) -> JsValue;
}

/// Makes machines. Its name is one that no application's own class has, as they share one WebAssembly.
#[wasm_bindgen(private, js_name = HallpassMachines)]
pub struct Machines;

#[wasm_bindgen(js_class = HallpassMachines)]
impl Machines {
    /// As [`Machine::open`].
    #[expect(
        clippy::too_many_arguments,
        clippy::unused_self,
        reason = "those of Machine::open; JavaScript gets an object"
    )]
    pub fn open(
        &self,
        vendor: &JsValue,
        base: &JsValue,
        allow: &JsValue,
        login: &JsValue,
        refresh: &JsValue,
        logout: &JsValue,
        check: &JsValue,
        automatic: bool,
        kept: Kept,
        idle_ms: Option<f64>,
        age_ms: Option<f64>,
    ) -> Result<Machine, JsValue> {
        Machine::open(vendor, base, allow, login, refresh, logout, check, automatic, kept, idle_ms, age_ms)
    }
}

/// As the published package's.
#[wasm_bindgen(js_name = openSession)]
pub fn open_session(options: &JsValue) -> Result<Promise, JsValue> {
    begin()?;
    opened(options)
}

/// Hands the scripts what they need. Not by a `start` function: an application may have one of its own, and there can't be two.
pub(crate) fn begin() -> Result<(), JsValue> {
    provide(Machines, wasm_bindgen::exports())
}

/// Has the scripts copied into the package: wasm-bindgen takes along what is named so, used or not.
macro_rules! take_along {
    ($($script:literal)*) => {
        $(const _: () = {
            #[wasm_bindgen(module = $script)]
            extern "C" {
                #[allow(dead_code, reason = "nothing is called: the script is to be there")]
                fn __taken_along();
            }
        };)*
    };
}

take_along! {
    "/src/shell/address.js"
    "/src/shell/announcer.js"
    "/src/shell/body.js"
    "/src/shell/clock.js"
    "/src/shell/credentials.js"
    "/src/shell/database.js"
    "/src/shell/description.js"
    "/src/shell/do/call.js"
    "/src/shell/do/csrf.js"
    "/src/shell/do/lines.js"
    "/src/shell/do/lock.js"
    "/src/shell/do/look.js"
    "/src/shell/do/note.js"
    "/src/shell/do/send.js"
    "/src/shell/do/store.js"
    "/src/shell/driver.js"
    "/src/shell/encrypted.js"
    "/src/shell/fetcher.js"
    "/src/shell/form.js"
    "/src/shell/guard.js"
    "/src/shell/live.js"
    "/src/shell/names.js"
    "/src/shell/object.js"
    "/src/shell/open.js"
    "/src/shell/options.js"
    "/src/shell/random.js"
    "/src/shell/reply.js"
    "/src/shell/request.js"
    "/src/shell/session.js"
    "/src/shell/wait.js"
    "/src/shell/wake-ups.js"
    "/src/shell/wallet.js"
}
