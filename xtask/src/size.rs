//! `cargo xtask size`: what a page that uses the package has to load.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::bundle::{TEXT, WALLET, apart};
use crate::file_sizes::{Sizes, of_files};
use crate::job::Job;
use crate::workspace;

/// How many bytes the package may take on the wire: all files together, as `gzip -9`.
const BUDGET_GZIP: u64 = 87_100;

const WASM: &str = "pkg/hallpass.wasm";

/// What a page without tools loads beside it.
const SCRIPT: &str = "pkg/hallpass.js";

/// How many bytes more such a page may load than one whose tools bundle the package anew, as `gzip -9`.
const WITHOUT_TOOLS: u64 = 1_000;

/// The entry file that has the WebAssembly inside.
const INLINE: &str = "inline.js";

/// What is measured beside the WebAssembly: a name for people, the entry file, and whether it counts against the budget. The
/// bindings are measured without `hallpass` itself, which a page has once, and without their frameworks.
const BUNDLES: [(&str, &str, bool); 5] = [
    ("hallpass", "hallpass.js", true),
    ("hallpass/inline, with the WebAssembly", INLINE, false),
    ("for wallets, beside hallpass", WALLET, false),
    ("hallpass/react, beside hallpass", "react.js", false),
    ("hallpass/vue, beside hallpass", "vue.js", false),
];

/// Measures of `pkg/`.
pub struct Report {
    /// What a page downloads.
    files: Vec<(&'static str, Sizes)>,
    /// What it downloads if it uses more.
    others: Vec<(&'static str, Sizes)>,
    /// What it downloads if the package's files are served as they are.
    served: Sizes,
}

/// Bundles each entry file as an application would, and measures them and the WebAssembly.
pub fn measure() -> Result<Report> {
    let bundles = BUNDLES.iter().map(|(_, entry, _)| bundle(entry));
    let paths = [Ok(WASM.to_owned())].into_iter().chain(bundles).collect::<Result<Vec<_>>>()?;
    let names = [("hallpass.wasm", true)].into_iter().chain(BUNDLES.map(|(name, _, counts)| (name, counts)));
    let served = of_files(&[WASM.to_owned(), SCRIPT.to_owned()])?.into_iter().sum();
    let mut report = Report { files: Vec::new(), others: Vec::new(), served };
    for ((name, counts), sizes) in names.zip(of_files(&paths)?) {
        if counts { &mut report.files } else { &mut report.others }.push((name, sizes));
    }
    Ok(report)
}

/// The path of the bundle of an entry file of `pkg/`.
fn bundle(entry: &str) -> Result<String> {
    let minified = format!("target/xtask/size/{entry}");
    // esbuild leaves `new URL("….wasm", import.meta.url)` alone: the WebAssembly stays a file of its own. Its copy in a script
    // is loaded only where that file isn't there, and what talks to wallets where people sign in with one.
    let copy = (entry != INLINE).then(|| apart(TEXT));
    let wallet = (entry != WALLET).then(|| apart(WALLET));
    Job::new("esbuild", "esbuild")
        .args([&format!("pkg/{entry}"), "--bundle", "--minify", "--format=esm", "--target=es2022"])
        .args(["--external:react", "--external:vue", "--log-level=warning"])
        .args(copy)
        .args(wallet)
        .args([format!("--outfile={minified}")])
        .must("esbuild could not bundle the package")?;
    let script = fs::read_to_string(workspace::inside(&minified)).context("esbuild wrote no bundle")?;
    if entry == "hallpass.js" && !script.contains("hallpass.wasm") {
        bail!("the bundle doesn't load hallpass.wasm, so its size would mean nothing");
    }
    Ok(minified)
}

impl Report {
    fn total(&self) -> Sizes {
        self.files.iter().map(|(_, sizes)| *sizes).sum()
    }

    /// The table for people.
    pub fn table(&self) -> String {
        let line =
            |(name, s): &(&str, Sizes)| format!("{name:<40} {:>8} {:>8} {:>8}\n", s.raw, s.gzip, s.brotli);
        let head =
            format!("{:<40} {:>8} {:>8} {:>8}\n", "bytes, bundled and minified", "raw", "gzip", "brotli");
        let lines: String = self.files.iter().map(line).collect();
        let others: String = self.others.iter().map(line).collect();
        let budget = format!("{:<40} {:>8} {BUDGET_GZIP:>8}\n", "budget", "");
        let served = line(&("together, the package's files as they are", self.served));
        head + &lines + &line(&("together", self.total())) + &budget + "\n" + &served + &others
    }

    /// Fails when the package has grown over its budget, or a page without tools loads much more.
    pub fn check(&self) -> Result<()> {
        let gzip = self.total().gzip;
        if self.served.gzip > gzip + WITHOUT_TOOLS {
            let more = self.served.gzip - gzip;
            bail!("a page without tools loads {more} bytes more as gzip, and {WITHOUT_TOOLS} are allowed");
        }
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
    use super::{BUDGET_GZIP, Report, Sizes, WITHOUT_TOOLS};

    fn report(gzip: u64) -> Report {
        Report {
            files: vec![
                ("a", Sizes { raw: 1, gzip, brotli: 1 }),
                ("b", Sizes { raw: 1, gzip: 1, brotli: 1 }),
            ],
            others: vec![("c", Sizes { raw: 1, gzip: 9, brotli: 1 })],
            served: Sizes::default(),
        }
    }

    #[test]
    fn a_page_without_tools_loads_little_more() {
        let served = |gzip| Report { served: Sizes { raw: 1, gzip, brotli: 1 }, ..report(9) }.check();
        assert!(served(10 + WITHOUT_TOOLS).is_ok());
        let refusal = served(11 + WITHOUT_TOOLS).unwrap_err().to_string();
        assert!(refusal.starts_with("a page without tools loads 1001 bytes more"), "{refusal}");
    }

    #[test]
    fn the_readme_promises_the_budget() {
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&format!("Less than {} kB gzip", BUDGET_GZIP.div_ceil(1_000))));
    }

    #[test]
    fn the_budget_is_for_the_sum() {
        assert!(report(BUDGET_GZIP - 1).check().is_ok());
        let refusal = report(BUDGET_GZIP).check().unwrap_err().to_string();
        let over = BUDGET_GZIP + 1;
        assert_eq!(
            refusal,
            format!("the package takes {over} bytes as gzip, 1 over its budget of {BUDGET_GZIP}")
        );
    }
}
