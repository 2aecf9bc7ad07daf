//! The simulator of the vendors, as a process of its own for the tests and the demo page.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::interrupt::Guarded;
use crate::job::{Job, command, create_log};
use crate::server::{self, answers};
use crate::workspace;

const DEFAULT_PORT: u16 = 7400;

/// The page, four vendors and the stranger: each has its port.
pub const SERVERS: u16 = 6;

/// The ports of a run: the suite's simulator, one for `cargo xtask matrix`, a project's own server, and Django.
const PORTS: u16 = 2 * SERVERS + 2;

/// How long it may take to open its ports.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the simulator's own lines go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// To the terminal.
    Shown,
    /// To `target/xtask/simulator-{port}.log`.
    Logged,
}

/// A running simulator; it's ended when this value goes.
pub struct Simulator {
    process: Guarded,
    port: u16,
}

/// The first of the simulator's ports: `HALLPASS_PORT` or 7400.
pub fn default_port() -> Result<u16> {
    match env::var("HALLPASS_PORT") {
        Ok(text) => parse_port(&text).context("HALLPASS_PORT is wrong"),
        Err(_) => Ok(DEFAULT_PORT),
    }
}

/// A port with room after it for all that a run may start.
pub fn parse_port(text: &str) -> Result<u16> {
    let port = text.parse::<u16>().ok().filter(|port| (1..=u16::MAX - PORTS).contains(port));
    port.with_context(|| format!("`{text}` is no port number with room for {PORTS} servers"))
}

/// Compiles it; returns the program's path.
pub fn build() -> Result<PathBuf> {
    let built = Job::new("cargo", "simulator-build")
        .args(["build", "--package", "hallpass-simulator", "--message-format", "json-render-diagnostics"])
        .must("the simulator could not be compiled")?;
    let mut messages = built.text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = messages.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.context("cargo built the simulator without saying where")
}

/// Starts the program that [`build`] built, with the pages in a folder, and waits until all its servers answer.
pub fn start(program: &Path, www: &Path, port: u16, output: Output) -> Result<Simulator> {
    if let Some(taken) = (port..port + SERVERS).find(|port| answers(*port)) {
        bail!(
            "port {taken} is taken by another program: set HALLPASS_PORT to move all of the simulator's ports"
        );
    }
    let mut command = command(program.as_os_str());
    command
        .arg("--www")
        .arg(www)
        .args(["--pkg", "pkg", "--contract", "tests/contract", "--port", &port.to_string()])
        .stdin(Stdio::null());
    if output == Output::Logged {
        let (log, copy) = create_log(&log_of(port))?;
        command.stdout(log).stderr(copy);
    }
    let mut simulator = Simulator { process: Guarded::spawn(&mut command)?, port };
    simulator.wait_for_servers()?;
    Ok(simulator)
}

impl Simulator {
    /// The first of its ports.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it ends by itself, which it shouldn't.
    pub fn wait(&mut self) -> Result<()> {
        let status = self.process.child().wait().context("the simulator can't be waited for")?;
        bail!("the simulator ended by itself ({status})")
    }

    fn wait_for_servers(&mut self) -> Result<()> {
        let ports = self.port..self.port + SERVERS;
        let who = format!("the simulator (its log: {})", workspace::shown(&log_of(self.port)));
        server::wait(&who, &mut self.process, PATIENCE, || ports.clone().all(answers))
    }
}

/// Where it writes when nobody watches.
fn log_of(port: u16) -> PathBuf {
    workspace::inside(&format!("target/xtask/simulator-{port}.log"))
}

#[cfg(test)]
mod tests {
    use super::parse_port;

    #[test]
    fn a_port_needs_room_after_it() {
        assert_eq!(parse_port("7400").unwrap(), 7400);
        for wrong in ["", "0", "x", "65535", "70000", "-1"] {
            assert!(parse_port(wrong).is_err(), "{wrong}");
        }
    }
}
