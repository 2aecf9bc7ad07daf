//! The exports.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::auth_error::thrown;
use super::{credentials, options};
use crate::browser::{Live, Rejection};
use crate::vendor::Facts;

#[wasm_bindgen(module = "/src/js/session.js")]
extern "C" {
    /// The object that callers hold.
    pub type Session;
    #[wasm_bindgen(constructor)]
    fn new(handle: Handle) -> Session;

    #[wasm_bindgen(js_name = breakDown)]
    fn break_down();
}

/// A panic can't be caught in WebAssembly, and would leave every promise under way pending for ever. `session.js` keeps
/// a list of them and rejects them all.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|_| break_down()));
}

/// `openSession` of the public API.
#[wasm_bindgen(js_name = openSession)]
#[must_use]
pub fn open_session(options: &JsValue) -> Promise {
    let setup = options::setup(options);
    future_to_promise(async move {
        let setup = setup.map_err(|rejection| thrown(&rejection, None))?;
        let live = Live::open(setup).await;
        Ok(Session::new(Handle { live }).into())
    })
}

/// What `session.js` wraps. Takes any value and checks it; never borrows across an await.
#[wasm_bindgen]
pub struct Handle {
    live: Rc<Live>,
}

#[wasm_bindgen]
#[expect(missing_docs, reason = "the methods are Session's, documented in npm/hallpass.d.ts")]
impl Handle {
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn vendor(&self) -> String {
        self.live.facts().name.into()
    }

    #[wasm_bindgen(getter, js_name = baseUrl)]
    #[must_use]
    pub fn base_url(&self) -> String {
        self.live.base()
    }

    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn state(&self) -> JsValue {
        self.live.state()
    }

    #[must_use]
    pub fn login(&self, credentials: &JsValue, options: &JsValue) -> Promise {
        let input = credentials::credentials(credentials).and_then(|read| Ok((read, credentials::signal(options)?)));
        self.promise(async move |live| {
            let (credentials, signal) = input?;
            let redirect_to = live.login(credentials, signal.as_ref()).await?;
            Ok(redirect_to.map_or(JsValue::UNDEFINED, Into::into))
        })
    }

    #[must_use]
    pub fn refresh(&self, options: &JsValue) -> Promise {
        let signal = credentials::signal(options);
        self.promise(async move |live| {
            live.refresh(signal?.as_ref()).await?;
            Ok(live.state())
        })
    }

    #[must_use]
    pub fn check(&self, options: &JsValue) -> Promise {
        let signal = credentials::signal(options);
        self.promise(async move |live| {
            live.check(signal?.as_ref()).await?;
            Ok(live.state())
        })
    }

    #[must_use]
    pub fn logout(&self, options: &JsValue) -> Promise {
        let signal = credentials::signal(options);
        self.promise(async move |live| Ok(live.logout(signal?.as_ref()).await?.into()))
    }

    #[must_use]
    pub fn fetch(&self, input: &JsValue, init: &JsValue) -> Promise {
        let prepared = self.live.prepare(input, init, false);
        self.promise(async move |live| Ok(live.fetch(prepared?).await?.into()))
    }

    #[must_use]
    pub fn json(&self, input: &JsValue, init: &JsValue) -> Promise {
        let prepared = self.live.prepare(input, init, true);
        self.promise(async move |live| live.json(prepared?).await)
    }

    #[wasm_bindgen(js_name = accessToken)]
    #[must_use]
    pub fn access_token(&self) -> Promise {
        self.promise(async move |live| Ok(live.access_token().await?.map_or(JsValue::UNDEFINED, Into::into)))
    }

    pub fn subscribe(&self, listener: &JsValue) -> Result<u32, JsValue> {
        match listener.dyn_ref::<Function>() {
            Some(listener) => Ok(self.live.subscribe(listener)),
            None => Err(thrown(&Rejection::argument("listener", "a function"), Some(self.live.facts()))),
        }
    }

    pub fn unsubscribe(&self, number: u32) {
        self.live.unsubscribe(number);
    }

    pub fn dispose(&self) {
        self.live.dispose();
    }
}

impl Handle {
    /// Runs one call to its end. Boxed, so that what surrounds a promise is compiled once and not for each method.
    fn promise<F>(&self, work: impl FnOnce(Rc<Live>) -> F) -> Promise
    where
        F: Future<Output = Result<JsValue, Rejection>> + 'static,
    {
        settled(self.live.facts(), Box::pin(work(Rc::clone(&self.live))))
    }
}

fn settled(facts: &'static Facts, work: Pin<Box<dyn Future<Output = Result<JsValue, Rejection>>>>) -> Promise {
    future_to_promise(async move { work.await.map_err(|rejection| thrown(&rejection, Some(facts))) })
}
