//! Where something lies in a reply: names of members and indexes of lists, with dots between them.

use super::Json;

/// The longest list that an index reaches into.
const MOST_ELEMENTS: usize = 64;

/// What lies at a path; own members only. The empty path is the value itself.
#[inline(never)]
pub(super) fn at<J: Json>(json: &J, path: &str) -> Option<J> {
    // Byte by byte, as `split` brings a searcher along.
    let end = path.bytes().position(|byte| byte == b'.').unwrap_or(path.len());
    let (step, rest) = (path.get(..end)?, path.get(end + 1..));
    let found = match index(step) {
        Some(index) if !json.is_object() => json.elements(index + 1)?.into_iter().nth(index)?,
        _ => json.member(step)?,
    };
    match rest {
        Some(rest) => at(&found, rest),
        None => Some(found),
    }
}

/// The same for a path that may be empty.
pub(super) fn at_or_whole<J: Json>(json: &J, path: &str) -> Option<J> {
    if path.is_empty() { Some(json.clone()) } else { at(json, path) }
}

fn index(step: &str) -> Option<usize> {
    let digits = !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_digit());
    step.parse().ok().filter(|index| digits && *index < MOST_ELEMENTS)
}
