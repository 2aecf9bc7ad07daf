//! A vendor that is described in data, hallpass's own or anybody's: the engine that does what a description says.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::call::is_header_value;
use super::description::{MOST, Scalar, carrier, code_text, meaning, number_text, paths, payload, renewal};
use super::path::at;
use super::template::{self, Values};
use super::{
    Call, CallKind, Code, Credentials, Facts, Failure, Held, Json, Payload, Rejection, Reply, Secret, Vendor,
};

/// A vendor of which hallpass knows what its description says.
#[derive(Debug)]
pub struct Described<J> {
    facts: Facts,
    said: J,
    sought: Sought,
    /// What a built-in vendor's codes mean. Its table stands in Rust, from where the documentation has it, too.
    known: Option<Known>,
}

/// What is sought in every reply. It is read once, as a page may make thousands of requests.
#[derive(Debug)]
pub(super) struct Sought {
    /// Where the code of an error lies.
    pub(super) code: Vec<String>,
    /// The codes by which the API says that a token was rejected, where it does.
    pub(super) rejecting: Option<Vec<String>>,
    /// Where a success says that it is one, and what it says; none, where successes don't.
    pub(super) success: Option<(Vec<String>, Vec<Scalar>)>,
    /// Where the payload lies.
    pub(super) payload: Payload,
}

/// What a vendor's code means at an operation.
type Known = fn(&str, CallKind) -> Option<Code>;

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
        let sought = Sought {
            code: at(said, "errors.code").as_ref().map(paths).unwrap_or_default(),
            rejecting: at(said, "rejected.codes")
                .and_then(|list| Some(list.elements(MOST)?.iter().filter_map(code_text).collect())),
            success: at(said, "envelope.success").and_then(|success| {
                let values = success.member("is")?.elements(MOST)?;
                Some((paths(&success.member("at")?), values.iter().filter_map(Scalar::of).collect()))
            }),
            payload: payload(said),
        };
        Some(Self { facts, said: said.clone(), sought, known: None })
    }

    /// A vendor of hallpass's own: its description, and what its codes mean.
    pub(super) fn built_in(description: &str, known: Known) -> Option<Self> {
        Some(Self { known: Some(known), ..Self::of(&J::parse(description)?)? })
    }

    pub(super) const fn is_built_in(&self) -> bool {
        self.known.is_some()
    }

    /// What lies at a path of the description.
    pub(super) fn says(&self, path: &str) -> Option<J> {
        at(&self.said, path)
    }

    pub(super) const fn sought(&self) -> &Sought {
        &self.sought
    }

    /// What a code means.
    pub(super) fn meaning(&self, code: &str, operation: CallKind) -> Option<Code> {
        match self.known {
            Some(known) => known(code, operation),
            None => meaning(&self.said, "errors.codes", code, operation),
        }
    }

    /// What a status means.
    pub(super) fn meaning_of_status(&self, status: u16, operation: CallKind) -> Option<Code> {
        meaning(&self.said, "errors.statuses", &number_text(status.into()), operation)
    }

    pub(super) const fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(super) fn path(&self, operation: CallKind) -> Option<String> {
        self.said.member(operation.as_str())?.text_of("path")
    }

    /// A call with the session's credential: as it is described, else with nothing more.
    pub(super) fn with_credential(&self, operation: CallKind, held: &Held) -> Box<Call> {
        let said = self.said.member(operation.as_str());
        let described = said.as_ref().and_then(|said| call(operation, said, Values::Held(held)));
        described.unwrap_or_else(|| empty_call(operation, said)).credential(&self.facts.carrier, held)
    }

    /// The header that the token comes in, if it comes in one.
    fn wants(&self) -> Option<Cow<'static, str>> {
        at(&self.said, "grant.access.header")?.text().map(Into::into)
    }

    /// As described, with what the user has typed. A header can't carry every text byte-exact, so what it can't carry is refused.
    pub(super) fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        let values = Values::Typed(&credentials.named);
        let said = self.said.member("login");
        let headers = said.as_ref().and_then(|said| said.member("headers"));
        let templates: Vec<_> = headers
            .map(|headers| {
                template::names(&headers, values).iter().filter_map(|name| headers.text_of(name)).collect()
            })
            .unwrap_or_default();
        credentials.check(&|name, value| {
            is_header_value(value)
                || !templates.iter().any(|template| template::places(template).any(|place| place == name))
        })?;
        // Where the reply tells the database, that one is carried.
        let kept = credentials.typed("database").filter(|_| self.says("grant.database").is_none());
        if kept.is_some_and(|database| !self.can_carry(&database)) {
            return Err(Failure::no_header_value("database"));
        }
        let made = said.and_then(|said| call(CallKind::Login, &said, values));
        let mut call = made.ok_or_else(|| Failure::new(Code::Internal))?;
        call.wants = self.wants();
        Ok(call)
    }

    /// Whether the headers of the session's later calls can carry its database.
    pub(super) fn can_carry(&self, database: &Secret) -> bool {
        let some = || Some("-".into());
        let held =
            Held { access: some(), refresh: some(), database: Some(database.clone()), ..Held::default() };
        [CallKind::Refresh, CallKind::Logout, CallKind::Check].into_iter().all(|operation| {
            let headers = self.said.member(operation.as_str()).and_then(|said| said.member("headers"));
            let fits = |headers: &J, name: &String| {
                let template = headers.text_of(name).unwrap_or_default();
                template::places(&template)
                    .all(|place| Values::Held(&held).get(place).is_some_and(is_header_value))
            };
            headers.is_none_or(|headers| headers.names(MOST).iter().all(|name| fits(&headers, name)))
        })
    }

    pub(super) fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        let mut call = call(CallKind::Refresh, &self.said.member("refresh")?, Values::Held(held))?;
        call.wants = self.wants();
        Some(call)
    }
}

/// A call without contents: where a described one lacks a value (no refresh token came), or where only `endpoints` names the operation.
fn empty_call<J: Json>(operation: CallKind, said: Option<J>) -> Box<Call> {
    match said {
        Some(said) => Call::new(operation, method(&said)),
        None => Call::new(operation, if operation == CallKind::Check { "GET" } else { "POST" }),
    }
}

fn method<J: Json>(said: &J) -> String {
    said.text_of("method").unwrap_or_else(|| "POST".into())
}

/// A call as it is described. `None`: a place in it has no value.
#[inline(never)]
fn call<J: Json>(operation: CallKind, said: &J, values: Values<'_>) -> Option<Box<Call>> {
    let mut call = Call::new(operation, method(said));
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

impl<J: Json> Vendor<J> for Described<J> {
    fn described(&self) -> &Self {
        self
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        self.rejects_token(reply)
    }
}
