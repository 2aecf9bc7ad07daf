//! What the commands need beside cargo, found on the machine or installed into `target/tools`.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::job::{Job, output_of};
use crate::npm;
use crate::progress::Progress;
use crate::workspace;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
const WASM_PACK: &str = "0.15.1";
/// The newest that Rust 1.95 compiles.
const TRUNK: &str = "0.21.14";

/// A piece that a command may need.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Rust's standard library for WebAssembly.
    WasmTarget,
    /// `cargo fmt`.
    Rustfmt,
    /// `cargo clippy`.
    Clippy,
    /// Builds and tests the package.
    WasmPack,
    /// Writes the JavaScript glue; its version must equal the library's.
    WasmBindgen,
    /// Builds front ends in Rust, as many of their authors do.
    Trunk,
    /// wasm-opt, esbuild, the TypeScript compiler and linters of packages.
    Npm,
    /// Checks the licences of dependencies, and looks for known faults in them.
    CargoDeny,
    /// Puts faults into the code and sees whether tests notice.
    CargoMutants,
}

/// One installation to be done, told before it starts.
pub struct Install {
    what: String,
    why: &'static str,
    work: Box<dyn FnOnce() -> Result<()>>,
}

impl Install {
    /// `what` is named to the reader together with `why` it's needed.
    pub fn new(
        what: impl Into<String>,
        why: &'static str,
        work: impl FnOnce() -> Result<()> + 'static,
    ) -> Self {
        Self { what: what.into(), why, work: Box::new(work) }
    }

    /// Does it as one step of a command.
    pub fn run(self, progress: &mut Progress) -> Result<()> {
        progress.step(&format!("Installing {}: {}", self.what, self.why), self.work)
    }
}

/// The installations that are needed before `tools` can be used: none on a machine that has them all.
pub fn missing(tools: &[Tool]) -> Result<Vec<Install>> {
    let mut installs = Vec::new();
    for tool in tools {
        installs.extend(tool.missing()?);
    }
    Ok(installs)
}

impl Tool {
    fn missing(self) -> Result<Option<Install>> {
        Ok(match self {
            Self::WasmTarget => wasm_target(),
            Self::Rustfmt => component("rustfmt", "fmt", "it checks the format of the Rust code"),
            Self::Clippy => component("clippy", "clippy", "it checks the Rust code"),
            Self::WasmPack => {
                pinned("wasm-pack", "wasm-pack", WASM_PACK, "it builds and tests the WebAssembly package")
            }
            Self::WasmBindgen => pinned(
                "wasm-bindgen",
                "wasm-bindgen-cli",
                &locked_version("wasm-bindgen")?,
                "it writes the JavaScript around the WebAssembly, in the very version of the library",
            ),
            Self::Trunk => pinned("trunk", "trunk", TRUNK, "it builds front ends in Rust"),
            Self::Npm => npm::missing()?,
            Self::CargoDeny => {
                plain("cargo-deny", "it checks the licences of dependencies, and looks for known faults")
            }
            Self::CargoMutants => {
                plain("cargo-mutants", "it puts faults into the code and sees whether tests notice")
            }
        })
    }
}

fn wasm_target() -> Option<Install> {
    // The folder is asked for rather than rustup, since Rust from a distribution has the one and not the other.
    let present = output_of("rustc", ["--print", "target-libdir", "--target", WASM_TARGET])
        .is_some_and(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()));
    (!present).then(|| {
        Install::new(format!("the Rust target {WASM_TARGET}"), "the crate is compiled to it", || {
            rustup(&["target", "add", WASM_TARGET])
        })
    })
}

fn component(name: &'static str, subcommand: &str, why: &'static str) -> Option<Install> {
    let present = output_of("cargo", [subcommand, "--version"]).is_some();
    (!present).then(|| {
        Install::new(format!("the Rust component {name}"), why, || rustup(&["component", "add", name]))
    })
}

fn rustup(args: &[&str]) -> Result<()> {
    if workspace::find_program(&["rustup"]).is_none() {
        bail!(
            "rustup isn't on the PATH and is needed for `rustup {}`: install it from https://rustup.rs",
            args.join(" ")
        );
    }
    Job::new("rustup", "rustup").args(args).must("rustup failed").map(drop)
}

/// A program that has to be there in a certain version.
fn pinned(program: &str, package: &'static str, version: &str, why: &'static str) -> Option<Install> {
    let present = output_of(program, ["--version"]).is_some_and(|found| names_version(&found, version));
    let version = version.to_owned();
    let what = format!("{package} {version}");
    (!present).then(|| Install::new(what, why, move || cargo_install(package, Some(&version))))
}

/// A program that is good in whatever version it is there.
fn plain(name: &'static str, why: &'static str) -> Option<Install> {
    let present = output_of(name, ["--version"]).is_some();
    (!present).then(|| Install::new(name, why, move || cargo_install(name, None)))
}

/// Whether a program that says `name 1.2.3` is of this version.
fn names_version(printed: &str, version: &str) -> bool {
    printed.split_whitespace().nth(1) == Some(version)
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Result<String> {
    let lock = fs::read_to_string(workspace::inside("Cargo.lock")).context("Cargo.lock can't be read")?;
    version_in_lock(&lock, package).with_context(|| format!("Cargo.lock names no version of {package}"))
}

/// The same in the text of any lock file.
pub fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split_once('"').map(|(version, _)| version.to_owned())
}

/// `cargo install` into `target/tools`, with the author's own lock file; without it where that doesn't work, as behind
/// registry mirrors that lag.
pub fn cargo_install(package: &'static str, version: Option<&str>) -> Result<()> {
    let build = workspace::inside("target/tools/build");
    let install = |locked: bool| {
        let mut args = vec!["install", package, "--force", "--root", "target/tools"];
        args.extend(version.iter().flat_map(|version| ["--version", version]));
        args.extend(locked.then_some("--locked"));
        let job = Job::new("cargo", &format!("install-{package}")).args(args).env("CARGO_TARGET_DIR", &build);
        // Some ask for what takes minutes of compiling, and is of no use here.
        job.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
    };
    if !install(true).run()?.success {
        eprintln!("       once more, without the versions that {package} was released with");
        install(false).must(&format!("{package} could not be installed"))?;
    }
    // It's several hundred megabytes that nothing needs again.
    let _ = fs::remove_dir_all(build);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_wholes() {
        assert!(names_version("wasm-bindgen 0.2.130", "0.2.130"));
        assert!(!names_version("wasm-bindgen 0.2.130", "0.2.13"));
        assert!(names_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
    }

    #[test]
    fn the_lock_file_names_the_exact_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }
}
