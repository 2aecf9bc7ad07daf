//! What a person or a CI log sees while the commands run: numbered steps with their times, and signs of life.
//! All of it goes to stderr, so that stdout holds results only.

use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// How often a log that nobody watches live gets a line from a long step.
pub const LOG_INTERVAL: Duration = Duration::from_secs(30);

/// Counts the steps of one command: `[3/12] …`.
pub struct Progress {
    total: usize,
    current: usize,
}

impl Progress {
    /// A command of `total` steps.
    pub fn new(total: usize) -> Self {
        Self { total, current: 0 }
    }

    /// Announces a step and starts its clock.
    pub fn begin(&mut self, what: &str) -> Clock {
        self.current += 1;
        eprintln!("[{}/{}] {what}", self.current, self.total);
        Clock(Instant::now())
    }

    /// Announces a step, does it, and says how long it took.
    pub fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let clock = self.begin(what);
        let outcome = work();
        clock.end(if outcome.is_ok() { "done" } else { "failed" });
        outcome
    }
}

/// Runs while a step does.
pub struct Clock(Instant);

impl Clock {
    /// Says how it ended, and returns how long it took.
    pub fn end(self, verdict: &str) -> Duration {
        let time = self.0.elapsed();
        eprintln!("       {verdict}, {}", duration(time));
        time
    }
}

/// A sign of life from one long job: a spinner on a terminal, a line each half minute in a log.
pub struct Heartbeat(ProgressBar);

impl Heartbeat {
    /// Starts the clock.
    pub fn start() -> Result<Self> {
        let style = ProgressStyle::with_template("       {spinner} {elapsed}")?;
        let spinner = ProgressBar::new_spinner().with_style(style);
        spinner.enable_steady_tick(Duration::from_millis(100));
        Ok(Self(spinner))
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// To be called each [`LOG_INTERVAL`].
    pub fn beat(&self) {
        if self.0.is_hidden() {
            eprintln!("       still at it, {}", duration(self.elapsed()));
        }
    }

    /// Wipes the spinner.
    pub fn stop(self) {
        self.0.finish_and_clear();
    }
}

/// A duration as people say it: tenths below ten seconds, then whole seconds.
pub fn duration(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} s", time.as_secs())
    }
}
