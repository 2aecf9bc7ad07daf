//! The pieces that are written in JavaScript, because they hold what JavaScript gives and takes: storages, listeners,
//! promises to race. Each has one file in `src/js`, where it is described.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, ReadableStream};

#[wasm_bindgen(module = "/src/js/storage.js")]
extern "C" {
    /// Where a session's record is kept.
    pub type Store;
    /// `storage`: undefined, the name of a global, or an object with get, set and delete.
    #[wasm_bindgen(constructor)]
    pub fn new(storage: &JsValue, key: &str) -> Store;
    #[wasm_bindgen(method)]
    pub(super) fn read(this: &Store) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn write(this: &Store, text: &JsValue) -> Promise;
}

#[wasm_bindgen(module = "/src/js/announcer.js")]
extern "C" {
    /// The state as the page last saw it, and who listens.
    #[derive(Clone)]
    pub type Announcer;
    #[wasm_bindgen(constructor)]
    pub(super) fn new() -> Announcer;
    #[wasm_bindgen(method)]
    pub(super) fn tell(this: &Announcer, state: JsValue);
}

#[wasm_bindgen(module = "/src/js/wait.js")]
extern "C" {
    /// A bound on waiting.
    #[derive(Clone)]
    pub(super) type Deadline;
    #[wasm_bindgen(constructor)]
    pub(super) fn new(ms: Option<f64>, signal: Option<&AbortSignal>) -> Deadline;
    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &Deadline) -> AbortSignal;
    #[wasm_bindgen(method, getter)]
    pub(super) fn reason(this: &Deadline) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(super) fn ended(this: &Deadline) -> String;
    #[wasm_bindgen(method)]
    pub(super) fn guard(this: &Deadline, promise: &Promise) -> Promise;
    #[wasm_bindgen(method)]
    pub(super) fn end(this: &Deadline, how: &str);
}

#[wasm_bindgen(module = "/src/js/body.js")]
extern "C" {
    /// The text of a body of at most so many bytes, or undefined.
    #[wasm_bindgen(js_name = readText)]
    pub(super) fn read_text(body: Option<ReadableStream>, limit: f64) -> Promise;
}
