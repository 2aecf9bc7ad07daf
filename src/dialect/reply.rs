//! A vendor's reply, and the few ways to read its JSON.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::OnceCell;

use super::{CallKind, Code, Failure, Secret, VendorCode};

/// JSON as the vendors' readers see it: own members only, each checked for its type as it is read.
///
/// A trait instead of a typed deserialiser, because a deserialiser of `JsValue` or text adds 18 to 31 kB to the
/// WebAssembly. In the browser it reads what `JSON.parse` gives, in native tests what `serde_json` gives.
pub trait Json: Sized + Clone + 'static {
    /// Parses a text; `None` where it isn't JSON.
    fn parse(text: &str) -> Option<Self>;
    /// The claims of a JWT, unverified: a hint, on which no decision but timing may rest (R20).
    fn claims(token: &str) -> Option<Self>;
    /// Whether the platform's URL parser reads a text as an http(s) address without user info, the same whoever resolves
    /// it: `https:h.test` is a path for a page that came by https.
    fn is_web_address(text: &str) -> bool;
    /// An object's own member; `None` where this is no object, or the member is missing or null.
    fn member(&self, name: &str) -> Option<Self>;
    /// A string's text.
    fn text(&self) -> Option<String>;
    /// A number's value.
    fn number(&self) -> Option<f64>;
    /// A boolean's value.
    fn truth(&self) -> Option<bool>;
    /// The names of an object's own members, at most `limit` of them; none where this is no object.
    fn names(&self, limit: usize) -> Vec<String>;
    /// The moment of a date and time as ISO 8601 writes it, in ms since the epoch; by UTC where it names no zone.
    fn moment(text: &str) -> Option<f64>;
    /// An array's elements, at most `limit` of them.
    fn elements(&self, limit: usize) -> Option<Vec<Self>>;
    /// A finite number as JSON writes it. By the platform: floats take 10 kB of WebAssembly to print.
    fn written(number: f64) -> String;
    /// Whether this is an object (an array is none).
    fn is_object(&self) -> bool;

    /// The text of a member.
    #[inline(never)]
    fn text_of(&self, name: &str) -> Option<String> {
        self.member(name)?.text()
    }

    /// The whole number of a member that holds a vendor's code.
    #[inline(never)]
    fn code_of(&self, name: &str) -> Option<i32> {
        let code = self.member(name)?.number()?;
        #[expect(clippy::cast_possible_truncation, reason = "what is cut off is noticed below")]
        let whole = code as i32;
        #[expect(clippy::float_cmp, reason = "exactly the whole number, or it is none")]
        (f64::from(whole) == code).then_some(whole)
    }
}

/// What a reply says of the token that its request carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Nothing.
    No,
    /// That it is no longer good, in the vendor's own words.
    Yes,
    /// Perhaps: a 401 that is not in the vendor's words may be a gateway's, or that of another server behind the vendor. It is
    /// reason enough to renew once. It ends no session before the vendor was asked ([`Vendor::check`](super::Vendor::check))
    /// and says no itself ([`Failure::ends_session`]).
    Doubtful,
}

/// The body of a reply.
#[derive(Debug)]
pub enum Body<J> {
    /// No bytes at all.
    Empty,
    /// JSON.
    Json(J),
    /// Words that say of themselves that they are plain text, such as "OK". They are no JSON; at most, they are a token.
    Text(J),
    /// Anything else: HTML from a proxy, truncated JSON, too many bytes.
    Unreadable,
}

/// A reply: the status, the body, and the headers that matter.
#[derive(Debug)]
pub struct Reply<J> {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Body<J>,
    /// `Retry-After`, in ms from now.
    pub retry_after_ms: Option<f64>,
    /// `Date`, in ms since the epoch by the vendor's clock, where the browser lets it be read.
    pub date_ms: Option<f64>,
    /// The header that the call wants ([`Call::wants`](super::Call::wants)), where it came and may be read.
    pub wanted: Option<Secret>,
    /// The vendor's code, kept after it was first looked for: several questions need it.
    pub told: OnceCell<Option<VendorCode>>,
}

impl<J: Json> Reply<J> {
    /// A reply without headers of interest.
    pub const fn new(status: u16, body: Body<J>) -> Self {
        let told = OnceCell::new();
        Self { status, body, retry_after_ms: None, date_ms: None, wanted: None, told }
    }

    /// Whether the status is one of success.
    pub const fn is_ok(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The body, where it is JSON.
    pub const fn json(&self) -> Option<&J> {
        match &self.body {
            Body::Json(json) => Some(json),
            _ => None,
        }
    }

    /// The vendor's clock (`Date`, where it can be read), or else this machine's.
    pub fn clock(&self, now_ms: f64) -> f64 {
        // `Date` has whole seconds: within its second, this machine's clock is the better one. Not `clamp`: its panic message formats
        // floats, which adds 10 kB to the WebAssembly.
        self.date_ms.map_or(now_ms, |date| now_ms.max(date).min(date + 1000.0))
    }

    /// A member of the body.
    #[inline(never)]
    pub fn member(&self, name: &str) -> Option<J> {
        self.json()?.member(name)
    }

    /// The text of a member of the body.
    #[inline(never)]
    pub fn text(&self, name: &str) -> Option<String> {
        self.json()?.text_of(name)
    }

    /// A vendor's code in the body.
    #[inline(never)]
    pub fn code(&self, name: &str) -> Option<i32> {
        self.json()?.code_of(name)
    }

    /// A failure with this reply's status and `Retry-After`.
    #[inline(never)]
    pub fn failure(&self, code: Code) -> Box<Failure> {
        let mut failure = Failure::new(code);
        failure.status = Some(self.status).filter(|status| *status != 0);
        failure.retry_after_ms = self.retry_after_ms;
        failure
    }

    /// What the status alone says of a reply that does not speak the vendor's language: a gateway's page, an
    /// empty 502. A success without the documented body is malformed. So is a login's "not found", "method not allowed" or "not
    /// implemented": the vendor has a login there, and this is another server.
    #[inline(never)]
    pub fn foreign(&self, operation: CallKind) -> Box<Failure> {
        let is_elsewhere = operation == CallKind::Login && matches!(self.status, 404 | 405 | 501);
        let malformed = self.is_ok() || is_elsewhere;
        self.failure(if malformed { Code::MalformedReply } else { Code::of_status(self.status, operation) })
    }
}
