//! The simulator of the vendors, as a process of its own for the tests and the demo page.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::interrupt::Guarded;
use crate::job::command;
use crate::server::{self, answers};

const DEFAULT_PORT: u16 = 7400;

/// The page, four vendors and the stranger: each has its port.
pub const SERVERS: u16 = 6;

/// The ports of a run: the suite's simulator, one for `cargo xtask matrix`, a project's own server, and Django.
const PORTS: u16 = 2 * SERVERS + 2;

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
    server::compile("hallpass-simulator", "dev")
}

/// Starts the program that [`build`] built, with the pages in a folder, and waits until all its servers answer.
pub fn start(program: &Path, www: &Path, port: u16, output: Output) -> Result<Simulator> {
    let ports = port..port + SERVERS;
    ports.clone().try_for_each(server::must_be_free)?;
    let mut command = command(program.as_os_str());
    command.arg("--www").arg(www).args(["--pkg", "pkg", "--contract", "tests/contract"]);
    command.args(["--port", &port.to_string()]);
    let log = format!("simulator-{port}");
    let log = (output == Output::Logged).then_some(log.as_str());
    let process = server::start("the simulator", &mut command, log, || ports.clone().all(answers))?;
    Ok(Simulator { process, port })
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
