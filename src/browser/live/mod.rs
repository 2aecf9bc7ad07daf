//! A session that is live in this browser: the rules of `session`, with effects.

mod check;
mod login;
mod logout;
mod renew;
mod request;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::Date;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

pub use request::Judgement;

use super::address::Base;
use super::http;
use super::json::write_json;
use super::rejection::Rejection;
use super::script::{Announcer, Deadline, Store};
use super::timer::Timer;
use crate::session::{Audience, Record, Session, Snapshot};
use crate::vendor::{Call, Carrier, Code, Facts, Failure, Operation, Reply, Vendor};

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
    /// The full addresses of the operations, in the order of [`Operation`].
    pub endpoints: [Option<String>; 4],
}

/// A live session.
pub struct Live {
    setup: Setup,
    session: RefCell<Session>,
    announcer: Announcer,
    /// The state as it was last told.
    told: RefCell<Option<Snapshot>>,
    flight: RefCell<Option<renew::Flight>>,
    /// The login under way, for a newer one or a logout to end.
    login: RefCell<Option<Deadline>>,
    timer: RefCell<Option<Timer>>,
    disposed: Cell<bool>,
    myself: Weak<Self>,
}

impl Live {
    /// Opens a session and restores what the storage holds. Never talks to the vendor.
    pub async fn open(setup: Setup) -> Rc<Self> {
        let facts = setup.vendor.facts();
        let mut session = Session::new(facts.renewal, setup.automatic);
        match JsFuture::from(setup.store.read()).await {
            Ok(text) => {
                let record = text.as_string().and_then(|text| Record::read::<JsValue>(&text, facts.carrier != Carrier::Cookie));
                if let Some(record) = record {
                    session.restore(record, Date::now());
                }
            }
            Err(_) => session.storage_works(false),
        }
        let live = Rc::new_cyclic(|myself| Self {
            setup,
            session: RefCell::new(session),
            announcer: Announcer::new(),
            told: RefCell::default(),
            flight: RefCell::default(),
            login: RefCell::default(),
            timer: RefCell::default(),
            disposed: Cell::new(false),
            myself: myself.clone(),
        });
        live.publish();
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

    /// The bound on each own call, in ms.
    #[must_use]
    pub const fn timeout_ms(&self) -> f64 {
        self.setup.timeout_ms
    }

    /// Who tells the page what changes.
    #[must_use]
    pub fn announcer(&self) -> Announcer {
        self.announcer.clone()
    }

    /// Stops the timer. Stored tokens stay.
    pub fn dispose(&self) {
        self.disposed.set(true);
        self.timer.take();
    }

    /// Refuses work after [`dispose`](Self::dispose).
    fn in_use(&self, operation: Operation) -> Result<(), Rejection> {
        if self.disposed.get() {
            let sentence = "This session was disposed; open a new one with openSession.".into();
            return Err(Rejection::of(Failure::saying(Code::Unsupported, sentence), operation));
        }
        Ok(())
    }

    /// Whether somebody is signed in, as far as is known here.
    fn is_signed_in(&self) -> bool {
        self.session.borrow().held().is_some()
    }

    /// Where an operation is, at this deployment.
    fn endpoint(&self, operation: Operation) -> Option<&str> {
        self.setup.endpoints.get(operation as usize)?.as_deref()
    }

    /// Makes a call of hallpass's own.
    async fn call(&self, call: Call, deadline: &Deadline) -> Result<Reply<JsValue>, Rejection> {
        let Some(url) = self.endpoint(call.operation) else {
            return Err(Rejection::code(Code::Unsupported, call.operation));
        };
        http::send(url, call, self.facts().carrier == Carrier::Cookie, deadline).await
    }

    /// Publishes the state and writes what is held to the storage, or deletes it.
    async fn save(&self) {
        self.publish();
        let text = self.session.borrow().held().and_then(|record| {
            let written = record.written().serialize(&Serializer::new()).ok()?;
            write_json(&written).ok()
        });
        let works = JsFuture::from(self.setup.store.write(&text.unwrap_or_default())).await.is_ok();
        self.session.borrow_mut().storage_works(works);
        self.publish();
    }

    /// [`save`](Self::save), without waiting for it.
    fn save_in_background(&self) {
        if let Some(live) = self.myself.upgrade() {
            spawn_local(async move { live.save().await });
        }
    }

    /// Tells the page when the state has changed, and sets the timer anew. Nothing is borrowed while listeners run.
    fn publish(&self) {
        self.set_timer();
        let snapshot = self.session.borrow().snapshot();
        if self.told.borrow().as_ref() != Some(&snapshot) {
            let state = snapshot.serialize(&Serializer::new()).unwrap_or_default();
            *self.told.borrow_mut() = Some(snapshot);
            self.announcer.tell(state);
        }
    }

    /// Sets the timer to the next moment at which something is to be done.
    fn set_timer(&self) {
        let next = self.session.borrow().next_event();
        let timer = next.filter(|_| !self.disposed.get()).map(|at| {
            let myself = self.myself.clone();
            let wake = move || {
                if let Some(live) = myself.upgrade() {
                    live.tick();
                }
            };
            Timer::after(at - Date::now(), wake).in_the_background()
        });
        *self.timer.borrow_mut() = timer;
    }

    /// Looks at the clock: the session may have come to its end, or its token may be due for renewal.
    pub fn tick(&self) {
        let now = Date::now();
        let before = self.is_signed_in();
        self.session.borrow_mut().tick(now);
        if before && !self.is_signed_in() {
            self.save_in_background();
        }
        self.renew_if_due(now);
        self.publish();
    }
}
