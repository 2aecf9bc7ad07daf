//! Renewing a session's tokens: once for all callers of this handle, and under a lock for all tabs that share a store.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};
use core::mem;

use super::effect::{Effect, OperationId, Outcome};
use super::ending::{Ending, Halt};
use super::handle::{Handle, paused, without_tokens};
use super::operation::Run;
use super::settings::Keeping;
use crate::dialect::{Call, CallKind, Code, Failure, Grant, Json, Reply};
use crate::session::{Epoch, Reason, Record, Session, Tokens};

/// When the vendor refuses a token, another tab may just have spent it: so many ms are left to that tab to write its new one.
pub(super) const GRACE_MS: u32 = 700;

/// A browser ends the requests of a page that is being left before the page is gone. It is to be gone before it tells the other tabs, and the
/// page that comes next, that the network is down: so many ms are left to it.
const LEAVING_MS: u32 = 250;

/// A renewal under way, which all callers of a handle share ("single flight").
#[derive(Debug)]
pub(super) struct Flight {
    /// The tokens that it renews: by their epoch, and by their name.
    epoch: Epoch,
    tokens: Tokens,
    /// Whether it was begun because the vendor rejected the tokens, and not because of their age.
    rejected: bool,
    operation: Cell<OperationId>,
    /// How many logins and logouts there had been when it was asked for, and how many renewals had failed in a row.
    generation: u32,
    failures: u32,
    /// Whether it has begun to ask the vendor.
    asking: Cell<bool>,
    /// Whether the vendor has given new tokens for the old ones, even if nobody takes them any more.
    spent: Cell<bool>,
    /// How it ended: whether the vendor was asked, as another tab may have been first.
    outcome: RefCell<Option<Result<bool, Halt>>>,
}

/// What has become of the new tokens that a renewal brings for a session that has ended meanwhile.
#[derive(Debug)]
pub(super) enum Spent {
    /// Whoever revokes the session waits for them.
    Awaited,
    /// The session has been revoked without them: they are revoked when they come.
    Unwanted,
    /// These are they.
    For(Box<Grant>),
    /// They are being revoked, or nobody has them any more.
    Gone,
}

impl Flight {
    /// The operation that renews, from when it has begun to ask the vendor.
    pub(super) fn on_its_way(&self) -> Option<OperationId> {
        self.asking.get().then(|| self.operation.get())
    }
}

impl<J: Json> Handle<J> {
    /// The renewal of the tokens of an epoch: the one under way, or a new one. `rejected`: the vendor has rejected them.
    pub(super) fn renewal(self: &Rc<Self>, epoch: Epoch, rejected: bool) -> Rc<Flight> {
        if rejected {
            self.rejected_epoch.set(Some(epoch));
        }
        // One under way may have failed already, and still be writing that down. Until then it counts as running, or a timer would
        // fire in a loop.
        self.change(Session::begin_renewal);
        let under_way = self.flight.borrow().clone().filter(|flight| flight.epoch == epoch);
        under_way.unwrap_or_else(|| {
            let flight = Rc::new(Flight {
                epoch,
                tokens: self.look(Session::tokens_in_use),
                rejected: self.rejected_epoch.get() == Some(epoch),
                operation: Cell::new(0),
                generation: self.generation(),
                failures: self.look(Session::failures),
                asking: Cell::new(false),
                spent: Cell::new(false),
                outcome: RefCell::new(None),
            });
            self.flight.replace(Some(Rc::clone(&flight)));
            let own = Rc::clone(&flight);
            flight.operation.set(self.spawn(|run| run.run_flight(own)));
            flight
        })
    }

    /// The renewal that is just spending a record's refresh token.
    pub(super) fn spending(&self, record: &Record) -> Option<OperationId> {
        let flight = self.flight.borrow();
        flight.as_ref().filter(|flight| flight.tokens == record.tokens())?.on_its_way()
    }

    /// What has become of a record's tokens, if they were spent for a session that has ended. The caller revokes what they were spent for.
    pub(super) fn take_spent(&self, record: &Record) -> Option<Spent> {
        let mut spent = self.spent.borrow_mut();
        let spent = spent.as_mut().filter(|(tokens, _)| *tokens == record.tokens());
        spent.map(|(_, spent)| mem::replace(spent, Spent::Gone))
    }

    /// The call that renews; `other_form`: in the vendor's other documented form.
    fn refresh_call(&self, record: &Record, other_form: bool) -> Option<Box<Call>> {
        let mut held = record.held.clone();
        held.refresh_in_body ^= other_form;
        self.vendor.refresh(&held)
    }

    /// The tokens that a reply brings. Boxed, as they are held over a wait.
    pub(super) fn read_refresh(&self, reply: &Reply<J>, record: &Record) -> Result<Box<Grant>, Box<Failure>> {
        let read = self.vendor.read_refresh(reply, self.now().wall).and_then(|grant| {
            if self.vendor.renews(&grant, &record.held) {
                return Ok(grant);
            }
            // The tokens are another session's: what renewed this one belongs to somebody else by now.
            let mut failure = reply.failure(Code::SessionExpired);
            failure.explicit = true;
            Err(failure)
        });
        read.map(Box::new).map_err(|failure| without_tokens(failure, Some(record)))
    }
}

impl<J: Json> Run<J> {
    /// Waits until the tokens of an epoch are renewed. Gives back whether the vendor was asked: another tab may have been first.
    pub(super) async fn renewed(&self, epoch: Epoch, rejected: bool) -> Result<bool, Halt> {
        self.must_be_wanted()?;
        let flight = self.handle.renewal(epoch, rejected);
        self.see_to(Effect::Join(flight.operation.get())).await;
        self.must_be_wanted()?;
        flight.outcome.borrow().clone().unwrap_or_else(|| Err(Halt::new(Code::Internal, CallKind::Refresh)))
    }

    /// `refresh()`: renews now.
    pub(super) async fn refresh(self: Rc<Self>) -> Ending {
        let handle: &Handle<J> = &self.handle;
        if !handle.is_renewable() {
            return Halt::new(Code::NotRenewable, CallKind::Refresh).into();
        }
        if let Err(halt) = self.await_limits().await {
            return halt.into();
        }
        if let Some(code) = handle.look(Session::why_signed_out) {
            return Halt::new(code, CallKind::Refresh).into();
        }
        self.renewed(handle.epoch(), false).await.map(|_| Ending::Done).into()
    }

    async fn run_flight(self: Rc<Self>, flight: Rc<Flight>) -> Ending {
        let handle: &Handle<J> = &self.handle;
        let mut result = self.renew_alone(&flight).await;
        let mut under_way = handle.flight.borrow_mut();
        if under_way.as_ref().is_some_and(|present| Rc::ptr_eq(present, &flight)) {
            *under_way = None;
            handle.change(Session::end_renewal);
        }
        let counts = result.as_ref().err().is_none_or(Halt::is_superseded);
        if counts && !handle.is_signed_in() {
            // The vendor has refused the tokens of another tab, or a limit was reached.
            let over = handle.look(Session::why_signed_out) == Some(Code::SessionExpired);
            result = Err(if over {
                Halt::new(Code::SessionExpired, CallKind::Refresh)
            } else {
                Halt::superseded(CallKind::Refresh)
            });
        }
        flight.outcome.replace(Some(result));
        Ending::Done
    }

    /// Renews the tokens while no other tab does.
    async fn renew_alone(&self, flight: &Flight) -> Result<bool, Halt> {
        let handle: &Handle<J> = &self.handle;
        if handle.settings.keeping == Keeping::Memory {
            return self.renew_once(flight).await;
        }
        let name = handle.held().map(|record| record.tokens().name()).unwrap_or_default();
        while let Outcome::Waiting = self.ask(Effect::Lock(name.clone())).await {
            self.follow(false).await;
            if let Some(result) = self.settled_elsewhere(flight) {
                self.see_to(Effect::Unlock { spent: false }).await;
                return result;
            }
        }
        // If the wait for the lock has timed out, the tab that holds it is frozen: this one renews without it.
        let result = self.renew_once(flight).await;
        // A cookie that was renewed for nobody has to be taken away at once: who has signed out waits for the lock.
        let needed = !handle.renews_by_cookie() || handle.is_signed_in();
        let spent = needed && (flight.spent.get() || result.is_ok());
        self.see_to(Effect::Unlock { spent }).await;
        result
    }

    async fn renew_once(&self, flight: &Flight) -> Result<bool, Halt> {
        let handle: &Handle<J> = &self.handle;
        self.wait_out_lag().await;
        self.must_be_in_use(CallKind::Refresh)?;
        // Read even if the store failed last time: a token that another tab has spent already would end the session.
        self.follow(true).await;
        while let Some(login) = handle.sending_login.get() {
            self.see_to(Effect::Join(login)).await;
        }
        if let Some(result) = self.settled_elsewhere(flight) {
            return result;
        }
        flight.asking.set(true);
        let result = self.exchange(flight).await;
        self.keep(false).await;
        result.map(|()| true)
    }

    /// What has become of the renewal in another tab. What was renewed there is not renewed again, and what has just failed there
    /// fails here. `None`: nothing; whoever holds the lock then renews.
    fn settled_elsewhere(&self, flight: &Flight) -> Option<Result<bool, Halt>> {
        let handle: &Handle<J> = &self.handle;
        let now = handle.now();
        let failed =
            handle.look(|session| session.pause(now).filter(|_| session.failures() > flight.failures));
        if let Some((code, left_ms)) = failed {
            return Some(Err(paused(code, left_ms, CallKind::Refresh)));
        }
        if handle.epoch() == flight.epoch {
            return None;
        }
        Some(self.overtaken(flight).map(|()| false))
    }

    /// Asks the vendor for new tokens.
    async fn exchange(&self, flight: &Flight) -> Result<(), Halt> {
        let handle: &Handle<J> = &self.handle;
        let epoch = flight.epoch;
        let Some(record) = handle.held() else { return Err(Halt::superseded(CallKind::Refresh)) };
        let mut first: Option<Box<Failure>> = None;
        let failure = loop {
            let Some(call) = handle.refresh_call(&record, first.is_some()) else {
                // Nothing is left to renew with, which is as good as the vendor's no.
                let mut failure = Failure::new(Code::SessionExpired);
                failure.explicit = true;
                break failure;
            };
            let read = match self.ask(Effect::Call(call)).await {
                Outcome::Reply(reply) => handle.read_refresh(&reply, &record),
                outcome => match outcome.failure() {
                    Some(failure) => {
                        if failure.code == Code::Network && handle.settings.keeping != Keeping::Memory {
                            self.see_to(Effect::Wait(LEAVING_MS)).await;
                        }
                        break failure;
                    }
                    None => return Err(Halt::GivenUp),
                },
            };
            flight.spent.set(read.is_ok());
            // While the call was on its way, another tab may have signed out, or have spent the same token.
            let refused = read.as_ref().is_err_and(|failure| failure.ends_session());
            if refused && handle.settings.keeping != Keeping::Memory && handle.epoch() == epoch {
                self.see_to(Effect::Wait(GRACE_MS)).await;
            }
            self.follow(false).await;
            // The token of before is never sent once more, in whatever form.
            if handle.epoch() != epoch {
                if let Ok(grant) = read {
                    let here = handle.generation() != flight.generation;
                    self.take_away(record, grant, here);
                }
                return self.overtaken(flight);
            }
            match (read, first.take()) {
                (Ok(grant), tried) => {
                    self.succeeded(flight, *grant, tried.is_some());
                    return Ok(());
                }
                (Err(failure), None) if handle.vendor.other_refresh_form(&failure) => first = Some(failure),
                // How the vendor refuses the other form says nothing of the token: the first failure counts.
                (Err(failure), None) | (Err(_), Some(failure)) => break failure,
            }
        };
        self.failed(flight, failure).await
    }

    fn succeeded(&self, flight: &Flight, grant: Grant, other_form: bool) {
        let handle: &Handle<J> = &self.handle;
        let epoch = flight.epoch;
        let now = handle.now();
        handle.change(|session| {
            if other_form {
                session.use_other_refresh_form(epoch);
            }
            session.renewed(epoch, grant, flight.rejected, now);
        });
    }

    async fn failed(&self, flight: &Flight, mut failure: Box<Failure>) -> Result<(), Halt> {
        let handle: &Handle<J> = &self.handle;
        let epoch = flight.epoch;
        let jitter = self.ask(Effect::Random).await.fraction();
        let now = handle.now();
        // A 401 or 403 without the vendor's envelope is a gateway's, and only means that the vendor can't be reached now.
        let gateways = failure.code.ends_session() && !failure.ends_session();
        if gateways {
            failure.code = Code::VendorUnavailable;
        }
        let code = failure.code;
        // A wallet's session is renewed by a cookie, as a rule. One that is refused has expired, and the person signs again.
        let lapses = code.ends_session() && handle.vendor.signing().is_some();
        let rejected = handle.rejected_epoch.get() == Some(epoch);
        let counts = handle.change(|session| {
            if lapses {
                return session.refused(epoch, Reason::Expired);
            }
            if rejected {
                session.was_rejected(epoch);
            } else if session.failures() == 0 {
                // With a pause, that it is on trial would say that the vendor has rejected the token itself.
                session.accepted(epoch);
            }
            session.renewal_failed(epoch, code, failure.retry_after_ms, now, jitter)
        });
        if counts {
            return Err(handle.failure(failure, CallKind::Refresh));
        }
        self.overtaken(flight)
    }

    /// How a renewal ends whose tokens are replaced by now: another tab has renewed them, or somebody has signed in or out.
    fn overtaken(&self, flight: &Flight) -> Result<(), Halt> {
        if self.handle.generation() == flight.generation {
            Ok(())
        } else {
            Err(Halt::superseded(CallKind::Refresh))
        }
    }
}
