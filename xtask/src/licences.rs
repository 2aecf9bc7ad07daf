//! The licences of all that is compiled into the WebAssembly, for the people who ship it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::job::output_of;

const HEAD: &str = "# Licences of what is inside\n\n\
    hallpass itself is under MIT or Apache-2.0, see LICENSE-MIT and LICENSE-APACHE. Its WebAssembly holds parts of Rust's standard\n\
    library (MIT OR Apache-2.0, the Rust Project's contributors) and of the packages below; its JavaScript holds what wasm-bindgen\n\
    wrote.\n";

/// The page for the package.
pub fn page() -> Result<String> {
    let printed = output_of(
        "cargo",
        ["metadata", "--format-version", "1", "--filter-platform", "wasm32-unknown-unknown"],
    )
    .context("`cargo metadata` failed")?;
    let metadata: Value = serde_json::from_str(&printed).context("`cargo metadata` printed no JSON")?;
    // Packages with one text stand together.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in inside(&metadata)? {
        let word = |member: &str| package[member].as_str().unwrap_or_default().to_owned();
        let path = word("manifest_path");
        let text = Path::new(&path).parent().map(licence_text).transpose()?.flatten().unwrap_or_default();
        let line = format!("- {} {}: {}", word("name"), word("version"), word("license"));
        texts.entry(text).or_default().push(line);
    }
    let sections = texts.into_iter().map(|(text, packages)| {
        let text = if text.is_empty() { text } else { format!("\n```txt\n{}\n```\n", text.trim_end()) };
        format!("\n{}\n{text}", packages.join("\n"))
    });
    Ok(HEAD.to_owned() + &sections.collect::<String>())
}

/// The packages that the crate is compiled with, without itself and without those that only run while it is.
fn inside(metadata: &Value) -> Result<Vec<&Value>> {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let packages: BTreeMap<&str, &Value> = metadata["packages"]
        .as_array()
        .context("`cargo metadata` names no packages")?
        .iter()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let runs_in_the_compiler = |package: &Value| {
        list(&package["targets"])
            .iter()
            .any(|target| list(&target["kind"]).iter().any(|kind| kind == "proc-macro"))
    };
    let start =
        packages.iter().find(|(_, package)| package["name"] == "hallpass").context("no crate hallpass")?;
    let mut seen: BTreeSet<String> = BTreeSet::from([(*start.0).to_owned()]);
    let mut waiting = vec![(*start.0).to_owned()];
    let nodes = list(&metadata["resolve"]["nodes"]);
    while let Some(id) = waiting.pop() {
        let node = nodes
            .iter()
            .find(|node| node["id"] == id.as_str())
            .context("a package without dependencies' list")?;
        for dependency in list(&node["deps"]) {
            let normal = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
            let Some(other) = dependency["pkg"].as_str() else { continue };
            let compiled_in = packages.get(other).is_some_and(|package| !runs_in_the_compiler(package));
            if normal && compiled_in && seen.insert(other.to_owned()) {
                waiting.push(other.to_owned());
            }
        }
    }
    seen.remove(*start.0);
    let mut found: Vec<&Value> = seen.iter().filter_map(|id| packages.get(id.as_str()).copied()).collect();
    found.sort_by_key(|package| package["name"].as_str().unwrap_or_default().to_owned());
    Ok(found)
}

/// The text of a package's licence: MIT's where there is a choice, as it is the shortest.
fn licence_text(folder: &Path) -> Result<Option<String>> {
    for name in ["LICENSE-MIT", "LICENSE-MIT.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "license-mit"] {
        let path = folder.join(name);
        if path.is_file() {
            return Ok(Some(fs::read_to_string(path)?.replace("\r\n", "\n")));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::inside;

    #[test]
    fn what_only_the_compiler_runs_is_not_inside() {
        let package =
            |name: &str, kind: &str| json!({ "id": name, "name": name, "targets": [{ "kind": [kind] }] });
        let needs = |id: &str, others: &[(&str, Option<&str>)]| {
            let deps: Vec<_> = others
                .iter()
                .map(|(pkg, kind)| json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] }))
                .collect();
            json!({ "id": id, "deps": deps })
        };
        let metadata = json!({
            "packages": [package("hallpass", "lib"), package("b", "lib"), package("c", "lib"), package("d", "proc-macro"), package("e", "lib")],
            "resolve": { "nodes": [
                needs("hallpass", &[("b", None), ("d", None), ("e", Some("dev"))]),
                needs("b", &[("c", None), ("hallpass", None)]),
                needs("c", &[]),
            ] },
        });
        let names: Vec<_> =
            inside(&metadata).unwrap().iter().map(|package| package["name"].clone()).collect();
        assert_eq!(names, ["b", "c"]);
    }
}
