//! The tables from vendors' codes to hallpass's.

use super::Code;

/// One row of a vendor's table, for the documentation.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The vendor's code, as the vendor writes it.
    pub vendor_code: &'static str,
    /// hallpass's code at login.
    pub at_login: Code,
    /// hallpass's code everywhere else.
    pub elsewhere: Code,
    /// What the vendor means by it.
    pub meaning: &'static str,
}

/// Writes a vendor's table once and makes two things of it: a lookup for the program, and the rows for the
/// documentation, which the linker leaves out of the WebAssembly because nothing there uses them.
macro_rules! codes {
    ($key:ty; $($pattern:literal $(| $more:literal)* => $login:ident / $elsewhere:ident, $meaning:literal;)*) => {
        /// This vendor's codes, as documentation.
        pub const CODES: &[$crate::dialect::Row] = &[$(
            $crate::dialect::Row {
                vendor_code: concat!($pattern $(, ", ", $more)*),
                at_login: $crate::dialect::Code::$login,
                elsewhere: $crate::dialect::Code::$elsewhere,
                meaning: $meaning,
            },
        )*];

        #[allow(clippy::manual_range_patterns, reason = "the documents list the codes one by one")]
        pub(super) fn known(code: &str, operation: $crate::dialect::CallKind) -> Option<$crate::dialect::Code> {
            let at_login = matches!(operation, $crate::dialect::CallKind::Login);
            Some(match <$key as $crate::dialect::codes::Key>::of(code)? {
                $($pattern $(| $more)* => {
                    if at_login { $crate::dialect::Code::$login } else { $crate::dialect::Code::$elsewhere }
                })*
                _ => return None,
            })
        }
    };
}

pub(super) use codes;

/// What the codes of a table are written as.
pub(super) trait Key<'a>: Sized {
    /// Reads a reply's code, which is a text here, whatever it was there. `None`: it is none of this table.
    fn of(code: &'a str) -> Option<Self>;
}

impl Key<'_> for i32 {
    fn of(code: &str) -> Option<Self> {
        code.parse().ok()
    }
}

impl<'a> Key<'a> for &'a str {
    fn of(code: &'a str) -> Option<Self> {
        Some(code)
    }
}
