//! `cargo xtask demo`: the demo page with the simulated vendors behind it, until Ctrl-C.

use anyhow::{Context, Result, bail};

use crate::package;
use crate::progress::Progress;
use crate::simulator::{self, Output};
use crate::workspace;

/// The steps of [`run`].
pub const STEPS: usize = 3;

/// The port asked for with `--port`, or the usual one.
pub fn port(options: &[&str]) -> Result<u16> {
    match options {
        [] => simulator::default_port(),
        ["--port", port] => simulator::parse_port(port).context("--port is wrong"),
        _ => bail!("`cargo xtask demo` takes nothing but `--port <number>`"),
    }
}

/// Builds what isn't built and serves the page; ends only with an error.
pub fn run(progress: &mut Progress, port: u16) -> Result<()> {
    package::build_if_stale(progress)?;
    let program = progress.step("Compiling the simulator of the vendors", simulator::build)?;
    let mut running = progress.step("Starting the simulator", || {
        simulator::start(&program, &workspace::inside("www"), port, Output::Shown)
    })?;
    println!("\nThe demo page: http://localhost:{}/ (Ctrl-C ends it)\n", running.port());
    running.wait()
}
