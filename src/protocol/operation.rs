//! An operation under way: a future that is stepped with the outcome of what it asked for.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::Cell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::effect::{Effect, OperationId, Outcome, Trouble};
use super::ending::{Ending, Halt};
use super::handle::Handle;
use crate::dialect::{CallKind, Json, Why};

/// One operation under way, as its own code sees it: the handle that it works on, and how it asks for effects.
pub(super) struct Run<J: 'static> {
    pub(super) handle: Rc<Handle<J>>,
    pub(super) id: OperationId,
    asked: Cell<Option<Effect>>,
    outcome: Cell<Option<Outcome<J>>>,
    /// Whether the caller has given up: then nothing is waited for any more.
    given_up: Cell<bool>,
    /// Whether it has queued for the lock, for its turn at the cookie.
    pub(super) queued: Cell<bool>,
}

impl<J> Run<J> {
    pub(super) fn new(handle: Rc<Handle<J>>, id: OperationId) -> Rc<Self> {
        let (asked, outcome) = (Cell::new(None), Cell::new(None));
        let (given_up, queued) = (Cell::new(false), Cell::new(false));
        Rc::new(Self { handle, id, asked, outcome, given_up, queued })
    }

    /// Asks for an effect. What it gives back is awaited at once, as an operation asks for one effect at a time.
    #[inline(never)]
    pub(super) fn ask(&self, effect: Effect) -> Asked<'_, J> {
        self.asked.set(Some(effect));
        Asked(self)
    }

    /// Asks for an effect, whatever comes of it.
    #[inline(never)]
    pub(super) fn see_to(&self, effect: Effect) -> SeenTo<'_, J> {
        SeenTo(self.ask(effect))
    }

    /// Fails once the caller has given up.
    pub(super) fn must_be_wanted(&self) -> Result<(), Halt> {
        if self.given_up.get() { Err(Halt::GivenUp) } else { Ok(()) }
    }
}

impl<J: Json> Run<J> {
    /// Fails once nobody uses the handle any more.
    #[inline(never)]
    pub(super) fn must_be_in_use(&self, kind: CallKind) -> Result<(), Halt> {
        if self.handle.is_disposed() { Err(Halt::unsupported(Why::Disposed, kind)) } else { Ok(()) }
    }
}

/// Waits for the outcome of an effect: the only thing that an operation ever waits for.
///
/// Written by hand, as an `async fn` would add a state and a drop of its own to each of the many places that wait.
#[must_use = "one is asked for at a time"]
pub(super) struct Asked<'run, J: 'static>(&'run Run<J>);

impl<J> Future for Asked<'_, J> {
    type Output = Outcome<J>;

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Outcome<J>> {
        let Some(outcome) = self.0.outcome.take() else { return Poll::Pending };
        if matches!(outcome, Outcome::Failed(Trouble::GivenUp)) {
            self.0.given_up.set(true);
        }
        Poll::Ready(outcome)
    }
}

/// Waits until an effect is done.
#[must_use = "one is asked for at a time"]
pub(super) struct SeenTo<'run, J: 'static>(Asked<'run, J>);

impl<J> Future for SeenTo<'_, J> {
    type Output = ();

    #[inline(never)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(drop)
    }
}

/// An operation and its work.
pub(super) struct Operation<J: 'static> {
    pub(super) run: Rc<Run<J>>,
    pub(super) work: Pin<Box<dyn Future<Output = Ending>>>,
}

/// What an operation does next.
#[derive(Debug)]
pub enum Step {
    /// It asks for this, and is to be stepped with the outcome.
    Asks(Effect),
    /// It has come to its end.
    Ends(Ending),
}

impl<J> Operation<J> {
    /// Runs until the next effect is asked for, or the end. `outcome`: of the effect before; `None` at the beginning.
    pub(super) fn step(&mut self, outcome: Option<Outcome<J>>) -> Option<Step> {
        self.run.outcome.set(outcome);
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ending) => Some(Step::Ends(ending)),
            Poll::Pending => self.run.asked.take().map(Step::Asks),
        }
    }
}
