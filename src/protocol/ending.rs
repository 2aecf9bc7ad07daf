//! How operations end.

use alloc::boxed::Box;
use alloc::string::String;

use crate::dialect::{Code, Failure, Operation as Kind, Payload};

/// How an operation ended.
#[derive(Debug)]
pub enum Ending {
    /// As it should, with nothing to tell but the state.
    Done,
    /// Signed in. Where the vendor wants the user to go next, if anywhere.
    SignedIn(Option<String>),
    /// Signed out. Whether the vendor confirmed it.
    SignedOut(bool),
    /// The caller has the answer.
    Answered,
    /// Of the answer's JSON, this is the payload.
    Payload(Payload),
    /// A token that is good now; none for a cookie session.
    Token(Option<String>),
    /// It failed, at what it did at the vendor.
    Failed(Box<Failure>, Kind),
    /// The caller gave up; what he is told is his own reason.
    GivenUp,
}

/// Why an operation can't go on.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// It failed, at what it did at the vendor.
    Failed(Box<Failure>, Kind),
    /// The caller gave up.
    GivenUp,
}

impl Halt {
    /// A failure of which only the code is known.
    pub(super) fn new(code: Code, kind: Kind) -> Self {
        Self::Failed(Failure::new(code), kind)
    }

    /// Whether a newer login or a logout has overtaken the operation.
    pub(super) fn is_superseded(&self) -> bool {
        matches!(self, Self::Failed(failure, _) if failure.code == Code::Superseded)
    }
}

impl From<Halt> for Ending {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Failed(failure, kind) => Self::Failed(failure, kind),
            Halt::GivenUp => Self::GivenUp,
        }
    }
}

impl From<Result<Self, Halt>> for Ending {
    fn from(result: Result<Self, Halt>) -> Self {
        result.unwrap_or_else(Into::into)
    }
}
