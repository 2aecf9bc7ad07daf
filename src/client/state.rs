//! The session's state, as a value.

use alloc::string::String;

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::{AuthError, Code};

/// A session's state at some moment. Compares, so that front ends can tell whether anything has changed.
///
/// ```
/// # fn show(state: &hallpass::State) {
/// if state.is_signed_in() {
///     println!("Hello, {}", state.user.as_deref().unwrap_or("stranger"));
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct State {
    /// Whether somebody is signed in, as far as is known here.
    pub status: Status,
    /// Why signed out.
    pub reason: Option<Reason>,
    /// Who is signed in: as the vendor says, else as it was typed.
    pub user: Option<String>,
    /// Of ocient, and of described APIs with `grant.database`.
    pub database: Option<String>,
    /// When the token ends, in ms since the epoch by this machine's clock. `None` where the vendor tells no lifetime.
    pub expires_at: Option<f64>,
    /// Whether the vendor can renew the session, so that [`Session::refresh`](super::Session::refresh) makes sense.
    pub renewable: bool,
    /// How the renewal stands.
    pub renewal: Renewal,
    /// While it is [`Renewal::Waiting`]: when the next try goes, in ms since the epoch by this machine's clock.
    pub retry_at: Option<f64>,
    /// The last trouble that did not end the session: [`Code::Network`] while offline, [`Code::Storage`] while only in memory.
    pub problem: Option<Code>,
    /// lenses: where the people of this instance sign in with single sign-on, if it has told. An http(s) address.
    pub sso_url: Option<String>,
}

/// Whether somebody is signed in.
///
/// ```
/// # fn look(state: &hallpass::State) -> bool {
/// state.status == hallpass::Status::SignedIn
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody is.
    SignedOut,
    /// Somebody is.
    SignedIn,
}

/// Why nobody is signed in.
///
/// ```
/// # fn words(state: &hallpass::State) -> &'static str {
/// match state.reason {
///     Some(hallpass::Reason::Expired) => "Your session has ended.",
///     _ => "Please sign in.",
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Reason {
    /// No session was found.
    Never,
    /// Signed out, here or in another tab.
    Logout,
    /// It came to its end, the vendor's or [`Options::max_age`](super::Options::max_age).
    Expired,
    /// The vendor said no.
    Refused,
    /// Another user signed in in another tab, so this one must not go on.
    Replaced,
    /// Nobody has used it for [`Options::idle`](super::Options::idle).
    Idle,
}

/// How a session's renewal stands.
///
/// ```
/// # fn look(state: &hallpass::State) -> bool {
/// state.renewal == hallpass::Renewal::Waiting
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Renewal {
    /// None is under way.
    Idle,
    /// One is.
    Running,
    /// One has failed for now, and is tried again by itself.
    Waiting,
}

impl State {
    /// Whether somebody is signed in.
    ///
    /// ```
    /// # fn look(session: &hallpass::Session) {
    /// let form_is_shown = !session.state().is_signed_in();
    /// # }
    /// ```
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.status == Status::SignedIn
    }

    /// The state where the page makes reading it fail: nobody is known to be signed in.
    pub(super) fn unknown() -> Self {
        Self {
            status: Status::SignedOut,
            reason: None,
            user: None,
            database: None,
            expires_at: None,
            renewable: false,
            renewal: Renewal::Idle,
            retry_at: None,
            problem: Some(Code::Internal),
            sso_url: None,
        }
    }

    /// Reads the scripts' state, an object without a prototype.
    pub(super) fn read(shown: JsValue) -> Result<Self, AuthError> {
        serde_wasm_bindgen::from_value(shown).map_err(|_| AuthError::internal())
    }
}
