//! What a vendor grants, and what it is asked for with.

use alloc::boxed::Box;

use super::{Code, Failure, Json, Operation, Secret};

/// A user's credentials for one login. Zeroed when dropped; kept nowhere.
#[derive(Debug, Default)]
pub struct Credentials {
    /// The user name, byte-exact.
    pub username: Secret,
    /// The password, byte-exact: never trimmed.
    pub password: Secret,
    /// Ocient: the database; the vendor takes `system` where none is given.
    pub database: Option<Secret>,
    /// Lenses: echoed to the vendor, which answers with where to go next.
    pub redirection_token: Option<Secret>,
}

impl Credentials {
    /// Refuses what no vendor accepts, before anything is sent: an attempt with an empty password counts
    /// towards a lock-out like any other.
    pub fn check(&self) -> Result<(), Box<Failure>> {
        let database = self.database.as_deref().unwrap_or("system");
        for (name, value) in [
            ("username", self.username.as_str()),
            ("password", self.password.as_str()),
            ("database", database),
        ] {
            if value.is_empty() {
                return Err(Failure::field(name, "required", "must not be empty"));
            }
            // The names are kept with the session; and no password is so long either.
            if !is_name(value) {
                return Err(Failure::field(name, "not-sendable", "must not be so long"));
            }
        }
        Ok(())
    }
}

/// What a successful login or renewal gives. A cookie session gives no tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grant {
    /// The token that requests carry.
    pub access: Option<Secret>,
    /// The token that buys the next access token.
    pub refresh: Option<Secret>,
    /// How long the access token lives from its receipt, in ms. `None`: the reply tells no lifetime, or a renewal's tells one
    /// that can't be used. Then it counts as the last one that was told in this session.
    pub lifetime_ms: Option<f64>,
    /// Who is signed in.
    pub user: Option<Secret>,
    /// Ocient: the database of the session.
    pub database: Option<Secret>,
    /// Lenses: a safe path on the vendor's origin to go to next.
    pub redirect_to: Option<Secret>,
}

/// What a session holds between calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// The token that requests carry; none for a cookie session.
    pub access: Option<Secret>,
    /// The token that buys the next access token.
    pub refresh: Option<Secret>,
    /// Who is signed in.
    pub user: Option<Secret>,
    /// Ocient: the database of the session.
    pub database: Option<Secret>,
    /// ETHGAS: this deployment takes the refresh token in the body.
    pub refresh_in_body: bool,
}

/// The longest token, and the longest name of a user or a database, in bytes as JSON writes them. Two of each, and the
/// numbers beside them, stay below the 64 kB of a session's record: what is taken in can be kept and read back.
const LONGEST_TOKEN: usize = 16 * 1024;
const LONGEST_NAME: usize = 12 * 1024;

/// How many bytes JSON takes for a text, without the quotes.
fn written(text: &str) -> usize {
    let written = |byte| match byte {
        b'"' | b'\\' => 2,
        0..=0x1f => 6,
        _ => 1,
    };
    text.bytes().map(written).sum()
}

/// A hundred years, in seconds: what claims to live longer is no lifetime.
const LONGEST_LIFETIME_S: f64 = 100.0 * 365.25 * 86_400.0;

/// Reads a token: a string that a header can carry. Anything else is malformed, since a request with half a
/// token would be an anonymous one (R24).
#[inline(never)]
pub(super) fn token<J: Json>(value: &J) -> Option<Secret> {
    value.text().filter(|token| is_token(token)).map(Into::into)
}

/// Whether a header can carry this as a token.
#[must_use]
pub fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) && written(token) <= LONGEST_TOKEN
}

/// Whether this is short enough for the name of a user or a database.
#[must_use]
pub fn is_name(name: &str) -> bool {
    written(name) <= LONGEST_NAME
}

/// Reads the name of a user or a database, where there is one. A longer one than a record can keep is malformed.
#[inline(never)]
pub(super) fn name<J: Json>(value: Option<J>) -> Result<Option<Secret>, Code> {
    let name = value.and_then(|value| value.text());
    if name.as_deref().is_none_or(is_name) { Ok(name.map(Into::into)) } else { Err(Code::MalformedReply) }
}

/// Reads a lifetime in seconds into ms. Missing is fine where the vendor's documents leave it out; zero, negative, not a number,
/// or of another type is malformed. But not at a renewal: the old tokens may be spent, so the new ones have to be taken. There
/// a number may also be written as a text, and a lifetime that is unusable is as good as not told.
#[inline(never)]
pub(super) fn lifetime_ms<J: Json>(told: Option<J>, operation: Operation) -> Result<Option<f64>, Code> {
    let Some(told) = told else { return Ok(None) };
    let renewed = operation == Operation::Refresh;
    match told.number().or_else(|| J::parse(&told.text().filter(|_| renewed)?)?.number()) {
        Some(seconds) if seconds > 0.0 && seconds <= LONGEST_LIFETIME_S => Ok(Some(seconds * 1000.0)),
        _ if renewed => Ok(None),
        _ => Err(Code::MalformedReply),
    }
}
