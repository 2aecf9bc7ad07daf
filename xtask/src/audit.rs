//! What others have written that is used here: its licences, and the faults that are known of it.

use anyhow::Result;

use crate::counts::Counts;
use crate::job::Job;
use crate::npm::NPM;
use crate::workspace;

/// The folders whose packages from npm each test run installs. The published package has none of them.
const NPM_FOLDERS: [&str; 2] = ["xtask", "tests/matrix"];

/// Checks licences and sources; and the lists of known faults, where they can be reached: what can't be asked is skipped, and
/// named.
pub fn run() -> Result<(Counts, String)> {
    let mut total = Counts::default();
    let mut notes = Vec::new();
    let deny = |log: &str, what: &[&str]| {
        Job::new("cargo-deny", log).args(["--all-features", "check"]).args(what).run()
    };
    let licences = deny("licences", &["licenses", "bans", "sources"])?;
    if !licences.success {
        licences.show_tail();
        notes.push(licences.log());
    }
    total += if licences.success { Counts::PASSED } else { Counts::FAILED };

    let advisories = deny("advisories", &["advisories"])?;
    let unreachable = advisories.text.contains("failed to fetch advisory database");
    total += weigh(advisories.success, unreachable, "the list of RustSec can't be fetched", &mut notes);
    if !advisories.success && !unreachable {
        advisories.show_tail();
    }
    for folder in NPM_FOLDERS {
        let log = format!("npm-audit-{}", folder.replace('/', "-"));
        let audit = Job::new(NPM, &log).args(["audit"]).folder(&workspace::inside(folder)).run()?;
        let unreachable = audit.text.contains("audit endpoint returned an error");
        total += weigh(audit.success, unreachable, "npm's registry answers no audits", &mut notes);
        if !audit.success && !unreachable {
            audit.show_tail();
        }
    }
    notes.dedup();
    Ok((total, notes.join("; ")))
}

fn weigh(success: bool, unreachable: bool, why: &str, notes: &mut Vec<String>) -> Counts {
    match (success, unreachable) {
        (true, _) => Counts::PASSED,
        (false, true) => {
            notes.push(why.to_owned());
            Counts::SKIPPED
        }
        (false, false) => Counts::FAILED,
    }
}
