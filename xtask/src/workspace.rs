//! Where things are in the repository, and what a child process sees of them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::job::output_of;

/// The repository's root.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A path inside the repository.
pub fn inside(path: &str) -> PathBuf {
    root().join(path)
}

/// A path as people write it: from the repository's root when it is inside, in full otherwise.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The `PATH` of every child: the tools installed by this crate come first.
pub fn search_path() -> OsString {
    let own = [inside("target/tools/bin"), inside("xtask/node_modules/.bin")];
    let inherited = env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = own.into_iter().chain(env::split_paths(&inherited)).collect();
    // It fails only when a folder's name contains the separator; such a folder can't be in PATH anyway.
    env::join_paths(all).unwrap_or(inherited)
}

/// The first of `names` that is a program on [`search_path`].
pub fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = search_path();
    names.iter().find_map(|name| {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&path).map(|folder| folder.join(&file)).find(|candidate| candidate.is_file())
    })
}

/// Whether an interactive terminal is unlikely and a missing piece must fail the run.
pub fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}

/// The packages that `cargo metadata` knows of.
pub fn packages(options: &[&str]) -> Result<Vec<Value>> {
    let arguments = ["metadata", "--format-version", "1"].into_iter().chain(options.iter().copied());
    let printed = output_of("cargo", arguments).context("`cargo metadata` failed")?;
    let mut metadata: Value = serde_json::from_str(&printed).context("`cargo metadata` printed no JSON")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("`cargo metadata` names no packages"),
    }
}

/// The crate `hallpass` among them.
pub fn hallpass(packages: &[Value]) -> Result<&Value> {
    let found = packages.iter().find(|package| package["name"] == "hallpass");
    found.context("the workspace has no crate `hallpass`")
}
