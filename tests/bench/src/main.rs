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
use hallpass_bench::schedule::{Item, Way, items, turns};
use hallpass_bench::server;
use hallpass_bench::visits::{heaps, visit};
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
    /// Whether it is no contender, but what tabs are measured against.
    ideal: bool,
    /// Whether it has its turn in all rounds of an item.
    leads: bool,
}

fn main() -> Result<()> {
    let path = env::args().nth(1).context("usage: hallpass-bench <plan.json>")?;
    let plan: Plan = serde_json::from_str(&fs::read_to_string(path)?).context("the plan can't be read")?;
    serve(plan.port, plan.site.clone())?;
    in_a_browser_with(&ARGUMENTS, async |page| {
        let origin = format!("http://localhost:{}", plan.port);
        let browser = Browser::new(&page.client, origin).await?;
        let version = page.evaluate::<String>("return navigator.userAgent").await?;
        // The first pages of a new browser are slower than all later ones, whoever's they are.
        if let Some(first) = items(true).first() {
            measure(&browser, first, &plan).await;
        }
        let mut samples = Vec::new();
        for item in items(plan.quick) {
            if !plan.only.is_empty() && !plan.only.iter().any(|name| name == item.name) {
                continue;
            }
            let started = Instant::now();
            for sample in measure(&browser, &item, &plan).await {
                if let Some(failed) = sample["result"]["failed"].as_str() {
                    eprintln!(
                        "{}, {}: {failed}",
                        item.name,
                        sample["contender"].as_str().unwrap_or_default()
                    );
                }
                samples.push(sample);
            }
            eprintln!("{}: {:.1} s", item.name, started.elapsed().as_secs_f64());
        }
        let file = BufWriter::new(File::create(&plan.samples)?);
        serde_json::to_writer_pretty(file, &json!({"browser": version, "samples": samples}))?;
        Ok(())
    })
}

/// All turns of an item.
async fn measure(browser: &Browser<'_>, item: &Item, plan: &Plan) -> Vec<Value> {
    let mut samples = Vec::new();
    let sample = |name: &str, round: u32, result: Value| json!({"item": item.name, "contender": name, "round": round, "result": result});
    if item.way == Way::Heap {
        let names: Vec<_> = plan
            .contenders
            .iter()
            .filter(|contender| !contender.ideal)
            .map(|contender| contender.name.as_str())
            .collect();
        for round in item.rounds.all() {
            let results = heaps(browser, &names, plan.quick).await;
            samples.extend(names.iter().zip(results).map(|(name, result)| sample(name, round, result)));
        }
        return samples;
    }
    // Who can't, can't in the next round either.
    let mut out: Vec<&str> = Vec::new();
    for round in item.rounds.all() {
        for turn in turns(plan.contenders.len(), round) {
            let contender = &plan.contenders[turn];
            let name = contender.name.as_str();
            let has_turn = item.rounds.include(round, contender.leads) && !out.contains(&name);
            if !has_turn || (contender.ideal && item.way != Way::Tabs) {
                continue;
            }
            let result = visit(browser, item, name, &contender.files, plan.quick).await;
            if result["cant"].is_string() {
                out.push(name);
            }
            samples.push(sample(name, round, result));
        }
    }
    samples
}

/// Serves on threads of its own, for as long as this process lives.
fn serve(port: u16, site: PathBuf) -> Result<()> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let tasks = runtime.block_on(server::start(port, site))?;
    thread::spawn(move || runtime.block_on(tasks.join_all()));
    Ok(())
}
