//! docs/architecture.md says which files there are, and which floor may use which. This holds it to the folders and the code.

#![cfg(not(target_family = "wasm"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the lowest.
const FLOORS: [&str; 6] = ["dialect", "session", "protocol", "export", "shell", "client"];

/// The floors that are tested natively, as they know no browser.
const PURE: [&str; 3] = ["dialect", "session", "protocol"];

fn inside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a floor with their text, by their names below its folder.
fn files(floor: &str) -> Vec<(String, String)> {
    let root = inside("src").join(floor);
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|_| panic!("there is no {}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// What stands in backticks in the first column of a floor's table.
fn listed(page: &str, floor: &str) -> BTreeSet<String> {
    let heading = format!("\n### {floor}\n");
    let (_, section) = page.split_once(&heading).unwrap_or_else(|| panic!("{floor} has no heading"));
    section
        .lines()
        .take_while(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("| `")?.split('|').next())
        .flat_map(|column| column.split('`').map(str::trim).filter(|name| !name.is_empty()).map(String::from))
        .collect()
}

/// `mod.rs` only names the others, types stand beside the scripts that they are of, and `tsconfig.json` is for a tool.
fn is_listed(name: &str) -> bool {
    let end = |end: &str| name.strip_suffix(end).is_some();
    !matches!(name, "mod.rs" | "tsconfig.json") && (end(".rs") || end(".js") || end(".json"))
}

#[test]
fn the_page_names_every_file_and_no_other() {
    let page = fs::read_to_string(inside("docs/architecture.md")).unwrap();
    for floor in FLOORS {
        let there: BTreeSet<String> =
            files(floor).into_iter().map(|(name, _)| name).filter(|name| is_listed(name)).collect();
        let listed = listed(&page, floor);
        let missing: Vec<_> = there.difference(&listed).collect();
        assert!(missing.is_empty(), "docs/architecture.md doesn't name these of src/{floor}: {missing:?}");
        let gone: Vec<_> = listed.difference(&there).collect();
        assert!(gone.is_empty(), "docs/architecture.md names what is not in src/{floor}: {gone:?}");
    }
}

#[test]
fn a_floor_uses_only_those_below_it() {
    for (height, floor) in FLOORS.iter().enumerate() {
        let above = &FLOORS[height + 1..];
        for (name, text) in files(floor) {
            assert!(!text.contains("crate::{"), "src/{floor}/{name} names its floors in one line each");
            for higher in above {
                let used = text.contains(&format!("crate::{higher}"));
                assert!(!used, "src/{floor}/{name} uses {higher}, which stands above it");
            }
        }
    }
}

#[test]
fn what_is_tested_natively_knows_no_browser() {
    for floor in PURE {
        for (name, text) in files(floor) {
            for platform in ["wasm_bindgen", "js_sys", "web_sys", "std::time", "std::thread"] {
                assert!(!text.contains(platform), "src/{floor}/{name} uses {platform}");
            }
        }
    }
}

#[test]
fn the_page_draws_the_floors_in_their_order() {
    let page = fs::read_to_string(inside("docs/architecture.md")).unwrap();
    let drawing = page.split("```").nth(1).unwrap();
    let heights: Vec<_> = FLOORS.iter().map(|floor| drawing.find(&format!("│ {floor} "))).collect();
    assert!(heights.iter().all(Option::is_some), "{heights:?}");
    assert!(heights.is_sorted_by(|lower, upper| lower > upper), "{heights:?}");
}

/// The scripts that a script loads, at once or when they are first used; comments name types only.
fn loaded_by(text: &str) -> impl Iterator<Item = &str> {
    let code =
        text.lines().map(str::trim_start).filter(|line| !line.starts_with("/*") && !line.starts_with('*'));
    code.flat_map(|line| line.split('"'))
        .filter(|said| said.starts_with('.') && said.strip_suffix(".js").is_some())
}

/// wasm-bindgen copies what Rust names, and nothing that a script loads by itself.
#[test]
fn every_script_that_is_loaded_comes_along() {
    let scripts = files("shell");
    let named: String = ["export", "client"].into_iter().flat_map(files).map(|(_, text)| text).collect();
    let mut seen = BTreeSet::from(["entry.js".to_owned(), "rust.js".to_owned()]);
    let mut to_read: Vec<String> = seen.iter().cloned().collect();
    while let Some(name) = to_read.pop() {
        assert!(
            named.contains(&format!("\"/src/shell/{name}\"")),
            "src/export/package.rs takes {name} not along"
        );
        let (_, text) = scripts.iter().find(|(file, _)| *file == name).unwrap();
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        for loaded in loaded_by(text) {
            let beside = loaded.strip_prefix("./").map(|rest| Path::new(folder).join(rest));
            let path = beside.unwrap_or_else(|| PathBuf::from(loaded.strip_prefix("../").unwrap()));
            let path = path.to_string_lossy().replace('\\', "/");
            if seen.insert(path.clone()) {
                to_read.push(path);
            }
        }
    }
}
