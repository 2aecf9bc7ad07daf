//! Vendors that are down or busy, as several tabs see them.

use std::time::{Duration, Instant};

use anyhow::Result;
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::{Value, json};

pub const RENEWAL: &str = "POST /api/v1/user/login/refresh";
const PATH: &str = "/api/v1/user/login/refresh";
const DATA: &str = "/api/v1/user/info";

/// Signs tabs in at a vendor that fails at renewals.
async fn troubled(tabs: &Tabs<'_>, fault: Value) -> Result<World> {
    let world = World::new(Vendor::Ethgas)?;
    let mut fault = fault;
    fault["path"] = PATH.into();
    world.fault(fault).await?;
    tabs.sign_in(&world, json!({"storage": "local"})).await?;
    Ok(world)
}

/// R22: a wait that the vendor asked for is kept by all tabs, and then one of them tries.
#[test]
fn r22_retry_after_is_kept_by_all_tabs() -> Result<()> {
    in_a_browser(async |page| {
        let tabs = Tabs::open(&page.client, 4).await?;
        for (status, code) in [(429, "rate-limited"), (503, "vendor-unavailable")] {
            let world = troubled(&tabs, json!({"status": status, "retry_after": "8"})).await?;
            let outcome: Value = tabs.act(3, json!(["refresh"])).await?;
            assert_eq!(outcome["code"], code);
            tabs.until_all("renewal", "waiting").await?;
            for tab in tabs.all() {
                assert_eq!(tabs.state(tab).await?["problem"], code);
            }
            assert_eq!(world.count(RENEWAL).await?, 1, "one call for all tabs");
            tabs.until_all("renewal", "idle").await?;
            assert_eq!(world.count(RENEWAL).await?, 2, "and one more, when it was time");
            assert!(gap_ms(&world).await? >= 8_000.0, "too early: {} ms", gap_ms(&world).await?);
            let outcomes = tabs.at_once(json!(["requests", 5, DATA])).await?;
            assert_eq!(outcomes, vec![json!({"200": 5}); 4]);
        }
        Ok(())
    })
}

/// The time between the vendor's first two renewals, in ms.
async fn gap_ms(world: &World) -> Result<f64> {
    let ledger = world.ledger().await?;
    let requests = ledger["requests"].as_array().into_iter().flatten();
    let moments: Vec<_> = requests
        .filter(|request| request["path"] == PATH)
        .filter_map(|request| request["at_ms"].as_f64())
        .collect();
    Ok(moments[1] - moments[0])
}

/// R22: for a minute the vendor is down, and four tabs are used all the time. One page alone would ask it six to nine times.
#[test]
fn r22_a_vendor_that_is_down_for_a_minute_is_asked_rarely() -> Result<()> {
    in_a_browser(async |page| {
        let tabs = Tabs::open(&page.client, 4).await?;
        let world = troubled(&tabs, json!({"status": 503, "count": 1_000})).await?;
        for tab in tabs.all() {
            // Past the token's end.
            tabs.call::<Value>(tab, "sleep", json!([7_200_000])).await?;
        }
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end {
            for outcome in tabs.at_once(json!(["requests", 5, DATA])).await? {
                assert_eq!(outcome, json!({"vendor-unavailable": 5}));
            }
        }
        let calls = world.count(RENEWAL).await?;
        assert!((5..=10).contains(&calls), "{calls} renewals in a minute");
        for tab in tabs.all() {
            assert_eq!(tabs.state(tab).await?["status"], "signed-in", "rule 10");
        }
        Ok(())
    })
}

/// Offline nobody is signed out, and nothing hangs; back online the session goes on at once.
#[test]
fn r10_offline_and_back() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::signed_in(&page.client, 2, &world, json!({"storage": "local"})).await?;
        for tab in tabs.all() {
            tabs.call::<Value>(tab, "cutOff", json!([true])).await?;
            tabs.call::<Value>(tab, "sleep", json!([7_200_000])).await?;
        }
        let outcomes = tabs.at_once(json!(["requests", 5, DATA])).await?;
        assert_eq!(outcomes, vec![json!({"network": 5}); 2]);
        tabs.until_all("problem", "network").await?;
        tabs.until_all("status", "signed-in").await?;
        for tab in tabs.all() {
            tabs.call::<Value>(tab, "cutOff", json!([false])).await?;
        }
        tabs.call::<Value>(0, "hear", json!(["online"])).await?;
        until("one tab has renewed", async || Ok(world.count(RENEWAL).await? == 1)).await?;
        tabs.until_all("renewal", "idle").await?;
        let outcomes = tabs.at_once(json!(["requests", 5, DATA])).await?;
        assert_eq!(outcomes, vec![json!({"200": 5}); 2]);
        assert_eq!(world.count(RENEWAL).await?, 1);
        Ok(())
    })
}
