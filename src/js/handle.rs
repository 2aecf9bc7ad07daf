//! The exports.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use super::auth_error::thrown;
use super::{credentials, options};
use crate::browser::{Announcer, Judgement, Live, Rejection};
use crate::session::Epoch;
use crate::vendor::{Code, Facts, Operation};

#[wasm_bindgen(module = "/src/js/guard.js")]
extern "C" {
    #[wasm_bindgen(js_name = breakDown)]
    fn break_down();
}

/// A panic can't be caught in WebAssembly, and would leave every promise under way pending for ever. `guard.js` keeps a
/// list of them and rejects them all.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|_| break_down()));
}

/// Opens a session; `loader.js` makes `openSession` of it.
#[wasm_bindgen(js_name = openSession)]
#[must_use]
pub fn open_session(options: &JsValue) -> Promise {
    let setup = options::setup(options);
    future_to_promise(async move {
        let setup = setup.map_err(|rejection| thrown(&rejection, None))?;
        Ok(Handle { live: Live::open(setup).await }.into())
    })
}

/// What `session.js` wraps. Takes any value and checks it; never borrows across an await.
#[wasm_bindgen]
pub struct Handle {
    live: Rc<Live>,
}

#[wasm_bindgen]
#[expect(missing_docs, reason = "the methods are Session's, documented in hallpass.d.ts, or fetch.js's, at their callee")]
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
    pub fn announcer(&self) -> Announcer {
        self.live.announcer()
    }

    pub fn tick(&self) {
        self.live.tick();
    }

    #[must_use]
    pub fn login(&self, credentials: &JsValue, options: &JsValue) -> Promise {
        let input = credentials::credentials(credentials).and_then(|read| Ok((read, credentials::signal(options)?)));
        self.promise(async move |live| {
            let (credentials, signal) = input?;
            Ok(live.login(credentials, signal).await?.into())
        })
    }

    #[must_use]
    pub fn refresh(&self, options: &JsValue) -> Promise {
        let signal = credentials::signal(options);
        self.promise(async move |live| live.refresh(signal?).await.map(|()| JsValue::UNDEFINED))
    }

    #[must_use]
    pub fn check(&self, options: &JsValue) -> Promise {
        let signal = credentials::signal(options);
        self.promise(async move |live| live.check(signal?).await.map(|()| JsValue::UNDEFINED))
    }

    #[must_use]
    pub fn logout(&self, options: &JsValue) -> Promise {
        let signal = credentials::signal(options);
        self.promise(async move |live| Ok(live.logout(signal?).await?.into()))
    }

    pub fn dispose(&self) {
        self.live.dispose();
    }
}

/// What `fetch.js` asks about the caller's own requests.
#[wasm_bindgen]
#[expect(missing_docs, reason = "documented at Live's methods of the same names")]
impl Handle {
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn header(&self) -> Option<String> {
        self.live.facts().carrier.header().map(Into::into)
    }

    #[wasm_bindgen(getter, js_name = speaksInside)]
    #[must_use]
    pub fn speaks_inside(&self) -> bool {
        self.live.facts().speaks_inside
    }

    #[wasm_bindgen(getter, js_name = timeoutMs)]
    #[must_use]
    pub fn timeout_ms(&self) -> f64 {
        self.live.timeout_ms()
    }

    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn token(&self) -> Option<String> {
        self.live.token()
    }

    /// The value of the credential's header; none for a cookie session.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn credential(&self) -> Option<String> {
        Some(self.live.facts().carrier.value(&self.live.token()?))
    }

    pub fn target(&self, input: &JsValue) -> Result<String, JsValue> {
        let Some(input) = input.as_string() else {
            return Err(self.invalid("input", "a string, a URL or a Request", JsValue::UNDEFINED));
        };
        self.live.target(&input).map_err(|rejection| self.thrown(&rejection))
    }

    #[must_use]
    pub fn admits(&self, url: &str) -> bool {
        self.live.admits(url)
    }

    /// The epoch, or -1 where the token has to be renewed first.
    pub fn pass(&self) -> Result<f64, JsValue> {
        let pass = self.live.pass().map_err(|rejection| self.thrown(&rejection))?;
        Ok(pass.map_or(-1.0, |epoch| f64::from(epoch.0)))
    }

    #[must_use]
    pub fn ready(&self, signal: Option<AbortSignal>) -> Promise {
        self.promise(async move |live| Ok(live.ready(signal.as_ref()).await?.0.into()))
    }

    /// 0: keep; 1: renew; 2: replay.
    #[must_use]
    pub fn judge(&self, epoch: u32, status: u16, json: JsValue, last: bool) -> u8 {
        match self.live.judge(Epoch(epoch), status, json, last) {
            Judgement::Keep => 0,
            Judgement::Renew => 1,
            Judgement::Replay => 2,
        }
    }

    #[wasm_bindgen(js_name = renewAfterRejection)]
    #[must_use]
    pub fn renew_after_rejection(&self, epoch: u32, signal: AbortSignal) -> Promise {
        self.promise(async move |live| Ok(live.renew_after_rejection(Epoch(epoch), &signal).await?.into()))
    }

    pub fn unwrap(&self, status: u16, body: JsValue, retry_after: Option<String>) -> Result<JsValue, JsValue> {
        self.live.unwrap(status, body, retry_after).map_err(|rejection| self.thrown(&rejection))
    }

    /// An `AuthError` for a caller's mistake.
    #[must_use]
    pub fn invalid(&self, name: &str, expected: &str, cause: JsValue) -> JsValue {
        self.thrown(&Rejection::mistake(name, expected, cause))
    }

    /// An `AuthError` for a request that got no reply.
    #[must_use]
    pub fn network(&self, cause: JsValue) -> JsValue {
        self.thrown(&Rejection::caused(Code::Network, Operation::Request, cause))
    }
}

impl Handle {
    fn thrown(&self, rejection: &Rejection) -> JsValue {
        thrown(rejection, Some(self.live.facts()))
    }

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
