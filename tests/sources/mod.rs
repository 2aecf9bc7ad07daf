//! Lists that are read out of the repository's own files, to be held to each other.

use std::fs;
use std::path::Path;

/// The text of a file of the repository.
pub fn read(path: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(file).unwrap_or_else(|_| panic!("there is no {path}"))
}

/// What stands in a file between two texts.
pub fn between(path: &str, begin: &str, end: &str) -> String {
    let text = read(path);
    let found = text.split_once(begin).and_then(|(_, rest)| rest.split_once(end));
    found.unwrap_or_else(|| panic!("{path} has no list behind `{begin}`")).0.to_owned()
}

/// What stands in quotes.
pub fn quoted(list: &str) -> Vec<String> {
    list.split('"').skip(1).step_by(2).map(String::from).collect()
}
