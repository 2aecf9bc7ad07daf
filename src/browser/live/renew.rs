//! Renewing the token: one flight at a time, which all callers share.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Date, Math, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::AbortSignal;

use super::Live;
use crate::browser::script::Deadline;
use crate::browser::{Kind, Rejection};
use crate::session::Epoch;
use crate::vendor::{Code, Grant, Operation};

/// How a flight ended; none while it is under way.
type Outcome = Rc<RefCell<Option<Result<(), Rejection>>>>;

/// A renewal under way.
#[derive(Clone)]
pub(super) struct Flight {
    epoch: Epoch,
    done: Promise,
    outcome: Outcome,
}

impl Live {
    /// Renews now. Callers at the same time share one request.
    pub async fn refresh(&self, signal: Option<AbortSignal>) -> Result<(), Rejection> {
        const HERE: Operation = Operation::Refresh;
        self.in_use(HERE)?;
        let (epoch, refusal) = {
            let session = self.session.borrow();
            let refusal = match (session.renewable(), session.held()) {
                (false, _) => Some(Code::NotRenewable),
                (true, None) => Some(Code::NotSignedIn),
                _ => None,
            };
            (session.epoch(), refusal)
        };
        match refusal {
            Some(code) => Err(Rejection::code(code, HERE)),
            None => self.renew(epoch, signal.as_ref()).await,
        }
    }

    /// Renews in the background when the token is still good but not for long.
    pub(super) fn renew_if_due(&self, now: f64) {
        let epoch = {
            let session = self.session.borrow();
            session.renewal_due(now).then(|| session.epoch())
        };
        if let Some(epoch) = epoch.filter(|_| !self.disposed.get()) {
            let _ = self.board(epoch);
        }
    }

    /// Renews the tokens of an epoch, and waits for it no longer than the caller's signal lets.
    pub(super) async fn renew(&self, epoch: Epoch, signal: Option<&AbortSignal>) -> Result<(), Rejection> {
        let deadline = Deadline::new(None, signal);
        let flight = if deadline.ended() == "abort" { None } else { self.board(epoch) };
        if let Some(flight) = &flight {
            let _ = JsFuture::from(deadline.guard(&flight.done)).await;
        }
        if deadline.ended() == "abort" {
            return Err(Rejection::reason(deadline.reason()));
        }
        deadline.end("done");
        let outcome = flight.and_then(|flight| flight.outcome.borrow().clone());
        outcome.unwrap_or_else(|| Err(Rejection::code(Code::Internal, Operation::Refresh)))
    }

    /// The flight for this epoch: the one under way, or a new one.
    fn board(&self, epoch: Epoch) -> Option<Flight> {
        if let Some(flight) = self.flight.borrow().as_ref().filter(|flight| flight.epoch == epoch) {
            return Some(flight.clone());
        }
        let live = self.myself.upgrade()?;
        let outcome = Outcome::default();
        let result = Rc::clone(&outcome);
        self.session.borrow_mut().begin_renewal();
        let done = future_to_promise(async move {
            let ended = live.fly(epoch).await;
            *result.borrow_mut() = Some(ended);
            live.land(epoch);
            live.save().await;
            Ok(JsValue::UNDEFINED)
        });
        let flight = Flight { epoch, done, outcome };
        *self.flight.borrow_mut() = Some(flight.clone());
        self.publish();
        Some(flight)
    }

    fn land(&self, epoch: Epoch) {
        let mut flight = self.flight.borrow_mut();
        if flight.as_ref().is_some_and(|flight| flight.epoch == epoch) {
            *flight = None;
        }
    }

    /// One renewal: the request, and what its reply means. A result that a login or logout has overtaken writes nothing.
    async fn fly(&self, epoch: Epoch) -> Result<(), Rejection> {
        let asked = self.ask(epoch).await;
        let now = Date::now();
        let mut session = self.session.borrow_mut();
        let (counts, outcome) = match asked {
            Ok(grant) => (session.renewed(epoch, grant, now), Ok(())),
            Err(rejection) => {
                let counts = match rejection.kind() {
                    Kind::Failure(failure, ..) => session.renewal_failed(epoch, failure, now, Math::random()),
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
            let reply = self.call(call, &Deadline::new(Some(self.setup.timeout_ms), None)).await?;
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
