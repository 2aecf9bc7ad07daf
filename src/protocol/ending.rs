//! How operations end.

use alloc::boxed::Box;
use alloc::rc::Rc;

use crate::dialect::{CallKind, Code, Failure, Payload, Secret, Why};

/// How an operation ended.
#[derive(Debug)]
pub enum Ending {
    /// As it should, with nothing to tell but the state.
    Done,
    /// Signed in. Where the vendor wants the user to go next, if anywhere.
    SignedIn(Option<Secret>),
    /// Signed out. Whether the vendor confirmed it.
    SignedOut(bool),
    /// The caller has the answer.
    Answered,
    /// Of the answer's JSON, this is the payload.
    Payload(Payload),
    /// A token that is good now; none for a cookie session.
    Token(Option<Secret>),
    /// It failed.
    Failed(Rc<Failure>),
    /// The caller gave up, and gets the reason that its own signal has.
    GivenUp,
}

/// Why an operation can't go on. All who wait for one renewal get the same failure, so it can be cloned.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// It failed.
    Failed(Rc<Failure>),
    /// The caller gave up.
    GivenUp,
}

impl Halt {
    /// A failure of which only the code is known.
    #[inline(never)]
    pub(super) fn new(code: Code, kind: CallKind) -> Self {
        Self::at(kind, Failure::new(code))
    }

    /// A newer login or a logout has overtaken the operation.
    pub(super) fn superseded(kind: CallKind) -> Self {
        Self::new(Code::Superseded, kind)
    }

    /// Something that isn't possible, or not any more.
    #[inline(never)]
    pub(super) fn unsupported(why: Why, kind: CallKind) -> Self {
        let mut failure = Failure::new(Code::Unsupported);
        failure.why = Some(why);
        Self::at(kind, failure)
    }

    /// A failure, with what was being done at the vendor.
    #[inline(never)]
    pub(super) fn at(kind: CallKind, mut failure: Box<Failure>) -> Self {
        failure.operation = kind;
        Self::Failed(failure.into())
    }

    /// Whether a newer login or a logout has overtaken the operation.
    pub(super) fn is_superseded(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.code == Code::Superseded)
    }
}

impl From<Halt> for Ending {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Failed(failure) => Self::Failed(failure),
            Halt::GivenUp => Self::GivenUp,
        }
    }
}

impl From<Result<Self, Halt>> for Ending {
    fn from(result: Result<Self, Halt>) -> Self {
        result.unwrap_or_else(Into::into)
    }
}
