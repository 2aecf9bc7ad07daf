//! The `WebDriver` server of a browser, as a child process on a port of its own.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use anyhow::{Result, bail};
use serde_json::Value;

use crate::display::Display;
use crate::engine::Engine;
use crate::leash::Leash;
use crate::wait::until;

/// A running driver; ends with this value, and with it the browser.
pub struct Driver {
    // The display is the last to go: a browser that outlived its driver ends with it.
    child: Leash,
    _display: Option<Display>,
    port: u16,
}

impl Driver {
    /// Starts it and waits until it takes sessions.
    pub async fn start(engine: Engine) -> Result<Self> {
        let port = free_port()?;
        let mut command = Leash::command(engine.driver());
        command.args(engine.driver_arguments(port)).envs(engine.environment().iter().copied());
        let display = engine.shows_windows().then(Display::start).transpose()?;
        if let Some(display) = &display {
            command.env("DISPLAY", display.name());
        }
        let mut driver = Self { child: Leash::spawn(&mut command)?, _display: display, port };
        until("the driver is ready", async || driver.is_ready(engine).await).await?;
        Ok(driver)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    async fn is_ready(&mut self, engine: Engine) -> Result<bool> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} could not be started, or ended at once: {status}", engine.driver().display());
        }
        let Ok(reply) = reqwest::get(format!("{}status", self.url())).await else { return Ok(false) };
        Ok(reply.json::<Value>().await?["value"]["ready"] == true)
    }
}

/// One that was free just now: the drivers can't all tell which they chose themselves.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
