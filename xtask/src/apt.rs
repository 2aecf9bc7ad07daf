//! Debian's package manager and its kin's, for what a run needs of the system.

use std::process::Stdio;

use anyhow::Result;

use crate::job::{Job, command, output_of};
use crate::workspace::find_program;

/// A Debian package manager that may be used.
pub struct Apt {
    sudo: bool,
}

impl Apt {
    /// The system's, if nobody has to be asked for a password.
    pub fn find() -> Option<Self> {
        find_program(&["apt-get"])?;
        if output_of("id", ["-u"])? == "0" {
            return Some(Self { sudo: false });
        }
        let mut ask = command("sudo");
        ask.args(["-n", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        ask.status().is_ok_and(|status| status.success()).then_some(Self { sudo: true })
    }

    /// Installs packages, in groups that are of use by themselves.
    pub fn install(&self, groups: &[Vec<&'static str>]) -> Result<()> {
        // It fails as a whole when one of many sources can't be reached; what's wanted may be in the others.
        self.apt_get("apt-update", &["update"]).run()?;
        // It also fails as a whole where the system lacks one of the packages. So each group is then tried by itself.
        if self.install_together("apt-install", &groups.concat()).run()?.success {
            return Ok(());
        }
        let mut outcome = Ok(());
        for packages in groups.iter().filter(|packages| !packages.is_empty()) {
            let job = self.install_together(&format!("apt-install-{}", packages[0]), packages);
            let installed = job.must(&format!("apt-get could not install {}", packages.join(", ")));
            outcome = outcome.and(installed.map(drop));
        }
        outcome
    }

    fn install_together(&self, log: &str, packages: &[&str]) -> Job {
        self.apt_get(log, &["install", "-y", "--no-install-recommends"]).args(packages)
    }

    fn apt_get(&self, log: &str, args: &[&str]) -> Job {
        // sudo doesn't hand variables on, so `env` sets it behind sudo.
        let job = if self.sudo { Job::new("sudo", log).args(["-n", "env"]) } else { Job::new("env", log) };
        job.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args)
    }
}
