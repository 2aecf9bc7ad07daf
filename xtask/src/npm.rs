//! The tools that come from npm: wasm-opt (in binaryen), esbuild, the TypeScript compiler, typedoc and linters, in the exact
//! versions of `xtask/package-lock.json`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::job::{Job, output_of};
use crate::tools::Install;
use crate::workspace;

/// npm's program.
pub const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
const OLDEST_NODE: u32 = 20;

/// The installation of the npm tools, unless they are there in the locked versions.
pub fn missing() -> Result<Option<Install>> {
    require_node()?;
    let changed = |path: &str| fs::metadata(workspace::inside(path)).and_then(|data| data.modified()).ok();
    let locked = changed("xtask/package-lock.json").context("xtask/package-lock.json is missing")?;
    // npm writes this file last.
    let installed = changed("xtask/node_modules/.package-lock.json");
    Ok((installed < Some(locked)).then(|| {
        Install::new(
            "binaryen, esbuild, typescript, typedoc and linters from npm",
            "they shrink the WebAssembly, measure the bundle, and check the types, the guide and the package",
            install,
        )
    }))
}

fn install() -> Result<()> {
    // No package's own script has to run for these.
    Job::new(NPM, "npm-ci")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .folder(&workspace::inside("xtask"))
        .must("the npm tools could not be installed")?;
    if workspace::find_program(&["wasm-opt"]).is_none() {
        bail!("npm installed binaryen but it brought no wasm-opt");
    }
    Ok(())
}

fn require_node() -> Result<()> {
    let version = output_of("node", ["--version"]).with_context(|| {
        format!("node isn't on the PATH: install Node.js {OLDEST_NODE} or newer, with npm")
    })?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major < Some(OLDEST_NODE) {
        bail!("this is Node.js {version}, and {OLDEST_NODE} or newer is needed");
    }
    Ok(())
}
