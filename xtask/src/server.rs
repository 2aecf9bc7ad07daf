//! Programs of this workspace, and servers that run beside a command.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::interrupt::Guarded;
use crate::job::{Job, create_log};
use crate::workspace;

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a server may take to answer; some build first.
const PATIENCE: Duration = Duration::from_secs(300);

/// Compiles a package of the workspace under a profile; returns the path of its program.
pub fn compile(package: &str, profile: &str) -> Result<PathBuf> {
    let built = Job::new("cargo", &format!("{package}-build"))
        .args(["build", "--profile", profile, "--package", package])
        .args(["--message-format", "json-render-diagnostics"])
        .must(&format!("{package} could not be compiled"))?;
    let mut messages = built.text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = messages.find_map(|message| message["executable"].as_str().map(PathBuf::from));
    program.with_context(|| format!("cargo built {package} without saying where"))
}

/// Whether something listens on a port of this machine.
pub fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}

/// Fails where another program listens on a port that a server is to have.
pub fn must_be_free(port: u16) -> Result<()> {
    if answers(port) {
        bail!("port {port} is taken by another program: set HALLPASS_PORT to move all ports");
    }
    Ok(())
}

/// Starts a server and waits until it is there; it is ended when what is returned goes. `who`: what it's called where it isn't.
/// `log`: what it writes goes to `target/xtask/{log}.log`; to the terminal without.
pub fn start(
    who: &str,
    command: &mut Command,
    log: Option<&str>,
    is_there: impl Fn() -> bool,
) -> Result<Guarded> {
    let mut who = who.to_owned();
    if let Some(log) = log {
        let path = workspace::inside(&format!("target/xtask/{log}.log"));
        let (output, copy) = create_log(&path)?;
        command.stdout(output).stderr(copy);
        who = format!("{who} (its log: {})", workspace::shown(&path));
    }
    let mut server = Guarded::spawn(command.stdin(Stdio::null()))?;
    let started = Instant::now();
    while !is_there() {
        if let Some(status) = server.child().try_wait()? {
            bail!("{who} ended before it answered ({status})");
        }
        if started.elapsed() > PATIENCE {
            bail!("{who} did not answer within {} s", PATIENCE.as_secs());
        }
        thread::sleep(PAUSE);
    }
    Ok(server)
}
