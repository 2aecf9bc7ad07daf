//! A child process that ends with the test, whatever ends the test.
//!
//! A shell watches over it, with a pipe from the test for its input. A test that is killed can't clean up, but its end
//! of the pipe is closed for it, and that the shell sees.

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How long the child may take to end itself, and a browser with it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs its arguments as a program, sends that the signals which it reads, and `TERM` when there is no more to read. What
/// the program leaves behind, as some drivers their browser, is in the same process group and told to end after it; so is
/// the loop that reads.
const SHELL: &str = r#"
    exec 3<&0
    "$@" 3<&- &
    child=$!
    {
        while read -r signal; do kill -s "$signal" "$child"; done
        kill -s TERM "$child"
    } <&3 3<&- &
    exec 3<&-
    wait "$child"
    status=$?
    trap '' TERM
    kill -s TERM 0
    exit "$status"
"#;

/// A running child; asked to end when this value goes, then made to.
pub(crate) struct Leash {
    shell: Child,
}

impl Leash {
    /// A command that [`Leash::spawn`] takes.
    pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", SHELL, "sh"]).arg(program).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Starts it.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let shell = command.stdin(Stdio::piped()).spawn().context("no shell could be started")?;
        Ok(Self { shell })
    }

    /// What the child prints, when the command has a pipe for that.
    pub(crate) fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.shell.stdout.take()
    }

    /// How the child ended, if it has.
    pub(crate) fn try_wait(&mut self) -> Result<Option<ExitStatus>> {
        self.shell.try_wait().context("a child can't be waited for")
    }

    /// Sends the child a signal; returns whether it ended in time.
    fn ends_by(&mut self, signal: &str) -> bool {
        // There is nobody to write to once it has ended.
        let _ = self.shell.stdin.as_mut().map(|pipe| writeln!(pipe, "{signal}"));
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if !matches!(self.shell.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        // Asked to, drivers clean up; killed, they leave their browsers' files behind.
        let _ = self.ends_by("TERM") || self.ends_by("KILL");
    }
}
