//! `wasm-pack build` at the repository's root, with nothing else run: what comes of it signs in.

use anyhow::Result;

use crate::counts::Counts;
use crate::job::Job;
use crate::workspace;

/// The targets of wasm-pack's that are tried.
const TARGETS: [&str; 2] = ["web", "bundler"];

/// Builds a package for each target, and signs in with it in Node, at the simulator of a port.
pub fn check(port: u16) -> Result<Counts> {
    let mut counts = Counts::default();
    for target in TARGETS {
        let folder = workspace::inside("target/xtask/root-package").join(target);
        Job::new("wasm-pack", &format!("root-package-{target}"))
            .args(["build", "--mode", "no-install", "--target", target, "--out-dir"])
            .args([&folder])
            .must("wasm-pack could not build a package at the root")?;
        // Newer versions of Node load WebAssembly as a module without being asked to.
        let run = Job::new("node", &format!("root-package-{target}-signs-in"))
            .args(["--experimental-wasm-modules", "tests/root-package/sign-in.mjs"])
            .args([folder.as_os_str()])
            .args([port.to_string()])
            .run()?;
        if !run.success {
            run.show_tail();
        }
        counts += if run.success { Counts::PASSED } else { Counts::FAILED };
    }
    Ok(counts)
}
