//! `cargo xtask mutants`: puts faults into the rules and the order, one at a time, and counts how many the native tests catch.
//! What is tried and with which tests stands in `.cargo/mutants.toml`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::job::Job;
use crate::tools::{self, Install, Tool};
use crate::workspace;

/// What part of them has to be caught, in per cent.
const LEAST: usize = 90;

/// How many stories each fault is told: enough to meet most faults, in a few seconds.
const STORIES: &str = "10000";

/// Where cargo-mutants says what has become of each.
const OUTCOMES: &str = "target/mutants.out";

/// What has to be installed before [`run`].
pub fn needs() -> Result<Vec<Install>> {
    tools::missing(&[Tool::CargoMutants])
}

/// Tries them all, or only those in files of a glob.
pub fn run(files: Option<&str>) -> Result<Score> {
    // Those of the last run would be taken for this one's, should it not get as far.
    let _ = fs::remove_dir_all(workspace::inside(OUTCOMES));
    let mut job =
        Job::new("cargo", "mutants").args(["mutants", "--no-times"]).env("STORIES", STORIES).hours(12);
    if let Some(files) = files {
        job = job.args(["--file", files]);
    }
    // cargo-mutants exits with an error for a single missed fault. Here their share counts, so its exit code is ignored.
    let finished = job.run()?;
    Score::read().inspect_err(|_| finished.show_tail())
}

/// How many were caught, and which were not.
pub struct Score {
    caught: usize,
    missed: Vec<String>,
}

impl Score {
    fn read() -> Result<Self> {
        let lines = |name: &str| -> Result<Vec<String>> {
            let path = workspace::inside(OUTCOMES).join(name);
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cargo-mutants left no {}", workspace::shown(&path)))?;
            Ok(text.lines().map(String::from).collect())
        };
        // Tests that never end have noticed, too.
        let caught = lines("caught.txt")?.len() + lines("timeout.txt")?.len();
        Ok(Self { caught, missed: lines("missed.txt")? })
    }

    /// What a person reads.
    pub fn table(&self) -> String {
        let mut text =
            format!("{} of {} faults were caught: {} %\n", self.caught, self.tried(), self.percent());
        for missed in &self.missed {
            text.extend(["  not caught: ", missed, "\n"]);
        }
        text
    }

    /// An error where too few were caught.
    pub fn check(&self) -> Result<()> {
        if self.tried() == 0 {
            bail!("no fault was tried");
        }
        if self.caught * 100 < LEAST * self.tried() {
            bail!("fewer than {LEAST} % of the faults were caught");
        }
        Ok(())
    }

    fn tried(&self) -> usize {
        self.caught + self.missed.len()
    }

    fn percent(&self) -> usize {
        self.caught * 100 / self.tried().max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Score;

    #[test]
    fn nine_in_ten_have_to_be_caught() {
        let score =
            |caught, missed| Score { caught, missed: vec!["src/a.rs: replace + with -".into(); missed] };
        assert!(score(90, 10).check().is_ok());
        assert!(score(89, 11).check().is_err());
        assert!(score(0, 0).check().is_err(), "nothing was tried");
        assert_eq!(score(899, 101).percent(), 89, "it is not rounded up");
        assert!(score(1, 1).table().ends_with("not caught: src/a.rs: replace + with -\n"));
    }
}
