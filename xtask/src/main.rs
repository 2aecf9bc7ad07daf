//! The project's own commands; `cargo xtask help` lists them. Each installs what it lacks and says so.

mod apt;
mod audit;
mod bench;
mod browsers;
mod bundle;
mod counts;
mod demo;
mod directus;
mod django;
mod file_sizes;
mod files;
mod glue;
mod guide;
mod interrupt;
mod job;
mod known_faults;
mod licences;
mod manifest;
mod markdown;
mod matrix;
mod mutants;
mod npm;
mod package;
mod progress;
mod reference;
mod release;
mod reproduction;
mod root_package;
mod server;
mod signer;
mod simulator;
mod size;
mod steps;
mod suite;
mod summary;
mod tools;
mod workspace;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::progress::Progress;
use crate::steps::Step;
use crate::tools::Install;

const HELP: &str = "\
The project's own commands. Each installs what it lacks; only rustup, Node.js 20 or newer, npm and gzip must be there.

  cargo xtask build                 the npm package, in pkg/
  cargo xtask demo [--port <n>]     the demo page, with simulated vendors behind it
  cargo xtask test [<part> …]       all checks and tests; or only native, browser, e2e, types, node, package, matrix
  cargo xtask matrix [<name>]       the packed package in all small projects, built in many ways; writes the README's table.
                                    Or only in those whose names have this in them, such as Nuxt
  cargo xtask directus              the guide's recipe for Directus against the real server, which npm brings
  cargo xtask bench [--quick] [--only <item>] [--beside <folder>]
                                    hallpass beside its peers, measured in a browser; writes docs/benchmarks.md;
                                    --beside: the folder of another built package, measured as one more of them
  cargo xtask size                  what the package weighs, against its budget
  cargo xtask mutants [<files>]     faults put into the rules and the order: how many the native tests catch; two hours
  cargo xtask mutants --known [<part of a name>]
                                    faults that somebody has thought of: which requirement the stories find each by; ten minutes
  cargo xtask check                 the quick checks: format, clippy, documentation, licences, advisories
  cargo xtask release               what is still missing before this version can be published; publishes nothing
  cargo xtask help                  this text

Environment:
  HALLPASS_PORT   first of fourteen ports that may be used; 7400 when not set
  CI              when set, a missing browser fails `test` instead of being skipped

Logs of the tools are in target/xtask, the tools themselves in target/tools and xtask/node_modules.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match interrupt::listen().and_then(|()| dispatch(&arguments)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("cargo xtask: {failure:#}.");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result<ExitCode> {
    match arguments {
        ["build"] => build()?,
        ["demo", options @ ..] => demo(options)?,
        ["size"] => size()?,
        ["test", parts @ ..] => return test(&steps::named(parts)?, parts.is_empty()),
        ["bench", options @ ..] => bench(&bench::Options::read(options)?)?,
        ["release"] => release::check()?,
        ["directus"] => directus()?,
        ["mutants"] => mutants(None)?,
        ["mutants", "--known"] => known_faults("")?,
        ["mutants", "--known", part] => known_faults(part)?,
        ["mutants", files] => mutants(Some(files))?,
        ["matrix"] => return test(&steps::matrix(None), false),
        ["matrix", name] => return test(&steps::matrix(Some(name)), false),
        ["check"] => return test(&steps::quick(), false),
        [] | ["help" | "--help" | "-h"] => print!("{HELP}"),
        [command @ ("build" | "check" | "directus" | "release" | "size"), option, ..] => {
            bail!("`cargo xtask {command}` has no option `{option}`")
        }
        [other, ..] => bail!("there is no command `{other}`; `cargo xtask help` lists them"),
    }
    Ok(ExitCode::SUCCESS)
}

fn build() -> Result<()> {
    let mut progress = prepared(package::needs()?, 1)?;
    progress.step("Building the npm package in pkg/", package::build)?;
    package::list()
}

fn demo(options: &[&str]) -> Result<()> {
    let port = demo::port(options)?;
    demo::run(&mut prepared(package::needs()?, demo::STEPS)?, port)
}

fn directus() -> Result<()> {
    let mut progress = prepared(directus::needs()?, 1 + directus::STEPS)?;
    package::build_if_stale(&mut progress)?;
    directus::run(&mut progress, simulator::default_port()?)
}

fn bench(options: &bench::Options) -> Result<()> {
    bench::run(&mut prepared(bench::needs()?, bench::STEPS)?, options)
}

fn size() -> Result<()> {
    let mut progress = prepared(package::needs()?, 2)?;
    package::build_if_stale(&mut progress)?;
    let report = progress.step("Bundling with esbuild and measuring", size::measure)?;
    print!("{}", report.table());
    report.check()
}

fn mutants(files: Option<&str>) -> Result<()> {
    let mut progress = prepared(mutants::needs()?, 1)?;
    let score =
        progress.step("Trying faults in the rules and the order, one by one", || mutants::run(files))?;
    print!("{}", score.table());
    score.check()
}

fn known_faults(part: &str) -> Result<()> {
    known_faults::run(&mut prepared(Vec::new(), known_faults::count(part))?, part)
}

fn test(steps: &[Step], afresh: bool) -> Result<ExitCode> {
    let rows = suite::run(steps, afresh)?;
    println!("\n{}", summary::table(&rows).trim_end());
    Ok(if summary::total(&rows).failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Does the installations and counts them among the steps of the command.
fn prepared(installs: Vec<Install>, steps: usize) -> Result<Progress> {
    let mut progress = Progress::new(installs.len() + steps);
    for install in installs {
        install.run(&mut progress)?;
    }
    Ok(progress)
}
