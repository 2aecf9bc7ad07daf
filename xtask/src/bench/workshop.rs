//! Where the contenders are bundled: a copy of `tests/bench` in `target`, with the packages installed and hallpass beside them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::contenders::{BESIDE, CONTENDERS, Contender, Kind};
use crate::bundle::{TEXT, WALLET, apart};
use crate::file_sizes::{Sizes, of_files};
use crate::files::{copy_tree, walk};
use crate::job::Job;
use crate::npm::NPM;
use crate::workspace;

const FOLDER: &str = "target/xtask/bench";

/// The folder in `target`.
pub struct Workshop {
    folder: PathBuf,
    /// The folder of another build of the package.
    beside: Option<PathBuf>,
}

impl Workshop {
    /// Installs the contenders' packages and bundles each contender. `beside`: the folder of another build of the package.
    pub fn set_up(beside: Option<&Path>) -> Result<Self> {
        let workshop = Self { folder: workspace::inside(FOLDER), beside: beside.map(Path::to_owned) };
        fs::create_dir_all(&workshop.folder)?;
        for part in ["contenders", "package.json", "package-lock.json", "pictures.mjs"] {
            copy_tree(&workspace::inside("tests/bench").join(part), &workshop.folder.join(part))?;
        }
        workshop.install()?;
        workshop.bundle_all()?;
        Ok(workshop)
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn install(&self) -> Result<()> {
        let locked = fs::read_to_string(self.file("package-lock.json"))?;
        let stamp = self.file("node_modules/.installed");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == locked) {
            return Ok(());
        }
        Job::new(NPM, "bench-npm-ci")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .folder(&self.folder)
            .must("the contenders could not be installed")?;
        Ok(fs::write(stamp, locked)?)
    }

    /// Those who are measured in this run.
    fn contenders(&self) -> impl Iterator<Item = &'static Contender> {
        CONTENDERS.iter().filter(|contender| contender.name != BESIDE || self.beside.is_some())
    }

    /// Each contender in the same way: one script, minified, for production.
    fn bundle_all(&self) -> Result<()> {
        let site = self.file("site");
        if site.exists() {
            fs::remove_dir_all(&site)?;
        }
        copy_tree(&workspace::inside("tests/bench/page"), &site)?;
        for contender in self.contenders() {
            let entry = self.file(&contender.script());
            let own = workspace::inside("pkg");
            let package = self.beside.as_ref().filter(|_| contender.name == BESIDE).unwrap_or(&own);
            let out = self.bundle(contender).join("main.js");
            Job::new("esbuild", "bench-esbuild")
                .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"])
                .args(["--define:process.env.NODE_ENV=\"production\""])
                .args([TEXT, WALLET].map(apart))
                .args([format!("--alias:hallpass={}", package.join("hallpass.js").display())])
                .args([entry.display().to_string(), format!("--outfile={}", out.display())])
                .must(&format!("{} could not be bundled", contender.title))?;
            let script = fs::read_to_string(&out).context("esbuild wrote no bundle")?;
            if script.contains("hallpass.wasm") {
                copy_tree(&package.join("hallpass.wasm"), &out.with_file_name("hallpass.wasm"))?;
            }
        }
        Ok(())
    }

    fn bundle(&self, contender: &Contender) -> PathBuf {
        self.file("site/c").join(contender.name)
    }

    /// The names of the files that a page loads of a contender.
    fn files(&self, contender: &Contender) -> Result<Vec<PathBuf>> {
        let mut files = walk(&self.bundle(contender))?;
        files.sort();
        Ok(files)
    }

    /// What the driver is told of the contenders.
    pub fn plan(&self) -> Result<Vec<Value>> {
        let plan = |contender: &Contender| {
            let files = self.files(contender)?;
            let names: Vec<_> =
                files.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy()).collect();
            let ideal = contender.kind == Kind::Ideal;
            let leads = ideal || contender.kind == Kind::Own;
            Ok(json!({"name": contender.name, "files": names, "ideal": ideal, "leads": leads}))
        };
        self.contenders().map(plan).collect()
    }

    /// What a page downloads of each contender.
    pub fn sizes(&self) -> Result<BTreeMap<&'static str, Sizes>> {
        self.contenders().map(|contender| Ok((contender.name, self.size(contender)?))).collect()
    }

    fn size(&self, contender: &Contender) -> Result<Sizes> {
        let paths: Vec<String> =
            self.files(contender)?.iter().map(|path| path.display().to_string()).collect();
        Ok(of_files(&paths)?.into_iter().sum())
    }

    /// A contender's name with the installed versions.
    pub fn version(&self, contender: &Contender) -> Result<String> {
        let versions = contender.packages.iter().map(|package| {
            let path = self.file("node_modules").join(package).join("package.json");
            let manifest: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
            let version = manifest["version"].as_str().context("a package without version")?;
            Ok(format!("{package} {version}"))
        });
        Ok(versions.collect::<Result<Vec<_>>>()?.join(", "))
    }
}
