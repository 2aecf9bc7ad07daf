//! `cargo xtask release`: what is forgotten most easily before a version is published. It publishes nothing.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::job::output_of;
use crate::workspace;

/// What stands where something has still to be filled in.
const PLACEHOLDERS: [&str; 3] = ["to be named", "TODO", "example.invalid"];

/// Where it may stand.
const PAGES: [&str; 5] = ["README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "Cargo.toml"];

/// Fails with all that is missing.
pub fn check() -> Result<()> {
    let mut missing = Vec::new();
    for page in PAGES {
        let text =
            fs::read_to_string(workspace::inside(page)).with_context(|| format!("{page} can't be read"))?;
        missing.extend(placeholders(page, &text));
    }
    let packages = workspace::packages(&["--no-deps"])?;
    let hallpass = workspace::hallpass(&packages)?;
    let version = hallpass["version"].as_str().unwrap_or_default();
    let security =
        fs::read_to_string(workspace::inside("SECURITY.md")).context("SECURITY.md can't be read")?;
    missing.extend(unfilled(hallpass, &security));
    for package in packages.iter().filter(|package| package["version"] != version) {
        missing.push(format!("{} has another version than {version}", package["name"]));
    }
    missing.extend(undated(&fs::read_to_string(workspace::inside("CHANGELOG.md"))?, version));
    match output_of("git", ["status", "--porcelain"]) {
        Some(changes) if changes.trim().is_empty() => {}
        Some(_) => missing.push("there are changes that are not committed".to_owned()),
        None => missing.push("git doesn't say whether all is committed".to_owned()),
    }
    if missing.is_empty() {
        println!("Version {version} has what it needs; RELEASING.md says how to publish it.");
        return Ok(());
    }
    bail!("version {version} is not ready:\n         {}", missing.join("\n         "))
}

/// What the publisher has not filled in, in Cargo.toml.
fn unfilled(hallpass: &Value, security: &str) -> Vec<String> {
    let contact = &hallpass["metadata"]["publisher"]["security-contact"];
    let facts = [
        ("repository", &hallpass["repository"]),
        ("authors", &hallpass["authors"][0]),
        ("security-contact", contact),
    ];
    let empty = facts.iter().filter(|(_, fact)| fact.as_str().is_none_or(str::is_empty));
    let mut missing: Vec<_> = empty.map(|(name, _)| format!("Cargo.toml names no {name}")).collect();
    if contact.as_str().is_some_and(|contact| !security.contains(contact)) {
        missing.push("SECURITY.md doesn't name the security-contact of Cargo.toml".to_owned());
    }
    missing
}

fn placeholders(page: &str, text: &str) -> Vec<String> {
    let lines = text.lines().enumerate();
    lines
        // What a comment says of placeholders is none.
        .filter(|(_, line)| !line.trim_start().starts_with("<!--"))
        .filter(|(_, line)| PLACEHOLDERS.iter().any(|placeholder| line.contains(placeholder)))
        .map(|(index, line)| format!("{page}:{}: {}", index + 1, line.trim()))
        .collect()
}

/// The heading of a version in the changelog ends with its date.
fn undated(changelog: &str, version: &str) -> Option<String> {
    let heading = changelog.lines().find_map(|line| line.strip_prefix("## ")?.strip_prefix(version));
    let date = heading.and_then(|rest| rest.strip_prefix(" - ")).unwrap_or_default();
    let dated = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (!dated).then(|| format!("CHANGELOG.md has no date for version {version}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{placeholders, undated, unfilled};

    #[test]
    fn what_a_publisher_fills_in_is_asked_for() {
        let nothing =
            unfilled(&json!({"repository": null, "authors": [], "metadata": {"publisher": {}}}), "");
        let lacks = ["repository", "authors", "security-contact"];
        assert_eq!(nothing, lacks.map(|name| format!("Cargo.toml names no {name}")));
        let mut all = json!({"repository": "https://h.example/", "authors": ["A"], "metadata": {"publisher": {"security-contact": "s@h.example"}}});
        assert_eq!(unfilled(&all, "- Contact: s@h.example"), [""; 0]);
        assert_eq!(unfilled(&all, "- Contact: old@h.example").len(), 1, "another one than people are told");
        all["authors"] = json!([""]);
        assert_eq!(unfilled(&all, "s@h.example"), ["Cargo.toml names no authors"]);
    }

    #[test]
    fn what_has_still_to_be_filled_in_is_found() {
        let text = "<!-- as long as this says \"to be named\" -->\n- Contact: to be named before the first release.\n";
        assert_eq!(
            placeholders("SECURITY.md", text),
            ["SECURITY.md:2: - Contact: to be named before the first release."]
        );
    }

    #[test]
    fn a_version_has_a_date_in_the_changelog() {
        assert_eq!(undated("## 0.1.0 - 2026-12-01\n", "0.1.0"), None);
        assert!(undated("## 0.1.0 - unreleased\n", "0.1.0").is_some());
        assert!(undated("## 0.1.0\n", "0.1.0").is_some(), "no date at all");
        assert!(undated("# Changelog\n", "0.1.0").is_some(), "no such version");
    }
}
