//! Telling the page what changed.

use std::rc::Rc;

use js_sys::{Function, Object};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::Live;
use crate::session::Snapshot;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = reportError, catch)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;
}

/// The state as the page last saw it, and who listens.
pub(super) struct Announced {
    snapshot: Snapshot,
    frozen: JsValue,
    listeners: Vec<(u32, Function)>,
    next_listener: u32,
    telling: bool,
}

impl Announced {
    /// A state that nobody has seen yet.
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let (snapshot, frozen) = (snapshot.clone(), freeze(snapshot));
        Self { snapshot, frozen, listeners: Vec::new(), next_listener: 0, telling: false }
    }

    /// Nobody listens any more.
    pub(super) fn forget_listeners(&mut self) {
        self.listeners.clear();
    }
}

impl Live {
    /// The state as a frozen object: the same one until something changes.
    #[must_use]
    pub fn state(self: &Rc<Self>) -> JsValue {
        // A machine that slept fires no timer: an end that is past is seen on use.
        let ended = {
            let mut session = self.session.borrow_mut();
            let before = session.held().is_some();
            session.tick(js_sys::Date::now());
            before && session.held().is_none()
        };
        if ended {
            self.save_in_background();
            self.publish();
        }
        self.announced.borrow().frozen.clone()
    }

    /// Adds a listener, and calls it at once. Gives back its number.
    pub fn subscribe(self: &Rc<Self>, listener: &Function) -> u32 {
        let number = {
            let mut announced = self.announced.borrow_mut();
            announced.next_listener += 1;
            let number = announced.next_listener;
            if !self.disposed.get() {
                announced.listeners.push((number, listener.clone()));
            }
            number
        };
        tell(listener, &self.state());
        number
    }

    /// Takes a listener away.
    pub fn unsubscribe(&self, number: u32) {
        self.announced.borrow_mut().listeners.retain(|(other, _)| *other != number);
    }

    /// Tells the listeners when the state has changed, and sets the timer anew. A listener may call any method: nothing
    /// is borrowed while it runs, and a change that it causes is told after the present one, so that all see the same
    /// order.
    pub(super) fn publish(&self) {
        self.set_timer();
        loop {
            let snapshot = self.snapshot();
            let (frozen, listeners) = {
                let mut announced = self.announced.borrow_mut();
                if announced.snapshot == snapshot {
                    return;
                }
                announced.frozen = freeze(&snapshot);
                announced.snapshot = snapshot;
                if announced.telling {
                    return;
                }
                announced.telling = true;
                (announced.frozen.clone(), announced.listeners.clone())
            };
            let mut told = frozen;
            loop {
                for (number, listener) in &listeners {
                    let listening = self.announced.borrow().listeners.iter().any(|(other, _)| other == number);
                    if listening {
                        tell(listener, &told);
                    }
                }
                let now = self.announced.borrow().frozen.clone();
                if now == told {
                    break;
                }
                told = now;
            }
            self.announced.borrow_mut().telling = false;
        }
    }
}

/// Calls a listener. What it throws is its own affair: reported like any uncaught error, and no other listener misses
/// the news.
fn tell(listener: &Function, state: &JsValue) {
    if let Err(error) = listener.call1(&JsValue::UNDEFINED, state) {
        let _ = report_error(&error);
    }
}

fn freeze(snapshot: &Snapshot) -> JsValue {
    let state = snapshot.serialize(&serde_wasm_bindgen::Serializer::new()).unwrap_or_default();
    state.dyn_ref::<Object>().map(Object::freeze);
    state
}
