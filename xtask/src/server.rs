//! Waiting for a server that was started.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::interrupt::Guarded;

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(50);

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

/// Waits until a server is there. `who`: what it's called where it isn't.
pub fn wait(who: &str, server: &mut Guarded, patience: Duration, is_there: impl Fn() -> bool) -> Result<()> {
    let started = Instant::now();
    while !is_there() {
        if let Some(status) = server.child().try_wait()? {
            bail!("{who} ended before it answered ({status})");
        }
        if started.elapsed() > patience {
            bail!("{who} did not answer within {} s", patience.as_secs());
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}
