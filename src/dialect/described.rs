//! An API that its user describes in data: the engine that does what a description says.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::call::is_header_value;
use super::description::{Description, code_text, found};
use super::grant::{lifetime_ms, moment_ms, name, token};
use super::path::at;
use super::template::{self, Values};
use super::{
    Body, Call, Carrier, Code, Credentials, Facts, Failure, Grant, Held, Json, Operation, Payload, Rejection,
    Reply, Secret, Vendor, is_token,
};

/// A vendor of which hallpass knows what its description says.
#[derive(Debug)]
pub struct Described<J>(Description<J>);

impl<J: Json> Described<J> {
    /// Reads a description. `None`: it is none; whoever hands it in has checked it and knows why.
    #[must_use]
    pub fn read(said: &J) -> Option<Self> {
        Description::read(said).map(Self)
    }

    /// A call with the session's credential; as it is described, if it is.
    fn with_credential(&self, operation: Operation, said: Option<&J>, held: &Held) -> Box<Call> {
        let described = said.and_then(|said| call(operation, said, Values::Held(held)));
        // What is not described has been named by an option of the caller's.
        let method = if operation == Operation::Check { "GET" } else { "POST" };
        described.unwrap_or_else(|| Call::new(operation, method)).credential(&self.0.facts.carrier, held)
    }

    /// The code that a reply tells.
    fn code(&self, reply: &Reply<J>) -> Option<J> {
        let json = reply.json()?;
        self.0.errors.code.iter().find_map(|path| at(json, path).filter(|code| code_text(code).is_some()))
    }

    /// The API's own words in a reply.
    fn detail(&self, reply: &Reply<J>) -> Option<String> {
        at(reply.json()?, self.0.errors.detail.as_deref()?)?.text()
    }

    /// Whether a reply speaks the API's language of failures: whatever stands before the API has another one. One without any
    /// has nothing but its status to say it with.
    fn is_own(&self, reply: &Reply<J>) -> bool {
        let errors = &self.0.errors;
        if errors.code.is_empty() && errors.detail.is_none() {
            return self.has_rejecting_status(reply);
        }
        self.code(reply).is_some() || self.detail(reply).is_some()
    }

    fn has_rejecting_status(&self, reply: &Reply<J>) -> bool {
        match &self.0.rejected.statuses {
            Some(statuses) => statuses.contains(&reply.status),
            None => reply.status == 401,
        }
    }

    /// Whether a success says that it is one.
    fn succeeds(&self, reply: &Reply<J>) -> bool {
        let Some((path, values)) = &self.0.success else { return true };
        let told = reply.json().and_then(|json| at(json, path));
        told.is_some_and(|told| values.iter().any(|value| same(value, &told)))
    }

    /// The failure that a reply tells.
    fn refusal(&self, reply: &Reply<J>, operation: Operation) -> Box<Failure> {
        let errors = &self.0.errors;
        let told = self.code(reply);
        let code = told.as_ref().and_then(code_text);
        let meaning = code.as_deref().and_then(|code| {
            errors.codes.iter().find(|(known, _)| known == code).map(|(_, meaning)| meaning.at(operation))
        });
        let by_status = || {
            let mut status = String::new();
            super::write_number(&mut status, i64::from(reply.status));
            let listed = errors.statuses.iter().find(|(known, _)| *known == status);
            listed.map(|(_, meaning)| meaning.at(operation))
        };
        let unlisted = || {
            if self.rejects_token(reply) == Rejection::Yes {
                Code::unauthorised(operation)
            } else if reply.is_ok() {
                if told.is_some() { Code::VendorError } else { Code::MalformedReply }
            } else {
                Code::of_status(reply.status, operation)
            }
        };
        let mut failure = reply.failure(meaning.or_else(by_status).unwrap_or_else(unlisted));
        failure.explicit = self.is_own(reply);
        failure.vendor_code = told.and_then(|told| match told.text() {
            Some(text) => Some(super::VendorCode::Text(text)),
            None => told.number().map(super::VendorCode::Number),
        });
        failure.say(self.detail(reply));
        if let (Some(said), Some(json)) = (&errors.fields, reply.json()) {
            failure.fields = super::fields::read(said, json);
        }
        failure
    }

    fn grant(&self, reply: &Reply<J>, operation: Operation, now_ms: f64) -> Result<Grant, Box<Failure>> {
        self.read(reply, operation)?;
        let malformed = |code| reply.failure(code);
        let missing = || malformed(Code::MalformedReply);
        let said = &self.0.grant;
        let json = reply.json();
        let of = |member| json.and_then(|json| found(said, member, json));
        let access = if self.0.facts.carrier == Carrier::Cookie {
            None
        } else {
            Some(self.access(reply).ok_or_else(missing)?)
        };
        let refresh = match of("refresh") {
            Some(value) => Some(token(&value).ok_or_else(missing)?),
            None => None,
        };
        let lifetime_ms = self.lifetime(reply, access.as_deref(), operation, now_ms).map_err(malformed)?;
        Ok(Grant {
            access,
            refresh,
            lifetime_ms,
            user: name(of("user")).map_err(malformed)?,
            database: name(of("database")).map_err(malformed)?,
            redirect_to: None,
        })
    }

    /// The token: at the first of its paths where something lies, or in a header.
    fn access(&self, reply: &Reply<J>) -> Option<Secret> {
        if let Some(paths) = self.0.access() {
            let json = reply.json()?;
            return token(&paths.iter().find_map(|path| at(json, path))?);
        }
        let prefix = at(&self.0.grant, "access.prefix").and_then(|prefix| prefix.text()).unwrap_or_default();
        let token = reply.wanted.as_deref()?.strip_prefix(&*prefix)?;
        is_token(token).then(|| token.into())
    }

    /// How long the token lives from now, in ms.
    fn lifetime(
        &self,
        reply: &Reply<J>,
        access: Option<&str>,
        operation: Operation,
        now_ms: f64,
    ) -> Result<Option<f64>, Code> {
        let Some(said) = self.0.grant.member("lifetime") else { return Ok(None) };
        let of = |member| reply.json().and_then(|json| found(&said, member, json));
        if said.member("at").is_some() {
            return Ok(of("at").and_then(|told| moment_ms(&told, reply.clock(now_ms))));
        }
        if said.member("jwt").is_some() {
            let otherwise = said.member("otherwiseSeconds").and_then(|seconds| seconds.number());
            let told = access.and_then(|token| super::grant::claimed_ms::<J>(token, reply.clock(now_ms)));
            return Ok(told.or_else(|| otherwise.map(|seconds| seconds * 1000.0)));
        }
        if said.member("ms").is_some() {
            return lifetime_ms(of("ms"), 1.0, operation);
        }
        lifetime_ms(of("seconds"), 1000.0, operation)
    }
}

/// A call as it is described. `None`: something that it says has no value here.
fn call<J: Json>(operation: Operation, said: &J, values: Values<'_>) -> Option<Box<Call>> {
    let method = said.text_of("method").unwrap_or_else(|| "POST".into());
    let mut call = Call::new(operation, method);
    if let Some(query) = said.member("query") {
        call.query = Some(template::form(&query, values)?);
    }
    if let Some(headers) = said.member("headers") {
        for name in headers.names(super::description::MOST) {
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

/// Whether two are the same text, number or truth.
fn same<J: Json>(one: &J, other: &J) -> bool {
    let told = |json: &J| (json.text(), json.number(), json.truth());
    told(one) == told(other) && told(one) != (None, None, None)
}

impl<J: Json> Vendor<J> for Described<J> {
    fn facts(&self) -> &Facts {
        &self.0.facts
    }

    /// As described, with what the user has typed. A header can't carry every text byte-exact, so what it can't carry is refused.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        credentials.check_named()?;
        let values = Values::Typed(&credentials.named);
        let said = &self.0.login;
        if let Some(headers) = said.member("headers") {
            for header in headers.names(super::description::MOST) {
                let template = headers.text_of(&header).unwrap_or_default();
                if let Some(name) = template::unfit(&template, values, is_header_value) {
                    return Err(Failure::no_header_value(name));
                }
            }
        }
        let mut call = call(Operation::Login, said, values).ok_or_else(|| Failure::new(Code::Internal))?;
        call.wants = self.wants();
        Ok(call)
    }

    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        let mut grant = self.grant(reply, Operation::Login, now_ms)?;
        // What was typed under these names is shown in their stead; what is called otherwise may be a secret.
        grant.user =
            grant.user.or_else(|| ["username", "email"].iter().find_map(|name| credentials.typed(name)));
        grant.database = grant.database.or_else(|| credentials.typed("database"));
        Ok(grant)
    }

    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        let mut call = call(Operation::Refresh, self.0.refresh.as_ref()?, Values::Held(held))?;
        call.wants = self.wants();
        Some(call)
    }

    fn read_refresh(&self, reply: &Reply<J>, now_ms: f64) -> Result<Grant, Box<Failure>> {
        if self.0.refresh.is_none() {
            return Err(reply.failure(Code::NotRenewable));
        }
        // It is the same session, whoever the reply says it is of.
        self.grant(reply, Operation::Refresh, now_ms).map(|grant| Grant {
            user: None,
            database: None,
            ..grant
        })
    }

    fn logout(&self, held: &Held) -> Box<Call> {
        self.with_credential(Operation::Logout, self.0.logout.as_ref(), held)
    }

    fn check(&self, held: &Held) -> Box<Call> {
        self.with_credential(Operation::Check, self.0.check.as_ref(), held)
    }

    /// Alive, where the reply is a success and has what only a live session's has. A page in place of JSON is no sign of life.
    fn read_check(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        self.read(reply, Operation::Check)?;
        let malformed = || reply.failure(Code::MalformedReply);
        let Some(said) = &self.0.check else { return Ok(None) };
        let of = |member| reply.json().and_then(|json| found(said, member, json));
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

    /// A reply that says inside a success that the token was rejected is none.
    fn read(&self, reply: &Reply<J>, operation: Operation) -> Result<Payload, Box<Failure>> {
        let unreadable = matches!(reply.body, Body::Unreadable);
        let rejects = self.rejects_token(reply) != Rejection::No;
        if !reply.is_ok() || unreadable || rejects || !self.succeeds(reply) {
            return Err(self.refusal(reply, operation));
        }
        Ok(self.0.payload.clone())
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        let rejected = &self.0.rejected;
        if reply.is_ok() && !rejected.inside_success {
            return Rejection::No;
        }
        let code = self.code(reply).as_ref().and_then(code_text);
        if let Some(code) = code.filter(|_| !rejected.codes.is_empty()) {
            if rejected.codes.contains(&code) {
                return Rejection::Yes;
            }
            // Its own word for something else; unless the status is listed beside the codes.
            if rejected.statuses.is_none() {
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

impl<J: Json> Described<J> {
    /// The header that the token comes in, if it comes in one.
    fn wants(&self) -> Option<Cow<'static, str>> {
        at(&self.0.grant, "access.header")?.text().map(Into::into)
    }
}
