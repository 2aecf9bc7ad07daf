//! A session that is live in this browser: the rules of `session`, with effects.

mod announce;
mod check;
mod fetch;
mod login;
mod logout;
mod prepare;
mod renew;
mod reply;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Date, Math};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

pub use prepare::Prepared;

use super::address::Base;
use super::http;
use super::json::write_json;
use super::rejection::Rejection;
use super::storage::Store;
use super::timer::Timer;
use crate::session::{Audience, Record, Session, Snapshot};
use crate::vendor::{Call, Carrier, Code, Facts, Operation, Renewal, Reply, Vendor};

/// Checked options.
pub struct Setup {
    /// The vendor.
    pub vendor: &'static dyn Vendor<JsValue>,
    /// Its address.
    pub base: Base,
    /// Who may be sent the credential.
    pub audience: Audience,
    /// Where the record is kept.
    pub store: Store,
    /// Whether to renew without being asked.
    pub automatic: bool,
    /// The bound on each own call, in ms.
    pub timeout_ms: f64,
    /// The full addresses of the operations: login, refresh, logout, check.
    pub endpoints: [Option<String>; 4],
}

/// A live session.
pub struct Live {
    setup: Setup,
    session: RefCell<Session>,
    announced: RefCell<announce::Announced>,
    flight: RefCell<Option<renew::Flight>>,
    login: RefCell<Option<AbortController>>,
    timer: RefCell<Option<Timer>>,
    disposed: Cell<bool>,
    myself: Weak<Self>,
}

impl Live {
    /// Opens a session and restores what the storage holds. Never talks to the vendor.
    pub async fn open(setup: Setup) -> Rc<Self> {
        let facts = setup.vendor.facts();
        let mut session = Session::new(facts.renewal, setup.automatic);
        match setup.store.read().await {
            Ok(text) => {
                let carries_token = facts.carrier != Carrier::Cookie;
                if let Some(record) = text.and_then(|text| Record::read::<JsValue>(&text, carries_token)) {
                    session.restore(record, Date::now());
                }
            }
            Err(()) => session.storage_works(false),
        }
        let live = Rc::new_cyclic(|myself| Self {
            announced: RefCell::new(announce::Announced::of(&session.snapshot())),
            setup,
            session: RefCell::new(session),
            flight: RefCell::default(),
            login: RefCell::default(),
            timer: RefCell::default(),
            disposed: Cell::new(false),
            myself: myself.clone(),
        });
        live.set_timer();
        live
    }

    /// What is fixed for the vendor.
    #[must_use]
    pub fn facts(&self) -> &'static Facts {
        self.setup.vendor.facts()
    }

    /// The vendor's address.
    #[must_use]
    pub fn base(&self) -> String {
        self.setup.base.text()
    }

    /// Stops timers and listeners. Stored tokens stay.
    pub fn dispose(&self) {
        self.disposed.set(true);
        self.timer.take();
        self.announced.borrow_mut().forget_listeners();
    }

    /// Refuses work after [`dispose`](Self::dispose).
    fn in_use(&self, operation: Operation) -> Result<(), Rejection> {
        if self.disposed.get() {
            let sentence = "This session was disposed; open a new one with openSession.";
            return Err(Rejection::of(crate::vendor::Failure::saying(Code::Unsupported, sentence.into()), operation));
        }
        Ok(())
    }

    fn snapshot(&self) -> Snapshot {
        self.session.borrow().snapshot()
    }

    /// Where an operation is, at this deployment.
    fn endpoint(&self, operation: Operation) -> Option<&str> {
        let index = match operation {
            Operation::Login => 0,
            Operation::Refresh => 1,
            Operation::Logout => 2,
            Operation::Check => 3,
            Operation::Request => return None,
        };
        self.setup.endpoints.get(index)?.as_deref()
    }

    /// Makes a call of hallpass's own.
    async fn call(
        &self,
        call: Call,
        signal: Option<&AbortSignal>,
        controller: &AbortController,
    ) -> Result<Reply<JsValue>, Rejection> {
        let operation = call.operation;
        let Some(url) = self.endpoint(operation) else {
            return Err(Rejection::code(Code::Unsupported, operation));
        };
        let cookies = self.facts().carrier == Carrier::Cookie;
        http::send(url, call, cookies, self.setup.timeout_ms, signal, controller).await
    }

    /// Writes what is held to the storage, or deletes it.
    async fn save(&self) {
        let text = self.session.borrow().held().and_then(|record| {
            let written = record.written().serialize(&Serializer::new()).ok()?;
            write_json(&written).ok()?.as_string()
        });
        let works = self.setup.store.write(text).await.is_ok();
        self.session.borrow_mut().storage_works(works);
        self.publish();
    }

    /// Sets the timer to the next moment at which something is to be done.
    fn set_timer(&self) {
        let next = self.session.borrow().next_event();
        let timer = next.filter(|_| !self.disposed.get()).map(|at| {
            let myself = self.myself.clone();
            Timer::after(at - Date::now(), move || {
                if let Some(live) = myself.upgrade() {
                    live.wake();
                }
            })
            .in_the_background()
        });
        *self.timer.borrow_mut() = timer;
    }

    /// Looks at the clock: the session may have come to its end, or its token may be due for renewal.
    fn wake(self: &Rc<Self>) {
        let now = Date::now();
        let before = self.session.borrow().held().is_some();
        self.session.borrow_mut().tick(now);
        if before && self.session.borrow().held().is_none() {
            self.save_in_background();
        }
        self.renew_if_due(now);
        self.publish();
    }

    fn save_in_background(self: &Rc<Self>) {
        let live = Rc::clone(self);
        wasm_bindgen_futures::spawn_local(async move { live.save().await });
    }

    /// Whether this vendor's sessions can be renewed.
    fn renewable(&self) -> bool {
        self.facts().renewal != Renewal::None
    }

    fn chance() -> f64 {
        Math::random()
    }
}

/// A new abort controller.
fn controller(operation: Operation) -> Result<AbortController, Rejection> {
    AbortController::new().map_err(|cause| Rejection::caused(Code::Unsupported, operation, cause))
}
