//! What a vendor grants, and what it is asked for with.

use alloc::boxed::Box;
use alloc::string::String;

use zeroize::Zeroizing;

use super::{Code, Failure, Json};

/// A user's credentials for one login. Zeroed when dropped; kept nowhere.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The user name, byte-exact.
    pub username: Zeroizing<String>,
    /// The password, byte-exact: never trimmed.
    pub password: Zeroizing<String>,
    /// Ocient: the database; the vendor takes `system` where none is given.
    pub database: Option<String>,
    /// Lenses: echoed to the vendor, which answers with where to go next.
    pub redirection_token: Option<String>,
}

impl Credentials {
    /// Refuses what no vendor accepts, before anything is sent: an attempt with an empty password counts
    /// towards a lock-out like any other.
    pub fn check(&self) -> Result<(), Box<Failure>> {
        for (name, value) in [("username", &self.username), ("password", &self.password)] {
            if value.is_empty() {
                return Err(Failure::field(name, "required", "must not be empty"));
            }
        }
        Ok(())
    }
}

/// What a successful login or renewal gives. A cookie session gives no tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grant {
    /// The token that requests carry.
    pub access: Option<String>,
    /// The token that buys the next access token.
    pub refresh: Option<String>,
    /// How long the access token lives from its receipt, in ms.
    pub lifetime_ms: Option<f64>,
    /// Who is signed in.
    pub user: Option<String>,
    /// Ocient: the database of the session.
    pub database: Option<String>,
    /// Lenses: a safe path on the vendor's origin to go to next.
    pub redirect_to: Option<String>,
}

/// What a session holds between calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// The token that requests carry; none for a cookie session.
    pub access: Option<String>,
    /// The token that buys the next access token.
    pub refresh: Option<String>,
    /// Who is signed in.
    pub user: Option<String>,
    /// Ocient: the database of the session.
    pub database: Option<String>,
    /// ETHGAS: this deployment takes the refresh token in the body.
    pub refresh_in_body: bool,
}

/// A hundred years, in seconds: what claims to live longer is no lifetime.
const LONGEST_LIFETIME_S: f64 = 100.0 * 365.25 * 86_400.0;

/// Reads a token: a string that a header can carry. Anything else is malformed, since a request with half a
/// token would be an anonymous one (R24).
#[inline(never)]
pub(super) fn token<J: Json>(value: &J) -> Option<String> {
    value.text().filter(|token| is_token(token))
}

/// Whether a header can carry this as a token.
#[must_use]
pub fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads a lifetime in seconds into ms. Missing is fine where the vendor's documents leave it out; zero,
/// negative, not a number, or of another type is malformed.
#[inline(never)]
pub(super) fn lifetime_ms<J: Json>(seconds: Option<J>) -> Result<Option<f64>, Code> {
    let Some(seconds) = seconds else { return Ok(None) };
    match seconds.number() {
        Some(seconds) if seconds > 0.0 && seconds <= LONGEST_LIFETIME_S => Ok(Some(seconds * 1000.0)),
        _ => Err(Code::MalformedReply),
    }
}
