//! What an API with a login says on the wire, as data: `VendorDescription` of the public types. Read once, where a session is
//! opened; what it says is what [`Described`](super::Described) does.
//!
//! The scripts have checked it member by member, and told the caller of each mistake by its path. Here it is only read: what is
//! of another type, or more than is read, makes the whole no description.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::path::{at, at_or_whole};
use super::write::write_number;
use super::{Carrier, Code, Facts, Json, Operation, Paths, Payload, Renewal};

/// As many members, or elements, as a table or a list may have.
pub(super) const MOST: usize = 256;

/// A description, read.
#[derive(Debug)]
pub(super) struct Description<J> {
    pub facts: Facts,
    pub login: J,
    pub refresh: Option<J>,
    pub logout: Option<J>,
    pub check: Option<J>,
    pub grant: J,
    /// Where a success says that it is one, and what it says there.
    pub success: Option<(String, Vec<J>)>,
    pub payload: Payload,
    pub errors: Errors<J>,
    pub rejected: Rejected,
}

/// How the API tells what went wrong.
#[derive(Debug)]
pub(super) struct Errors<J> {
    /// Where the code may lie: the first that is there counts.
    pub code: Vec<String>,
    pub detail: Option<String>,
    pub codes: Vec<(String, Meaning)>,
    pub statuses: Vec<(String, Meaning)>,
    pub fields: Option<J>,
}

/// What a code or a status means: at login, and elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning {
    at_login: Code,
    elsewhere: Code,
}

/// Which replies say that the token is no longer good.
#[derive(Debug)]
pub(super) struct Rejected {
    pub statuses: Option<Vec<u16>>,
    pub codes: Vec<String>,
    pub inside_success: bool,
}

impl Meaning {
    pub const fn at(self, operation: Operation) -> Code {
        if matches!(operation, Operation::Login) { self.at_login } else { self.elsewhere }
    }
}

impl<J: Json> Description<J> {
    /// `None`: it is none.
    pub fn read(said: &J) -> Option<Self> {
        let name = said.text_of("name")?;
        let title = said.text_of("title").unwrap_or_else(|| name.clone());
        let rejected = rejected(said.member("rejected").as_ref())?;
        let refresh = said.member("refresh");
        let envelope = |path| at(said, path);
        let payload = match envelope("envelope.payload") {
            None => Payload::Whole,
            Some(payload) => match payload.text() {
                Some(path) => Payload::Member(path.into()),
                None => Payload::Without(payload.text_of("without")?.into()),
            },
        };
        let success = match envelope("envelope.success") {
            None => None,
            Some(success) => Some((success.text_of("at")?, success.member("is")?.elements(MOST)?)),
        };
        let facts = Facts {
            name: name.into(),
            title: title.into(),
            carrier: carrier(&said.member("credential")?)?,
            renewal: if refresh.is_some() { renewal(said) } else { Renewal::None },
            paths: Paths::elsewhere(),
            speaks_inside: rejected.inside_success,
        };
        Some(Self {
            facts,
            login: said.member("login")?,
            refresh,
            logout: said.member("logout"),
            check: said.member("check"),
            grant: said.member("grant")?,
            success,
            payload,
            errors: errors(said.member("errors").as_ref())?,
            rejected,
        })
    }

    /// Where a reply's token may lie, where it lies in the body.
    pub fn access(&self) -> Option<Vec<String>> {
        texts(self.grant.member("access"))
    }
}

fn carrier<J: Json>(said: &J) -> Option<Carrier> {
    Some(match said.text().as_deref() {
        Some("bearer") => Carrier::Bearer,
        Some("cookie") => Carrier::Cookie,
        Some(_) => return None,
        None => {
            let name = Cow::Owned(said.text_of("header")?);
            match said.text_of("prefix") {
                Some(prefix) => Carrier::Prefixed(name, prefix.into()),
                None => Carrier::Header(name),
            }
        }
    })
}

fn renewal<J: Json>(said: &J) -> Renewal {
    let number = |path| at(said, path).and_then(|number| number.number());
    match (number("renew.atPart"), number("renew.beforeEndMs")) {
        (Some(part), _) if part > 0.0 && part < 1.0 => Renewal::AtPart(part),
        (None, Some(margin)) if margin > 0.0 => Renewal::Before(margin),
        _ => Renewal::BeforeEnd,
    }
}

fn errors<J: Json>(said: Option<&J>) -> Option<Errors<J>> {
    let member = |name| said.and_then(|said| said.member(name));
    Some(Errors {
        code: texts(member("code"))?,
        detail: member("detail").and_then(|path| path.text()),
        codes: meanings(member("codes"))?,
        statuses: meanings(member("statuses"))?,
        fields: member("fields"),
    })
}

fn meanings<J: Json>(said: Option<J>) -> Option<Vec<(String, Meaning)>> {
    let Some(said) = said else { return Some(Vec::new()) };
    let mut meanings = Vec::new();
    for name in said.names(MOST) {
        let told = said.member(&name)?;
        let code = |name| Code::told(&told.text().or_else(|| told.text_of(name))?);
        meanings.push((name, Meaning { at_login: code("login")?, elsewhere: code("elsewhere")? }));
    }
    Some(meanings)
}

fn rejected<J: Json>(said: Option<&J>) -> Option<Rejected> {
    let list = |name| said.and_then(|said| said.member(name)).map(|list| list.elements(MOST));
    let mut codes = Vec::new();
    for code in list("codes").unwrap_or(Some(Vec::new()))? {
        codes.push(code_text(&code)?);
    }
    let statuses = match list("statuses") {
        Some(statuses) => Some(statuses?.iter().filter_map(status).collect()),
        None => None,
    };
    let inside_success = said.and_then(|said| said.member("insideSuccess")?.truth()).unwrap_or(false);
    Some(Rejected { statuses, codes, inside_success })
}

/// An HTTP status.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is looked at before")]
fn status<J: Json>(told: &J) -> Option<u16> {
    told.number().filter(|status| (100.0..=599.0).contains(status)).map(|status| status as u16)
}

/// An API's code as a text, whether it is a text or a whole number.
pub(super) fn code_text<J: Json>(code: &J) -> Option<String> {
    code.text().or_else(|| {
        let number = code.number()?;
        #[expect(clippy::cast_possible_truncation, reason = "what is cut off is noticed below")]
        let whole = number as i64;
        #[expect(clippy::float_cmp, clippy::cast_precision_loss, reason = "exactly that, or it is none")]
        (whole as f64 == number).then(|| {
            let mut text = String::new();
            write_number(&mut text, whole);
            text
        })
    })
}

/// A text, or a list of them; an empty one where there is nothing.
fn texts<J: Json>(said: Option<J>) -> Option<Vec<String>> {
    let Some(said) = said else { return Some(Vec::new()) };
    match said.text() {
        Some(text) => Some([text].into()),
        None => said.elements(MOST)?.iter().map(J::text).collect(),
    }
}

/// What lies at the path that a member names.
pub(super) fn found<J: Json>(said: &J, name: &str, json: &J) -> Option<J> {
    at_or_whole(json, &said.text_of(name)?)
}
