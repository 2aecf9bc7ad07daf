//! The contract's tests in an engine that wasm-pack's runner can't drive.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fantoccini::wd::TimeoutConfiguration;
use hallpass_end_to_end::engine::Engine;
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::world::{page_port, tab_url};
use serde_json::{Value, json};

/// How long one of them may take: some wait for storages that never answer, and some for every vendor in turn.
const BOUND: Duration = Duration::from_secs(120);

/// Loads the package, before a test replaces what that takes.
const LOAD: &str = "return import('/pkg/hallpass.js').then(({ init }) => init())";

/// Only some of the files, to be quick: `HALLPASS_CONTRACT=streams.js,tabs.js`.
fn some() -> Option<String> {
    std::env::var("HALLPASS_CONTRACT").ok()
}

/// The files with the tests, which lie beside what they stand on.
fn files() -> Result<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../contract");
    let names = fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut files: Vec<_> =
        names.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<Result<_>>()?;
    files.retain(|name| Path::new(name).extension().is_some_and(|end| end == "js") && name != "env.js");
    if let Some(some) = some() {
        files.retain(|name| some.split(',').any(|one| one == name));
    }
    files.sort();
    Ok(files)
}

/// In the other engines `cargo xtask test` has them run by wasm-pack, on a page and in a worker.
#[test]
fn the_contract_holds() -> Result<()> {
    if Engine::chosen()? != Engine::WebKit {
        return Ok(());
    }
    in_a_browser(async |page| {
        page.client.update_timeouts(TimeoutConfiguration::new(Some(BOUND), None, None)).await?;
        // The contract's vendors are at this address, and WebKit keeps the cookies of other sites from a page.
        let address = tab_url("127.0.0.1")?;
        let (mut passed, mut failed) = (0, Vec::new());
        for file in files()? {
            let tab = Tabs::open_at(&page.client, 1, &address).await?;
            let names: Vec<String> = tab.call(0, "contractOf", json!([file])).await?;
            for name in names {
                // What one has done to its page is none of the next one's business.
                let tab = Tabs::open_at(&page.client, 1, &address).await?;
                page.client.execute(LOAD, vec![]).await?;
                let outcome: Value = tab.call(0, "contract", json!([page_port()?, file, name])).await?;
                match outcome.as_str() {
                    None => passed += 1,
                    Some(message) => failed.push(format!("{file}: {name}: {message}")),
                }
            }
        }
        ensure!(
            failed.is_empty(),
            "{} of {} failed:\n{}",
            failed.len(),
            passed + failed.len(),
            failed.join("\n")
        );
        ensure!(passed > 150 || some().is_some(), "only {passed} tests were found");
        Ok(())
    })
}
