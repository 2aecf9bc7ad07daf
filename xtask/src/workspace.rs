//! Where things are in the repository, and what a child process sees of them.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

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
