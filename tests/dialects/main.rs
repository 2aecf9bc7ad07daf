//! What the vendors say on the wire: every example in their documents, each reading where documents disagree, and
//! replies that no document shows.

#![cfg(not(target_family = "wasm"))]
#![expect(
    clippy::duplicate_mod,
    reason = "the vendors' tables are tried with the built-in and with the described ones"
)]

mod as_data;
mod described;
mod ethgas;
mod ethgas_wallet;
mod hostile;
mod lenses;
mod limits;
mod ocient;
mod pegase3;
mod rejections;
mod sign_on;
mod support;

use std::fmt::Write;

use hallpass::dialect::CODES;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/vendor-codes.md");

const INTRODUCTION: &str = "\
# The vendors' codes

Every failure has one of hallpass's own codes in `AuthError.code`, and the vendor's code, as it came, in
`AuthError.vendorCode`. These tables say which of the vendors' codes becomes which of hallpass's. Some mean one thing
when somebody signs in and another for a session that is already there, so there is a column for each.

A code that is not listed becomes what the reply's HTTP status says, and otherwise `vendor-error`. But:

- Ocient: the class of `sql_state` counts before the status. 28 means what HTTP 401 does; 08, 53, 57 and 58 are
  `vendor-unavailable`.
- PEGASE3: 500 and above inside an HTTP success are `vendor-unavailable`.
- ETHGAS: where `errorCode` is not listed, `code` counts before the status.
- Lenses HQ and ETHGAS: the HTTP statuses 408, 429 and 5xx count before any code, listed or not.

<!-- Written by `UPDATE_DOCS=1 cargo test --test dialects`, from the tables in src/dialect. -->
";

/// The page, as the tables in the source have it.
fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for &(title, rows) in CODES {
        write!(page, "\n## {title}\n\n").unwrap();
        page.push_str("| Vendor's code | At login | Elsewhere | Meaning |\n|---|---|---|---|\n");
        for row in rows {
            let codes: Vec<_> = row.vendor_code.split(", ").map(|code| format!("`{code}`")).collect();
            let (at_login, elsewhere) = (row.at_login.as_str(), row.elsewhere.as_str());
            let codes = codes.join(", ");
            writeln!(page, "| {codes} | `{at_login}` | `{elsewhere}` | {} |", row.meaning).unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_codes_is_what_the_tables_say() {
    if std::env::var_os("UPDATE_DOCS").is_some_and(|update| update == "1") {
        std::fs::write(PAGE, page()).unwrap();
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page(),
        "docs/vendor-codes.md is out of date: UPDATE_DOCS=1 cargo test --test dialects"
    );
}

#[test]
fn no_code_stands_in_two_rows() {
    for &(title, rows) in CODES {
        let mut codes: Vec<_> = rows.iter().flat_map(|row| row.vendor_code.split(", ")).collect();
        let listed = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), listed, "{title}");
    }
}
