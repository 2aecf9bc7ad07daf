//! `cargo xtask matrix`: the packed package in small projects, one for each way to build or run a front end. Each is built,
//! loaded, and signs in at the simulator.

mod cells;
mod workshop;

use std::fs;
use std::net::TcpStream;
use std::time::Instant;

use anyhow::{Context, Result, bail};

pub use self::cells::Reach;
use self::cells::{CELLS, Cell, Run};
use self::workshop::Workshop;
use crate::browsers::Engine;
use crate::counts::Counts;
use crate::interrupt::Guarded;
use crate::job::Job;
use crate::markdown::with_between;
use crate::progress::duration;
use crate::server;
use crate::simulator::{self, Output, SERVERS, Simulator};
use crate::workspace;

/// Where the table stands that this command writes.
const README: &str = "README.md";
const MARKS: [&str; 2] = ["<!-- Written by `cargo xtask matrix`: -->\n", "<!-- Up to here. -->"];

/// Takes the package through all the projects, and writes the table where all went well; or only through the quick ones, and
/// finds them in the table. `port`: the first of the ports that may be used; those of the suite's own simulator, which may be
/// running, are left alone.
pub fn run(port: u16, reach: Reach) -> Result<Counts> {
    if cells(reach).next().is_none() {
        bail!("no project of the matrix is called so; its table in the README lists them");
    }
    let vendors = port + SERVERS;
    let workshop = Workshop::set_up(vendors)?;
    let program = simulator::build()?;
    let mut counts = Counts::default();
    for cell in cells(reach) {
        let started = Instant::now();
        let outcome = workshop.make(cell).and_then(|()| {
            let site = cell.pages().map(|folder| workshop.folder(cell).join(folder));
            let www = site.unwrap_or_else(|| workspace::inside("www"));
            let simulator = simulator::start(&program, &www, vendors, Output::Logged)?;
            sign_in(&workshop, cell, &simulator)
        });
        let time = duration(started.elapsed());
        counts += match outcome {
            Ok(()) => {
                eprintln!("       {}: signed in, {time}", cell.name);
                Counts::PASSED
            }
            Err(failure) => {
                eprintln!("       {}: failed, {time}: {failure:#}", cell.name);
                Counts::FAILED
            }
        };
    }
    if counts.failed == 0 {
        match reach {
            Reach::Quick => find_in_table(&workshop)?,
            Reach::Whole => write_table(&workshop)?,
            Reach::Named(_) => {}
        }
    }
    Ok(counts)
}

/// The projects that a run takes.
fn cells(reach: Reach) -> impl Iterator<Item = &'static Cell> {
    CELLS.iter().filter(move |cell| match reach {
        Reach::Quick => cell.reach == Reach::Quick,
        Reach::Whole => true,
        Reach::Named(name) => cell.name.contains(name),
    })
}

/// Signs in with what a project has become.
fn sign_in(workshop: &Workshop, cell: &Cell, simulator: &Simulator) -> Result<()> {
    match cell.run {
        Run::Pages(_) => in_browsers(cell, &[address(simulator.port())]),
        Run::Extension(id) => {
            let folder = workshop.folder(cell).display().to_string();
            in_browsers(cell, &[format!("chrome-extension://{id}/popup.html"), folder])
        }
        Run::Server(command) => {
            let port = simulator.port() + SERVERS;
            let _server = serve(workshop, cell, command, port)?;
            in_browsers(cell, &[address(port)])
        }
        Run::Program(command) => {
            let finished = workshop.job(cell, command)?.run()?;
            if !finished.success || !finished.text.contains("jdoe, 2 rows") {
                finished.show_tail();
                bail!("the program did not sign in; its log is {}", finished.log());
            }
            Ok(())
        }
    }
}

fn address(port: u16) -> String {
    format!("http://localhost:{port}/")
}

/// Has browsers sign in: on a page, and maybe with an extension in a folder.
fn in_browsers(cell: &Cell, page: &[String]) -> Result<()> {
    cell.engines().iter().try_for_each(|engine| in_a_browser(*engine, page))
}

fn in_a_browser(engine: Engine, page: &[String]) -> Result<()> {
    Job::new("cargo", "matrix-sign-in")
        .args(["run", "--quiet", "--package", "hallpass-end-to-end", "--bin", "sign-in", "--"])
        .args(page)
        .env("RUST_BACKTRACE", "0")
        .envs(engine.variables())
        .must(&format!("nobody could sign in on the page in {}", engine.name()))
        .map(drop)
}

/// Starts a project's own server, and waits until it answers.
fn serve(workshop: &Workshop, cell: &Cell, command: &str, port: u16) -> Result<Guarded> {
    let mut command = workshop.command(cell, &command.replace("{port}", &port.to_string()))?;
    let log = format!("matrix-{}-server", cell.log_name());
    // It may listen on one of the two loopback addresses alone.
    let is_there = || TcpStream::connect(("localhost", port)).is_ok();
    server::start("its server", &mut command, Some(&log), is_there)
}

/// The line of the table for a project.
fn row(workshop: &Workshop, cell: &Cell) -> Result<String> {
    Ok(format!("| {} | {} | `{}` |\n", workshop.versions(cell)?, cell.how, cell.entry))
}

/// Writes the table of what was seen into the README.
fn write_table(workshop: &Workshop) -> Result<()> {
    let path = workspace::inside(README);
    let text = fs::read_to_string(&path)?;
    let rows = cells(Reach::Whole).map(|cell| row(workshop, cell)).collect::<Result<String>>()?;
    let table = format!("\n| with | how | import |\n|---|---|---|\n{rows}\n");
    let new =
        with_between(&text, MARKS[0], MARKS[1], &table).context("the README has no place for the table")?;
    if new != text {
        fs::write(&path, new)?;
        eprintln!("       the table in {README} is new");
    }
    Ok(())
}

/// Finds the quick projects in the table as they have just been seen.
fn find_in_table(workshop: &Workshop) -> Result<()> {
    let text = fs::read_to_string(workspace::inside(README))?;
    for cell in cells(Reach::Quick) {
        if !text.contains(&row(workshop, cell)?) {
            bail!(
                "the table in {README} doesn't say so of {}: run `cargo xtask matrix` and commit it",
                cell.name
            );
        }
    }
    Ok(())
}
