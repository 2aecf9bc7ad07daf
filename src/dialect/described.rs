//! An API that its user describes in data: the engine that does what a description says.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::call::is_header_value;
use super::description::{
    MOST, carrier, code_text, found, lists, meaning, number_text, payload, renewal, same,
};
use super::grant::{claimed_ms, lifetime_ms, moment_ms, name, token};
use super::path::at;
use super::template::{self, Values};
use super::{
    Body, Call, Carrier, Code, Credentials, Facts, Failure, Grant, Held, Json, Operation, Payload, Rejection,
    Renewal, Reply, Secret, Vendor, VendorCode, is_token,
};

/// A vendor of which hallpass knows what its description says.
#[derive(Debug)]
pub struct Described<J> {
    facts: Facts,
    said: J,
    /// What a built-in vendor's codes mean. Its table stands in Rust, from where the documentation has it, too.
    known: Option<Known>,
}

/// What a vendor's code means at an operation.
type Known = fn(&str, Operation) -> Option<Code>;

impl<J: Json> Described<J> {
    /// Reads a description, which the scripts have checked. `None`: it is none.
    #[must_use]
    pub fn of(said: &J) -> Option<Self> {
        let name = said.text_of("name")?;
        let facts = Facts {
            title: said.text_of("title").unwrap_or_else(|| name.clone()),
            name,
            carrier: carrier(&said.member("credential")?)?,
            renewal: renewal(said),
            speaks_inside: at(said, "rejected.insideSuccess").and_then(|inside| inside.truth()) == Some(true),
        };
        (said.member("login")?.is_object() && said.member("grant")?.is_object()).then_some(())?;
        Some(Self { facts, said: said.clone(), known: None })
    }

    /// A vendor of hallpass's own: its description, and what its codes mean.
    pub(super) fn built_in(description: &str, known: Known) -> Option<Self> {
        Some(Self { known: Some(known), ..Self::of(&J::parse(description)?)? })
    }

    pub(super) const fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn path(&self, operation: Operation) -> Option<String> {
        self.said.member(operation.as_str())?.text_of("path")
    }

    /// A call with the session's credential: as it is described, else with nothing more.
    pub(super) fn with_credential(&self, operation: Operation, held: &Held) -> Box<Call> {
        let said = self.said.member(operation.as_str());
        let described = said.and_then(|said| call(operation, &said, Values::Held(held)));
        // If the operation isn't described, its path comes from the caller's option `endpoints`.
        let method = if operation == Operation::Check { "GET" } else { "POST" };
        described.unwrap_or_else(|| Call::new(operation, method)).credential(&self.facts.carrier, held)
    }

    /// How the API says what went wrong.
    fn errors(&self) -> Option<J> {
        self.said.member("errors")
    }

    /// The code that a reply tells.
    #[inline(never)]
    pub(super) fn code(&self, reply: &Reply<J>) -> Option<J> {
        found(&self.errors()?, "code", reply.json()?).filter(|code| code_text(code).is_some())
    }

    /// The API's own words in a reply.
    #[inline(never)]
    fn detail(&self, reply: &Reply<J>) -> Option<String> {
        found(&self.errors()?, "detail", reply.json()?)?.text()
    }

    /// Whether a failure is the API's own, and not that of a gateway before it: it has the code or the words that the API's
    /// failures have. If these have neither, only the status can tell.
    fn is_own(&self, reply: &Reply<J>) -> bool {
        let speaks = |errors: &J| errors.member("code").is_some() || errors.member("detail").is_some();
        if self.errors().as_ref().is_some_and(speaks) {
            self.code(reply).is_some() || self.detail(reply).is_some()
        } else {
            self.has_rejecting_status(reply)
        }
    }

    fn has_rejecting_status(&self, reply: &Reply<J>) -> bool {
        match at(&self.said, "rejected.statuses") {
            Some(statuses) => lists(&statuses, &number_text(reply.status.into())),
            None => reply.status == 401,
        }
    }

    /// Whether a success says that it is one.
    fn succeeds(&self, reply: &Reply<J>) -> bool {
        let Some(success) = at(&self.said, "envelope.success") else { return true };
        let told = reply.json().and_then(|json| found(&success, "at", json));
        let values = success.member("is").and_then(|values| values.elements(MOST)).unwrap_or_default();
        told.is_some_and(|told| values.iter().any(|value| same(value, &told)))
    }

    /// What a code means.
    fn meaning(&self, code: &str, operation: Operation) -> Option<Code> {
        match self.known {
            Some(known) => known(code, operation),
            None => meaning(&self.said, "errors.codes", code, operation),
        }
    }

    /// The failure that a reply tells.
    #[inline(never)]
    pub(super) fn refusal(&self, reply: &Reply<J>, operation: Operation, rejected: bool) -> Box<Failure> {
        let told = self.code(reply);
        let code = told.as_ref().and_then(code_text);
        let listed = code
            .and_then(|code| self.meaning(&code, operation))
            .or_else(|| meaning(&self.said, "errors.statuses", &number_text(reply.status.into()), operation));
        let unlisted = if rejected {
            Code::unauthorised(operation)
        } else if told.is_none() && (reply.is_ok() || self.detail(reply).is_none()) {
            reply.foreign(operation).code
        } else if reply.is_ok() {
            Code::VendorError
        } else {
            Code::of_status(reply.status, operation)
        };
        let mut failure = reply.failure(listed.unwrap_or(unlisted));
        failure.explicit = self.is_own(reply);
        failure.vendor_code = told.and_then(|told| match told.text() {
            Some(text) => Some(VendorCode::Text(text)),
            None => told.number().map(VendorCode::Number),
        });
        failure.say(self.detail(reply));
        if let (Some(said), Some(json)) = (at(&self.said, "errors.fields"), reply.json()) {
            failure.fields = super::fields::read(&said, json);
        }
        failure
    }

    /// What the reply to a login grants, where `read` has taken it for a success.
    pub(super) fn signs_in(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        let mut grant = self.grants(reply, Operation::Login, now_ms)?;
        // If the reply doesn't tell, what was typed under these names is shown. What has another name may be a secret.
        grant.user =
            grant.user.or_else(|| credentials.typed("username")).or_else(|| credentials.typed("email"));
        grant.database = grant.database.or_else(|| credentials.typed("database"));
        Ok(grant)
    }

    /// What a reply grants, where `read` has taken it for a success. One without a token is a refusal, as some APIs answer
    /// everything with 200 and say inside why; but malformed, where the description says what a success is.
    pub(super) fn grants(
        &self,
        reply: &Reply<J>,
        operation: Operation,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        if operation == Operation::Refresh && self.facts.renewal == Renewal::None {
            return Err(reply.failure(Code::NotRenewable));
        }
        self.granted(reply, operation, now_ms).map_err(|code| match at(&self.said, "envelope.success") {
            Some(_) => reply.failure(code),
            None => self.refusal(reply, operation, false),
        })
    }

    fn granted(&self, reply: &Reply<J>, operation: Operation, now_ms: f64) -> Result<Grant, Code> {
        let said = self.said.member("grant").ok_or(Code::Internal)?;
        let of = |member| found(&said, member, reply.json()?);
        let mut grant = Grant::default();
        if self.facts.carrier != Carrier::Cookie {
            grant.access = Some(access(&said, reply).ok_or(Code::MalformedReply)?);
            if let Some(value) = of("refresh") {
                grant.refresh = Some(token(&value).ok_or(Code::MalformedReply)?);
            }
        }
        if let Some(told) = said.member("lifetime") {
            grant.lifetime_ms = lifetime(&told, reply, grant.access.as_deref(), operation, now_ms)?;
        }
        // A renewal changes neither user nor database, whatever its reply says.
        if operation == Operation::Login {
            grant.user = name(of("user"))?;
            grant.database = name(of("database"))?;
        }
        Ok(grant)
    }

    /// The header that the token comes in, if it comes in one.
    fn wants(&self) -> Option<Cow<'static, str>> {
        at(&self.said, "grant.access.header")?.text().map(Into::into)
    }

    /// As described, with what the user has typed. A header can't carry every text byte-exact, so what it can't carry is refused.
    pub(super) fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        credentials.check()?;
        let values = Values::Typed(&credentials.named);
        let said = self.said.member("login");
        let headers = said.as_ref().and_then(|said| said.member("headers"));
        for header in headers.as_ref().map(|headers| template::names(headers, values)).unwrap_or_default() {
            let template = headers.as_ref().and_then(|headers| headers.text_of(&header)).unwrap_or_default();
            if let Some(name) = template::unfit(&template, values, is_header_value) {
                return Err(Failure::no_header_value(name));
            }
        }
        let made = said.and_then(|said| call(Operation::Login, &said, values));
        let mut call = made.ok_or_else(|| Failure::new(Code::Internal))?;
        call.wants = self.wants();
        Ok(call)
    }

    pub(super) fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        let mut call = call(Operation::Refresh, &self.said.member("refresh")?, Values::Held(held))?;
        call.wants = self.wants();
        Some(call)
    }

    /// Whether a success of a check has what only a live session's has. A page in place of JSON is no sign of life.
    pub(super) fn is_alive(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        let malformed = || reply.failure(Code::MalformedReply);
        let Some(said) = self.said.member("check") else { return Ok(None) };
        let of = |member| found(&said, member, reply.json()?);
        if said.member("alive").is_some() {
            reply.json().ok_or_else(malformed)?;
            if of("alive").is_none_or(|alive| alive.truth() == Some(false)) {
                let mut failure = reply.failure(Code::SessionExpired);
                failure.explicit = true;
                return Err(failure);
            }
        }
        let user = name(of("user")).map_err(|code| reply.failure(code))?;
        if user.is_none() && said.member("user").is_some() { Err(malformed()) } else { Ok(user) }
    }

    /// A success that says inside that the token was rejected is a failure.
    pub(super) fn read(&self, reply: &Reply<J>, operation: Operation) -> Result<Payload, Box<Failure>> {
        let unreadable = matches!(reply.body, Body::Unreadable);
        let rejects = self.rejects_token(reply);
        if !reply.is_ok() || unreadable || rejects != Rejection::No || !self.succeeds(reply) {
            return Err(self.refusal(reply, operation, rejects == Rejection::Yes));
        }
        Ok(payload(&self.said))
    }

    /// Whether a reply on any status has a code by which the API says that a token was rejected.
    pub(super) fn says_rejected(&self, reply: &Reply<J>) -> bool {
        self.facts.speaks_inside
            && at(&self.said, "rejected.codes").is_some_and(|codes| {
                self.code(reply).as_ref().and_then(code_text).is_some_and(|code| lists(&codes, &code))
            })
    }

    #[inline(never)]
    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        if reply.is_ok() && !self.facts.speaks_inside {
            return Rejection::No;
        }
        if let Some(codes) = at(&self.said, "rejected.codes")
            && let Some(code) = self.code(reply).as_ref().and_then(code_text)
        {
            if lists(&codes, &code) {
                return Rejection::Yes;
            }
            // The API's code says something else. It decides, unless statuses are listed beside the codes.
            if at(&self.said, "rejected.statuses").is_none() {
                return Rejection::No;
            }
        }
        match self.has_rejecting_status(reply) {
            true if self.is_own(reply) => Rejection::Yes,
            true => Rejection::Doubtful,
            false => Rejection::No,
        }
    }
}

/// A call as it is described. `None`: a place in it has no value.
#[inline(never)]
fn call<J: Json>(operation: Operation, said: &J, values: Values<'_>) -> Option<Box<Call>> {
    let method = said.text_of("method").unwrap_or_else(|| "POST".into());
    let mut call = Call::new(operation, method);
    if let Some(query) = said.member("query") {
        call.query = Some(template::form(&query, values)?);
    }
    if let Some(headers) = said.member("headers") {
        for name in template::names(&headers, values) {
            let value = template::plain(&headers.text_of(&name)?, values)?;
            call = call.header(name, value);
        }
    }
    let (body, kind) = if let Some(json) = said.member("json") {
        (template::json(&json, values)?, "application/json")
    } else if let Some(form) = said.member("form") {
        (template::form(&form, values)?, "application/x-www-form-urlencoded")
    } else {
        return Some(call);
    };
    call.body = Some(body);
    Some(if call.has("Content-Type") { call } else { call.header("Content-Type", kind.into()) })
}

/// The token: in a header, or at the first of its paths where something lies.
fn access<J: Json>(said: &J, reply: &Reply<J>) -> Option<Secret> {
    if at(said, "access.header").is_none() {
        return token(&found(said, "access", reply.json()?)?);
    }
    let prefix = at(said, "access.prefix").and_then(|prefix| prefix.text()).unwrap_or_default();
    let wanted = reply.wanted.as_deref()?;
    let (before, token) = (wanted.get(..prefix.len())?, wanted.get(prefix.len()..)?);
    (before == prefix && is_token(token)).then(|| token.into())
}

/// How long the token lives from now, in ms.
fn lifetime<J: Json>(
    said: &J,
    reply: &Reply<J>,
    access: Option<&str>,
    operation: Operation,
    now_ms: f64,
) -> Result<Option<f64>, Code> {
    let of = |member| found(said, member, reply.json()?);
    let clock = reply.clock(now_ms);
    if said.member("at").is_some() {
        return Ok(of("at").and_then(|told| moment_ms(&told, clock)));
    }
    if said.member("jwt").is_some() {
        let otherwise = || Some(said.member("otherwiseSeconds")?.number()? * 1000.0);
        return Ok(access.and_then(|token| claimed_ms::<J>(token, clock)).or_else(otherwise));
    }
    match of("ms") {
        Some(told) => lifetime_ms(Some(told), 1.0, operation),
        None => lifetime_ms(of("seconds"), 1000.0, operation),
    }
}

impl<J: Json> Vendor<J> for Described<J> {
    fn described(&self) -> &Self {
        self
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        self.rejects_token(reply)
    }
}
