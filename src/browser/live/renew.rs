//! Renewing the token: one flight at a time, which all callers share.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Date, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

use super::{Live, controller};
use crate::browser::Rejection;
use crate::browser::body::ignore;
use crate::browser::wait::{Waited, bounded};
use crate::session::Epoch;
use crate::vendor::{Code, Failure, Grant, Operation};

/// How a flight ended; the platform's error rides along.
type Outcome = Result<(), (Failure, JsValue)>;

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
            self.board(epoch);
        }
    }

    /// Renews the tokens of an epoch, and waits for it no longer than the caller's signal lets.
    pub(super) async fn renew_for(
        self: &Rc<Self>,
        epoch: Epoch,
        signal: Option<&AbortSignal>,
    ) -> Result<(), Rejection> {
        if let Some(reason) = signal.and_then(crate::browser::wait::aborted) {
            return Err(Rejection::Reason(reason));
        }
        let (done, outcome) = self.board(epoch);
        match bounded(JsFuture::from(done), None, signal).await {
            Waited::Aborted(reason) => return Err(Rejection::Reason(reason)),
            Waited::Done(_) | Waited::TimedOut => {}
        }
        let outcome = outcome.borrow().clone();
        match outcome {
            Some(Ok(())) => Ok(()),
            Some(Err((failure, cause))) => {
                Err(Rejection::Failure { failure: Box::new(failure), operation: Operation::Refresh, cause })
            }
            None => Err(Rejection::code(Code::Internal, Operation::Refresh)),
        }
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
        let superseded = || Err((Failure::new(Code::Superseded), JsValue::UNDEFINED));
        match self.ask(epoch).await {
            Ok(grant) => {
                if self.session.borrow_mut().renewed(epoch, grant, Date::now()) { Ok(()) } else { superseded() }
            }
            Err((failure, cause)) => {
                let chance = Self::chance();
                if self.session.borrow_mut().renewal_failed(epoch, &failure, Date::now(), chance) {
                    let ended = self.session.borrow().held().is_none();
                    let failure = if ended { Failure { code: Code::SessionExpired, ..failure } } else { failure };
                    Err((failure, cause))
                } else {
                    superseded()
                }
            }
        }
    }

    async fn ask(&self, epoch: Epoch) -> Result<Grant, (Failure, JsValue)> {
        let mut other_form_tried = false;
        loop {
            let call = {
                let session = self.session.borrow();
                let held = session.held().filter(|_| session.epoch() == epoch);
                held.and_then(|record| self.setup.vendor.refresh(&record.held))
            };
            // Nothing to renew with: the vendor gave no refresh token.
            let call = call.ok_or_else(|| (Failure::new(Code::SessionExpired), JsValue::UNDEFINED))?;
            let controller = controller(Operation::Refresh).map_err(pair)?;
            let reply = self.call(call, None, &controller).await.map_err(pair)?;
            match self.setup.vendor.read_refresh(&reply) {
                Err(failure) if !other_form_tried && self.setup.vendor.other_refresh_form(&failure) => {
                    other_form_tried = true;
                    let mut session = self.session.borrow_mut();
                    if session.epoch() == epoch {
                        session.use_other_refresh_form();
                    }
                }
                result => return result.map_err(|failure| (failure, JsValue::UNDEFINED)),
            }
        }
    }
}

fn pair(rejection: Rejection) -> (Failure, JsValue) {
    match rejection {
        Rejection::Failure { failure, cause, .. } => (*failure, cause),
        Rejection::Reason(cause) => (Failure::new(Code::Network), cause),
    }
}
