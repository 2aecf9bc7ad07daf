//! docs/architecture.md says which files there are, and which floor may use which. This holds it to the folders and the code, and
//! docs/requirements.md to what is cited of it.

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

/// Which scripts of the shell use those that do effects.
const DOING: [&str; 3] = ["effects.js", "handle.js", "resources.js"];

#[test]
fn only_what_has_effects_done_uses_what_does_them() {
    for (name, text) in files("shell") {
        if let Some(used) = loaded_by(&text).find(|loaded| loaded.starts_with("./do/")) {
            assert!(DOING.contains(&&*name), "src/shell/{name} uses {used}");
        }
    }
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

/// Where requirements and rules are cited.
const CITING: [&str; 6] = ["src", "tests", "xtask/src", "www", "docs", "CONTRIBUTING.md"];

/// What is written by hand below a path, as text. Other people's packages and what is built lie among the tests' projects.
fn written(path: &Path) -> Vec<(PathBuf, String)> {
    let name = path.file_name().unwrap().to_string_lossy();
    if path.is_dir() {
        let others = ["node_modules", "target", "dist", "corpus"].contains(&&*name) || name.starts_with('.');
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        return if others { Vec::new() } else { entries.flat_map(|entry| written(&entry.path())).collect() };
    }
    let ours =
        ["rs", "js", "mjs", "ts", "md", "py"].iter().any(|end| path.extension().is_some_and(|is| is == *end));
    let text = ours.then(|| fs::read_to_string(path).ok()).flatten();
    text.map(|text| (path.to_owned(), text)).into_iter().collect()
}

/// The names and words of a text, without what stands between them.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_').filter(|token| !token.is_empty())
}

fn is_number(token: &str) -> bool {
    matches!(token.len(), 1 | 2) && token.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a text cites: R16, `r16_…`, rule 9, rules 10 and 11, `rule_9_…`.
fn cited(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut after_rule = false;
    for token in tokens(text) {
        let head = |prefix| token.strip_prefix(prefix).map(|rest| rest.split('_').next().unwrap());
        if let Some(number) = token.strip_prefix('R').or_else(|| head("r").filter(|_| token.contains('_')))
            && is_number(number)
        {
            found.insert(format!("R{number}"));
        }
        if let Some(number) = head("rule_").or(after_rule.then_some(token)).filter(|number| is_number(number))
        {
            found.insert(format!("rule {number}"));
        }
        after_rule = match token {
            "rule" | "rules" | "Rule" | "Rules" => true,
            "and" => after_rule,
            _ => after_rule && is_number(token),
        };
    }
    found
}

/// The rows of docs/requirements.md: a number, and the test that is named beside it, where there is one.
fn requirements() -> Vec<(String, Option<String>)> {
    let page = fs::read_to_string(inside("docs/requirements.md")).unwrap();
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let number = cells[0].trim_start_matches(['R', 'r', 'u', 'l', 'e', ' ']);
        let test = cells[2].strip_prefix('`').and_then(|name| name.strip_suffix('`'));
        is_number(number).then(|| (cells[0].to_owned(), test.map(str::to_owned)))
    };
    page.lines().filter(|line| line.starts_with("| ")).filter_map(row).collect()
}

#[test]
fn citations_are_read_as_people_write_them() {
    let all = |text| Vec::from_iter(cited(text));
    assert_eq!(all("/** Rule 7, R3: one */ fn r16_one() r5 R123"), ["R16", "R3", "rule 7"]);
    assert_eq!(all("Rules 10, 11 and 2; a rule of 5; rule_9_a"), ["rule 10", "rule 11", "rule 2", "rule 9"]);
    assert_eq!(all("fn r02_a()"), ["R02"]);
}

#[test]
fn what_is_cited_is_a_requirement_or_a_rule() {
    let listed: BTreeSet<_> = requirements().into_iter().map(|(number, _)| number).collect();
    for (path, text) in CITING.iter().flat_map(|path| written(&inside(path))) {
        let unknown: Vec<_> = cited(&text).difference(&listed).cloned().collect();
        let itself = path.ends_with("tests/architecture.rs");
        assert!(
            unknown.is_empty() || itself,
            "{} cites {unknown:?}, not in docs/requirements.md",
            path.display()
        );
    }
}

#[test]
fn a_test_that_the_requirements_name_is_there() {
    let tests = written(&inside("tests"));
    let names: BTreeSet<&str> = tests.iter().flat_map(|(_, text)| tokens(text)).collect();
    for (number, test) in requirements() {
        let Some(test) = test else { continue };
        assert!(cited(&test).contains(&number), "docs/requirements.md names {test} beside {number}");
        assert!(names.contains(&*test), "no test is called {test} any more, as docs/requirements.md says");
    }
}
