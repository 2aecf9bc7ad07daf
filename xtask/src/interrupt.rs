//! No process outlives this one: Ctrl-C, a `kill` or a closed terminal ends every process group started from here.
//!
//! Children get groups of their own because some (wasm-pack, cargo) start grandchildren (drivers, browsers) that a
//! signal to the child alone would leave behind.

use std::process::{self, Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use wait_timeout::ChildExt;

/// How long a child may take to end itself when asked to.
const PATIENCE: Duration = Duration::from_secs(5);

static GROUPS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn groups() -> MutexGuard<'static, Vec<u32>> {
    GROUPS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on an interrupt ends the registered groups, then this process.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        let groups = groups();
        groups.iter().for_each(|group| signal(*group, "TERM"));
        // Time to close browsers and ports in good order.
        thread::sleep(Duration::from_millis(500));
        groups.iter().for_each(|group| signal(*group, "KILL"));
        eprintln!("\nStopped.");
        process::exit(130);
    })
    .context("Ctrl-C can't be listened for")
}

/// A child process in its own group, ended with all its descendants when this value goes.
pub struct Guarded(Child);

impl Guarded {
    /// Starts `command`, in a process group of its own where the system has them.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        // Held over the spawn, so that an interrupt can't fall between the start and the registration.
        let mut groups = groups();
        let child = command
            .spawn()
            .with_context(|| format!("`{}` could not be started", command.get_program().to_string_lossy()))?;
        groups.push(child.id());
        Ok(Self(child))
    }

    /// The child, to wait for it.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let id = self.0.id();
        // The group is ended even when the child has left already: its descendants may not have.
        signal(id, "TERM");
        if !matches!(self.0.wait_timeout(PATIENCE), Ok(Some(_))) {
            signal(id, "KILL");
            let _ = self.0.wait();
        }
        groups().retain(|group| *group != id);
    }
}

/// Signals a process group. The shell's own `kill` is used, since small containers have no program of that name, and in
/// the one spelling that all shells know.
fn signal(group: u32, signal: &str) {
    let mut command = if cfg!(windows) {
        let mut command = Command::new("taskkill");
        command.args(["/T", "/F", "/PID", &group.to_string()]);
        command
    } else {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("kill -s {signal} -- -{group}")]);
        command
    };
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read;
    use std::time::Instant;

    use super::*;

    #[test]
    fn descendants_go_with_the_child() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sleep 30 & echo up; wait"]).stdout(Stdio::piped());
        let mut guarded = Guarded::spawn(&mut shell).unwrap();
        let mut output = guarded.child().stdout.take().unwrap();
        output.read_exact(&mut [0; 3]).unwrap();
        let started = Instant::now();
        drop(guarded);
        // The pipe ends when the last process that holds it, `sleep`, is gone.
        output.read_to_end(&mut Vec::new()).unwrap();
        assert!(started.elapsed() < Duration::from_secs(20), "the grandchild lived on");
    }
}
