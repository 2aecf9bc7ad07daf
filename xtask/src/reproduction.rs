//! Another build of the package from the same sources, in another folder and from nothing: it must have the same bytes, so that
//! anybody can find out whether what is published is what is written here.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::files::{copy_tree, differences};
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
        copy_tree(&workspace::inside(source), &again.join(source))?;
    }
    package::build_at(&again).context("the package could not be built once more")?;
    let differing = differences(&workspace::inside("pkg"), &again.join("pkg"))?;
    if !differing.is_empty() {
        bail!("a second build has other bytes in {}", differing.join(", "));
    }
    fs::remove_dir_all(&again)?;
    Ok(())
}
