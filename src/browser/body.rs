//! Reading a body, with a bound on its size.

use js_sys::{JsString, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, ReadableStreamDefaultReader};

use super::json::parse_json;
use super::object::{bare, put};
use crate::vendor::Body;

#[wasm_bindgen]
extern "C" {
    /// `TextDecoder` with texts that stay in JavaScript: `web_sys` would copy each into WebAssembly.
    #[wasm_bindgen(js_name = TextDecoder)]
    type Decoder;
    #[wasm_bindgen(constructor, js_class = "TextDecoder", catch)]
    fn new() -> Result<Decoder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decode(this: &Decoder, bytes: &Uint8Array, options: &JsValue) -> Result<JsString, JsValue>;
}

/// Why a body could not be read.
pub(super) enum Unread {
    /// It is longer than the bound.
    TooLong,
    /// The connection broke, with the platform's error.
    Broken(JsValue),
}

/// Cancels what is left of a body, so that a reply of 100 MB does not go on downloading.
struct Reading {
    reader: ReadableStreamDefaultReader,
    finished: bool,
}

impl Drop for Reading {
    fn drop(&mut self) {
        if !self.finished {
            ignore(self.reader.cancel());
        }
    }
}

/// Reads a body as UTF-8 text of at most so many bytes. The text stays in JavaScript.
pub(super) async fn text(body: Option<ReadableStream>, limit: f64) -> Result<JsString, Unread> {
    let mut text = JsString::from("");
    let Some(body) = body else { return Ok(text) };
    let reader = ReadableStreamDefaultReader::new(&body).map_err(Unread::Broken)?;
    let mut reading = Reading { reader, finished: false };
    let decoder = Decoder::new().map_err(Unread::Broken)?;
    let more = bare();
    put(&more, "stream", &JsValue::TRUE);
    let mut size = 0.0;
    loop {
        let chunk = JsFuture::from(reading.reader.read()).await.map_err(Unread::Broken)?;
        let value = Reflect::get(&chunk, &"value".into()).map_err(Unread::Broken)?;
        let Some(bytes) = value.dyn_ref::<Uint8Array>() else {
            reading.finished = true;
            return Ok(text);
        };
        size += f64::from(bytes.byte_length());
        if size > limit {
            return Err(Unread::TooLong);
        }
        text = text.concat(&decoder.decode(bytes, &more).map_err(Unread::Broken)?.into());
    }
}

/// What a text is as a reply's body.
pub(super) fn parsed(text: &JsString) -> Body<JsValue> {
    if text.length() == 0 {
        return Body::Empty;
    }
    parse_json(text).map_or(Body::Unreadable, Body::Json)
}

/// Lets a promise go without an "unhandled rejection".
pub(super) fn ignore(promise: Promise) {
    spawn_local(async {
        let _ = JsFuture::from(promise).await;
    });
}
