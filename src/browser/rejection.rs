//! What a promise is rejected with.

use wasm_bindgen::JsValue;

use crate::vendor::{Code, Failure, Operation};

/// What a promise is rejected with.
#[derive(Debug)]
pub enum Rejection {
    /// The caller's own abort reason, of whatever type, as `fetch` does.
    Reason(JsValue),
    /// An `AuthError`.
    Failure {
        /// What went wrong.
        failure: Box<Failure>,
        /// Where.
        operation: Operation,
        /// The platform's own error behind it, or undefined.
        cause: JsValue,
    },
}

impl Rejection {
    /// A failure without a platform error behind it.
    #[must_use]
    pub fn of(failure: Failure, operation: Operation) -> Self {
        Self::Failure { failure: Box::new(failure), operation, cause: JsValue::UNDEFINED }
    }

    /// A failure of which only the code is known.
    #[must_use]
    pub fn code(code: Code, operation: Operation) -> Self {
        Self::of(Failure::new(code), operation)
    }

    /// A failure with the platform's own error behind it.
    #[must_use]
    pub fn caused(code: Code, operation: Operation, cause: JsValue) -> Self {
        Self::Failure { failure: Box::new(Failure::new(code)), operation, cause }
    }

    /// A mistake of the caller's: which argument, and what was expected.
    #[must_use]
    pub fn argument(name: &str, expected: &str) -> Self {
        let sentence = [name, " must be ", expected, "."].concat();
        Self::of(Failure::saying(Code::InvalidOptions, sentence), Operation::Request)
    }

    /// The failure's code, unless the caller aborted.
    #[must_use]
    pub fn failure_code(&self) -> Option<Code> {
        match self {
            Self::Reason(_) => None,
            Self::Failure { failure, .. } => Some(failure.code),
        }
    }
}
