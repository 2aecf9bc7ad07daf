//! `cargo xtask bench`: hallpass measured beside its peers, in one run, in a real browser.

mod contenders;
mod machine;
mod page;
mod samples;
mod statistics;
mod tables;
mod targets;
mod workshop;

use std::fs;
use std::path::{self, Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use self::samples::Samples;
use self::workshop::Workshop;
use crate::browsers::Engine;
use crate::job::Job;
use crate::package;
use crate::progress::Progress;
use crate::server;
use crate::simulator;
use crate::tools::Install;
use crate::workspace;

/// What was asked for on the command line.
#[derive(Default)]
pub struct Options {
    /// A run that only proves that it works.
    quick: bool,
    /// The folder of another build of the package, measured as one more contender.
    beside: Option<PathBuf>,
    /// Only these items; then nothing is published either.
    only: Vec<String>,
}

impl Options {
    /// Reads the words after `cargo xtask bench`.
    pub fn read(words: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--quick" => options.quick = true,
                "--only" => {
                    let item =
                        words.next().context("`--only` takes the name of an item, such as `request`")?;
                    options.only.push((*item).to_owned());
                }
                "--beside" => {
                    let folder = words.next().context("`--beside` takes the folder of a built package")?;
                    options.beside = Some(path::absolute(folder)?);
                }
                other => bail!("`cargo xtask bench` has no option `{other}`"),
            }
        }
        Ok(options)
    }
}

/// The browser that is measured in.
const ENGINE: Engine = Engine::Chromium;

/// How many steps [`run`] takes.
pub const STEPS: usize = 5;

/// What has to be installed before [`run`].
pub fn needs() -> Result<Vec<Install>> {
    package::needs_with(ENGINE)
}

/// Measures, and publishes what a full run has shown.
pub fn run(progress: &mut Progress, options: &Options) -> Result<()> {
    package::build_if_stale(progress)?;
    let workshop =
        progress.step("Bundling the contenders", || Workshop::set_up(options.beside.as_deref()))?;
    let driver = progress
        .step("Building the server and the driver", || server::compile("hallpass-bench", "measure"))?;
    let samples = progress.step("Measuring in the browser", || measure(&workshop, &driver, options))?;
    progress.step("Writing the tables and the pictures", || publish(&workshop, &samples, options))
}

fn measure(workshop: &Workshop, driver: &Path, options: &Options) -> Result<Samples> {
    ENGINE.driver().map_err(anyhow::Error::msg)?;
    let samples = workshop.file(&format!("{}.json", ENGINE.name()));
    let plan = json!({
        "port": simulator::default_port()?,
        "site": workshop.file("site"),
        "samples": samples,
        "quick": options.quick,
        "only": options.only,
        "contenders": workshop.plan()?,
    });
    let path = workshop.file("plan.json");
    fs::write(&path, plan.to_string())?;
    // What an earlier run has left is not this one's.
    let _ = fs::remove_file(&samples);
    let finished = Job::new(driver, &format!("bench-{}", ENGINE.name()))
        .args([path])
        .env("RUST_BACKTRACE", "0")
        .envs(ENGINE.variables())
        .must("the measurements could not be made")?;
    for line in finished.text.lines() {
        eprintln!("       {line}");
    }
    Samples::read(&samples)
}

fn publish(workshop: &Workshop, samples: &Samples, options: &Options) -> Result<()> {
    let date = machine::today();
    for line in targets::missed(samples, &workshop.sizes()?) {
        eprintln!("       {line}");
    }
    if options.quick || !options.only.is_empty() {
        let folder = workshop.file("page");
        page::write(&folder, workshop, samples, &date)?;
        eprintln!("       {}: too few samples to publish", workspace::shown(&folder));
        return Ok(());
    }
    page::write(&workspace::inside("docs"), workshop, samples, &date)?;
    page::write_readme(samples, &date)?;
    eprintln!(
        "       docs/benchmarks.md: why something is missed, and what it would take, is for people to write at its marks"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Options;

    #[test]
    fn options_are_known_or_refused() {
        let options = Options::read(&["--quick", "--only", "request"]).unwrap();
        assert!(options.quick && options.only == ["request"]);
        assert!(Options::read(&["--slow"]).is_err());
        assert!(Options::read(&["--only"]).is_err());
        let beside = Options::read(&["--beside", "/tmp/pkg"]).unwrap().beside;
        assert_eq!(beside.as_deref(), Some(Path::new("/tmp/pkg")));
        assert!(Options::read(&["--beside"]).is_err());
    }
}
