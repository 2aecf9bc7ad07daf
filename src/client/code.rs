//! What happened, to match on.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// What happened, to match on. The codes are those of the JavaScript API, and [`Code::Aborted`].
///
/// ```
/// use hallpass::Code;
///
/// assert_eq!(Code::SessionExpired.to_string(), "session-expired");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// The caller's mistake; the sentence says which option or argument, and what was expected.
    InvalidOptions,
    /// The vendor refused the credentials: the user name, the password, the token or the signature.
    InvalidCredentials,
    /// The vendor, or hallpass before sending, refused a field; see [`AuthError::fields`](super::AuthError::fields).
    InvalidRequest,
    /// Signed in, but not allowed.
    Forbidden,
    /// Nobody is signed in; nothing was sent.
    NotSignedIn,
    /// Was signed in; the vendor no longer accepts it, and it could not be renewed.
    SessionExpired,
    /// This vendor's sessions can't be renewed.
    NotRenewable,
    /// A newer login or a logout overtook this call.
    Superseded,
    /// The address is outside the base URL and what is allowed; nothing was sent.
    ForbiddenTarget,
    /// The person said no.
    Cancelled,
    /// The vendor asks for fewer requests; see [`AuthError::retry_after_ms`](super::AuthError::retry_after_ms).
    RateLimited,
    /// The vendor is there, but can't serve this now.
    VendorUnavailable,
    /// No reply: offline, CORS, or a broken connection.
    Network,
    /// No reply in time.
    Timeout,
    /// Not what the vendor documents, or not what the caller's type takes.
    MalformedReply,
    /// Any other refusal, with the vendor's own code in [`AuthError::vendor_code`](super::AuthError::vendor_code).
    VendorError,
    /// Only in [`State::problem`](super::State::problem): the session is only in memory.
    Storage,
    /// The vendor, the platform or this version has no such thing.
    Unsupported,
    /// The scripts could not be made ready.
    LoadFailed,
    /// A fault of hallpass's own.
    Internal,
    /// The request's own `AbortSignal` has ended it. (In JavaScript that rejects with the signal's reason.)
    Aborted,
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Serde knows the names, and a unit variant is written as its name.
        self.serialize(out)
    }
}

/// The vendor's own code: `ocient` and `pegase3` have numbers, `lenses` has words, `ethgas` both.
///
/// ```
/// use hallpass::VendorCode;
///
/// assert_eq!(VendorCode::Number(-733).to_string(), "-733");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum VendorCode {
    /// A whole number.
    Number(i64),
    /// Anything else, as text.
    Text(String),
}

impl fmt::Display for VendorCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(out),
            Self::Text(text) => text.fmt(out),
        }
    }
}
