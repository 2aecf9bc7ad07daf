//! What a reply grants, by a description: tokens, how long they live, and who is signed in.

use alloc::boxed::Box;

use super::description::{code_text, found};
use super::grant::{claimed_ms, lifetime_ms, moment_ms, name, token};
use super::path::at;
use super::{
    Body, CallKind, Carrier, Code, Credentials, Described, Failure, Grant, Json, Renewal, Reply, Secret,
    is_token,
};

impl<J: Json> Described<J> {
    /// What the reply to a login grants, where `read` has taken it for a success.
    pub(super) fn signs_in(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        let mut grant = self.grants(reply, CallKind::Login, now_ms)?;
        // If the reply doesn't tell, what was typed under these names is shown. What has another name may be a secret.
        grant.user =
            grant.user.or_else(|| credentials.typed("username")).or_else(|| credentials.typed("email"));
        grant.database = grant.database.or_else(|| credentials.typed("database"));
        if grant.database.as_ref().is_some_and(|database| !self.can_carry(database)) {
            return Err(reply.failure(Code::MalformedReply));
        }
        Ok(grant)
    }

    /// What a reply grants, where `read` has taken it for a success. One without a token is a refusal, as some APIs answer
    /// everything with 200 and say inside why; but malformed, where the description says what a success is.
    pub(super) fn grants(
        &self,
        reply: &Reply<J>,
        operation: CallKind,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        if operation == CallKind::Refresh && self.facts().renewal == Renewal::None {
            return Err(reply.failure(Code::NotRenewable));
        }
        self.granted(reply, operation, now_ms).map_err(|code| match &self.sought().success {
            Some(_) => reply.failure(code),
            None => self.refusal(reply, operation, false),
        })
    }

    /// The same, or why it can't be read.
    pub(super) fn granted(&self, reply: &Reply<J>, operation: CallKind, now_ms: f64) -> Result<Grant, Code> {
        let said = self.says("grant").ok_or(Code::Internal)?;
        let of = |member| found(&said, member, reply.json()?);
        let mut grant = Grant::default();
        if self.facts().carrier != Carrier::Cookie {
            grant.access = Some(access(&said, reply).ok_or(Code::MalformedReply)?);
            // Many an API writes an empty text where it has none to tell.
            let empty = |value: &J| !self.is_built_in() && value.text().as_deref() == Some("");
            if let Some(value) = of("refresh").filter(|value| !empty(value)) {
                grant.refresh = Some(token(&value).ok_or(Code::MalformedReply)?);
            }
        }
        if let Some(told) = said.member("lifetime") {
            grant.lifetime_ms =
                lifetime(&told, reply, grant.access.as_deref(), (operation, !self.is_built_in()), now_ms)?;
        }
        // A renewal changes neither user nor database, whatever its reply says.
        if operation == CallKind::Login {
            grant.user = self.user(of("user"))?;
            grant.database = name(of("database"))?;
        }
        Ok(grant)
    }

    /// Who is signed in, where a reply tells. Anybody's API may tell a number for that.
    fn user(&self, told: Option<J>) -> Result<Option<Secret>, Code> {
        let number = told.as_ref().filter(|told| !self.is_built_in() && told.number().is_some());
        match number.and_then(code_text) {
            Some(number) => Ok(Some(number.into())),
            None => name(told),
        }
    }

    /// Whether a success of a check has what only a live session's has. A page in place of JSON is no sign of life.
    pub(super) fn is_alive(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        let malformed = || reply.failure(Code::MalformedReply);
        let Some(said) = self.says("check") else { return Ok(None) };
        let of = |member| found(&said, member, reply.json()?);
        if said.member("alive").is_some() {
            reply.json().ok_or_else(malformed)?;
            if of("alive").is_none_or(|alive| alive.truth() == Some(false)) {
                let mut failure = reply.failure(Code::SessionExpired);
                failure.explicit = true;
                return Err(failure);
            }
        }
        let user = self.user(of("user")).map_err(|code| reply.failure(code))?;
        if user.is_none() && said.member("user").is_some() { Err(malformed()) } else { Ok(user) }
    }
}

/// The token: in a header, or at the first of its paths where something lies.
fn access<J: Json>(said: &J, reply: &Reply<J>) -> Option<Secret> {
    if at(said, "access.header").is_none() {
        // A text is the token itself, where the description says so; no other path leads into it.
        let (Body::Json(told) | Body::Text(told)) = &reply.body else { return None };
        return token(&found(said, "access", told)?);
    }
    let prefix = at(said, "access.prefix").and_then(|prefix| prefix.text()).unwrap_or_default();
    let wanted = reply.wanted.as_deref()?;
    let (before, token) = (wanted.get(..prefix.len())?, wanted.get(prefix.len()..)?);
    (before.eq_ignore_ascii_case(&prefix) && is_token(token)).then(|| token.into())
}

/// How long the token lives from now, in ms. `texts`: a number may be written as a text.
fn lifetime<J: Json>(
    said: &J,
    reply: &Reply<J>,
    access: Option<&str>,
    (operation, texts): (CallKind, bool),
    now_ms: f64,
) -> Result<Option<f64>, Code> {
    let of = |member| found(said, member, reply.json()?);
    let clock = reply.clock(now_ms);
    if said.member("at").is_some() {
        return Ok(of("at").and_then(|told| moment_ms(&told, clock)));
    }
    if said.member("jwt").is_some() {
        if let claimed @ Some(_) = access.and_then(|token| claimed_ms::<J>(token, clock)) {
            return Ok(claimed);
        }
        // This number is the description's own, not the reply's: one that can't be used is ignored, and doesn't fail the login.
        return lifetime_ms(said.member("otherwiseSeconds"), 1000.0, CallKind::Refresh, false);
    }
    match of("ms") {
        Some(told) => lifetime_ms(Some(told), 1.0, operation, texts),
        None => lifetime_ms(of("seconds"), 1000.0, operation, texts),
    }
}
