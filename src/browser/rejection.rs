//! What a promise is rejected with.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::vendor::{Code, Failure, Operation};

/// What a promise is rejected with. One pointer: it passes through many hands, and by value it took many bytes of
/// WebAssembly at each.
#[derive(Clone, Debug)]
pub struct Rejection(Rc<Kind>);

/// The two kinds of rejection.
#[derive(Debug)]
pub enum Kind {
    /// The caller's own abort reason, of whatever type, as `fetch` does.
    Reason(JsValue),
    /// An `AuthError`: what went wrong, where, and the platform's own error behind it, or undefined.
    Failure(Box<Failure>, Operation, JsValue),
}

impl Rejection {
    /// The caller aborted.
    #[must_use]
    pub fn reason(reason: JsValue) -> Self {
        Self(Rc::new(Kind::Reason(reason)))
    }

    /// A failure without a platform error behind it.
    #[must_use]
    pub fn of(failure: Box<Failure>, operation: Operation) -> Self {
        Self(Rc::new(Kind::Failure(failure, operation, JsValue::UNDEFINED)))
    }

    /// A failure of which only the code is known.
    #[must_use]
    pub fn code(code: Code, operation: Operation) -> Self {
        Self::caused(code, operation, JsValue::UNDEFINED)
    }

    /// A failure with the platform's own error behind it.
    #[must_use]
    pub fn caused(code: Code, operation: Operation, cause: JsValue) -> Self {
        Self(Rc::new(Kind::Failure(Failure::new(code), operation, cause)))
    }

    /// A mistake of the caller's: which argument, and what was expected.
    #[must_use]
    pub fn argument(name: &str, expected: &str) -> Self {
        Self::mistake(name, expected, JsValue::UNDEFINED)
    }

    /// A mistake of the caller's, with the platform's own error behind it.
    #[must_use]
    pub fn mistake(name: &str, expected: &str, cause: JsValue) -> Self {
        let failure = Failure::saying(Code::InvalidOptions, [name, " must be ", expected, "."].concat());
        Self(Rc::new(Kind::Failure(failure, Operation::Request, cause)))
    }

    /// Which kind it is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.0
    }

    /// Whether the caller aborted.
    #[must_use]
    pub fn is_reason(&self) -> bool {
        matches!(*self.0, Kind::Reason(_))
    }

    /// Whether it is a failure of this code.
    #[must_use]
    pub fn is(&self, code: Code) -> bool {
        matches!(&*self.0, Kind::Failure(failure, ..) if failure.code == code)
    }
}
