//! Where something lies in a reply: names of members and indexes of lists, with dots between them.

use super::Json;

/// The longest list that an index reaches into.
const MOST_ELEMENTS: usize = 64;

/// What lies at a path; own members only. The empty path is the value itself.
pub(super) fn at<J: Json>(json: &J, path: &str) -> Option<J> {
    let mut found = None;
    let mut rest = path;
    while !rest.is_empty() {
        // Byte by byte, as `split` brings a searcher along.
        let end = rest.bytes().position(|byte| byte == b'.').unwrap_or(rest.len());
        found = Some(step(found.as_ref().unwrap_or(json), rest.get(..end)?)?);
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    Some(found.unwrap_or_else(|| json.clone()))
}

#[inline(never)]
fn step<J: Json>(json: &J, name: &str) -> Option<J> {
    // First, as nearly every step is one: each question of the browser's JSON takes time.
    if let Some(member) = json.member(name) {
        return Some(member);
    }
    if json.is_object() {
        return None;
    }
    let mut index = 0;
    for byte in name.bytes() {
        index = index * 10 + usize::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
        if index >= MOST_ELEMENTS {
            return None;
        }
    }
    json.elements(index + 1)?.into_iter().nth(index)
}
