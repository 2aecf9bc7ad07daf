//! The fields that a reply refuses, as a description says where they lie.

use alloc::string::String;
use alloc::vec::Vec;

use super::description::{code_text, found};
use super::failure::shown;
use super::path::at;
use super::{Field, Json};

/// As many fields as a form could show; a longer list is hostile.
const MOST_FIELDS: usize = 64;
/// As many reasons as are told of one field.
const MOST_REASONS: usize = 8;
/// No form's field has a longer name, code or pointer, in bytes.
const LONGEST_NAME: usize = 512;
/// The code of a field of which the reply tells none.
const INVALID: &str = "invalid";

/// The fields, as a list of objects or by their names.
pub(super) fn read<J: Json>(said: &J, json: &J) -> Vec<Field> {
    let mut fields = match said.text_of("byName") {
        Some(path) => by_name(&path, json),
        None => listed(said, json),
    };
    fields.retain(|field| {
        let texts = [Some(&field.name), Some(&field.code), field.pointer.as_ref()];
        texts.into_iter().flatten().all(|text| text.len() <= LONGEST_NAME)
    });
    for field in &mut fields {
        field.title = shown(&field.title);
    }
    fields
}

fn listed<J: Json>(said: &J, json: &J) -> Vec<Field> {
    let list = found(said, "list", json).and_then(|list| list.elements(MOST_FIELDS)).unwrap_or_default();
    let mut fields = Vec::new();
    for field in list {
        let of = |member| found(said, member, &field);
        let text = |member| of(member)?.text();
        let (title, code) = (text("title"), of("code").as_ref().and_then(code_text));
        if let Some(name) = text("name").filter(|_| title.is_some() || code.is_some()) {
            let code = code.unwrap_or_else(|| INVALID.into());
            fields.push(Field { name, code, title: title.unwrap_or_default(), pointer: text("pointer") });
        }
    }
    fields
}

/// `{ "email": ["is taken"] }`, `{ "email": { "code": "taken", "message": "is taken" } }` or `{ "email": "is taken" }`. Where the
/// whole reply is looked at, a bare text is no field: it is a detail or a code.
fn by_name<J: Json>(path: &str, json: &J) -> Vec<Field> {
    let mut fields = Vec::new();
    let Some(holder) = at(json, path) else { return fields };
    for name in holder.names(MOST_FIELDS) {
        let Some(told) = holder.member(&name) else { continue };
        let code = told.text_of("code").unwrap_or_else(|| INVALID.into());
        let title = told.text().filter(|_| !path.is_empty()).or_else(|| told.text_of("message"));
        if let Some(title) = title.or_else(|| reasons(&told)) {
            fields.push(Field { name, code, title, pointer: None });
        }
    }
    fields
}

/// The reasons of a list, one after the other.
fn reasons<J: Json>(told: &J) -> Option<String> {
    let mut all = String::new();
    for reason in told.elements(MOST_REASONS)? {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(&reason.text()?);
    }
    Some(all).filter(|all| !all.is_empty())
}
