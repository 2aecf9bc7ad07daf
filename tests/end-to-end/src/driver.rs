//! The `WebDriver` server of a browser, as a child process on a port of its own.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::engine::Engine;
use crate::wait::until;

/// How long the driver may take to end itself and its browser.
const PATIENCE: Duration = Duration::from_secs(5);

/// A running driver; ends with this value, and with it the browser.
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts it and waits until it takes sessions.
    pub async fn start(engine: Engine) -> Result<Self> {
        let program = engine.driver();
        let port = free_port()?;
        let child = Command::new(&program)
            .args(engine.driver_arguments(port))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} could not be started", program.display()))?;
        let mut driver = Self { child, port };
        until("the driver is ready", async || driver.is_ready().await).await?;
        Ok(driver)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    async fn is_ready(&mut self) -> Result<bool> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the driver ended at once: {status}");
        }
        let Ok(reply) = reqwest::get(format!("{}status", self.url())).await else { return Ok(false) };
        Ok(reply.json::<Value>().await?["value"]["ready"] == true)
    }

    fn has_ended(&mut self) -> bool {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to, drivers end their browsers too; killed, they leave them behind.
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if asked.is_ok_and(|status| status.success()) && self.has_ended() {
            return;
        }
        // Fails where it has ended meanwhile.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One that was free just now: the drivers can't all tell which they chose themselves.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
