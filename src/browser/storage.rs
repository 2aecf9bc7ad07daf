//! Where a session's record is kept. Every call is guarded and bounded: storages throw when touched, are full, or
//! never answer.

use std::cell::{Cell, RefCell};

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::object::member;
use super::wait::{Waited, bounded};

/// How long a storage may take to answer, in ms.
const PATIENCE_MS: f64 = 2_000.0;

/// A storage: `localStorage`, `sessionStorage`, or an object of the caller's with the same three verbs.
#[derive(Debug)]
pub struct Store {
    key: String,
    kind: Kind,
    /// What is to be written next; a newer value replaces one that still waits.
    next: RefCell<Option<Option<String>>>,
    writing: Cell<bool>,
}

#[derive(Debug)]
enum Kind {
    Memory,
    /// The global's name: it is looked up at each call, since merely touching it may throw.
    Web(&'static str),
    Custom(JsValue),
}

/// The names of the three verbs: of the Web's storages, and of `TokenStorage`.
struct Verbs {
    get: &'static str,
    set: &'static str,
    delete: &'static str,
}

const WEB: Verbs = Verbs { get: "getItem", set: "setItem", delete: "removeItem" };
const CUSTOM: Verbs = Verbs { get: "get", set: "set", delete: "delete" };

impl Store {
    /// Keeps nothing beyond the page's life.
    #[must_use]
    pub fn memory() -> Self {
        Self::new(String::new(), Kind::Memory)
    }

    /// `localStorage` or `sessionStorage`, by that name.
    #[must_use]
    pub fn web(key: String, name: &'static str) -> Self {
        Self::new(key, Kind::Web(name))
    }

    /// An object of the caller's: `TokenStorage` of the public API.
    #[must_use]
    pub fn custom(key: String, object: JsValue) -> Self {
        Self::new(key, Kind::Custom(object))
    }

    fn new(key: String, kind: Kind) -> Self {
        Self { key, kind, next: RefCell::new(None), writing: Cell::new(false) }
    }

    /// Reads the record. `Err`: the storage failed.
    pub async fn read(&self) -> Result<Option<String>, ()> {
        let value = self.call(|verbs| verbs.get, None).await?;
        Ok(value.as_string())
    }

    /// Writes the record, or deletes it. Writes never overlap: one that is overtaken by a newer is left out. `Err`: the
    /// storage failed.
    pub async fn write(&self, record: Option<String>) -> Result<(), ()> {
        *self.next.borrow_mut() = Some(record);
        if self.writing.replace(true) {
            return Ok(());
        }
        let mut result = Ok(());
        loop {
            let next = self.next.borrow_mut().take();
            let Some(record) = next else { break };
            result = match record {
                Some(text) => self.call(|verbs| verbs.set, Some(&text)).await.map(drop),
                None => self.call(|verbs| verbs.delete, None).await.map(drop),
            };
        }
        self.writing.set(false);
        result
    }

    async fn call(&self, verb: impl Fn(&Verbs) -> &'static str, value: Option<&str>) -> Result<JsValue, ()> {
        let (storage, verbs) = match &self.kind {
            Kind::Memory => return Ok(JsValue::UNDEFINED),
            Kind::Web(name) => (Reflect::get(&js_sys::global(), &(*name).into()).map_err(drop)?, &WEB),
            Kind::Custom(object) => (object.clone(), &CUSTOM),
        };
        let method = Reflect::get(&storage, &verb(verbs).into()).map_err(drop)?;
        let method: Function = method.dyn_into().map_err(drop)?;
        let key = JsValue::from_str(&self.key);
        let answer = match value {
            Some(value) => method.call2(&storage, &key, &value.into()),
            None => method.call1(&storage, &key),
        };
        // A plain value, a promise or any thenable: `Promise.resolve` takes them all.
        let promise = Promise::resolve(&answer.map_err(drop)?);
        match bounded(JsFuture::from(promise), Some(PATIENCE_MS), None).await {
            Waited::Done(answer) => answer.map_err(drop),
            _ => Err(()),
        }
    }
}

/// Whether an object has the three verbs of `TokenStorage`.
pub fn is_token_storage(object: &JsValue) -> bool {
    [CUSTOM.get, CUSTOM.set, CUSTOM.delete]
        .into_iter()
        .all(|verb| member(object, verb).is_ok_and(|method| method.is_function()))
}
