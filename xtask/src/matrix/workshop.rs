//! Where the projects are built: a copy of `tests/matrix` in `target`, with the package installed from its tarball.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::cells::Cell;
use crate::files::{copy_tree, walk};
use crate::job::{Job, command};
use crate::markdown::fences;
use crate::npm::NPM;
use crate::tools::version_in_lock;
use crate::workspace;

const FOLDER: &str = "target/xtask/matrix";
const TARBALL: &str = "hallpass.tgz";

/// Where cargo compiles, so that the next run finds it again; the projects name it from their folders.
const COMPILED: &str = "target/xtask/matrix-rust";

/// What keeps the projects' tools from asking and telling.
const QUIET: [(&str, &str); 4] = [
    ("NEXT_TELEMETRY_DISABLED", "1"),
    ("ASTRO_TELEMETRY_DISABLED", "1"),
    ("NG_CLI_ANALYTICS", "false"),
    ("TRUNK_SKIP_VERSION_CHECK", "true"),
];

/// The vendors' addresses in the projects and in the guide, and which of the simulator's ports takes each one's place.
const ADDRESSES: [(&str, u16); 2] = [("https://sql0.example.com", 1), ("https://pegase3.example.com", 3)];

/// The crate, as projects in Rust name it from their own folder.
const CRATE: &str = "\"../../../..\"";

/// The pages whose examples are projects' own files.
const PAGES: [&str; 3] = ["README.md", "docs/frameworks.md", "docs/deployment.md"];

/// Files in which these may stand.
const SOURCES: [&str; 11] = ["js", "json", "mjs", "jsx", "ts", "tsx", "vue", "svelte", "astro", "rs", "toml"];

/// The folder with the projects.
pub struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    /// Copies the projects, and installs what they use. `port`: the first of the simulator's.
    pub fn set_up(port: u16) -> Result<Self> {
        let workshop = Self { folder: workspace::inside(FOLDER) };
        fs::create_dir_all(&workshop.folder)?;
        workshop.clear()?;
        copy_tree(&workspace::inside("tests/matrix"), &workshop.folder)?;
        workshop.write_examples()?;
        workshop.name_vendors_and_crate(port)?;
        workshop.install()?;
        Ok(workshop)
    }

    /// A project's folder.
    pub fn folder(&self, cell: &Cell) -> PathBuf {
        self.folder.join(cell.folder)
    }

    /// Builds a project.
    pub fn make(&self, cell: &Cell) -> Result<()> {
        for line in cell.build {
            if let ["copy", from, to] = line.split(' ').collect::<Vec<_>>()[..] {
                let folder = self.folder(cell);
                copy_tree(&folder.join(from), &folder.join(to))?;
            } else {
                self.job(cell, line)?.must("it could not be built")?;
            }
        }
        Ok(())
    }

    /// A program run in a project's folder, with its output in a log.
    pub fn job(&self, cell: &Cell, line: &str) -> Result<Job> {
        let (program, args) = self.resolve(line)?;
        let log = format!("matrix-{}", cell.log_name());
        let job = Job::new(program, &log).args(args).folder(&self.folder(cell));
        let job = job.env("CARGO_TARGET_DIR", workspace::inside(COMPILED));
        Ok(job.envs(QUIET))
    }

    /// The same for one that goes on.
    pub fn command(&self, cell: &Cell, line: &str) -> Result<Command> {
        let (program, args) = self.resolve(line)?;
        let mut command = command(program);
        command.args(args).current_dir(self.folder(cell)).envs(QUIET);
        command.env("CARGO_TARGET_DIR", workspace::inside(COMPILED));
        Ok(command)
    }

    /// What the table says of a project's tools.
    pub fn versions(&self, cell: &Cell) -> Result<String> {
        let named = cell.packages.iter().map(|(title, package)| {
            let version =
                self.version(cell, package)?.with_context(|| format!("{package} has no version"))?;
            Ok(format!("{title} {version}"))
        });
        let named = named.collect::<Result<Vec<_>>>()?;
        Ok(if named.is_empty() { cell.name.to_owned() } else { named.join(", ") })
    }

    /// The version of an npm package or of a crate.
    fn version(&self, cell: &Cell, package: &str) -> Result<Option<String>> {
        Ok(match package {
            "leptos" | "yew" => {
                version_in_lock(&fs::read_to_string(self.folder.join("rust/Cargo.lock"))?, package)
            }
            _ => {
                let path = Path::new("node_modules").join(package).join("package.json");
                let own = self.folder(cell).join(&path);
                let path = if own.exists() { own } else { self.folder.join(path) };
                let manifest: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
                manifest["version"].as_str().map(str::to_owned)
            }
        })
    }

    /// The program of an npm package. Some packages bring a script for Node, some a program in a package for the machine.
    fn resolve(&self, line: &str) -> Result<(PathBuf, Vec<String>)> {
        let mut words = line.split(' ');
        let name = words.next().context("no program is named")?;
        let args: Vec<String> = words.map(str::to_owned).collect();
        let modules = self.folder.join("node_modules");
        Ok(match name {
            "node" | "cargo" | "trunk" | "wasm-bindgen" => (name.into(), args),
            "npm" => (NPM.into(), args),
            // Two versions of one name.
            package @ ("vite" | "vite-7") => {
                let script = modules.join(package).join("bin/vite.js").display().to_string();
                ("node".into(), [vec![script], args].concat())
            }
            "deno" | "bun" | "workerd" => (self.native(name)?, args),
            other => (modules.join(".bin").join(other), args),
        })
    }

    fn native(&self, name: &str) -> Result<PathBuf> {
        let modules = self.folder.join("node_modules");
        let scope = modules.join(match name {
            "bun" => "@oven",
            "deno" => "@deno",
            _ => "@cloudflare",
        });
        let found = walk(&scope)?.into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == name));
        let path = found.with_context(|| format!("npm installed no {name} for this machine"))?;
        // npm's own installation would do so in a script of the package's.
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        Ok(path)
    }

    /// Takes away what earlier runs made; the installed packages stay.
    fn clear(&self) -> Result<()> {
        for entry in fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.is_dir() && !path.ends_with("node_modules") {
                fs::remove_dir_all(path)?;
            }
        }
        Ok(())
    }

    /// The examples in the README and in the guide are the projects' own files: what a reader copies is what runs here.
    fn write_examples(&self) -> Result<()> {
        for page in PAGES {
            let text = fs::read_to_string(workspace::inside(page))?;
            let mut written = 0;
            for fence in fences(&text) {
                let [file] = fence.words.as_slice() else { continue };
                let path = self.folder.join(file);
                let project = path.parent().filter(|project| project.is_dir());
                project.with_context(|| format!("{page}:{}: there is no project for {file}", fence.line))?;
                fs::write(path, fence.code)?;
                written += 1;
            }
            if written == 0 {
                bail!("{page} has no example for any project");
            }
        }
        Ok(())
    }

    fn name_vendors_and_crate(&self, port: u16) -> Result<()> {
        let hallpass = format!("'{}'", workspace::root().display());
        for entry in fs::read_dir(&self.folder)? {
            let folder = entry?.path();
            if !folder.is_dir() || folder.ends_with("node_modules") {
                continue;
            }
            let sources = walk(&folder)?.into_iter().filter(|path| {
                path.extension().is_some_and(|end| SOURCES.iter().any(|source| end == *source))
            });
            for path in sources {
                let mut text = fs::read_to_string(&path)?.replace(CRATE, &hallpass);
                for (address, place) in ADDRESSES {
                    text = text.replace(address, &format!("http://127.0.0.1:{}/i/matrix", port + place));
                }
                fs::write(&path, text)?;
            }
        }
        Ok(())
    }

    /// Packs the package as it would be published, and installs it by its name beside the projects' tools.
    fn install(&self) -> Result<()> {
        let job = Job::new(NPM, "matrix-pack").args(["pack", "--pack-destination"]).args([&self.folder]);
        job.folder(&workspace::inside("pkg")).must("the package could not be packed")?;
        let packed = fs::read_dir(&self.folder)?.flatten().map(|entry| entry.path());
        let packed = packed
            .filter(|path| path.extension().is_some_and(|end| end == "tgz") && !path.ends_with(TARBALL));
        let packed = packed.last().context("npm packed nothing")?;
        fs::rename(packed, self.folder.join(TARBALL))?;
        let path = self.folder.join("package.json");
        let mut manifest: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        manifest["dependencies"] = json!({ "hallpass": format!("file:{TARBALL}") });
        fs::write(path, manifest.to_string())?;
        // It has a version, but not always the same content.
        let _ = fs::remove_dir_all(self.folder.join("node_modules/hallpass"));
        // Not `npm ci`: it fails where a registry lacks a package for some other system. The versions are those of the lock.
        let job = Job::new(NPM, "matrix-install").args(["install", "--ignore-scripts", "--prefer-offline"]);
        job.args(["--no-audit", "--no-fund"])
            .folder(&self.folder)
            .must("the projects' tools could not be installed")
            .map(drop)
    }
}
