//! An operation under way: a future that is stepped with the outcome of what it asked for.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::Cell;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use super::effect::{Effect, Outcome, Trouble};
use super::ending::Ending;

/// How an operation asks for effects: the only thing that it ever waits for.
pub(super) struct Io<J> {
    asked: Cell<Option<Effect>>,
    outcome: Cell<Option<Outcome<J>>>,
    /// Whether the caller has given up: then nothing is waited for any more.
    given_up: Cell<bool>,
}

impl<J> Io<J> {
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self { asked: Cell::new(None), outcome: Cell::new(None), given_up: Cell::new(false) })
    }

    /// Asks for an effect and waits for its outcome.
    pub(super) async fn ask(&self, effect: Effect) -> Outcome<J> {
        self.asked.set(Some(effect));
        let outcome = poll_fn(|_| self.outcome.take().map_or(Poll::Pending, Poll::Ready)).await;
        if matches!(outcome, Outcome::Failed(Trouble::GivenUp)) {
            self.given_up.set(true);
        }
        outcome
    }

    /// Whether the caller has given up.
    pub(super) const fn given_up(&self) -> bool {
        self.given_up.get()
    }
}

/// An operation and its way to ask.
pub(super) struct Operation<J> {
    pub(super) io: Rc<Io<J>>,
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
    /// Goes on until the next thing is asked for. `outcome`: of what was asked for before; `None` at the beginning.
    pub(super) fn step(&mut self, outcome: Option<Outcome<J>>) -> Option<Step> {
        self.io.outcome.set(outcome);
        match self.work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(ending) => Some(Step::Ends(ending)),
            Poll::Pending => self.io.asked.take().map(Step::Asks),
        }
    }
}
