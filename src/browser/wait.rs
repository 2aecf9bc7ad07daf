//! Waiting, with a bound: no promise of hallpass's stays pending for ever (rule 2 of the contract).

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::timer::Timer;

/// How a wait ended.
pub(super) enum Waited<T> {
    /// The work is done.
    Done(T),
    /// The bound was reached.
    TimedOut,
    /// The caller's signal aborted, with this reason; it may be any value, also null.
    Aborted(JsValue),
}

enum Bell {
    Silent(Option<Waker>),
    TimedOut,
    Aborted(JsValue),
}

/// Waits for the work, at most so many ms, and not beyond the signal's abort.
pub(super) async fn bounded<F: Future>(
    work: F,
    timeout_ms: Option<f64>,
    signal: Option<&AbortSignal>,
) -> Waited<F::Output> {
    if let Some(reason) = signal.and_then(aborted) {
        return Waited::Aborted(reason);
    }
    let bell = Rc::new(RefCell::new(Bell::Silent(None)));
    let _timer = timeout_ms.map(|ms| {
        let bell = Rc::clone(&bell);
        Timer::after(ms, move || ring(&bell, Bell::TimedOut))
    });
    let _listener = signal.map(|signal| {
        let (bell, from) = (Rc::clone(&bell), signal.clone());
        Listener::on(signal, move || ring(&bell, Bell::Aborted(reason(&from))))
    });
    let mut work = pin!(work);
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Waited::Done(output));
        }
        let mut bell = bell.borrow_mut();
        match &*bell {
            Bell::TimedOut => Poll::Ready(Waited::TimedOut),
            Bell::Aborted(reason) => Poll::Ready(Waited::Aborted(reason.clone())),
            Bell::Silent(_) => {
                *bell = Bell::Silent(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    })
    .await
}

fn ring(bell: &RefCell<Bell>, sound: Bell) {
    let before = bell.replace(sound);
    if let Bell::Silent(Some(waker)) = before {
        waker.wake();
    }
}

/// The reason of a signal that has aborted.
pub(super) fn aborted(signal: &AbortSignal) -> Option<JsValue> {
    signal.aborted().then(|| reason(signal))
}

fn reason(signal: &AbortSignal) -> JsValue {
    Reflect::get(signal, &"reason".into()).unwrap_or_default()
}

/// An abort listener that ends with its owner.
struct Listener {
    signal: AbortSignal,
    callback: Closure<dyn FnMut()>,
}

impl Listener {
    fn on(signal: &AbortSignal, callback: impl FnOnce() + 'static) -> Self {
        let callback = Closure::once(callback);
        let _ = signal.add_event_listener_with_callback("abort", callback.as_ref().unchecked_ref());
        Self { signal: signal.clone(), callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.signal.remove_event_listener_with_callback("abort", self.callback.as_ref().unchecked_ref());
    }
}
