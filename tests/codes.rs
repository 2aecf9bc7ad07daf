//! The codes of errors stand in `src/dialect/failure.rs`. What can't be made from it, in other languages and for people, is held to it
//! here: a new code fails this test until each place knows it.

#![cfg(not(target_family = "wasm"))]

mod sources;

use std::collections::BTreeSet;

use sources::{between, quoted};

/// `SessionExpired` as `session-expired`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(letter.to_lowercase());
    }
    kebab
}

#[test]
fn every_list_of_codes_is_that_of_the_source() {
    let codes = quoted(&between("src/dialect/failure.rs", "pub const fn as_str(self)", "\n    }\n"));
    let codes: BTreeSet<_> = codes.into_iter().collect();
    assert!(codes.contains("session-expired"), "{codes:?}");
    let variants = between("src/client/code.rs", "pub enum Code {", "\n}");
    let variants = variants.lines().filter_map(|line| line.trim().strip_suffix(','));
    // In JavaScript, a request whose own signal has ended it rejects with the signal's reason, which is no code.
    let variants = variants.filter(|name| *name != "Aborted").map(kebab).collect();
    let words = between("www/errors.js", "const WORDS = {", "\n};");
    let keys = words.lines().filter_map(|line| line.strip_prefix("  ")?.split_once(": ("));
    let keys = keys.map(|(key, _)| key.trim_matches('"').to_owned()).collect();
    let rows = between("docs/errors.md", "## Every code\n", "\n## ");
    let rows = rows.lines().filter_map(|row| row.strip_prefix("| `")?.split_once("` |"));
    let rows = rows.map(|(code, _)| code.to_owned()).filter(|code| code != "code").collect();
    let typed = quoted(&between("src/shell/hallpass.d.ts", "export type AuthErrorCode =", ";"));
    let typed = typed.into_iter().collect();
    let lists: [(&str, BTreeSet<String>); 4] = [
        ("src/client/code.rs", variants),
        ("src/shell/hallpass.d.ts", typed),
        ("www/errors.js", keys),
        ("docs/errors.md", rows),
    ];
    for (place, list) in lists {
        assert_eq!(list, codes, "{place}");
    }
}

/// Those that a reply can mean, of which descriptions may speak.
#[test]
fn what_a_reply_can_mean_is_the_same_everywhere() {
    let told = between("src/dialect/failure.rs", "const TOLD: [Code; 10] = [", "];");
    let told: BTreeSet<_> = told
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Code::")?.strip_suffix(','))
        .map(kebab)
        .collect();
    assert_eq!(told.len(), 10, "{told:?}");
    for (place, begin, end) in [
        ("src/shell/description.js", "const CODES = [", "];"),
        ("src/shell/hallpass.d.ts", "type Meant =", ";"),
    ] {
        assert_eq!(quoted(&between(place, begin, end)).into_iter().collect::<BTreeSet<_>>(), told, "{place}");
    }
}
