//! Texts that are kept for a session: tokens, passwords, and the names beside them.

use alloc::rc::Rc;
use alloc::string::String;
use core::fmt;
use core::ops::Deref;

use zeroize::Zeroizing;

/// A text that its holders share, and that is zeroed when the last of them lets go of it (R30).
///
/// Shared by a pointer, so that the code which zeroes it stands once: texts by value had it wherever one is dropped, several kB
/// of the WebAssembly. For that reason names are kept in one, too.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(Rc<Zeroizing<String>>);

impl Secret {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Secret {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// Takes the text's buffer over, and leaves no copy.
impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Self {
        Self(Rc::new(text))
    }
}

/// Likewise.
impl From<String> for Secret {
    fn from(text: String) -> Self {
        Zeroizing::new(text).into()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}

/// Shows nothing of it.
impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}
