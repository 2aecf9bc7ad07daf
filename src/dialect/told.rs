//! What a reply tells, by a description: whether it is a success, what went wrong, and what it says of the token.

use alloc::boxed::Box;
use alloc::string::String;

use super::description::{Scalar, first, lists, number_text, paths};
use super::path::at;
use super::{Body, CallKind, Carrier, Code, Described, Failure, Json, Payload, Rejection, Reply, VendorCode};

impl<J: Json> Described<J> {
    /// The code that a reply tells.
    #[inline(never)]
    pub(super) fn code<'a>(&self, reply: &'a Reply<J>) -> Option<&'a VendorCode> {
        reply.told.get_or_init(|| VendorCode::of(&first(&self.sought().code, reply.json()?)?)).as_ref()
    }

    /// The API's own words in a reply: the first text that lies where words may lie.
    #[inline(never)]
    fn detail(&self, reply: &Reply<J>) -> Option<String> {
        let json = reply.json()?;
        paths(&self.says("errors.detail")?).iter().find_map(|path| at(json, path)?.text())
    }

    /// Whether a failure is the API's own, and not that of a gateway before it: it has the code or the words that the API's
    /// failures have, or a status that the description lists as a rejection's; but a page beside that is nobody's word. If the API's
    /// failures have neither, only the status can tell.
    fn is_own(&self, reply: &Reply<J>) -> bool {
        let speaks = !self.sought().code.is_empty() || self.says("errors.detail").is_some();
        let page = matches!(reply.body, Body::Unreadable);
        if speaks && (page || self.says("rejected.statuses").is_none() || !self.has_rejecting_status(reply)) {
            self.code(reply).is_some() || self.detail(reply).is_some()
        } else {
            self.has_rejecting_status(reply)
        }
    }

    fn has_rejecting_status(&self, reply: &Reply<J>) -> bool {
        match self.says("rejected.statuses") {
            Some(statuses) => lists(&statuses, &number_text(reply.status.into())),
            None => reply.status == 401,
        }
    }

    /// Whether a success says that it is one; `None`: it says neither that nor the contrary.
    fn succeeds(&self, reply: &Reply<J>) -> Option<bool> {
        let Some((place, values)) = &self.sought().success else { return Some(true) };
        // These say so by having no body.
        if matches!(reply.status, 204 | 205) && matches!(reply.body, Body::Empty) && !self.is_built_in() {
            return Some(true);
        }
        let told = Scalar::of(&first(place, reply.json()?)?)?;
        Some(values.contains(&told))
    }

    /// The failure that a reply tells.
    #[inline(never)]
    pub(super) fn refusal(&self, reply: &Reply<J>, operation: CallKind, rejected: bool) -> Box<Failure> {
        let told = self.code(reply);
        // By its own word, where the description says what a success is.
        let denies = reply.is_ok() && self.succeeds(reply) == Some(false);
        // The status of a success means something only then: a page that comes with 200 is no word of the API's.
        let means = !reply.is_ok() || denies;
        let listed = told
            .and_then(|code| self.meaning(&code.as_text(), operation))
            .or_else(|| self.meaning_of_status(reply.status, operation).filter(|_| means))
            .or_else(|| refuses_grant(told, operation).then_some(Code::SessionExpired));
        // A login carries no token, so at login a status in `rejected.statuses` rejects none: only a listed code or a 401 counts.
        let by_code = self.is_listed(reply) == Some(true);
        let rejected = rejected && (operation != CallKind::Login || by_code || reply.status == 401);
        let unlisted = if rejected {
            Code::unauthorised(operation)
        } else if told.is_none() && !denies && (reply.is_ok() || self.detail(reply).is_none()) {
            reply.foreign(operation).code
        } else if reply.is_ok() {
            Code::VendorError
        } else if reply.status == 401 && operation == CallKind::Request && !self.is_built_in() {
            // The API's code says that the token is good.
            Code::Forbidden
        } else {
            Code::of_status(reply.status, operation)
        };
        let mut failure = reply.failure(listed.unwrap_or(unlisted));
        failure.explicit = denies || self.is_own(reply);
        failure.vendor_code = told.cloned();
        failure.say(self.detail(reply));
        if let (Some(said), Some(json)) = (self.says("errors.fields"), reply.json()) {
            failure.fields = super::fields::read(&said, json);
        }
        failure
    }

    /// Whether a success tells a code of the table, as APIs do that answer everything with 200. (A built-in vendor's own reader knows
    /// which of its codes are refusals.) Where the description says how a success is told, that decides.
    fn refuses_inside(&self, reply: &Reply<J>, operation: CallKind) -> bool {
        let sought = !self.is_built_in() && self.sought().success.is_none();
        sought && self.code(reply).is_some_and(|code| self.meaning(&code.as_text(), operation).is_some())
    }

    /// Whether a success may be told in plain text: where nothing is to be read in it, or it is the token itself. (A description that says how
    /// a success is told, and a check that looks for something, find out by themselves.)
    fn takes_words(&self, operation: CallKind) -> bool {
        !self.is_built_in()
            && match operation {
                CallKind::Login | CallKind::Refresh => {
                    self.facts().carrier == Carrier::Cookie
                        && self.says("grant").is_some_and(|grant| grant.names(1).is_empty())
                        || self.says("grant.access").and_then(|path| path.text()).as_deref() == Some("")
                }
                CallKind::Logout | CallKind::Check => true,
                CallKind::Request => false,
            }
    }

    /// A success that says inside that it is none, or that the token was rejected, is a failure.
    pub(super) fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        // Where the token comes in a header, the body is of no matter.
        let unreadable = match reply.body {
            Body::Empty | Body::Json(_) => false,
            Body::Text(_) => reply.wanted.is_none() && !self.takes_words(operation),
            Body::Unreadable => reply.wanted.is_none(),
        };
        let rejects = self.rejects_token(reply);
        let refuses = || self.succeeds(reply) != Some(true) || self.refuses_inside(reply, operation);
        if !reply.is_ok() || unreadable || rejects != Rejection::No || refuses() {
            return Err(self.refusal(reply, operation, rejects == Rejection::Yes));
        }
        Ok(self.sought().payload.clone())
    }

    /// Whether a reply's code is one by which the API says that a token was rejected. `None`: it tells no code, or none is listed.
    fn is_listed(&self, reply: &Reply<J>) -> Option<bool> {
        let listed = self.sought().rejecting.as_ref()?;
        Some(listed.contains(&self.code(reply)?.as_text()))
    }

    /// Whether a reply on any status has a code by which the API says that a token was rejected.
    pub(super) fn says_rejected(&self, reply: &Reply<J>) -> bool {
        self.facts().speaks_inside && self.is_listed(reply) == Some(true)
    }

    #[inline(never)]
    pub(super) fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        if reply.is_ok() && !self.facts().speaks_inside {
            return Rejection::No;
        }
        match self.is_listed(reply) {
            Some(true) => return Rejection::Yes,
            // The API's code says something else. It decides, unless statuses are listed beside the codes.
            Some(false) if self.says("rejected.statuses").is_none() => return Rejection::No,
            _ => {}
        }
        match self.has_rejecting_status(reply) {
            true if self.is_own(reply) => Rejection::Yes,
            true => Rejection::Doubtful,
            false => Rejection::No,
        }
    }
}

/// Whether a renewal is refused in OAuth's words for good: the refresh token has expired, or was revoked
/// (<https://datatracker.ietf.org/doc/html/rfc6749#section-5.2>).
fn refuses_grant(told: Option<&VendorCode>, operation: CallKind) -> bool {
    operation == CallKind::Refresh && told.is_some_and(|code| &*code.as_text() == "invalid_grant")
}
