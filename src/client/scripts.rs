//! The scripts' functions that the client calls. Each may throw, since a page can replace whatever the scripts use.

use alloc::string::String;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

use super::{AuthError, Code};

/// Fails outside of a browser's WebAssembly, as on a server that renders an application, natively or on WASI: there, any call of a script
/// would panic.
pub(super) fn reachable() -> Result<(), AuthError> {
    if cfg!(all(target_family = "wasm", target_os = "unknown")) {
        return Ok(());
    }
    Err(AuthError::new(
        Code::Unsupported,
        "Sessions are for browsers, and this runs in none; where a server renders the application, open them in an effect, \
         which runs in the browser alone.",
    ))
}

#[wasm_bindgen(module = "/src/shell/rust.js")]
extern "C" {
    /// A session of the scripts'.
    #[derive(Clone)]
    pub(super) type JsSession;

    #[wasm_bindgen(catch)]
    pub(super) fn opened(options: &JsValue, signal: &AbortSignal) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) fn described(description: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = stateOf)]
    pub(super) fn state_of(session: &JsSession) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = withoutPrototype)]
    pub(super) fn without_prototype(object: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = detailsOf)]
    pub(super) fn details_of(error: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = stripPrototypes)]
    pub(super) fn strip_prototypes(reply: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = addressOf)]
    pub(super) fn address_of(base_url: &str, input: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) fn followed(
        controller: &AbortController,
        request: &web_sys::Request,
    ) -> Result<AbortSignal, JsValue>;

    #[wasm_bindgen(method, catch, getter)]
    pub(super) fn vendor(this: &JsSession) -> Result<String, JsValue>;

    #[wasm_bindgen(method, catch, getter, js_name = baseUrl)]
    pub(super) fn base_url(this: &JsSession) -> Result<String, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn login(
        this: &JsSession,
        credentials: &JsValue,
        options: &JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn refresh(this: &JsSession, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn check(this: &JsSession, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn logout(this: &JsSession, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn fetch(this: &JsSession, input: &JsValue, init: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn json(this: &JsSession, input: &JsValue, init: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = accessToken)]
    pub(super) fn access_token(this: &JsSession) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn subscribe(this: &JsSession, listener: &JsValue) -> Result<js_sys::Function, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn touch(this: &JsSession) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(super) fn dispose(this: &JsSession) -> Result<(), JsValue>;
}
