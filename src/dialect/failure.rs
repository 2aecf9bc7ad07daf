//! What can go wrong, in one closed set of codes for all vendors.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use zeroize::Zeroizing;

use super::description::{Scalar, number_text};
use super::template::write_encoded;
use super::write::write_escaped;
use super::{CallKind, Json};

/// The codes a caller can switch on. JavaScript sees [`Code::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The caller's mistake: an option or argument of the wrong type or value.
    InvalidOptions,
    /// The vendor refused the credentials: the user name, the password, the token or the signature.
    InvalidCredentials,
    /// The vendor, or hallpass before sending, refused a field.
    InvalidRequest,
    /// Signed in, but not allowed.
    Forbidden,
    /// Nobody is signed in; nothing was sent.
    NotSignedIn,
    /// Was signed in; the vendor no longer accepts it and it could not be renewed.
    SessionExpired,
    /// This vendor's sessions can't be renewed.
    NotRenewable,
    /// A newer login or a logout overtook the call.
    Superseded,
    /// The URL lies outside `baseUrl` and `allow`; nothing was sent.
    ForbiddenTarget,
    /// The person said no.
    Cancelled,
    /// The vendor asks for fewer calls.
    RateLimited,
    /// The vendor is there but can't serve now.
    VendorUnavailable,
    /// The vendor could not be reached, or the connection broke.
    Network,
    /// The vendor did not answer in time.
    Timeout,
    /// The reply is not of the vendor's documented shape.
    MalformedReply,
    /// Any other refusal, with the vendor's own code.
    VendorError,
    /// The storage failed; the session goes on in memory.
    Storage,
    /// The vendor, the platform or this version has no such operation.
    Unsupported,
    /// The WebAssembly could not be loaded.
    LoadFailed,
    /// A fault in hallpass itself.
    Internal,
}

impl Code {
    /// The code as JavaScript sees it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidOptions => "invalid-options",
            Self::InvalidCredentials => "invalid-credentials",
            Self::InvalidRequest => "invalid-request",
            Self::Forbidden => "forbidden",
            Self::NotSignedIn => "not-signed-in",
            Self::SessionExpired => "session-expired",
            Self::NotRenewable => "not-renewable",
            Self::Superseded => "superseded",
            Self::ForbiddenTarget => "forbidden-target",
            Self::Cancelled => "cancelled",
            Self::RateLimited => "rate-limited",
            Self::VendorUnavailable => "vendor-unavailable",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::MalformedReply => "malformed-reply",
            Self::VendorError => "vendor-error",
            Self::Storage => "storage",
            Self::Unsupported => "unsupported",
            Self::LoadFailed => "load-failed",
            Self::Internal => "internal",
        }
    }

    /// The code of this name, if a renewal may fail with it for now. A record has no other.
    #[must_use]
    pub fn of_transient(name: &str) -> Option<Self> {
        Self::of_name(name).filter(|code| !code.ends_session())
    }

    /// The code of this name, if a vendor's reply may mean it.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        const TOLD: [Code; 10] = [
            Code::InvalidCredentials,
            Code::InvalidRequest,
            Code::Forbidden,
            Code::SessionExpired,
            Code::RateLimited,
            Code::VendorUnavailable,
            Code::Network,
            Code::Timeout,
            Code::MalformedReply,
            Code::VendorError,
        ];
        TOLD.into_iter().find(|code| code.as_str() == name)
    }

    /// Whether this is a no to a session that the vendor once granted. Only such a no ends a session: network trouble, overload
    /// and unreadable replies say nothing about it. [`Failure::ends_session`] also asks whether the vendor itself has said it.
    #[must_use]
    pub const fn ends_session(self) -> bool {
        matches!(self, Self::SessionExpired | Self::InvalidCredentials | Self::Forbidden)
    }

    /// This code, unless the HTTP status says that the vendor can't serve now or asks for fewer calls: that counts, whatever the
    /// body says.
    #[must_use]
    pub(super) const fn unless_busy(self, status: u16, operation: CallKind) -> Self {
        match Self::of_status(status, operation) {
            busy @ (Self::RateLimited | Self::VendorUnavailable) => busy,
            _ => self,
        }
    }

    /// What an HTTP status alone says, where the vendor's body says nothing.
    #[must_use]
    pub const fn of_status(status: u16, operation: CallKind) -> Self {
        match status {
            401 => Self::unauthorised(operation),
            403 => Self::Forbidden,
            400 | 422 => Self::InvalidRequest,
            429 => Self::RateLimited,
            408 | 500..=599 => Self::VendorUnavailable,
            _ => Self::VendorError,
        }
    }

    /// "Unauthorised" means the password at login and the session everywhere else.
    #[must_use]
    pub const fn unauthorised(operation: CallKind) -> Self {
        match operation {
            CallKind::Login => Self::InvalidCredentials,
            _ => Self::SessionExpired,
        }
    }
}

/// The vendor's own code, kept for the caller as it came.
#[derive(Clone, Debug, PartialEq)]
pub enum VendorCode {
    /// As a number.
    Number(f64),
    /// As a text.
    Text(String),
}

/// The longest text that is a code, in bytes.
const LONGEST_CODE: usize = 256;

impl VendorCode {
    /// A code: a text that isn't too long for one, or a whole number. `None` for anything else.
    #[inline(never)]
    pub(super) fn of<J: Json>(json: &J) -> Option<Self> {
        match Scalar::of(json)? {
            Scalar::Text(text) if text.len() <= LONGEST_CODE => Some(Self::Text(text)),
            Scalar::Number(number) if is_whole(number) => Some(Self::Number(number)),
            _ => None,
        }
    }

    /// The code as a text, whatever it came as.
    #[inline(never)]
    #[expect(clippy::cast_possible_truncation, reason = "`of` makes whole numbers only")]
    pub(super) fn as_text(&self) -> String {
        match self {
            Self::Number(number) => number_text(*number as i64),
            Self::Text(text) => text.clone(),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "what is cut off is noticed"
)]
#[expect(clippy::float_cmp, reason = "exactly the whole number, or it is none")]
fn is_whole(number: f64) -> bool {
    (number as i64) as f64 == number
}

/// One field that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// The field's name, as the caller or the vendor calls it.
    pub name: String,
    /// Why, as a code: the vendor's, or hallpass's own: `required`, `not-sendable`, `malformed`, `not-offered` and `unknown`; or `invalid`
    /// where a described API's reply tells none.
    pub code: String,
    /// Why, for a person.
    pub title: String,
    /// Lenses: a JSON Pointer (RFC 6901) to the field.
    pub pointer: Option<String>,
}

/// The most of a vendor's own words that is kept, in UTF-16 units: as JavaScript counts characters.
const LONGEST_DETAIL: usize = 500;

/// From so many bytes on, a secret is no part of a vendor's code or name by chance. (A password "word" is no reason to hide the
/// field "password".)
const LONG_SECRET: usize = 8;

/// A call that did not succeed. Carries no token, no password, no header, and no address but `sso_url`; its sentence is made in `auth-error.js`.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What happened.
    pub code: Code,
    /// At what it happened.
    pub operation: CallKind,
    /// Whether these are the vendor's explicit words: said in its own envelope, where it has one. What a gateway says, or
    /// another server behind the vendor, is not.
    pub explicit: bool,
    /// The HTTP status, where there was a reply.
    pub status: Option<u16>,
    /// The vendor's own code.
    pub vendor_code: Option<VendorCode>,
    /// The fields that were refused.
    pub fields: Vec<Field>,
    /// Lenses: where people of this instance sign in with single sign-on; an http(s) URL.
    pub sso_url: Option<String>,
    /// Lenses: the id under which the vendor logged the request.
    pub request_id: Option<String>,
    /// The vendor's own words, for a person to read: at most 500 characters. See [`Failure::without_secrets`].
    pub detail: Option<String>,
    /// How long the vendor asks to wait, in ms.
    pub retry_after_ms: Option<f64>,
    /// Which of hallpass's own findings this is, where the code alone doesn't say: it picks the error's sentence.
    pub why: Option<Why>,
}

/// What hallpass itself has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The vendor answered with a redirect, which is not followed.
    Redirected,
    /// The session was disposed.
    Disposed,
    /// The vendor has no operation that tells whether a session is alive.
    NoCheck,
    /// The wallet can't do what the login needs.
    WalletUnable,
}

impl Why {
    /// As `auth-error.js` calls it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Redirected => "redirect",
            Self::Disposed => "disposed",
            Self::NoCheck => "check",
            Self::WalletUnable => "wallet",
        }
    }
}

impl Failure {
    /// A failure of which only the code is known. Boxed, as all failures are: moving it about by value took a third of
    /// the WebAssembly.
    #[must_use]
    pub fn new(code: Code) -> Box<Self> {
        Box::new(Self {
            code,
            operation: CallKind::Request,
            explicit: false,
            status: None,
            vendor_code: None,
            fields: Vec::new(),
            sso_url: None,
            request_id: None,
            detail: None,
            retry_after_ms: None,
            why: None,
        })
    }

    /// Whether this is the vendor's explicit no to a session it once granted, in its own words. Nothing else that a vendor
    /// says ends a session (rule 10).
    #[must_use]
    pub const fn ends_session(&self) -> bool {
        self.explicit && self.code.ends_session()
    }

    /// Keeps the vendor's own words: as many as may be shown, and no half of a character.
    pub(super) fn say(&mut self, words: Option<String>) {
        self.detail = words.map(|words| shown(&words)).filter(|words| !words.is_empty());
    }

    /// Takes out what the vendor has echoed of a call's secrets: its password and its tokens (R2). Called with all of them
    /// before a failure leaves the core; empty ones are skipped.
    #[must_use]
    pub fn without_secrets(mut self: Box<Self>, secrets: &[&str]) -> Box<Self> {
        let told = |text: Option<&String>, shortest| text.is_some_and(|text| echoes(text, secrets, shortest));
        let cut =
            self.detail.as_ref().is_some_and(|detail| secrets.iter().any(|secret| is_cut_in(detail, secret)));
        if cut || told(self.detail.as_ref(), 1) {
            self.detail = None;
        }
        if told(self.request_id.as_ref(), LONG_SECRET) {
            self.request_id = None;
        }
        if told(self.sso_url.as_ref(), LONG_SECRET) {
            self.sso_url = None;
        }
        if let Some(VendorCode::Text(code)) = &self.vendor_code
            && told(Some(code), LONG_SECRET)
        {
            self.vendor_code = None;
        }
        for field in &mut self.fields {
            if told(Some(&field.title), 1) || secrets.iter().any(|secret| is_cut_in(&field.title, secret)) {
                field.title.clear();
            }
        }
        self.fields.retain(|field| {
            let texts = [Some(&field.name), Some(&field.code), field.pointer.as_ref()];
            !texts.into_iter().any(|text| told(text, LONG_SECRET))
        });
        self
    }

    /// A field that the vendor takes in a header, which can't carry it byte-exact.
    #[must_use]
    pub fn no_header_value(name: &str) -> Box<Self> {
        Self::field(
            name,
            "not-sendable",
            "must be Latin-1 without leading or trailing blanks or control characters, as this vendor takes it in a header",
        )
    }

    /// A field that hallpass refuses before anything is sent.
    #[must_use]
    pub fn field(name: &str, code: &str, title: &str) -> Box<Self> {
        let mut failure = Self::new(Code::InvalidRequest);
        failure.fields.push(Field {
            name: name.into(),
            code: code.into(),
            title: title.into(),
            pointer: None,
        });
        failure
    }
}

/// As much of a vendor's words as may be shown.
#[inline(never)]
pub(super) fn shown(words: &str) -> String {
    let mut units = 0;
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= LONGEST_DETAIL
    };
    words.chars().take_while(fits).collect()
}

/// Whether a text is one of these secrets, or holds one of at least so many bytes.
#[inline(never)]
fn echoes(text: &str, secrets: &[&str], shortest: usize) -> bool {
    secrets.iter().filter(|secret| !secret.is_empty()).any(|secret| {
        text == *secret
            || secret.len() >= shortest
                && secret.len() <= text.len()
                && (holds(text, secret) || any_written(secret, &|written| holds(text, written)))
    })
}

/// Whether something is true of a secret as it was written into a body: with JSON's escapes, or percent-encoded.
#[inline(never)]
fn any_written(secret: &str, is_so: &dyn Fn(&str) -> bool) -> bool {
    [write_escaped, write_encoded].into_iter().any(|write: fn(&mut String, &str)| {
        // As much room as either may take: a buffer that grows leaves a copy behind.
        let mut written = Zeroizing::new(String::with_capacity(6 * secret.len()));
        write(&mut written, secret);
        **written != *secret && is_so(&written)
    })
}

/// Whether a text holds another that is not empty. By windows: `str::contains` brings a searcher along that takes 2 kB.
fn holds(text: &str, secret: &str) -> bool {
    text.as_bytes().windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// Whether a detail that was cut ends with the beginning of a secret.
fn is_cut_in(detail: &str, secret: &str) -> bool {
    // A character of two units may not have had room for both.
    let cut = detail.encode_utf16().count() >= LONGEST_DETAIL - 1;
    let begins = |written: &str| {
        (1..written.len()).any(|length| {
            written.as_bytes().get(..length).is_some_and(|part| detail.as_bytes().ends_with(part))
        })
    };
    cut && (begins(secret) || any_written(secret, &begins))
}
