//! What nobody would think of: four tabs that do one thing after another as chance has it, with tokens of a few seconds.

use std::env;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::wd::TimeoutConfiguration;
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::page::{PASSWORD, USER};
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::World;
use serde_json::{Value, json};

use crate::trouble::RENEWAL;

/// How long the tabs go on, in seconds: `HALLPASS_RANDOM_SECONDS=120` for longer.
const SECONDS: u64 = 20;

/// The least that four tabs do in a second, on a busy machine: fewer would show nothing.
const LEAST_A_SECOND: u64 = 2;

/// R16, rule 2: no refresh token is spent twice, everything is answered, and every error is hallpass's own.
#[test]
fn r16_four_tabs_at_random_spend_no_token_twice_and_leave_nobody_waiting() -> Result<()> {
    let seconds = match env::var("HALLPASS_RANDOM_SECONDS") {
        Ok(text) => text.parse().context("HALLPASS_RANDOM_SECONDS is no number")?,
        Err(_) => SECONDS,
    };
    in_a_browser(async |page| {
        let bound = Duration::from_secs(seconds + 60);
        page.client.update_timeouts(TimeoutConfiguration::new(Some(bound), None, None)).await?;
        let tabs = Tabs::open(&page.client, 4).await?;
        for storage in ["local", "encrypted"] {
            goes_on(&tabs, storage, seconds / 2).await?;
        }
        Ok(())
    })
}

async fn goes_on(tabs: &Tabs<'_>, storage: &str, seconds: u64) -> Result<()> {
    let world = World::new(Vendor::Ethgas)?;
    world.configure(json!({"access_lifetime_s": 4})).await?;
    tabs.sign_in(&world, json!({"storage": storage})).await?;
    let act = |tab: usize| {
        let options = json!({
            "seed": tab, "ms": seconds * 1_000, "path": "/api/v1/user/info", "username": USER, "password": PASSWORD,
        });
        json!(["random", options])
    };
    for tab in tabs.all().skip(1) {
        tabs.call::<Value>(tab, "atSignal", act(tab)).await?;
    }
    tabs.call::<Value>(0, "giveSignal", act(0)).await?;
    let mut acts = 0;
    for tab in tabs.all() {
        let outcome: Value = tabs.call(tab, "outcome", json!([])).await?;
        assert_eq!(outcome["troubles"], json!([]), "{storage}, tab {tab}: {outcome}");
        let counts = outcome["counts"].as_object().into_iter().flatten();
        acts += counts.filter_map(|(_, count)| count.as_u64()).sum::<u64>();
    }
    let renewals = world.count(RENEWAL).await?;
    assert_eq!(world.ledger().await?["refresh_reuse"], 0, "{storage}: a refresh token was spent twice");
    assert!(acts >= LEAST_A_SECOND * seconds && renewals > 0, "{storage}: {acts} acts, {renewals} renewals");
    eprintln!("{storage}: {acts} acts of four tabs in {seconds} s, {renewals} renewals");
    Ok(())
}
