//! One run of an outside program: its output goes to a log file, the terminal gets a sign of life.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use console::strip_ansi_codes;
use wait_timeout::ChildExt;

use crate::interrupt::Guarded;
use crate::progress::{Heartbeat, LOG_INTERVAL, duration};
use crate::workspace;

/// Hardly anything takes longer on a slow machine; what does has hung.
const LIMIT: Duration = Duration::from_secs(40 * 60);

/// How much of a log is shown when its program failed.
const TAIL_LINES: usize = 40;

/// How much is shown of what test runners say of the tests that failed.
const FAILURE_LINES: usize = 120;

/// A program about to be run from the repository's root.
pub struct Job {
    command: Command,
    log: PathBuf,
    limit: Duration,
}

/// What a run left behind.
pub struct Finished {
    /// Whether the program ended with exit code 0, in time.
    pub success: bool,
    /// Everything that it wrote, with the colours taken out.
    pub text: String,
    log: PathBuf,
}

impl Job {
    /// `program` with its output in `target/xtask/{log}.log`.
    pub fn new(program: impl AsRef<OsStr>, log: &str) -> Self {
        let log = workspace::inside("target/xtask").join(format!("{log}.log"));
        Self { command: command(program), log, limit: LIMIT }
    }

    /// Adds arguments.
    pub fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets several.
    pub fn envs(mut self, all: impl IntoIterator<Item = (impl AsRef<OsStr>, impl AsRef<OsStr>)>) -> Self {
        self.command.envs(all);
        self
    }

    /// Runs it somewhere else than in the repository's root.
    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Gives it longer than other programs.
    pub fn hours(mut self, hours: u64) -> Self {
        self.limit = Duration::from_secs(hours * 60 * 60);
        self
    }

    /// Runs it to its end. Only a program that can't be started is an error here.
    pub fn run(mut self) -> Result<Finished> {
        let (log, copy) = create_log(&self.log)?;
        self.command.stdin(Stdio::null()).stdout(log).stderr(copy);
        let mut running = Guarded::spawn(&mut self.command)?;
        let heartbeat = Heartbeat::start()?;
        let success = loop {
            let ended = running.child().wait_timeout(LOG_INTERVAL);
            if let Some(status) = ended.context("a child process can't be waited for")? {
                break status.success();
            }
            if heartbeat.elapsed() > self.limit {
                eprintln!("       stopped after {}", duration(self.limit));
                break false;
            }
            heartbeat.beat();
        };
        heartbeat.stop();
        drop(running);
        let written = fs::read(&self.log)?;
        let text = strip_ansi_codes(&String::from_utf8_lossy(&written)).into_owned();
        Ok(Finished { success, text, log: self.log })
    }

    /// Runs it and takes a failure for an error, told as `failure`, with the end of the log printed before.
    pub fn must(self, failure: &str) -> Result<Finished> {
        let finished = self.run()?;
        if !finished.success {
            finished.show_tail();
            bail!("{failure}; the log is {}", finished.log());
        }
        Ok(finished)
    }
}

impl Finished {
    /// The log's path.
    pub fn log(&self) -> String {
        workspace::shown(&self.log)
    }

    /// Prints the log's path and its last lines.
    pub fn show_tail(&self) {
        // Without cargo's messages to programs.
        let lines: Vec<&str> = self.text.lines().filter(|line| !line.starts_with("{\"reason\":")).collect();
        self.show("the end of", lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default());
    }

    /// Prints what the log says of the tests that failed, or its last lines where it says nothing of any.
    pub fn show_failures(&self) {
        let failures = failures(&self.text);
        if failures.is_empty() {
            return self.show_tail();
        }
        self.show("of", failures.get(..FAILURE_LINES).unwrap_or(&failures));
    }

    fn show(&self, what: &str, lines: &[&str]) {
        eprintln!("       {what} {}:", self.log());
        for line in lines {
            eprintln!("       | {line}");
        }
    }
}

/// The lines on tests that failed: in Rust's reports between `failures:` and the result, in TAP from `not ok` to the
/// end of its details.
fn failures(text: &str) -> Vec<&str> {
    let mut end: Option<&str> = None;
    let told = text.lines().filter(|line| {
        if end.is_none() && *line == "failures:" {
            end = Some("test result:");
        } else if end.is_none() && line.trim_start().starts_with("not ok ") {
            end = Some("...");
        }
        let tells = end.is_some();
        if end.is_some_and(|end| line.trim_start().starts_with(end)) {
            end = None;
        }
        tells
    });
    told.collect()
}

/// A command in the repository's root with this project's `PATH` and without what `cargo run` told this process about
/// the crate `xtask`, which would make cargo think that other crates' build scripts have to run again.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root()).env("PATH", workspace::search_path());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    command
}

/// What a quick program prints on stdout; `None` when it's missing or fails.
pub fn output_of<'a>(program: impl AsRef<OsStr>, args: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let output = command(program).args(args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// An empty log file, twice: for stdout and stderr.
pub fn create_log(path: &Path) -> Result<(File, File)> {
    let folder = path.parent().unwrap_or(workspace::root());
    fs::create_dir_all(folder).with_context(|| format!("{} can't be created", workspace::shown(folder)))?;
    let log = File::create(path).with_context(|| format!("{} can't be written", workspace::shown(path)))?;
    let copy = log.try_clone()?;
    Ok((log, copy))
}

#[cfg(test)]
mod tests {
    use super::failures;

    #[test]
    fn of_a_long_log_the_failures_are_found() {
        let rust = "running 2 tests\ntest a ... ok\ntest b ... FAILED\n\nfailures:\n\n---- b stdout ----\nred\n\n\
                    failures:\n    b\n\ntest result: FAILED. 1 passed; 1 failed\n\nrunning 1 test\ntest c ... ok\n";
        let shown = failures(rust).join("\n");
        assert!(
            shown.starts_with("failures:\n\n---- b stdout ----\nred\n") && shown.ends_with("1 failed"),
            "{shown}"
        );
        let tap =
            "ok 1 - x\n  ---\n  ...\nnot ok 2 - y\n  ---\n  error: red\n  ...\nok 3 - z\n  ---\n  ...\n";
        assert_eq!(failures(tap), ["not ok 2 - y", "  ---", "  error: red", "  ..."]);
        assert_eq!(failures("test result: ok. 1 passed"), [] as [&str; 0]);
    }
}
