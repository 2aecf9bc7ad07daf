//! `cargo xtask size`: what a page that uses the package has to load.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::job::{Job, output_of};
use crate::workspace;

/// How many bytes the package may take on the wire: all files together, as `gzip -9`.
const BUDGET_GZIP: u64 = 40_000;

const MINIFIED: &str = "target/xtask/size/hallpass.min.js";
const WASM: &str = "pkg/hallpass_wasm_bg.wasm";

/// The sizes of one file, in bytes.
struct Sizes {
    name: &'static str,
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Measures `pkg/`.
pub struct Report {
    files: Vec<Sizes>,
}

/// Bundles the entry file as an application would, and measures it and the WebAssembly.
pub fn measure() -> Result<Report> {
    bundle()?;
    let printed = output_of("node", &["xtask/compressed-sizes.mjs", MINIFIED, WASM])
        .context("the built files can't be measured")?;
    let measured: Vec<Value> = serde_json::from_str(&printed).context("the measures aren't JSON")?;
    let files = ["hallpass.js, bundled and minified", "hallpass_wasm_bg.wasm"].into_iter().zip(&measured);
    let sizes = files.map(|(name, measure)| {
        let bytes =
            |kind: &str| measure[kind].as_u64().with_context(|| format!("{name} has no size as {kind}"));
        Ok(Sizes { name, raw: bytes("raw")?, gzip: bytes("gzip")?, brotli: bytes("brotli")? })
    });
    Ok(Report { files: sizes.collect::<Result<_>>()? })
}

fn bundle() -> Result<()> {
    // esbuild leaves `new URL("….wasm", import.meta.url)` alone: the WebAssembly stays a file of its own.
    Job::new("esbuild", "esbuild")
        .args(["pkg/hallpass.js", "--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args(["--log-level=warning".to_owned(), format!("--outfile={MINIFIED}")])
        .must("esbuild could not bundle the package")
        .map(drop)?;
    let script = fs::read_to_string(workspace::inside(MINIFIED)).context("esbuild wrote no bundle")?;
    if !script.contains("hallpass_wasm_bg.wasm") {
        bail!("the bundle doesn't load hallpass_wasm_bg.wasm, so its size would mean nothing");
    }
    Ok(())
}

impl Report {
    fn total(&self) -> Sizes {
        let sum = |of: fn(&Sizes) -> u64| self.files.iter().map(of).sum();
        Sizes { name: "together", raw: sum(|s| s.raw), gzip: sum(|s| s.gzip), brotli: sum(|s| s.brotli) }
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let line = |s: &Sizes| format!("{:<34} {:>8} {:>8} {:>8}\n", s.name, s.raw, s.gzip, s.brotli);
        let head = format!("{:<34} {:>8} {:>8} {:>8}\n", "bytes", "raw", "gzip", "brotli");
        let lines: String = self.files.iter().map(line).collect();
        head + &lines + &line(&self.total()) + &format!("{:<34} {:>8} {BUDGET_GZIP:>8}\n", "budget", "")
    }

    /// The same for programs.
    pub fn json(&self) -> String {
        let sizes = |s: &Sizes| json!({ "file": s.name, "raw": s.raw, "gzip": s.gzip, "brotli": s.brotli });
        let files: Vec<Value> = self.files.iter().map(sizes).collect();
        json!({ "files": files, "total": sizes(&self.total()), "budgetGzip": BUDGET_GZIP }).to_string()
    }

    /// Fails when the package has grown over its budget.
    pub fn check(&self) -> Result<()> {
        let gzip = self.total().gzip;
        if gzip > BUDGET_GZIP {
            bail!(
                "the package takes {gzip} bytes as gzip, {} over its budget of {BUDGET_GZIP}",
                gzip - BUDGET_GZIP
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{BUDGET_GZIP, Report, Sizes};

    fn report(gzip: u64) -> Report {
        Report {
            files: vec![
                Sizes { name: "a", raw: 1, gzip, brotli: 1 },
                Sizes { name: "b", raw: 1, gzip: 1, brotli: 1 },
            ],
        }
    }

    #[test]
    fn the_budget_is_for_the_sum() {
        assert!(report(BUDGET_GZIP - 1).check().is_ok());
        let refusal = report(BUDGET_GZIP).check().unwrap_err().to_string();
        assert_eq!(refusal, "the package takes 40001 bytes as gzip, 1 over its budget of 40000");
    }
}
