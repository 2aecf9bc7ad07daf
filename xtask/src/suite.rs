//! `cargo xtask test` and `check`: runs steps one after another. A step that fails stops only those that need it.

use std::panic::resume_unwind;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::audit;
use crate::browsers::{self, Engine};
use crate::counts::Counts;
use crate::django;
use crate::guide;
use crate::interrupt::Guarded;
use crate::job::{Finished, Job};
use crate::matrix;
use crate::package;
use crate::progress::{Clock, Progress};
use crate::reference;
use crate::reproduction;
use crate::root_package;
use crate::simulator::{self, Output, Simulator};
use crate::size;
use crate::steps::{Step, node_test_files, type_projects};
use crate::summary::Row;
use crate::tools::{self, Tool};
use crate::workspace;

/// How long one test binary may take in a browser, in seconds; wasm-bindgen's own limit is 20.
const BROWSER_LIMIT: &str = "1800";

/// A step's counts, and a note where there is something to say.
type Outcome = (Counts, String);

/// A run under way.
struct Suite {
    progress: Progress,
    port: u16,
    /// Whether `pkg/` is built anew even when nothing changed.
    afresh: bool,
    /// Held so that it runs as long as the suite.
    simulator: Option<Simulator>,
    /// Held so that it runs as long as the suite, too.
    django: Option<Guarded>,
    rows: Vec<Row>,
    failed: Vec<Step>,
}

/// Installs what `steps` need, runs them and returns the summary's rows.
pub fn run(steps: &[Step], afresh: bool) -> Result<Vec<Row>> {
    let mut needed: Vec<Tool> = Vec::new();
    for tool in steps.iter().flat_map(|step| step.tools()) {
        if !needed.contains(tool) {
            needed.push(*tool);
        }
    }
    let installs = tools::missing(&needed)?;
    let engines: Vec<Engine> = Engine::ALL
        .into_iter()
        .filter(|engine| steps.iter().any(|step| step.engines().contains(engine)))
        .collect();
    let mut optional = browsers::missing(&engines);
    optional.extend(steps.contains(&Step::Django).then(django::missing).flatten());
    let mut progress = Progress::new(installs.len() + optional.len() + steps.len());
    for install in installs {
        install.run(&mut progress)?;
    }
    for install in optional {
        // Without it its steps are reported as skipped, or as failed in CI; the others can still run.
        if let Err(failure) = install.run(&mut progress) {
            eprintln!("       {failure:#}");
        }
    }
    let port = simulator::default_port()?;
    let mut suite =
        Suite { progress, port, afresh, simulator: None, django: None, rows: Vec::new(), failed: Vec::new() };
    for group in steps.chunk_by(|step, next| step.runs_beside(*next)) {
        suite.take(group);
    }
    Ok(suite.rows)
}

impl Suite {
    /// Runs the steps of a group that can run, all at once, and keeps their rows.
    fn take(&mut self, group: &[Step]) {
        let mut begun = Vec::new();
        for step in group {
            let name = step.name();
            if let Some((counts, note)) = self.obstacle(*step) {
                self.progress.begin(&name).end(&note);
                self.keep(*step, counts, None, note);
            } else {
                begun.push((*step, self.progress.begin(&name)));
            }
        }
        let ended = match begun.len() {
            0 | 1 => begun.into_iter().map(|(step, clock)| end(step, clock, self.perform(step))).collect(),
            _ => self.perform_together(begun),
        };
        for (step, (counts, note), time) in ended {
            self.keep(step, counts, Some(time), note);
        }
    }

    fn perform_together(&self, begun: Vec<(Step, Clock)>) -> Vec<(Step, Outcome, Duration)> {
        thread::scope(|scope| {
            let run = |(step, clock)| scope.spawn(move || end(step, clock, self.perform_beside(step)));
            let runs: Vec<_> = begun.into_iter().map(run).collect();
            runs.into_iter().map(|run| run.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }

    fn keep(&mut self, step: Step, counts: Counts, time: Option<Duration>, note: String) {
        if counts.failed > 0 {
            self.failed.push(step);
        }
        self.rows.push(Row { name: step.name(), counts, time, note });
    }

    /// Why a step can't run.
    fn obstacle(&self, step: Step) -> Option<Outcome> {
        if let Some(need) = step.needs().iter().find(|need| self.failed.contains(need)) {
            return Some((Counts::SKIPPED, format!("not run, since {} failed", need.name())));
        }
        let missing = match step {
            Step::Django => django::obstacle(),
            _ => step.engines().into_iter().find_map(|engine| engine.driver().err()),
        }?;
        Some((if workspace::in_ci() { Counts::FAILED } else { Counts::SKIPPED }, missing))
    }

    fn perform(&mut self, step: Step) -> Result<Outcome> {
        match step {
            Step::Format => cargo("format", &["fmt", "--all", "--check"]).run().map(|run| check(&run)),
            Step::Clippy => {
                let args = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
                cargo("clippy", &args).run().map(|run| check(&run))
            }
            Step::ClippyWasm => {
                let args =
                    ["clippy", "--all-targets", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
                cargo("clippy-wasm", &args).run().map(|run| check(&run))
            }
            Step::Native => {
                let args = ["test", "--workspace", "--exclude", "hallpass-end-to-end", "--no-fail-fast"];
                cargo("native-tests", &args).run().map(|run| rust_tests(&run))
            }
            Step::Build => self.build(),
            Step::Package => package_linters(),
            Step::Reproducible => reproduction::check().map(|()| (Counts::PASSED, String::new())),
            Step::Audit => audit::run(),
            Step::Size => {
                let report = size::measure()?;
                eprint!("{}", report.table());
                report.check().map(|()| (Counts::PASSED, String::new()))
            }
            Step::Types => types(),
            Step::Docs => {
                let job = cargo("documentation", &["doc", "--no-deps"]);
                job.env("RUSTDOCFLAGS", "-D warnings").run().map(|run| check(&run))
            }
            Step::Guide => {
                reference::check()?;
                all([guide::links(), guide::code()?])
            }
            Step::Simulator => {
                self.simulator = Some(simulator::start(
                    &simulator::build()?,
                    &workspace::inside("www"),
                    self.port,
                    Output::Logged,
                )?);
                Ok((Counts::PASSED, String::new()))
            }
            Step::Django => {
                self.django = Some(django::start(self.port)?);
                Ok((Counts::PASSED, String::new()))
            }
            Step::Node | Step::Browser(_) | Step::EndToEnd(_) => self.perform_beside(step),
            Step::RootPackage => root_package::check(self.port).map(|counts| (counts, String::new())),
            Step::Matrix(reach) => matrix::run(self.port, reach).map(|counts| (counts, String::new())),
        }
    }

    /// The same of a step that others may run beside.
    fn perform_beside(&self, step: Step) -> Result<Outcome> {
        match step {
            Step::Node => self.node_tests(),
            Step::Browser(engine) => self.browser_tests(engine),
            Step::EndToEnd(engine) => self.end_to_end_tests(engine),
            _ => bail!("{} runs by itself", step.name()),
        }
    }

    fn node_tests(&self) -> Result<Outcome> {
        // Two files at once: the contract waits for most of its time, and the others for some of theirs.
        let job = Job::new("node", "node-tests")
            .args(["--test", "--test-reporter=tap", "--test-concurrency=2"])
            .args(node_test_files()?);
        self.with_port(job).run().map(|run| tests(&run, Counts::of_tap(&run.text)))
    }

    fn browser_tests(&self, engine: Engine) -> Result<Outcome> {
        let [browser_option, driver_option] = engine.options_of_wasm_pack();
        let driver = engine.driver().map_err(anyhow::Error::msg)?;
        let job = Job::new("wasm-pack", &format!("browser-tests-{}", engine.name()))
            .args(["test", "--headless", "--mode", "no-install", browser_option, driver_option])
            .args([driver])
            .env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_LIMIT);
        self.with_port(job).run().map(|run| rust_tests(&run))
    }

    fn end_to_end_tests(&self, engine: Engine) -> Result<Outcome> {
        let log = format!("end-to-end-tests-{}", engine.name());
        let mut job = cargo(&log, &["test", "--package", "hallpass-end-to-end", "--no-fail-fast"])
            .envs(engine.variables());
        if self.django.is_some() {
            job = job.args(["--", "--include-ignored"]);
        }
        self.with_port(job).run().map(|run| rust_tests(&run))
    }

    fn build(&self) -> Result<Outcome> {
        if self.afresh || !package::is_fresh() {
            package::build()?;
        }
        Ok((Counts::PASSED, String::new()))
    }

    fn with_port(&self, job: Job) -> Job {
        job.env("HALLPASS_PORT", self.port.to_string())
    }
}

/// Says how a step went; gives back its counts and its time.
fn end(step: Step, clock: Clock, outcome: Result<Outcome>) -> (Step, Outcome, Duration) {
    let (counts, note) = outcome.unwrap_or_else(|failure| {
        eprintln!("       {failure:#}");
        (Counts::FAILED, String::new())
    });
    let Counts { passed, failed, skipped } = counts;
    let verdict = format!("{}: {passed} passed, {failed} failed, {skipped} skipped", step.name());
    (step, (counts, note), clock.end(&verdict))
}

fn cargo(log: &str, args: &[&str]) -> Job {
    Job::new("cargo", log).args(args)
}

/// publint and are-the-types-wrong, on what would be published. Nothing is asked of the .wasm's types: it has none.
fn package_linters() -> Result<Outcome> {
    let publint = Job::new("publint", "publint").args(["--strict", "pkg"]);
    let attw = ["--pack", "pkg", "--profile", "esm-only", "--exclude-entrypoints", "hallpass.wasm"];
    all([publint, Job::new("attw", "are-the-types-wrong").args(attw)])
}

/// Programs that are each right or wrong as a whole; the note is that of one that was wrong.
fn all(jobs: impl IntoIterator<Item = Job>) -> Result<Outcome> {
    let mut total = Counts::default();
    let mut failed = String::new();
    for job in jobs {
        let (counts, note) = check(&job.run()?);
        total += counts;
        if counts.failed > 0 {
            failed = note;
        }
    }
    Ok((total, failed))
}

/// The shell's own types, then the tests of the published ones, compiled as each kind of project would, and what editors show of them.
fn types() -> Result<Outcome> {
    let compile = |project| Job::new("tsc", "types").args(["--noEmit", "-p"]).args([project]);
    let shell = workspace::inside("src/shell/tsconfig.json");
    let editor = Job::new("node", "types-in-editors").args(["--test", "tests/types/hover.test.mjs"]);
    all([shell].into_iter().chain(type_projects()?).map(compile).chain([editor]))
}

/// A program that is right or wrong as a whole.
fn check(run: &Finished) -> Outcome {
    if run.success {
        return (Counts::PASSED, String::new());
    }
    run.show_tail();
    (Counts::FAILED, run.log())
}

fn rust_tests(run: &Finished) -> Outcome {
    tests(run, Counts::of_rust(&run.text))
}

fn tests(run: &Finished, counts: Counts) -> Outcome {
    let (counts, note) = counts.weighed(run.success);
    if counts.failed == 0 {
        return (counts, String::new());
    }
    run.show_failures();
    (counts, [note, &run.log()].join(" ").trim().to_owned())
}
