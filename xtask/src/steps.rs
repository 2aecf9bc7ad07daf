//! The steps of `cargo xtask test`: what each is called, and what it needs to have run before.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::browsers::Engine;
use crate::matrix::Reach;
use crate::tools::Tool;
use crate::workspace;

/// One row of the summary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The format of the Rust code.
    Format,
    /// Clippy over the workspace.
    Clippy,
    /// Clippy over the crate as it's compiled for browsers.
    ClippyWasm,
    /// The tests that need no browser.
    Native,
    /// The npm package.
    Build,
    /// What linters of packages say of it.
    Package,
    /// Another build, somewhere else: it has the same bytes.
    Reproducible,
    /// Its size.
    Size,
    /// The type declarations, used as an application would.
    Types,
    /// The Rust documentation.
    Docs,
    /// The README and the guide: their links and their code; and the reference, which is made anew and compared.
    Guide,
    /// Start of the simulated vendors.
    Simulator,
    /// Start of a real server for recipes of the guide.
    Django,
    /// A package that wasm-pack builds at the root, by itself.
    RootPackage,
    /// Tests inside a browser.
    Browser(Engine),
    /// Tests of the package in Node.
    Node,
    /// Tests of the demo page, from outside of a browser.
    EndToEnd(Engine),
    /// The packed package in small projects, each built in another way.
    Matrix(Reach),
    /// The licences and the known faults of what is used.
    Audit,
}

const ALL: [Step; 21] = [
    Step::Format,
    Step::Clippy,
    Step::ClippyWasm,
    Step::Native,
    Step::Build,
    Step::Package,
    Step::Reproducible,
    Step::Size,
    Step::Types,
    Step::Docs,
    Step::Guide,
    Step::Simulator,
    Step::Django,
    Step::RootPackage,
    Step::Browser(Engine::Chromium),
    Step::Browser(Engine::Firefox),
    Step::Node,
    Step::EndToEnd(Engine::Chromium),
    Step::EndToEnd(Engine::Firefox),
    Step::EndToEnd(Engine::WebKit),
    Step::Matrix(Reach::Quick),
];

/// The steps of `cargo xtask matrix`: for all projects, or for those whose names have a word in them.
pub fn matrix(name: Option<&str>) -> [Step; 2] {
    let reach = name.map_or(Reach::Whole, |name| Reach::Named(name.to_owned().leak()));
    [Step::Build, Step::Matrix(reach)]
}

/// The quick steps.
pub fn quick() -> Vec<Step> {
    vec![Step::Format, Step::Clippy, Step::ClippyWasm, Step::Docs, Step::Audit]
}

/// The steps behind the words after `cargo xtask test`, with what they need, in order; all without a word.
pub fn named(words: &[&str]) -> Result<Vec<Step>> {
    let mut wanted = Vec::new();
    for word in words {
        wanted.extend(match *word {
            "native" => vec![Step::Native],
            "browser" => Engine::OF_WASM_PACK.map(Step::Browser).to_vec(),
            "e2e" => Engine::ALL.map(Step::EndToEnd).to_vec(),
            "types" => vec![Step::Types, Step::Guide],
            "package" => vec![Step::Package, Step::Reproducible, Step::RootPackage],
            "node" => vec![Step::Node],
            "matrix" => vec![Step::Matrix(Reach::Quick)],
            other => {
                bail!("`cargo xtask test` knows native, browser, e2e, types, node, package and matrix, not `{other}`")
            }
        });
    }
    if words.is_empty() {
        return Ok(ALL.to_vec());
    }
    let before: Vec<Step> = wanted.iter().flat_map(|step| step.needs()).copied().collect();
    Ok(ALL.into_iter().filter(|step| wanted.contains(step) || before.contains(step)).collect())
}

impl Step {
    /// Its name in the summary.
    pub fn name(self) -> String {
        match self {
            Self::Format => "format".into(),
            Self::Clippy => "clippy".into(),
            Self::ClippyWasm => "clippy, for browsers".into(),
            Self::Native => "native tests".into(),
            Self::Build => "build".into(),
            Self::Package => "package".into(),
            Self::Reproducible => "reproducible build".into(),
            Self::Size => "size".into(),
            Self::Types => "types".into(),
            Self::Docs => "documentation".into(),
            Self::Guide => "guide".into(),
            Self::Simulator => "simulator".into(),
            Self::Django => "Django".into(),
            Self::RootPackage => "package of the root".into(),
            Self::Browser(engine) => format!("browser tests, {}", engine.name()),
            Self::Node => "node tests".into(),
            Self::EndToEnd(engine) => format!("end-to-end tests, {}", engine.name()),
            Self::Matrix(_) => "matrix".into(),
            Self::Audit => "licences and advisories".into(),
        }
    }

    /// The steps without which it can't run.
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::Package | Self::Reproducible | Self::Size | Self::Types | Self::Guide | Self::Matrix(_) => {
                &[Self::Build]
            }
            Self::RootPackage => &[Self::Simulator],
            Self::Browser(_) | Self::Node => &[Self::Build, Self::Simulator],
            Self::EndToEnd(_) => &[Self::Build, Self::Simulator, Self::Django],
            _ => &[],
        }
    }

    /// Whether it may run at the same time as the step after it: tests of sessions wait for most of their time.
    pub fn runs_beside(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Browser(_), Self::Browser(_) | Self::Node) | (Self::EndToEnd(_), Self::EndToEnd(_))
        )
    }

    /// The tools without which it can't run, beside cargo.
    pub fn tools(self) -> &'static [Tool] {
        match self {
            Self::Format => &[Tool::Rustfmt],
            Self::Clippy => &[Tool::Clippy],
            Self::ClippyWasm => &[Tool::Clippy, Tool::WasmTarget],
            Self::Build | Self::RootPackage => {
                &[Tool::WasmTarget, Tool::Npm, Tool::WasmBindgen, Tool::WasmPack]
            }
            Self::Package | Self::Size | Self::Types | Self::Guide | Self::Node => &[Tool::Npm],
            Self::Matrix(Reach::Quick) => &[Tool::Npm, Tool::WasmTarget, Tool::WasmBindgen],
            Self::Matrix(_) => &[Tool::Npm, Tool::WasmTarget, Tool::WasmBindgen, Tool::Trunk],
            Self::Audit => &[Tool::CargoDeny],
            Self::Browser(_) => &[Tool::WasmTarget, Tool::WasmBindgen, Tool::WasmPack],
            _ => &[],
        }
    }

    /// The browsers that it runs in.
    pub fn engines(self) -> Vec<Engine> {
        match self {
            Self::Browser(engine) | Self::EndToEnd(engine) => vec![engine],
            Self::Matrix(_) => vec![Engine::Chromium, Engine::Firefox],
            _ => Vec::new(),
        }
    }
}

/// The files of the Node tests. They are named to Node one by one, since its versions differ in what a folder means.
pub fn node_test_files() -> Result<Vec<PathBuf>> {
    files_in("tests/node", |name| name.ends_with(".test.mjs"))
}

/// The settings under which the tests of the types are compiled.
pub fn type_projects() -> Result<Vec<PathBuf>> {
    files_in("tests/types", |name| name.starts_with("tsconfig.") && name.ends_with("json"))
}

fn files_in(folder: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(workspace::inside(folder)).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| wanted(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    if files.is_empty() {
        bail!("there is nothing to test in {folder}");
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_brings_what_it_needs_and_nothing_else() {
        let names = |words: &[&str]| named(words).unwrap().into_iter().map(Step::name).collect::<Vec<_>>();
        assert_eq!(names(&["native"]), ["native tests"]);
        assert_eq!(names(&["types"]), ["build", "types", "guide"]);
        assert_eq!(names(&["node"]), ["build", "simulator", "node tests"]);
        assert_eq!(
            names(&["browser"]),
            ["build", "simulator", "browser tests, chromium", "browser tests, firefox"]
        );
        assert_eq!(
            names(&["e2e"]),
            [
                "build",
                "simulator",
                "Django",
                "end-to-end tests, chromium",
                "end-to-end tests, firefox",
                "end-to-end tests, webkit"
            ]
        );
        assert_eq!(names(&[]).len(), ALL.len());
        assert!(named(&["nothing"]).is_err());
    }

    #[test]
    fn what_a_step_needs_comes_before_it() {
        for (place, step) in ALL.iter().enumerate() {
            for need in step.needs() {
                assert!(ALL[..place].contains(need), "{}", step.name());
            }
        }
    }
}
