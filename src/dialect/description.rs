//! What an API with a login says on the wire, as data: `VendorDescription` of the public types. What it says is what
//! [`Described`](super::Described) does.
//!
//! The scripts have checked it member by member, and told the caller of each mistake by its path. What is sought in every reply is read
//! once, and the rest where it is needed, as a reply is: what isn't there, or is of another type, was not said. (Read once into a
//! structure of its own, all of it took 2 kB more of the WebAssembly.)

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::path::at;
use super::write::write_number;
use super::{CallKind, Carrier, Code, Json, Payload, Renewal, VendorCode};

/// As many members, or elements, as a table or a list may have.
pub(super) const MOST: usize = 256;

/// How requests carry the session. `None`: it is no description.
pub(super) fn carrier<J: Json>(said: &J) -> Option<Carrier> {
    Some(match said.text().as_deref() {
        Some("bearer") => Carrier::Bearer,
        Some("cookie") => Carrier::Cookie,
        Some(_) => return None,
        None => {
            let prefix = said.text_of("prefix").unwrap_or_default();
            Carrier::Header(said.text_of("header")?, prefix)
        }
    })
}

/// When a token that is still good is renewed.
pub(super) fn renewal<J: Json>(said: &J) -> Renewal {
    let number = |path| at(said, path).and_then(|number| number.number());
    match (number("renew.atPart"), number("renew.beforeEndMs")) {
        _ if said.member("refresh").is_none() => Renewal::None,
        (Some(part), _) if part > 0.0 && part < 1.0 => Renewal::AtPart(part),
        (None, Some(margin)) if margin > 0.0 => Renewal::Before(margin),
        _ => Renewal::BeforeEnd,
    }
}

/// Where the payload lies.
pub(super) fn payload<J: Json>(said: &J) -> Payload {
    let Some(payload) = at(said, "envelope.payload") else { return Payload::Whole };
    match (payload.text(), payload.text_of("without")) {
        (Some(path), _) => Payload::Member(path),
        (None, Some(path)) => Payload::Without(path),
        _ => Payload::Whole,
    }
}

/// What a code or a status means, by a table of them.
#[inline(never)]
pub(super) fn meaning<J: Json>(said: &J, table: &str, code: &str, operation: CallKind) -> Option<Code> {
    let told = at(said, table)?.member(code)?;
    let place = if operation == CallKind::Login { "login" } else { "elsewhere" };
    Code::of_name(&told.text().or_else(|| told.text_of(place))?)
}

/// Whether a list of statuses has one of them.
#[inline(never)]
pub(super) fn lists<J: Json>(list: &J, status: &str) -> bool {
    let listed = list.elements(MOST).unwrap_or_default();
    listed.iter().any(|listed| code_text(listed).as_deref() == Some(status))
}

/// An API's code as a text, whether it is a text or a whole number.
pub(super) fn code_text<J: Json>(code: &J) -> Option<String> {
    Some(VendorCode::of(code)?.as_text())
}

/// A text, a number or a truth, read once: each question of the browser's JSON takes time.
#[derive(Debug, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Truth(bool),
}

impl Scalar {
    #[inline(never)]
    pub(super) fn of<J: Json>(json: &J) -> Option<Self> {
        let other = || json.truth().map(Self::Truth);
        json.text().map(Self::Text).or_else(|| json.number().map(Self::Number)).or_else(other)
    }
}

/// A whole number as a text.
pub(super) fn number_text(number: i64) -> String {
    let mut text = String::new();
    write_number(&mut text, number);
    text
}

/// The path, or the paths, that a member names.
#[inline(never)]
pub(super) fn paths<J: Json>(said: &J) -> Vec<String> {
    let listed = || said.elements(MOST).unwrap_or_default().iter().filter_map(Json::text).collect();
    said.text().map_or_else(listed, |path| vec![path])
}

/// What lies at the first of the paths where something lies.
pub(super) fn first<J: Json>(paths: &[String], json: &J) -> Option<J> {
    paths.iter().find_map(|path| at(json, path))
}

/// What lies at the first of the paths that a member names.
#[inline(never)]
pub(super) fn found<J: Json>(said: &J, name: &str, json: &J) -> Option<J> {
    first(&paths(&said.member(name)?), json)
}
