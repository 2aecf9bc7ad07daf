//! `cargo xtask directus`: the guide's recipe for Directus against the real server, in a browser. It is none of the tests, as npm brings
//! half a gigabyte along for it.

use std::fs;

use anyhow::Result;

use crate::browsers::Engine;
use crate::django::PORT_OFFSET;
use crate::interrupt::Guarded;
use crate::job::{Job, command};
use crate::npm::NPM;
use crate::package;
use crate::progress::Progress;
use crate::server::{self, answers};
use crate::simulator::{self, Output};
use crate::tools::Install;
use crate::workspace;

/// How many steps it takes after the package is built.
pub const STEPS: usize = 3;

const FOLDER: &str = "target/tools/directus";

/// The last version for Node.js 20. What runs the scripts of its flows, and would have to be compiled, is left out: another package
/// stands in its place.
const PROJECT: &str = r#"{
  "private": true,
  "dependencies": { "directus": "10.13.4" },
  "overrides": { "isolated-vm": "npm:ms@2.1.3" }
}
"#;

/// Its settings, beside the port.
const SETTINGS: [(&str, &str); 9] = [
    ("HOST", "127.0.0.1"),
    ("DB_CLIENT", "sqlite3"),
    ("DB_FILENAME", "data.db"),
    ("SECRET", "known to everybody as it only ever talks to this machine"),
    ("ADMIN_EMAIL", "jdoe@example.com"),
    ("ADMIN_PASSWORD", "correct horse"),
    ("CORS_ENABLED", "true"),
    ("CORS_ORIGIN", "true"),
    ("TELEMETRY", "false"),
];

/// The browser that it is tried in.
const ENGINE: Engine = Engine::Chromium;

/// What has to be installed before [`run`], but for itself.
pub fn needs() -> Result<Vec<Install>> {
    package::needs_with(ENGINE)
}

/// Installs it unless it is there, starts it afresh, and signs in. `first_port`: the first of those that may be used.
pub fn run(progress: &mut Progress, first_port: u16) -> Result<()> {
    ENGINE.driver().map_err(anyhow::Error::msg)?;
    progress.step("Installing Directus from npm", install)?;
    let port = first_port + PORT_OFFSET;
    let _directus = progress.step("Starting Directus", || start(port))?;
    progress.step("Signing in at Directus in a browser", || sign_in(first_port))
}

fn install() -> Result<()> {
    let folder = workspace::inside(FOLDER);
    let (project, stamp) = (folder.join("package.json"), folder.join("node_modules/.package-lock.json"));
    if stamp.exists() && fs::read_to_string(&project).is_ok_and(|there| there == PROJECT) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    fs::write(&project, PROJECT)?;
    let job = Job::new(NPM, "directus-install").args(["install", "--no-audit", "--no-fund"]).folder(&folder);
    job.must("npm could not install Directus").map(drop)
}

fn start(port: u16) -> Result<Guarded> {
    server::must_be_free(port)?;
    let folder = workspace::inside(FOLDER);
    let _ = fs::remove_file(folder.join("data.db"));
    let program = "node_modules/directus/cli.js";
    let bootstrap = Job::new("node", "directus-bootstrap").args([program, "bootstrap"]).folder(&folder);
    bootstrap.envs(SETTINGS).must("Directus could not make its database")?;
    let mut command = command("node");
    command.args([program, "start"]).current_dir(&folder).envs(SETTINGS).env("PORT", port.to_string());
    server::start("Directus", &mut command, Some("directus"), || answers(port))
}

fn sign_in(first_port: u16) -> Result<()> {
    let pages =
        simulator::start(&simulator::build()?, &workspace::inside("www"), first_port, Output::Logged)?;
    Job::new("cargo", "directus-sign-in")
        .args(["run", "--quiet", "--package", "hallpass-end-to-end", "--bin", "directus"])
        .env("HALLPASS_PORT", pages.port().to_string())
        .env("RUST_BACKTRACE", "0")
        .envs(ENGINE.variables())
        .must("the recipe for Directus does not work")
        .map(drop)
}
