//! The Django project of `tests/django`: a real server for the end-to-end tests, with what it needs in `target/tools`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::apt::Apt;
use crate::interrupt::Guarded;
use crate::job::{Job, command, output_of};
use crate::server::{self, answers};
use crate::simulator::SERVERS;
use crate::tools::Install;
use crate::workspace::{self, find_program};

/// The one after all that the simulators and the projects of `cargo xtask matrix` take.
pub const PORT_OFFSET: u16 = 2 * SERVERS + 1;

/// The versions of all that it needs, with the hashes of their files.
const REQUIREMENTS: &str = "tests/django/requirements.txt";

/// Its Python packages, and a copy of the requirements that they were installed for.
const FOLDER: &str = "target/tools/django";

/// The least of Python's versions that all of the packages take, as 3.x.
const LEAST_PYTHON: u32 = 11;

/// The installation of its packages, unless they are there.
pub fn missing() -> Option<Install> {
    let install = || Install::new("Django", "the recipes of the guide are run against it", install);
    (!is_installed()).then(install)
}

/// Why it can't be started, where that is so.
pub fn obstacle() -> Option<String> {
    let advice = || {
        format!(
            "Django could not be installed: it takes Python 3.{LEAST_PYTHON} or newer, with its module venv"
        )
    };
    (!is_installed()).then(advice)
}

fn is_installed() -> bool {
    let wanted = fs::read(workspace::inside(REQUIREMENTS));
    wanted.is_ok_and(|wanted| fs::read(stamp()).is_ok_and(|there| there == wanted))
}

/// Starts it and waits until it answers; it's ended when what is returned goes. `first_port`: the first of those that may be used.
pub fn start(first_port: u16) -> Result<Guarded> {
    let port = first_port + PORT_OFFSET;
    server::must_be_free(port)?;
    let mut command = command(packages_python());
    command.args(["tests/django/server.py", &port.to_string(), "target/xtask/django.sqlite3"]);
    server::start("Django", &mut command, Some("django"), || answers(port))
}

/// Python on the PATH, if it is new enough and can make environments: Debian has that in a package of its own.
fn python() -> Option<PathBuf> {
    let python = find_program(&["python3", "python"])?;
    let ask = format!("import sys, venv, ensurepip; sys.exit(sys.version_info < (3, {LEAST_PYTHON}))");
    output_of(&python, ["-c", &ask]).map(|_| python)
}

/// Python, with the packages.
fn packages_python() -> PathBuf {
    workspace::inside(FOLDER).join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn stamp() -> PathBuf {
    workspace::inside(FOLDER).join("requirements.txt")
}

/// Installs the packages into an environment of their own.
fn install() -> Result<()> {
    if python().is_none()
        && let Some(apt) = Apt::find()
    {
        apt.install(&[vec!["python3-venv"]])?;
    }
    let python = python().with_context(|| obstacle().unwrap_or_default())?;
    let folder = workspace::inside(FOLDER);
    let _ = fs::remove_dir_all(&folder);
    let environment = Job::new(python, "python-venv").args(["-m", "venv"]).args([&folder]);
    environment.must("Python could not make an environment")?;
    let wanted =
        ["--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes", "-r", REQUIREMENTS];
    let packages = Job::new(packages_python(), "pip-install").args(["-m", "pip", "install"]).args(wanted);
    packages.must("pip could not install Django")?;
    fs::copy(workspace::inside(REQUIREMENTS), stamp()).context("target/tools can't be written")?;
    Ok(())
}
