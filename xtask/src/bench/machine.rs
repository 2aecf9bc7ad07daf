//! Where and when it was measured.

use std::env::consts;
use std::fs;
use std::thread;

use crate::job::output_of;

/// The machine in one line: what kind, not which one.
pub fn description() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let cpu = cpu.unwrap_or_else(|| consts::ARCH.to_owned());
    format!("{cpu}, {cores} cores, {}", consts::OS)
}

/// The day, as `2026-01-31`.
pub fn today() -> String {
    output_of("node", ["-p", "new Date().toISOString().slice(0, 10)"])
        .unwrap_or_else(|| "an unknown day".to_owned())
}
