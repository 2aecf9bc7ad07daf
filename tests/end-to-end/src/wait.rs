//! Waiting for what takes its time in a browser, with a bound.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long anything may take; generous, for machines that are busy.
const BOUND: Duration = Duration::from_secs(15);

const PAUSE: Duration = Duration::from_millis(40);

/// Looks again and again until the condition holds. `what` says what didn't, should the time run out.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    let end = Instant::now() + BOUND;
    while !holds().await? {
        if Instant::now() > end {
            bail!("not so within {} s: {what}", BOUND.as_secs());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
