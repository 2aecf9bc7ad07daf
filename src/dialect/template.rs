//! Texts with places for values: `Bearer {refresh}`.
//!
//! What is made of them may hold a password, so its buffer is reserved before anything is written: one that grows leaves a copy
//! behind (R30).

use alloc::string::String;
use alloc::vec::Vec;

use super::write::{write_escaped, write_string};
use super::{Held, Json, Secret};

/// As deep as the members of a body may lie in one another.
const DEEPEST: u32 = 8;
/// As many members, or elements, as each of them may have.
const MOST_MEMBERS: usize = 64;

/// What a member is written as that is there and null.
const NULL: &str = "null";

/// What stands for the names in a template.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'a> {
    /// At login: what the user has typed.
    Typed(&'a [(String, Secret)]),
    /// Elsewhere: what the session holds, as `access`, `refresh` and `database`.
    Held(&'a Held),
}

impl<'a> Values<'a> {
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        let value = match self {
            Self::Typed(typed) => typed.iter().find(|(typed, _)| typed == name).map(|(_, value)| value),
            Self::Held(held) => match name {
                "access" => held.access.as_ref(),
                "refresh" => held.refresh.as_ref(),
                "database" => held.database.as_ref(),
                _ => None,
            },
        };
        value.map(Secret::as_str)
    }
}

/// Gives `take` the pieces of a template, one after the other. `None`: a place has no value.
fn pieces<'a>(template: &'a str, values: Values<'a>, take: &mut dyn FnMut(&'a str)) -> Option<()> {
    let mut rest = template;
    while let Some((before, name, after)) = place(rest) {
        take(before);
        take(values.get(name)?);
        rest = after;
    }
    take(rest);
    Some(())
}

/// The names of a table's members. A member whose template is a lone `{otp?}` is left out where `otp` has no value.
#[inline(never)]
pub(super) fn names<J: Json>(said: &J, values: Values<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for name in said.names(MOST_MEMBERS) {
        if !is_left_out(said.text_of(&name), values) {
            names.push(name);
        }
    }
    names
}

/// Whether a text is nothing but a place that may be left out, and has no value.
#[inline(never)]
fn is_left_out(template: Option<String>, values: Values<'_>) -> bool {
    let template = template.unwrap_or_default();
    template.ends_with("?}") && matches!(place(&template), Some(("", name, "")) if values.get(name).is_none())
}

/// The first place of a template: what stands before it, its name, and what comes after it. Braces around anything but a name
/// are plain text; a `?` behind the name says that it may be left out.
fn place(template: &str) -> Option<(&str, &str, &str)> {
    let (mut open, mut asked) = (None, false);
    for (at, byte) in template.bytes().enumerate() {
        open = match (byte, open) {
            (b'{', _) => Some(at),
            (b'}', Some(open)) if at > open + 1 => {
                let name = template.get(open + 1..at - usize::from(asked))?;
                return Some((template.get(..open)?, name, template.get(at + 1..)?));
            }
            _ if asked => None,
            (b'A'..=b'Z' | b'a'..=b'z' | b'_', open) => open,
            (b'0'..=b'9' | b'?', Some(open)) if at > open + 1 => Some(open),
            _ => None,
        };
        asked = byte == b'?';
    }
    None
}

/// The names of a template's places.
pub(super) fn places(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    core::iter::from_fn(move || {
        let (_, name, after) = place(rest)?;
        rest = after;
        Some(name)
    })
}

/// How many bytes a template takes with its values.
fn length(template: &str, values: Values<'_>) -> Option<usize> {
    let mut length = 0;
    pieces(template, values, &mut |piece| length += piece.len())?;
    Some(length)
}

/// A template with its values, as they are.
pub(super) fn plain(template: &str, values: Values<'_>) -> Option<Secret> {
    let mut text = String::with_capacity(length(template, values)?);
    pieces(template, values, &mut |piece| text.push_str(piece))?;
    Some(text.into())
}

/// Names and templates as `application/x-www-form-urlencoded`.
pub(super) fn form<J: Json>(said: &J, values: Values<'_>) -> Option<Secret> {
    let names = names(said, values);
    let mut room = 0;
    for name in &names {
        room += 2 + 3 * (name.len() + length(&said.text_of(name)?, values)?);
    }
    let mut text = String::with_capacity(room);
    for name in &names {
        begin_member(&mut text, name);
        pieces(&said.text_of(name)?, values, &mut |piece| write_encoded(&mut text, piece))?;
    }
    Some(text.into())
}

/// Names and plain values as such a form. A name without a value is left out.
pub(super) fn plain_form(members: &[(&str, Option<&str>)]) -> Secret {
    let room = members.iter().map(|(name, value)| 2 + 3 * (name.len() + value.map_or(0, str::len))).sum();
    let mut text = String::with_capacity(room);
    for (name, value) in members {
        let Some(value) = value else { continue };
        begin_member(&mut text, name);
        write_encoded(&mut text, value);
    }
    text.into()
}

/// Begins the next member of a form: its name, and what stands around that.
#[inline(never)]
fn begin_member(text: &mut String, name: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    write_encoded(text, name);
    text.push('=');
}

#[inline(never)]
pub(super) fn write_encoded(text: &mut String, piece: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in piece.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'*') {
            text.push(char::from(byte));
        } else {
            text.push('%');
            let digits = [HEX.get(usize::from(byte >> 4)), HEX.get(usize::from(byte & 15))];
            text.extend(digits.into_iter().flatten().map(|digit| char::from(*digit)));
        }
    }
}

/// A body of JSON: texts are templates, the rest is as it stands.
pub(super) fn json<J: Json>(said: &J, values: Values<'_>) -> Option<Secret> {
    let mut text = String::with_capacity(json_room(said, values, 0)?);
    write_json(&mut text, said, values, 0)?;
    Some(text.into())
}

/// How many bytes such a body takes at most: the longest escape of a byte has six.
fn json_room<J: Json>(said: &J, values: Values<'_>, depth: u32) -> Option<usize> {
    if depth > DEEPEST {
        return None;
    }
    if let Some(template) = said.text() {
        return Some(2 + 6 * length(&template, values)?);
    }
    // As long as a number may get, or a word.
    let mut room = 32;
    for element in said.elements(MOST_MEMBERS).unwrap_or_default() {
        if !is_left_out(element.text(), values) {
            room += 1 + json_room(&element, values, depth + 1)?;
        }
    }
    for name in names(said, values) {
        room += 4 + 6 * name.len();
        room += said.member(&name).map_or(Some(4), |member| json_room(&member, values, depth + 1))?;
    }
    Some(room)
}

fn write_json<J: Json>(text: &mut String, said: &J, values: Values<'_>, depth: u32) -> Option<()> {
    if let Some(template) = said.text() {
        text.push('"');
        pieces(&template, values, &mut |piece| write_escaped(text, piece))?;
        text.push('"');
    } else if let Some(number) = said.number() {
        text.push_str(&J::written(number));
    } else if let Some(truth) = said.truth() {
        text.push_str(if truth { "true" } else { "false" });
    } else if depth > DEEPEST {
        return None;
    } else if let Some(elements) = said.elements(MOST_MEMBERS) {
        text.push('[');
        for element in elements {
            if is_left_out(element.text(), values) {
                continue;
            }
            if !text.ends_with('[') {
                text.push(',');
            }
            write_json(text, &element, values, depth + 1)?;
        }
        text.push(']');
    } else if !said.is_object() {
        text.push_str(NULL);
    } else {
        text.push('{');
        for name in names(said, values) {
            if !text.ends_with('{') {
                text.push(',');
            }
            write_string(text, &name);
            text.push(':');
            match said.member(&name) {
                Some(member) => write_json(text, &member, values, depth + 1)?,
                None => text.push_str(NULL),
            }
        }
        text.push('}');
    }
    Some(())
}
