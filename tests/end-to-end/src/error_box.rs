//! The page's box of the last error.

use serde::Deserialize;

/// What it shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ErrorBox {
    /// The error's code, for scripts.
    pub code: String,
    /// What happened, in a sentence.
    pub happened: String,
    /// All of its text that is visible.
    pub text: String,
    /// Whether the focus is on it.
    pub focused: bool,
}
