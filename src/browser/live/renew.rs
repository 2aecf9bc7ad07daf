//! Renewing the token: one flight at a time, which all callers share.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Date, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

use super::{Live, controller};
use crate::browser::{Kind, Rejection};
use crate::browser::body::ignore;
use crate::browser::wait::{Waited, bounded};
use crate::session::Epoch;
use crate::vendor::{Code, Grant, Operation};

/// How a flight ended.
type Outcome = Result<(), Rejection>;

/// A renewal under way.
pub(super) struct Flight {
    epoch: Epoch,
    done: Promise,
    outcome: Rc<RefCell<Option<Outcome>>>,
}

impl Live {
    /// Renews now. Callers at the same time share one request.
    pub async fn refresh(self: &Rc<Self>, signal: Option<&AbortSignal>) -> Result<(), Rejection> {
        self.in_use(Operation::Refresh)?;
        if !self.renewable() {
            return Err(Rejection::code(Code::NotRenewable, Operation::Refresh));
        }
        let epoch = {
            let session = self.session.borrow();
            if session.held().is_none() {
                return Err(Rejection::code(Code::NotSignedIn, Operation::Refresh));
            }
            session.epoch()
        };
        self.renew_for(epoch, signal).await
    }

    /// Renews in the background when the token is still good but not for long.
    pub(super) fn renew_if_due(self: &Rc<Self>, now: f64) {
        if !self.disposed.get() && self.session.borrow().renewal_due(now) {
            let epoch = self.session.borrow().epoch();
            let _ = self.board(epoch);
        }
    }

    /// Renews the tokens of an epoch, and waits for it no longer than the caller's signal lets.
    pub(super) async fn renew_for(
        self: &Rc<Self>,
        epoch: Epoch,
        signal: Option<&AbortSignal>,
    ) -> Result<(), Rejection> {
        if let Some(reason) = signal.and_then(crate::browser::wait::aborted) {
            return Err(Rejection::reason(reason));
        }
        let (done, outcome) = self.board(epoch);
        match bounded(JsFuture::from(done), None, signal).await {
            Waited::Aborted(reason) => return Err(Rejection::reason(reason)),
            Waited::Done(_) | Waited::TimedOut => {}
        }
        let outcome = outcome.borrow().clone();
        outcome.unwrap_or_else(|| Err(Rejection::code(Code::Internal, Operation::Refresh)))
    }

    /// The flight for this epoch: the one under way, or a new one.
    fn board(self: &Rc<Self>, epoch: Epoch) -> (Promise, Rc<RefCell<Option<Outcome>>>) {
        if let Some(flight) = self.flight.borrow().as_ref().filter(|flight| flight.epoch == epoch) {
            return (flight.done.clone(), Rc::clone(&flight.outcome));
        }
        let outcome = Rc::new(RefCell::new(None));
        let (live, result) = (Rc::clone(self), Rc::clone(&outcome));
        self.session.borrow_mut().begin_renewal();
        let done = future_to_promise(async move {
            let ended = live.fly(epoch).await;
            *result.borrow_mut() = Some(ended);
            if live.flight.borrow().as_ref().is_some_and(|flight| flight.epoch == epoch) {
                live.flight.take();
            }
            live.publish();
            live.save().await;
            Ok(JsValue::UNDEFINED)
        });
        ignore(done.clone());
        *self.flight.borrow_mut() = Some(Flight { epoch, done: done.clone(), outcome: Rc::clone(&outcome) });
        self.publish();
        (done, outcome)
    }

    /// One renewal: the request, and what its reply means. A result that a login or logout has overtaken writes nothing.
    async fn fly(self: &Rc<Self>, epoch: Epoch) -> Outcome {
        let asked = self.ask(epoch).await;
        let now = Date::now();
        let mut session = self.session.borrow_mut();
        let (counts, outcome) = match asked {
            Ok(grant) => (session.renewed(epoch, grant, now), Ok(())),
            Err(rejection) => {
                let counts = match rejection.kind() {
                    Kind::Failure(failure, ..) => session.renewal_failed(epoch, failure, now, Self::chance()),
                    Kind::Reason(_) => false, // a renewal has no caller's signal
                };
                (counts, Err(rejection))
            }
        };
        if counts { outcome } else { Err(Rejection::code(Code::Superseded, Operation::Refresh)) }
    }

    async fn ask(&self, epoch: Epoch) -> Result<Grant, Rejection> {
        let mut other_form_tried = false;
        loop {
            let call = {
                let session = self.session.borrow();
                let held = session.held().filter(|_| session.epoch() == epoch);
                held.and_then(|record| self.setup.vendor.refresh(&record.held))
            };
            // Nothing to renew with: the vendor gave no refresh token.
            let call = call.ok_or_else(|| Rejection::code(Code::SessionExpired, Operation::Refresh))?;
            let reply = self.call(call, None, &controller(Operation::Refresh)?).await?;
            match self.setup.vendor.read_refresh(&reply) {
                Err(failure) if !other_form_tried && self.setup.vendor.other_refresh_form(&failure) => {
                    other_form_tried = true;
                    let mut session = self.session.borrow_mut();
                    if session.epoch() == epoch {
                        session.use_other_refresh_form();
                    }
                }
                result => return result.map_err(|failure| Rejection::of(failure, Operation::Refresh)),
            }
        }
    }
}
