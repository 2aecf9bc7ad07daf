//! The browsers that the tests run in, each with its driver: found on the machine, else installed where that is
//! possible without asking anybody (Debian and its kin, as root or with a sudo that needs no password).

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::Result;

use crate::job::{Job, command, output_of};
use crate::tools::{Install, cargo_install};
use crate::workspace::find_program;

/// A browser engine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Chromium or Google Chrome, driven by chromedriver.
    Chromium,
    /// Firefox or Firefox ESR, driven by geckodriver.
    Firefox,
}

impl Engine {
    /// All that the tests know.
    pub const ALL: [Self; 2] = [Self::Chromium, Self::Firefox];

    /// Its name, which is also the value of `HALLPASS_BROWSER`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }

    /// wasm-pack's option for it, and for the path of its driver.
    pub fn wasm_pack_options(self) -> [&'static str; 2] {
        match self {
            Self::Chromium => ["--chrome", "--chromedriver"],
            Self::Firefox => ["--firefox", "--geckodriver"],
        }
    }

    /// The environment variable in which test runners look for its driver.
    pub fn driver_variable(self) -> &'static str {
        match self {
            Self::Chromium => "CHROMEDRIVER",
            Self::Firefox => "GECKODRIVER",
        }
    }

    /// The path of its driver, or a sentence on what is missing.
    pub fn driver(self) -> Result<PathBuf, String> {
        let (missing, advice) = match (self, self.find_browser(), self.find_driver()) {
            (_, Some(_), Some(driver)) => return Ok(driver),
            (Self::Chromium, None, _) => ("Chromium", "install Chromium or Google Chrome"),
            (Self::Chromium, ..) => ("chromedriver", "install ChromeDriver in your browser's version"),
            (Self::Firefox, None, _) => ("Firefox", "install Firefox"),
            (Self::Firefox, ..) => ("geckodriver", "run `cargo install geckodriver --locked`"),
        };
        Err(format!("{missing} is missing: {advice} so that it is on the PATH"))
    }

    fn find_browser(self) -> Option<PathBuf> {
        find_program(match self {
            Self::Chromium => {
                &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
            }
            Self::Firefox => &["firefox", "firefox-esr"],
        })
    }

    fn find_driver(self) -> Option<PathBuf> {
        find_program(match self {
            Self::Chromium => &["chromedriver"],
            Self::Firefox => &["geckodriver"],
        })
    }
}

/// The installations that can be tried for engines that lack something.
pub fn missing() -> Vec<Install> {
    let mut installs = Vec::new();
    let packages = missing_packages();
    let apt = if packages.is_empty() { None } else { Apt::find() };
    let gets_firefox = apt.is_some() || Engine::Firefox.find_browser().is_some();
    if let Some(apt) = apt {
        let what = format!("{} with apt-get", packages.join(", "));
        installs.push(Install::new(what, "the browser tests run in them", move || apt.install(&packages)));
    }
    if gets_firefox && Engine::Firefox.find_driver().is_none() {
        let work = || cargo_install("geckodriver", None);
        installs.push(Install::new("geckodriver", "the browser tests control Firefox through it", work));
    }
    installs
}

/// Debian's names of what isn't there.
fn missing_packages() -> Vec<&'static str> {
    let wanted = [
        ("chromium", Engine::Chromium.find_browser()),
        ("chromium-driver", Engine::Chromium.find_driver()),
        ("firefox-esr", Engine::Firefox.find_browser()),
    ];
    wanted.into_iter().filter(|(_, found)| found.is_none()).map(|(package, _)| package).collect()
}

/// A Debian package manager that may be used.
struct Apt {
    sudo: bool,
}

impl Apt {
    fn find() -> Option<Self> {
        find_program(&["apt-get"])?;
        if output_of("id", &["-u"])? == "0" {
            return Some(Self { sudo: false });
        }
        let mut ask = command("sudo");
        ask.args(["-n", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        ask.status().is_ok_and(|status| status.success()).then_some(Self { sudo: true })
    }

    fn install(&self, packages: &[&str]) -> Result<()> {
        // It fails as a whole when one of many sources can't be reached; what's wanted may be in the others.
        self.apt_get("apt-update", &["update"]).run()?;
        let mut args = vec!["install", "-y", "--no-install-recommends"];
        args.extend(packages);
        self.apt_get("apt-install", &args).must("apt-get could not install the browsers").map(drop)
    }

    fn apt_get(&self, log: &str, args: &[&str]) -> Job {
        // sudo doesn't hand variables on, so `env` sets it behind sudo.
        let job = if self.sudo { Job::new("sudo", log).args(["-n", "env"]) } else { Job::new("env", log) };
        job.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args)
    }
}
