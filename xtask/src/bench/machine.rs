//! Where and when it was measured.

use crate::job::output_of;

/// The machine in one line: what kind, not which one.
pub fn description() -> String {
    told("`${os.cpus()[0].model}, ${os.cpus().length} cores, ${process.platform}`", "an unknown machine")
}

/// The day, as `2026-01-31`.
pub fn today() -> String {
    told("new Date().toISOString().slice(0, 10)", "an unknown day")
}

fn told(script: &str, otherwise: &str) -> String {
    output_of("node", ["-p", script]).unwrap_or_else(|| otherwise.to_owned())
}
