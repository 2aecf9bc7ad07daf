//! Runs one scenario in a fresh browser, and cleans up however it ends.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::Value;
use tokio::runtime;
use tokio::time::timeout;

use crate::driver::Driver;
use crate::engine::Engine;
use crate::page::Page;

/// How long the browser may take to close.
const PATIENCE: Duration = Duration::from_secs(10);

/// A browser keeps a machine busy; several at once would only make each other late.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Opens the demo page in a browser with an empty profile and plays a scenario on it.
pub fn on_the_page(scenario: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    in_a_browser(async |page| {
        page.open().await?;
        scenario(page).await
    })
}

/// Starts a browser with an empty profile and plays a scenario in it.
pub fn in_a_browser(scenario: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    in_a_browser_with(&[], scenario)
}

/// The same with more arguments for Chromium.
pub fn in_a_browser_with(arguments: &[&str], scenario: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let engine = Engine::chosen()?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let driver = runtime.block_on(Driver::start(engine))?;
    let client = runtime.block_on(connect(engine, &driver, arguments))?;
    let page = Page::new(client.clone(), engine);
    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(scenario(&page))));
    runtime.block_on(async {
        if !matches!(played, Ok(Ok(()))) {
            tell(&page).await;
        }
        // A browser that doesn't close goes with its driver.
        drop(timeout(PATIENCE, client.close()).await);
    });
    played.unwrap_or_else(|panic| resume_unwind(panic))
}

async fn connect(engine: Engine, driver: &Driver, arguments: &[&str]) -> Result<Client> {
    let mut capabilities = engine.capabilities();
    if let Some(own) = capabilities.get_mut("goog:chromeOptions").and_then(|all| all["args"].as_array_mut()) {
        own.extend(arguments.iter().map(|argument| Value::from(*argument)));
    }
    ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(&driver.url())
        .await
        .context("the browser could not be started")
}

/// For the one who reads why a scenario failed: what the page showed then.
async fn tell(page: &Page) {
    match timeout(PATIENCE, page.visible_text()).await {
        Ok(Ok(text)) => eprintln!("The page as it was then:\n{text}\n"),
        other => eprintln!("The page could not be read any more: {other:?}"),
    }
}
