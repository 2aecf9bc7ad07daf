//! `hallpass-bench <plan.json>`: serves the contenders, drives a browser through all visits, and writes the samples. Used by
//! `cargo xtask bench`, which makes the plan and reads the samples.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result};
use hallpass_bench::browser::{ARGUMENTS, Browser};
use hallpass_bench::schedule::{items, turns};
use hallpass_bench::server;
use hallpass_bench::visits::visit;
use hallpass_end_to_end::harness::in_a_browser_with;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime;

/// What `cargo xtask bench` says is to be done.
#[derive(Deserialize)]
struct Plan {
    port: u16,
    /// The folder with the pages and the contenders' bundles.
    site: PathBuf,
    /// Where the samples go.
    samples: PathBuf,
    quick: bool,
    /// Only these items, when there are any.
    only: Vec<String>,
    contenders: Vec<Contender>,
}

#[derive(Deserialize)]
struct Contender {
    name: String,
    /// The files of its bundle.
    files: Value,
    /// Whether it is measured for expired tokens only.
    ideal: bool,
}

fn main() -> Result<()> {
    let path = env::args().nth(1).context("usage: hallpass-bench <plan.json>")?;
    let plan: Plan = serde_json::from_str(&fs::read_to_string(path)?).context("the plan can't be read")?;
    serve(plan.port, plan.site.clone())?;
    in_a_browser_with(&ARGUMENTS, async |page| {
        let origin = format!("http://localhost:{}", plan.port);
        let browser = Browser::new(&page.client, origin).await?;
        let version = page.evaluate::<String>("return navigator.userAgent").await?;
        let mut samples = Vec::new();
        for item in items(plan.quick) {
            if !plan.only.is_empty() && !plan.only.iter().any(|name| name == item.name) {
                continue;
            }
            let started = Instant::now();
            for round in 0..item.rounds {
                for turn in turns(plan.contenders.len(), round) {
                    let contender = &plan.contenders[turn];
                    if contender.ideal && !matches!(item.name, "expired" | "tabs") {
                        continue;
                    }
                    let result = visit(&browser, &item, &contender.name, &contender.files, plan.quick).await;
                    if let Some(failed) = result["failed"].as_str() {
                        eprintln!("{}, {}: {failed}", item.name, contender.name);
                    }
                    samples.push(json!({
                        "item": item.name, "contender": contender.name, "round": round, "result": result,
                    }));
                }
            }
            eprintln!("{}: {:.1} s", item.name, started.elapsed().as_secs_f64());
        }
        let file = BufWriter::new(File::create(&plan.samples)?);
        serde_json::to_writer_pretty(file, &json!({"browser": version, "samples": samples}))?;
        Ok(())
    })
}

/// Serves on threads of its own, for as long as this process lives.
fn serve(port: u16, site: PathBuf) -> Result<()> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let tasks = runtime.block_on(server::start(port, site))?;
    thread::spawn(move || runtime.block_on(tasks.join_all()));
    Ok(())
}
