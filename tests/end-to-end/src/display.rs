//! A display that nobody sees, for a browser that has no mode without windows.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::leash::Leash;

/// A running Xvfb; ends with this value, and with it whatever shows windows on it.
pub(crate) struct Display {
    name: String,
    _server: Leash,
}

impl Display {
    /// Starts one under a number that is free.
    pub(crate) fn start() -> Result<Self> {
        let mut command = Leash::command("Xvfb");
        // It prints its number when it takes windows.
        command.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
        let mut server = Leash::spawn(command.stdout(Stdio::piped()))?;
        let output = server.take_stdout().context("Xvfb has no output")?;
        let mut number = String::new();
        BufReader::new(output).read_line(&mut number)?;
        let number = number.trim();
        ensure!(!number.is_empty(), "Xvfb could not be started: is it on the PATH?");
        Ok(Self { name: format!(":{number}"), _server: server })
    }

    /// What `DISPLAY` is for programs that are to use it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}
