//! Another build of the package from the same sources, in another folder and from nothing: it must have the same bytes, so that
//! anybody can find out whether what is published is what is written here.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::files::{copy_tree, walk};
use crate::package;
use crate::workspace;

const FOLDER: &str = "target/xtask/again";

/// What the build reads, and nothing else; of the workspace's other members cargo wants to know that they are there.
const SOURCES: [&str; 13] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "docs",
    "src",
    "tests/bench",
    "tests/end-to-end",
    "tests/simulator",
    "xtask/Cargo.toml",
    "xtask/src",
];

/// Builds once more and compares.
pub fn check() -> Result<()> {
    let again = workspace::inside(FOLDER);
    if again.exists() {
        fs::remove_dir_all(&again)?;
    }
    for source in SOURCES {
        let to = again.join(source);
        fs::create_dir_all(to.parent().unwrap_or(&again))?;
        copy_tree(&workspace::inside(source), &to)?;
    }
    package::build_at(&again).context("the package could not be built once more")?;
    let differing = differences(&workspace::inside("pkg"), &again.join("pkg"))?;
    if !differing.is_empty() {
        bail!("a second build has other bytes in {}", differing.join(", "));
    }
    fs::remove_dir_all(&again)?;
    Ok(())
}

/// The files that are not in both folders with the same content.
fn differences(one: &Path, other: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for folder in [one, other] {
        for path in walk(folder)? {
            names.push(path.strip_prefix(folder)?.to_owned());
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| fs::read(one.join(name)).ok() != fs::read(other.join(name)).ok());
    Ok(names.iter().map(|name| name.display().to_string()).collect())
}

#[cfg(test)]
mod tests {
    use std::{env, fs, process};

    use super::differences;

    #[test]
    fn what_differs_or_is_missing_is_named() {
        let folder = env::temp_dir().join(format!("hallpass-differences-{}", process::id()));
        let [one, other] = ["one", "other"].map(|name| folder.join(name));
        for (path, text) in [
            (one.join("a"), "1"),
            (other.join("a"), "1"),
            (one.join("b"), "1"),
            (other.join("b"), "2"),
            (one.join("c"), "1"),
        ] {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        assert_eq!(differences(&one, &other).unwrap(), ["b", "c"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
