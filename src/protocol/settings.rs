//! What is fixed for a handle from its beginning.

use alloc::string::String;

use crate::session::{Audience, Limits};

/// What is fixed for a handle.
#[derive(Debug)]
pub struct Settings {
    /// Whether its tokens are renewed without being asked.
    pub automatic: bool,
    /// Where the vendor's operations are, in full.
    pub addresses: Addresses,
    /// Who may be sent the credential.
    pub audience: Audience,
    /// Where its record is kept.
    pub keeping: Keeping,
    /// After how long it ends by itself.
    pub limits: Limits,
}

/// The full address of each operation; `None`: the vendor has none.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// What the vendor's other paths are below: `baseUrl`.
    pub base: String,
    /// Where credentials become a session.
    pub login: Option<String>,
    /// Where the session gets a new token.
    pub refresh: Option<String>,
    /// Where the vendor is told that the session is over.
    pub logout: Option<String>,
    /// Where the vendor is asked whether the session is alive.
    pub check: Option<String>,
}

/// Where a record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Nowhere.
    Memory,
    /// In a store that the handles of one page share.
    Page,
    /// In a store that all tabs share.
    Tabs {
        /// Whether what one tab has written shows in another only after a moment.
        lags: bool,
    },
}
