//! One file an entry: a page without tools loads the script and the WebAssembly, and nothing else.
//!
//! Each entry holds what it needs, also where another holds the same: pages use one, and a shared part would be a request of its
//! own. What has to be one for all of them isn't kept in a module: errors know each other by a registered symbol.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::job::Job;

/// The WebAssembly as a script, which is loaded only where it is needed.
pub const TEXT: &str = "wasm-text.js";

/// What talks to wallets: likewise.
pub const WALLET: &str = "wallet.js";

/// What the bindings share stays a file: a component of either sees the same session.
const SHARED: &str = "watched.js";

/// The entries, and which imports of theirs stay imports.
const ENTRIES: [(&[&str], &[&str]); 3] = [
    (&["hallpass.js", "inline.js", "testing.js", SHARED], &[TEXT, WALLET]),
    (&[WALLET], &[]),
    (&["react.js", "vue.js"], &[SHARED]),
];

/// What esbuild is told so that a script stays a file of its own, which is asked for only where it is needed.
pub fn apart(file: &str) -> String {
    format!("--external:*/{file}")
}

/// Bundles the scripts in `parts` into `folder`, each with its source map.
pub fn write(parts: &Path, folder: &Path) -> Result<()> {
    // Beside the parts, so that the maps name them by paths that are the same on every machine.
    let beside = parts.parent().context("the scripts lie in no folder")?;
    // In it the tests load them one by one.
    fs::write(beside.join("package.json"), "{ \"type\": \"module\" }\n")?;
    let inside = parts.file_name().context("the scripts' folder has no name")?.to_string_lossy();
    for (entries, external) in ENTRIES {
        Job::new("esbuild", "bundle")
            .folder(beside)
            .args(entries.iter().map(|entry| format!("{inside}/{entry}")))
            .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--sourcemap=linked"])
            .args(["--outdir=.", "--external:react", "--external:vue", "--log-level=warning"])
            .args(external.iter().map(|file| apart(file)))
            .must("esbuild could not bundle the package")?;
        for entry in entries {
            for file in [(*entry).to_owned(), format!("{entry}.map")] {
                fs::rename(beside.join(&file), folder.join(&file))
                    .with_context(|| format!("esbuild wrote no {file}"))?;
            }
        }
    }
    // A directive of React's, which has to come first.
    if !fs::read_to_string(folder.join("react.js"))?.starts_with("\"use client\";") {
        bail!("react.js has lost its \"use client\"");
    }
    Ok(())
}
