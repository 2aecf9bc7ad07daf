//! Waiting for what the scripts do, for as long as the caller does.

use js_sys::Promise;
use js_sys::futures::JsFuture;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal};

use super::{AuthError, Code, scripts};
use crate::export::{put, without_prototype};

/// A call of the scripts that is under way. Dropping it before its end aborts the call's signal, so that the scripts give it up.
pub(super) struct AbortOnDrop {
    controller: AbortController,
    signal: AbortSignal,
    over: bool,
}

impl AbortOnDrop {
    pub(super) fn new() -> Result<Self, AuthError> {
        let controller = AbortController::new().map_err(|_| AuthError::internal())?;
        let signal = controller.signal();
        Ok(Self { controller, signal, over: false })
    }

    pub(super) fn signal(&self) -> &AbortSignal {
        &self.signal
    }

    /// The options of the call: `{ signal }`.
    pub(super) fn options(&self) -> JsValue {
        let options = without_prototype();
        put(&options, "signal", self.signal());
        options
    }

    /// Has the signal abort when that of a request does, too.
    pub(super) fn follow(&mut self, request: &web_sys::Request) -> Result<(), AuthError> {
        self.signal =
            scripts::followed(&self.controller, request).map_err(|error| AuthError::thrown(&error))?;
        Ok(())
    }

    /// Waits for the end of the call.
    pub(super) async fn end(mut self, begun: Result<Promise, JsValue>) -> Result<JsValue, AuthError> {
        let ended = match begun {
            Ok(promise) => JsFuture::from(promise).await,
            Err(thrown) => Err(thrown),
        };
        self.over = true;
        ended.map_err(|reason| {
            let error = AuthError::thrown(&reason);
            // The request's own signal may have aborted with any reason, which is no error of hallpass's.
            if error.code() == Code::Internal && self.signal().aborted() {
                return AuthError::new(
                    Code::Aborted,
                    "The request was given up by its own signal; send it again if it is wanted.",
                );
            }
            error
        })
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        if !self.over {
            self.controller.abort();
        }
    }
}
