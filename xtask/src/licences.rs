//! The licences of all that is compiled into the WebAssembly, for the people who ship it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::job::output_of;
use crate::workspace;

const HEAD: &str = "# Licences of what is inside\n\n\
    hallpass itself is under MIT or Apache-2.0, see LICENSE-MIT and LICENSE-APACHE. Its WebAssembly holds parts of Rust's standard\n\
    library (MIT OR Apache-2.0, the Rust Project's contributors) and of the packages below; its JavaScript holds what wasm-bindgen\n\
    wrote.\n";

/// The crate that becomes the .wasm, with its allocator.
const SHIPPED: &str = "hallpass-wasm";

/// The page for the package.
pub fn page() -> Result<String> {
    let target = ["--target", "wasm32-unknown-unknown"];
    let tree = [
        "tree",
        "--package",
        SHIPPED,
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let tree = output_of("cargo", tree.into_iter().chain(target)).context("`cargo tree` failed")?;
    let packages = workspace::packages(&["--filter-platform", target[1]])?;
    // Packages with one text stand together.
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in inside(&tree, &packages)? {
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

/// The packages of other people's in a tree that `cargo tree` printed, each once.
fn inside<'a>(tree: &str, packages: &'a [Value]) -> Result<Vec<&'a Value>> {
    // "name v1.2.3", and more where it is not a registry's.
    let named: BTreeSet<(&str, &str)> =
        tree.lines().filter_map(|line| line.split(" (").next()?.split_once(" v")).collect();
    let found = named.into_iter().map(|(name, version)| {
        let same = |package: &&Value| package["name"] == name && package["version"] == version;
        packages.iter().find(same).with_context(|| format!("`cargo metadata` does not know {name} {version}"))
    });
    // What has no source is of this repository.
    found.filter(|package| package.as_ref().map_or(true, |package| !package["source"].is_null())).collect()
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

    use super::{inside, page};

    #[test]
    fn the_packages_of_the_tree_are_inside_and_no_others() {
        let package = |name: &str, version: &str, source: Option<&str>| json!({ "name": name, "version": version, "source": source });
        let packages = [
            package("hallpass-wasm", "0.1.0", None),
            package("hallpass", "0.1.0", None),
            package("b", "1.0.0", Some("registry")),
            package("b", "2.0.0", Some("registry")),
            package("c", "1.0.0", Some("registry")),
            package("d", "1.0.0", Some("registry")),
        ];
        let tree =
            "hallpass-wasm v0.1.0 (/x/src/wasm)\nhallpass v0.1.0 (/x)\nb v2.0.0\nc v1.0.0\n\nb v2.0.0 (*)\n";
        let found = inside(tree, &packages).unwrap();
        let names: Vec<_> = found.iter().map(|package| (&package["name"], &package["version"])).collect();
        assert_eq!(names, [(&json!("b"), &json!("2.0.0")), (&json!("c"), &json!("1.0.0"))]);
        assert!(inside("e v1.0.0", &packages).is_err());
    }

    #[test]
    fn the_allocator_is_listed() {
        let page = page().unwrap();
        for name in ["talc", "allocator-api2", "lock_api", "scopeguard", "wasm-bindgen", "zeroize"] {
            assert!(page.contains(&format!("- {name} ")), "{name} is inside the WebAssembly");
        }
        assert!(!page.contains("- hallpass"), "hallpass itself");
    }
}
