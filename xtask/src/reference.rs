//! `docs/reference`, which typedoc makes from the type declarations, so that editors and readers are told the same. Its settings are in
//! `xtask/reference`, a package of its own: typedoc takes an older TypeScript than the one that checks the types.

use std::env;

use anyhow::{Result, bail};

use crate::files::differences;
use crate::job::Job;
use crate::workspace;

const PAGES: &str = "docs/reference";

/// Fails where the pages are not those of the declarations; with `UPDATE_DOCS` set it writes them.
pub fn check() -> Result<()> {
    let update = env::var_os("UPDATE_DOCS").is_some();
    let made = if update { PAGES } else { "target/xtask/reference" };
    Job::new("node", "reference")
        .args([
            "xtask/reference/node_modules/typedoc/bin/typedoc",
            "--options",
            "xtask/reference/typedoc.json",
        ])
        .args(["--out", made])
        .must("typedoc could not make the reference")?;
    let differing = differences(&workspace::inside(PAGES), &workspace::inside(made))?;
    if !differing.is_empty() {
        let named = differing.join(", ");
        bail!("{PAGES} is out of date in {named}: run `UPDATE_DOCS=1 cargo xtask test types` and commit it");
    }
    Ok(())
}
