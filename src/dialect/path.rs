//! Where something lies in a reply: names of members and indexes of lists, with dots between them.

use super::Json;

/// The most digits of an index.
const MOST_DIGITS: usize = 4;

/// What lies at a path; own members only, and of a list its elements only. The empty path is the value itself. `session.js` reads a path
/// likewise.
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
    if name.len() > MOST_DIGITS || name.len() > 1 && name.starts_with('0') {
        return None;
    }
    let mut index = 0;
    for byte in name.bytes() {
        index = index * 10 + usize::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
    }
    json.elements(index + 1)?.into_iter().nth(index)
}
