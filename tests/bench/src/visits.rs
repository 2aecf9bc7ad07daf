//! The visits: what the driver does in the browser for each way to measure.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::schedule::{AT_ONCE_PER_TAB, HEAP_AFTER, Item, TABS, Way};

/// One contender's turn at one item. What went wrong is a result too, so that it is reported and the run goes on.
pub async fn visit(browser: &Browser<'_>, item: &Item, contender: &str, files: &Value, quick: bool) -> Value {
    let outcome = match item.way {
        Way::Fresh => fresh(browser, item, contender, files).await,
        Way::Kept(before, times) => kept(browser, item, contender, before, times).await,
        Way::Heap => heaps(browser, &[contender], quick).await.pop().context("nobody was measured"),
        Way::Tabs => tabs(browser, contender, quick).await,
    };
    outcome.unwrap_or_else(|error| json!({"failed": format!("{error:#}")}))
}

async fn fresh(browser: &Browser<'_>, item: &Item, contender: &str, files: &Value) -> Result<Value> {
    let tab = browser.open("/").await?;
    let mut options = item.options.clone();
    options["files"] = files.clone();
    let result = browser.run(item.task, contender, &options).await;
    browser.close(&tab).await?;
    Ok(result)
}

async fn kept(browser: &Browser<'_>, item: &Item, contender: &str, before: u32, times: u32) -> Result<Value> {
    let tab = browser.open("/kept/").await?;
    let mut ms = Vec::new();
    let mut trouble = None;
    for turn in 0..before + times {
        let result = browser.run(item.task, contender, &item.options).await;
        match result["ms"][0].as_f64() {
            Some(time) if turn >= before => ms.push(time),
            Some(_) => {}
            None => trouble = Some(result),
        }
        browser.load("/kept/").await?;
    }
    browser.close(&tab).await?;
    Ok(trouble.unwrap_or_else(|| json!({"ms": ms})))
}

/// The heap of each contender, after more and more calls. All make their calls at the same time, each in a process of its own, as
/// they would take minutes one after another.
pub async fn heaps(browser: &Browser<'_>, contenders: &[&str], quick: bool) -> Vec<Value> {
    let outcome = heaps_of_tabs(browser, contenders, quick).await;
    outcome.unwrap_or_else(|error| vec![json!({"failed": format!("{error:#}")}); contenders.len()])
}

async fn heaps_of_tabs(browser: &Browser<'_>, contenders: &[&str], quick: bool) -> Result<Vec<Value>> {
    let mut tabs = Vec::new();
    for _ in contenders {
        tabs.push(browser.open("/").await?);
    }
    let mut results = vec![json!({"readings": []}); contenders.len()];
    for calls in HEAP_AFTER.into_iter().map(|calls| if quick { calls / 50 } else { calls }) {
        for (tab, contender) in tabs.iter().zip(contenders) {
            browser.switch(tab).await?;
            browser.begin("heap", contender, &json!({"calls": calls})).await?;
        }
        for (tab, result) in tabs.iter().zip(&mut results) {
            browser.switch(tab).await?;
            let told = browser.end().await;
            match (told["wasm"].as_u64(), result["readings"].as_array_mut()) {
                (Some(wasm), Some(readings)) => match read(browser, calls, wasm).await {
                    Ok(reading) => readings.push(reading),
                    Err(error) => *result = json!({"failed": format!("{error:#}")}),
                },
                (None, Some(_)) => *result = told,
                (_, None) => {}
            }
        }
    }
    for tab in &tabs {
        browser.close(tab).await?;
    }
    Ok(results)
}

/// The heap of the present tab.
async fn read(browser: &Browser<'_>, calls: u64, wasm: u64) -> Result<Value> {
    // What one collection frees may be all that kept other things alive.
    for _ in 0..3 {
        browser.chromium("HeapProfiler.collectGarbage", json!({})).await?;
    }
    let heap = browser.chromium("Runtime.getHeapUsage", json!({})).await?;
    Ok(json!({
        "calls": calls, "js": heap["usedSize"], "buffers": heap["backingStorageSize"],
        "embedder": heap["embedderHeapUsedSize"], "wasm": wasm,
    }))
}

/// Opens as many tabs as are needed at most, and lets the first 1, 2, 4 … of them share a session.
async fn tabs(browser: &Browser<'_>, contender: &str, quick: bool) -> Result<Value> {
    let counts = if quick { &TABS[..2] } else { &TABS[..] };
    let mut tabs = Vec::new();
    for _ in 0..counts.iter().copied().max().unwrap_or_default() {
        tabs.push(browser.open("/").await?);
    }
    let mut by_size = serde_json::Map::new();
    let mut outcome = Ok(None);
    for count in counts {
        outcome = share(browser, &tabs[..*count], contender).await.map(|result| {
            let cant = result["cant"].is_string();
            by_size.insert(count.to_string(), result.clone());
            cant.then_some(result)
        });
        if !matches!(outcome, Ok(None)) {
            break;
        }
    }
    for tab in &tabs {
        browser.close(tab).await?;
    }
    Ok(outcome?.unwrap_or_else(|| json!({"bySize": by_size})))
}

async fn share(
    browser: &Browser<'_>,
    tabs: &[fantoccini::wd::WindowHandle],
    contender: &str,
) -> Result<Value> {
    // Nothing is left of what the same tabs did before.
    for tab in tabs {
        browser.switch(tab).await?;
        browser.load("/").await?;
    }
    let address = browser.tab("newWorld", json!([])).await?;
    for (number, tab) in tabs.iter().enumerate() {
        browser.switch(tab).await?;
        if number == 0 {
            browser.tab("forget", json!([])).await?;
        }
        let why = browser.tab("open", json!([contender])).await?;
        if why.is_string() {
            return Ok(json!({"cant": why}));
        }
        let entered = browser.tab("enter", json!([address, number == 0])).await?;
        if entered != true {
            return Ok(json!({"failed": format!("tab {number} has no session")}));
        }
    }
    browser.tab("expire", json!([address])).await?;
    for tab in tabs {
        browser.switch(tab).await?;
        browser.tab("atSignal", json!([AT_ONCE_PER_TAB])).await?;
    }
    browser.tab("giveSignal", json!([])).await?;
    let (mut begun, mut ended, mut wrong, mut why) = (f64::MAX, 0.0_f64, 0, Value::Null);
    for tab in tabs {
        browser.switch(tab).await?;
        let outcome = browser.tab("outcome", json!([])).await?;
        begun = begun.min(outcome["begun"].as_f64().unwrap_or(f64::MAX));
        ended = ended.max(outcome["ended"].as_f64().unwrap_or_default());
        wrong += outcome["wrong"].as_u64().unwrap_or_default();
        if outcome["why"].is_string() {
            why = outcome["why"].clone();
        }
    }
    let mut result = browser.tab("counts", json!([address])).await?;
    result["ms"] = json!(ended - begun);
    result["wrong"] = wrong.into();
    if !why.is_null() {
        result["why"] = why;
    }
    Ok(result)
}
