//! `cargo xtask mutants --known`: faults that somebody has thought of, put into a copy of the product one at a time. The stories
//! (`tests/stories`) have to find each.

use std::fs;

use anyhow::{Result, bail};

use crate::files::copy_tree;
use crate::job::Job;
use crate::progress::Progress;
use crate::workspace;

/// How many stories there would be; those at ETHGAS, 42 000 of them, are told.
const STORIES: &str = "60000";

/// Where the copy lies.
const COPY: &str = "target/xtask/known-faults";

/// What is copied: all that cargo asks for.
const PARTS: [&str; 6] = ["Cargo.toml", "Cargo.lock", "README.md", "src", "tests", "xtask"];

/// A fault: what it does, in which file, and what stands there and what instead.
struct Fault(&'static str, &'static str, &'static [(&'static str, &'static str)]);

macro_rules! note_of_a_sign_out {
    () => {
        "        if let Some(login) = login
            && handle.settings.keeping != Keeping::Memory
        {
            handle.store.end_noted.set(login);
            self.see_to(Effect::Note(Some(Note::ended(login, Reason::Logout).write()))).await;
        }
"
    };
}

const FAULTS: [Fault; 10] = [
    Fault(
        "the read inside the lock is left out",
        "src/protocol/renewal.rs",
        &[("        self.follow(true).await;\n", "")],
    ),
    Fault(
        "an answer is taken without a look at the epoch",
        "src/protocol/renewal.rs",
        &[
            ("if handle.epoch() != epoch {", "if false {"),
            ("session.renewed(epoch, grant", "session.renewed(session.epoch(), grant"),
        ],
    ),
    Fault(
        "a login is taken though a logout has overtaken it",
        "src/protocol/login.rs",
        &[("self.handle.generation() == generation", "self.handle.generation() >= generation")],
    ),
    Fault(
        "a sign-out is noted after the request",
        "src/protocol/logout.rs",
        &[
            (note_of_a_sign_out!(), ""),
            (
                "        self.handle.spawn(|run| run.catch_up",
                concat!(note_of_a_sign_out!(), "        self.handle.spawn(|run| run.catch_up"),
            ),
        ],
    ),
    Fault(
        "a failed write is ignored",
        "src/protocol/keep.rs",
        &[(
            "Written::Failed => return self.not_kept(deletes, own, known, overwrites).await,",
            "Written::Failed => return,",
        )],
    ),
    Fault(
        "a replay is not asked for its user",
        "src/protocol/request.rs",
        &[(
            "if self.handle.pass(asked, CallKind::Request)?",
            "if self.handle.pass(&self.handle.person(), CallKind::Request)?",
        )],
    ),
    Fault(
        "a token is renewed without the lock",
        "src/protocol/renewal.rs",
        &[(
            "while let Outcome::Waiting = self.ask(Effect::Lock(name.clone())).await {",
            "while false && name.is_empty() {",
        )],
    ),
    Fault(
        "what a failed write was to replace is left there",
        "src/protocol/keep.rs",
        &[("if !deletes && removes {", "if false {")],
    ),
    Fault(
        "a pause is not kept",
        "src/session/renewal.rs",
        &[("let until = now.wall + backoff_ms", "let until = now.wall + 0.0 * backoff_ms")],
    ),
    Fault(
        "older sessions are not revoked",
        "src/protocol/login.rs",
        &[("older.filter(gone)", "older.filter(|_| false)")],
    ),
];

impl Fault {
    /// Its file, with the fault in it.
    fn text(&self) -> Result<String> {
        let Self(name, file, places) = self;
        let mut text = fs::read_to_string(workspace::inside(file))?;
        for (old, new) in *places {
            if text.matches(old).count() != 1 {
                bail!("\"{name}\": this has to stand in {file} once:\n{old}");
            }
            text = text.replace(old, new);
        }
        Ok(text)
    }

    /// The requirement by which the stories find it; `None`: they don't.
    fn found_by(&self) -> Result<Option<String>> {
        let copy = workspace::inside(COPY);
        fs::write(copy.join(self.1), self.text()?)?;
        let stories = Job::new("cargo", "known-faults")
            .args(["test", "--quiet", "--test", "stories", "ethgas"])
            .env("CARGO_TARGET_DIR", workspace::inside("target"))
            .env("STORIES", STORIES)
            .folder(&copy)
            .run()?;
        fs::copy(workspace::inside(self.1), copy.join(self.1))?;
        let found =
            stories.text.lines().find_map(|line| Some(line.split_once(" (HALLPASS_SEED=")?.0.to_owned()));
        if !stories.success && found.is_none() {
            stories.show_tail();
            bail!("\"{}\" could not be tried", self.0);
        }
        Ok(found)
    }
}

/// How many there are with a text in their names.
pub fn count(part: &str) -> usize {
    named(part).count()
}

fn named(part: &str) -> impl Iterator<Item = &'static Fault> {
    FAULTS.iter().filter(move |fault| fault.0.contains(part))
}

/// Tries those with a text in their names, and says of each what finds it. One that nothing finds is an error.
pub fn run(progress: &mut Progress, part: &str) -> Result<()> {
    if count(part) == 0 {
        bail!("no fault has `{part}` in its name");
    }
    let copy = workspace::inside(COPY);
    let _ = fs::remove_dir_all(&copy);
    for part in PARTS {
        copy_tree(&workspace::inside(part), &copy.join(part))?;
    }
    let mut missed = 0;
    for fault in named(part) {
        let found = progress.step(fault.0, || fault.found_by())?;
        missed += usize::from(found.is_none());
        println!("{}: {}", fault.0, found.as_deref().unwrap_or("found by none of the stories"));
    }
    if missed > 0 {
        bail!("{missed} of the faults were found by none of the stories");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::FAULTS;

    #[test]
    fn each_finds_its_place() {
        for fault in &FAULTS {
            fault.text().unwrap();
        }
    }
}
