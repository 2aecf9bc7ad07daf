//! The client for front ends in Rust where no browser is: a server that renders an application compiles and runs it, too. And its pages.

#![cfg(not(target_family = "wasm"))]

use std::fs;
use std::path::Path;

use futures::FutureExt as _;
use hallpass::{AuthError, Code, Options, Session, Vendor};

fn refused<T>(outcome: Result<T, AuthError>) {
    let error = outcome.err().expect("a failure");
    assert_eq!(error.code(), Code::Unsupported, "{error}");
    assert!(error.to_string().contains("open them in an effect"), "{error}");
}

#[test]
fn what_needs_a_browser_fails_and_does_not_panic() {
    let options = Options::new(Vendor::Ocient, "https://sql0.example.com");
    refused(Session::open(options).now_or_never().expect("it waits for nothing"));
    refused(Vendor::described(&serde_json::json!({ "name": "acme" })));
}

/// The lines of documentation and attributes above a line.
fn above<'a>(lines: &'a [&str], place: usize) -> impl Iterator<Item = &'a str> {
    let above = lines[..place].iter().rev().map(|line| line.trim());
    above.take_while(|line| line.starts_with("///") || line.starts_with("#["))
}

#[test]
fn every_public_item_of_the_client_has_an_example() {
    let mut without = Vec::new();
    let mut items = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/client")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let kinds = ["fn", "async fn", "struct", "enum", "trait", "type"].map(|kind| format!("pub {kind} "));
        for (place, line) in lines.iter().enumerate() {
            if !kinds.iter().any(|kind| line.trim_start().starts_with(kind)) {
                continue;
            }
            items += 1;
            if !above(&lines, place).any(|line| line.contains("```")) {
                without.push(format!("{}:{}: {}", path.display(), place + 1, line.trim()));
            }
        }
    }
    assert!(items > 60, "{items} items found");
    assert!(without.is_empty(), "without an example:\n{}", without.join("\n"));
}
