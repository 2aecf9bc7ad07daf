//! What signs as wallets do, for the test wallet of the demo page and of the tests: a library from npm, as one file that a
//! page can load. Nothing of it is published.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::job::Job;
use crate::workspace;

/// Bundles it.
pub fn write() -> Result<()> {
    let file = file();
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).context("www can't be written")?;
    }
    Job::new("esbuild", "signer")
        .args(["xtask/eth-signer.mjs", "--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args([format!("--outfile={}", file.display())])
        .args(["--log-level=warning"])
        .must("esbuild could not bundle the test wallet's library")?;
    Ok(())
}

/// Where it lies.
pub fn file() -> PathBuf {
    workspace::inside("www/made/eth-signer.js")
}
