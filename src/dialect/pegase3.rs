//! PEGASE3 API.
//!
//! Sources: the vendor's Login page and its list of common API codes in the public repository
//! (`github.com/TranKovak/PEGASE3_API`, docs/User documentation), and the handlers of the same repository.
//!
//! The habits: a GET with the credentials as headers; the token in a header `Token` of the vendor's own; the outcome
//! in the body's `code`, with HTTP 200 for everything (the published version) or the same code as HTTP status
//! (later ones); no renewal, but later versions bring a new token in replies and drop the old one; the later code crashes
//! on an expired token, with HTTP 500 and a page; no logout.

use alloc::boxed::Box;

use super::codes::codes;
use super::grant::token;
use super::{
    CallKind, Code, Credentials, Described, Failure, Grant, Held, Json, Payload, Rejection, Reply, Vendor,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Pegase3<J>(Described<J>);

impl<J: Json> Pegase3<J> {
    pub(super) fn new() -> Option<Self> {
        Described::built_in(include_str!("pegase3.json"), known).map(Self)
    }
}

codes! { i32;
    400 => InvalidRequest / InvalidRequest, "the request was refused";
    401 => InvalidCredentials / SessionExpired, "user or password match nothing; elsewhere: the token is not valid";
    402 => InvalidRequest / InvalidRequest, "a required header is missing or empty";
    404 => VendorError / VendorError, "field or data not found";
    429 => RateLimited / RateLimited, "too many requests (from a gateway: the vendor documents none)";
    498 => SessionExpired / SessionExpired, "the token has expired, though its documented status is \"ok\"";
}

/// "Works for the next 30 minutes." The published code says 24 h; the token's own `exp` decides where it is plausible. (The description
/// has the half hour, too, for whoever takes it alone: it has no word for what is plausible.)
const DOCUMENTED_LIFETIME_MS: f64 = 30.0 * 60_000.0;

/// The longest lifetime that the vendor's code knows, and a minute for clocks that differ.
const LONGEST_LIFETIME_MS: f64 = 24.0 * 3_600_000.0 + 60_000.0;

impl<J: Json> Vendor<J> for Pegase3<J> {
    fn described(&self) -> &Described<J> {
        &self.0
    }

    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        self.read(reply, CallKind::Login)?;
        let mut grant = self.0.signs_in(reply, credentials, now_ms)?;
        grant.lifetime_ms = grant.access.as_deref().map(|access| lifetime_ms(access, reply, now_ms));
        Ok(grant)
    }

    /// `code` counts before the HTTP status; `status` never counts, as the documents list "token expired" with status "ok".
    fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        self.0.read(reply, operation).or_else(|mut failure| match reply.code("code") {
            // The later code's `/report/find_report` sends what it has found with HTTP 404.
            Some(200) if reply.status == 404 && operation == CallKind::Request => {
                Ok(self.0.sought().payload.clone())
            }
            Some(code) => {
                failure.explicit = !matches!(code, 200 | 201);
                if reply.is_ok() && code >= 500 {
                    failure.code = Code::VendorUnavailable;
                }
                Err(failure)
            }
            // No standard and no gateway has this status: the word is the vendor's, also where the body was replaced.
            None if reply.status == 498 => {
                let mut failure = reply.failure(Code::SessionExpired);
                failure.explicit = true;
                Err(failure)
            }
            None => Err(reply.foreign(operation)),
        })
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        match (reply.code("code"), reply.status) {
            (Some(401 | 498), _) | (None, 498) => Rejection::Yes,
            (None | Some(200 | 201), 401) => Rejection::Doubtful,
            _ => Rejection::No,
        }
    }

    /// The later code crashes on an expired token, and the reply is the framework's page with HTTP 500. Such a page means that
    /// only after the token's own end, by the vendor's clock or this machine's.
    fn expired_unsaid(&self, reply: &Reply<J>, held: &Held, now_ms: f64) -> bool {
        let fell_over = (500..=599).contains(&reply.status) && reply.code("code").is_none();
        let end = held.access.as_deref().filter(|_| fell_over).and_then(ends_at::<J>);
        end.is_some_and(|end| end <= reply.clock(now_ms))
    }

    fn says_expired(&self, reply: &Reply<J>) -> bool {
        reply.code("code") == Some(498) || reply.status == 498
    }

    fn brings_tokens(&self) -> bool {
        true
    }

    /// Later versions send a new token with replies, "not found" ones too, and drop the old one: so it is taken wherever it
    /// comes. But not from everything that has a member of that name, such as a file that somebody has uploaded: it comes in
    /// the vendor's envelope, and for the user of the session.
    fn adopts(&self, reply: &Reply<J>, held: &Held, now_ms: f64) -> Option<Grant> {
        let rejected = matches!(reply.code("code")?, 401 | 498) || matches!(reply.status, 401 | 498);
        let status = reply.text("status").filter(|_| !rejected)?;
        matches!(&*status, "ok" | "success" | "error").then_some(())?;
        let access = reply.member("token").as_ref().and_then(token)?;
        let claimed = J::claims(&access).and_then(|claims| claims.text_of("user"));
        let another = held.access.as_ref() != Some(&access);
        let of_the_user = claimed.is_some() && claimed.as_deref() == held.user.as_deref();
        let lifetime_ms = Some(lifetime_ms(&access, reply, now_ms));
        (another && of_the_user).then(|| Grant { access: Some(access), lifetime_ms, ..Grant::default() })
    }
}

/// When a token ends by its own `exp`, in ms since the epoch by the vendor's clock.
fn ends_at<J: Json>(access: &str) -> Option<f64> {
    Some(J::claims(access)?.member("exp")?.number()? * 1000.0)
}

/// The token's lifetime: its `exp` against the vendor's clock or else this machine's. A machine whose clock is a day off gets
/// an implausible lifetime from it, and then the documented one (R19).
fn lifetime_ms<J: Json>(access: &str, reply: &Reply<J>, now_ms: f64) -> f64 {
    let told = ends_at::<J>(access).map(|end| end - reply.clock(now_ms));
    let plausible = told.filter(|lifetime| *lifetime > 0.0 && *lifetime <= LONGEST_LIFETIME_MS);
    plausible.unwrap_or(DOCUMENTED_LIFETIME_MS)
}
