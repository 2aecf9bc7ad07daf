//! Listening to a session.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::fmt;

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::session::Inner;
use super::{AuthError, State, scripts};

/// A listener's subscription to a session. Dropping it unsubscribes; until then, it keeps the session alive.
///
/// ```
/// # fn listen(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
/// let subscription = session.subscribe(|state| println!("{:?}", state.user))?;
/// drop(subscription); // nobody listens any more
/// # Ok(())
/// # }
/// ```
#[must_use = "nobody listens any more when it is dropped"]
pub struct Subscription {
    unsubscribe: Function,
    /// What the scripts call. It may be dropped while it runs.
    _listener: Closure<dyn Fn(JsValue)>,
    _session: Rc<Inner>,
}

impl Subscription {
    pub(super) fn new(session: Rc<Inner>, listener: impl Fn(State) + 'static) -> Result<Self, AuthError> {
        let listener: Closure<dyn Fn(JsValue)> = Closure::wrap(Box::new(move |state: JsValue| {
            // A state that can't be read is not told. `Session::state` shows that there is a problem.
            let copy = scripts::without_prototype(&state).map_err(|error| AuthError::thrown(&error));
            if let Ok(state) = copy.and_then(State::read) {
                listener(state);
            }
        }));
        let subscribed = session.js().subscribe(listener.as_ref());
        let unsubscribe = subscribed.map_err(|error| AuthError::thrown(&error))?;
        Ok(Self { unsubscribe, _listener: listener, _session: session })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _ = self.unsubscribe.call0(&JsValue::UNDEFINED);
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Subscription").finish_non_exhaustive()
    }
}
