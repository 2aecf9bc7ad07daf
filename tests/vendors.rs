//! The list of the vendors stands in `src/dialect/mod.rs`. What can't be made from it, in other languages and for people, is held to
//! it here: a new vendor fails these tests until each place knows it.

#![cfg(not(target_family = "wasm"))]

mod sources;

use hallpass::dialect::NAMES;

use sources::{between, quoted, read};

/// The names before colons at the beginnings of lines, or behind commas in one line.
fn keys(list: &str) -> Vec<String> {
    let words = list.split(['\n', ',']).filter_map(|entry| entry.trim().split_once(':'));
    words.map(|(key, _)| key.trim_start_matches(['{', ' ']).to_owned()).collect()
}

/// The members of an object of objects, or of several kinds of them on the lines below: those that are two blanks deep.
fn members(list: &str) -> Vec<String> {
    let names = list.lines().filter_map(|line| {
        let line = line.strip_prefix("  ")?;
        line.strip_suffix(':').or_else(|| line.split_once(": {").map(|(name, _)| name))
    });
    names.filter(|name| !name.starts_with(' ')).map(String::from).collect()
}

/// How the vendors are called among people, as in the table of the README.
fn titles() -> Vec<String> {
    let head = between("README.md", "### The vendors\n\n|", "\n");
    head.split('|').map(|title| title.trim().to_owned()).filter(|title| !title.is_empty()).collect()
}

#[test]
fn every_list_of_names_is_that_of_the_source() {
    let lists = [
        (
            "src/shell/hallpass.d.ts",
            quoted(&between("src/shell/hallpass.d.ts", "export type VendorName =", ";")),
        ),
        (
            "src/shell/hallpass.d.ts (CredentialsByVendor)",
            members(&between("src/shell/hallpass.d.ts", "interface CredentialsByVendor {", "\n}")),
        ),
        (
            "src/shell/credentials.js",
            keys(&between("src/shell/credentials.js", "VENDORS = Object.freeze(", ");")),
        ),
        (
            "tests/contract/env.js (DATA)",
            keys(&between("tests/contract/env.js", "export const DATA = {", "};")),
        ),
        ("www/vendors.js", members(&between("www/vendors.js", "export const VENDORS = {", "\n};"))),
    ];
    for (place, names) in lists {
        assert_eq!(names, NAMES, "{place}");
    }
}

/// The page's server listens below them, and the stranger's above, in the order of the list.
#[test]
fn the_simulators_ports_are_in_the_order_of_the_list() {
    let simulator = read("tests/simulator/src/vendor.rs");
    let end_to_end = read("tests/end-to-end/src/vendor.rs");
    let contract = between("tests/contract/env.js", "const PORTS = {", "}");
    for (index, name) in NAMES.iter().enumerate() {
        let port = index + 1;
        let variant = format!("Self::{}{}", name[..1].to_uppercase(), &name[1..]);
        for (place, text) in [("the simulator", &simulator), ("the end-to-end tests", &end_to_end)] {
            assert!(text.contains(&format!("{variant} => \"{name}\"")), "{place} doesn't know {name}");
            assert!(text.contains(&format!("{variant} => {port}")), "{place}: {name} is at another port");
        }
        assert!(
            contract.contains(&format!("{name}: {port}")),
            "tests/contract/env.js: {name} is at another port"
        );
    }
    assert!(contract.contains(&format!("stranger: {}", NAMES.len() + 1)));
    let servers = between("xtask/src/simulator.rs", "pub const SERVERS: u16 = ", ";");
    assert_eq!(servers, (NAMES.len() + 2).to_string(), "xtask/src/simulator.rs");
}

/// What people read has them by their titles, in this order.
#[test]
fn what_people_read_names_all_of_them() {
    let titles = titles();
    assert_eq!(titles.len(), NAMES.len(), "the table in the README");
    let readme = read("README.md");
    let (before, last) = titles.split_at(titles.len() - 1);
    let sentence = format!("{} and {}", before.join(", "), last[0]);
    assert!(readme.replace('\n', " ").contains(&sentence), "the README's first sentence: {sentence}");
    for name in NAMES {
        assert!(
            between("README.md", "| `vendor` |", "\n").contains(&format!("`\"{name}\"`")),
            "the option: {name}"
        );
        assert!(read("src/shell/hallpass.d.ts").contains(&format!("- `\"{name}\"`: ")), "the types: {name}");
        assert!(read("tests/simulator/README.md").contains(&format!("| `{name}`")), "the simulator: {name}");
    }
    for form in [".github/ISSUE_TEMPLATE/fault.yml", ".github/ISSUE_TEMPLATE/vendor.yml"] {
        assert!(read(form).contains(&format!("options: [{}, ", titles.join(", "))), "{form}");
    }
}
