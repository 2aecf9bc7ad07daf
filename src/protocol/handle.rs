//! A session handle: what its operations share.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::Future;
use core::pin::Pin;

use super::check::Counted;
use super::effect::{OperationId, Outcome};
use super::ending::{Ending, Halt};
use super::logout::Revocation;
use super::operation::{Operation, Run, Step};
use super::renewal::{Flight, Spent};
use super::request::Rejecting;
use super::settings::{Addresses, Keeping, Settings};
use super::store::Store;
use crate::dialect::{Call, CallKind, Carrier, Code, Facts, Failure, Held, Json, Vendor};
use crate::session::{Audience, Epoch, Moment, Needs, Record, Session, Tokens};

/// One handle: the vendor, the rules and what is known of the store, with the operations that are under way.
pub struct Handle<J: 'static> {
    pub(super) vendor: Rc<dyn Vendor<J>>,
    pub(super) settings: Settings,
    pub(super) store: Store,
    session: RefCell<Session>,
    now: Cell<Moment>,
    /// Whether the state may have changed since the shell last asked.
    stirred: Cell<bool>,
    disposed: Cell<bool>,
    /// The renewal under way.
    pub(super) flight: RefCell<Option<Rc<Flight>>>,
    /// The tokens that the vendor has rejected last: their renewal counts as one after a rejection, whoever begins it.
    pub(super) rejected_epoch: Cell<Option<Epoch>>,
    /// The login under way.
    pub(super) signing_in: Cell<Option<OperationId>>,
    /// The login under way, from when its call that sets a cookie may be sent: until it ends, no renewal and no sign-out is sent.
    pub(super) sending_login: Cell<Option<OperationId>>,
    /// The sign-out at the vendor that is under way.
    pub(super) revocation: RefCell<Option<Revocation>>,
    /// The sign-out under way that has to renew its token by a cookie first.
    pub(super) renews_to_revoke: Cell<Option<OperationId>>,
    /// The tokens of an ended session that were spent last, and what has become of the new ones.
    pub(super) spent: RefCell<Option<(Tokens, Spent)>>,
    /// The addresses that have rejected a token which was just renewed.
    pub(super) rejecting_addresses: RefCell<Vec<Rejecting>>,
    /// How many requests of the caller's are under way. Their replies may bring new tokens.
    pub(super) sending: Cell<u32>,
    /// How often a check's no was a reason to renew lately.
    pub(super) renewed_for_checks: Cell<Counted>,
    /// The operation that asks the vendor whether the session of an epoch is alive.
    pub(super) confirming: Cell<Option<(Epoch, OperationId)>>,
    /// The operation that ends a session at one of its limits, and that session's login. It may wait for a lock for long, and somebody may
    /// sign in anew meanwhile.
    pub(super) ending_at_limit: Cell<Option<(OperationId, u32)>>,
    /// The operations under way, without the one that is being stepped.
    operations: RefCell<Vec<Operation<J>>>,
    /// The number of the next operation. No number is used twice, so that whoever waits for one operation never gets another.
    next: Cell<OperationId>,
    /// The operations that have begun by themselves, and were not stepped yet.
    begun: RefCell<Vec<OperationId>>,
}

impl<J> fmt::Debug for Handle<J> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Handle")
    }
}

/// Finds out what a vendor's renewal takes, by trying it with made-up tokens: where something needed is left out, no call comes back.
fn needs<J: Json>(vendor: &dyn Vendor<J>) -> Needs {
    let lacks = |refresh: bool, database: bool| {
        let some = |given: bool| given.then_some("-").map(Into::into);
        let held =
            Held { access: some(true), refresh: some(refresh), database: some(database), ..Held::default() };
        vendor.refresh(&held).is_none()
    };
    Needs { refresh_token: lacks(false, true), database: lacks(true, false) }
}

impl<J: Json> Handle<J> {
    /// A handle that nobody has signed in to.
    #[must_use]
    pub fn new(vendor: Rc<dyn Vendor<J>>, settings: Settings) -> Rc<Self> {
        let is_kept = settings.keeping != Keeping::Memory;
        let session = Session::new(vendor.facts().renewal, settings.automatic)
            .with_needs(needs(&*vendor))
            .with_limits(settings.limits, is_kept);
        Rc::new(Self {
            vendor,
            settings,
            store: Store::default(),
            session: RefCell::new(session),
            now: Cell::new(Moment::NEVER),
            stirred: Cell::new(true),
            disposed: Cell::new(false),
            flight: RefCell::new(None),
            rejected_epoch: Cell::new(None),
            signing_in: Cell::new(None),
            sending_login: Cell::new(None),
            revocation: RefCell::new(None),
            renews_to_revoke: Cell::new(None),
            spent: RefCell::new(None),
            sending: Cell::new(0),
            renewed_for_checks: Cell::new(Counted::NONE),
            confirming: Cell::new(None),
            ending_at_limit: Cell::new(None),
            rejecting_addresses: RefCell::default(),
            operations: RefCell::new(Vec::new()),
            next: Cell::new(0),
            begun: RefCell::new(Vec::new()),
        })
    }

    /// Runs an operation until it asks for its next effect, or ends. `outcome`: of the effect before; `None` at the beginning.
    /// Gives back `None` where there is no such operation.
    pub fn step(&self, id: OperationId, outcome: Option<Outcome<J>>, now: Moment) -> Option<Step> {
        self.now.set(now);
        let mut operation = self.take_up(id)?;
        let step = operation.step(outcome);
        if matches!(step, Some(Step::Asks(_))) {
            self.operations.borrow_mut().push(operation);
        }
        step
    }

    fn take_up(&self, id: OperationId) -> Option<Operation<J>> {
        let mut operations = self.operations.borrow_mut();
        let place = operations.iter().position(|operation| operation.run.id == id)?;
        Some(operations.swap_remove(place))
    }

    /// Takes an operation that has begun by itself and is to be stepped: the one that has begun last.
    pub fn take_begun(&self) -> Option<OperationId> {
        self.begun.borrow_mut().pop()
    }

    /// Whether the state may have changed since this was last asked.
    pub fn take_stirred(&self) -> bool {
        self.stirred.replace(false)
    }

    /// Nobody uses the handle any more. What is under way comes to its end; nothing begins by itself from now on but the mark of
    /// the last use.
    pub fn dispose(self: &Rc<Self>) {
        self.mark_use(true);
        self.disposed.set(true);
    }

    /// Sets the clock for what is asked outside of a step.
    pub fn set_now(&self, now: Moment) {
        self.now.set(now);
    }

    /// Reads the session.
    pub fn look<T>(&self, look: impl FnOnce(&Session) -> T) -> T {
        look(&self.session.borrow())
    }

    /// Who may be sent the credential.
    #[must_use]
    pub const fn audience(&self) -> &Audience {
        &self.settings.audience
    }

    /// Where the vendor's operations are.
    #[must_use]
    pub const fn addresses(&self) -> &Addresses {
        &self.settings.addresses
    }

    /// What is fixed for the vendor.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        self.vendor.facts()
    }

    /// Changes the session. It is borrowed meanwhile, so `change` must call nothing of the platform's.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Session) -> T) -> T {
        self.stirred.set(true);
        change(&mut self.session.borrow_mut())
    }

    /// Has the shell set its timer anew.
    pub(super) fn stir(&self) {
        self.stirred.set(true);
    }

    /// Changes what the session's state doesn't show.
    pub(super) fn quietly<T>(&self, change: impl FnOnce(&mut Session) -> T) -> T {
        change(&mut self.session.borrow_mut())
    }

    pub(super) const fn now(&self) -> Moment {
        self.now.get()
    }

    // What operations read. Each has a function that isn't inlined, as every borrow takes 35 bytes of the WebAssembly.

    #[inline(never)]
    pub(super) fn epoch(&self) -> Epoch {
        self.look(Session::epoch)
    }

    #[inline(never)]
    pub(super) fn generation(&self) -> u32 {
        self.look(Session::generation)
    }

    /// What is held, as it is now.
    #[inline(never)]
    pub(super) fn held(&self) -> Option<Rc<Record>> {
        self.look(|session| session.held().cloned())
    }

    /// Names the login that is held.
    #[inline(never)]
    pub(super) fn login(&self) -> Option<u32> {
        self.look(|session| session.held().map(|record| record.login))
    }

    /// When the tokens that are held came.
    #[inline(never)]
    pub(super) fn received(&self) -> Moment {
        self.look(Session::received)
    }

    /// The call that asks whether the session is alive, with the credential that is held, if any.
    #[inline(never)]
    pub(super) fn check_call(&self) -> Box<Call> {
        match self.held() {
            Some(record) => self.vendor.check(&record.held),
            None => self.vendor.check(&Held::default()),
        }
    }

    #[inline(never)]
    pub(super) fn is_signed_in(&self) -> bool {
        self.look(|session| session.held().is_some())
    }

    /// Whether the token has come to its end, and nothing is going to renew it here.
    #[inline(never)]
    pub(super) fn is_stale(&self) -> bool {
        self.look(|session| session.is_stale(self.now()))
    }

    pub(super) fn is_disposed(&self) -> bool {
        self.disposed.get()
    }

    pub(super) fn carries_token(&self) -> bool {
        self.facts().carrier != Carrier::Cookie
    }

    pub(super) fn is_renewable(&self) -> bool {
        self.look(Session::renewable)
    }

    /// Begins an operation that the shell has asked for, and is going to step.
    pub(super) fn begin<F: Future<Output = Ending> + 'static>(
        self: &Rc<Self>,
        work: impl FnOnce(Rc<Run<J>>) -> F,
    ) -> OperationId {
        let run = self.run();
        let work = work(Rc::clone(&run));
        self.enlist(run, Box::pin(work))
    }

    /// Begins an operation by itself: the shell finds it by [`take_begun`](Self::take_begun).
    pub(super) fn spawn<F: Future<Output = Ending> + 'static>(
        self: &Rc<Self>,
        work: impl FnOnce(Rc<Run<J>>) -> F,
    ) -> OperationId {
        let id = self.begin(work);
        self.begun.borrow_mut().push(id);
        self.stirred.set(true);
        id
    }

    // `begin` and `spawn` are compiled for each type of operation. What does not depend on the type stands here, and is compiled once.

    #[inline(never)]
    fn run(self: &Rc<Self>) -> Rc<Run<J>> {
        Run::new(Rc::clone(self), self.next.replace(self.next.get().wrapping_add(1)))
    }

    #[inline(never)]
    fn enlist(&self, run: Rc<Run<J>>, work: Pin<Box<dyn Future<Output = Ending>>>) -> OperationId {
        let id = run.id;
        self.operations.borrow_mut().push(Operation { run, work });
        id
    }

    /// A failure as a caller gets it: without the session's tokens, which the vendor may have echoed. `session-expired` would be untrue
    /// while a failed renewal is still to be tried again: then the caller gets the reason of that failure, and how long the pause lasts.
    #[inline(never)]
    pub(super) fn failure(&self, failure: Box<Failure>, kind: CallKind) -> Halt {
        let failure = without_tokens(failure, self.held().as_deref());
        self.learn_sso_url(&failure);
        let pause = self.look(|session| session.pause(self.now()));
        if let Some((code, left_ms)) = pause.filter(|_| failure.code == Code::SessionExpired) {
            return paused(code, left_ms, kind);
        }
        Halt::at(kind, failure)
    }

    /// Remembers where the people of this instance sign in with single sign-on, where a failure tells it. The failure has no secrets any
    /// more: everybody sees the state.
    pub(super) fn learn_sso_url(&self, failure: &Failure) {
        if let Some(address) = &failure.sso_url
            && self.look(|session| session.sso_url() != Some(address))
        {
            self.change(|session| session.learn_sso_url(address));
        }
    }
}

/// A failure without the tokens of its call, if it carried any.
pub(super) fn without_tokens(failure: Box<Failure>, sent: Option<&Record>) -> Box<Failure> {
    let Some(Record { held, .. }) = sent else { return failure };
    let [access, refresh] = [&held.access, &held.refresh].map(|token| token.as_deref().unwrap_or_default());
    failure.without_secrets(&[access, refresh])
}

/// The failure that renewals pause for; `left_ms`: how much of the pause is left.
pub(super) fn paused(code: Code, left_ms: f64, kind: CallKind) -> Halt {
    let mut failure = Failure::new(code);
    failure.retry_after_ms = Some(left_ms);
    Halt::at(kind, failure)
}
