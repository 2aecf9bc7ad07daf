//! One renewal for all tabs.

use anyhow::Result;
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::{Value, json};

use crate::trouble::RENEWAL;

const DATA: &str = "/api/v1/user/info";

/// The refresh token rotates: who spends one that another tab has spent is signed out.
#[test]
fn r16_eight_tabs_with_fifty_requests_each_are_one_renewal() -> Result<()> {
    in_a_browser(async |page| {
        let tabs = Tabs::open(&page.client, 8).await?;
        for storage in ["local", "encrypted"] {
            let world = World::new(Vendor::Ethgas)?;
            tabs.sign_in(&world, json!({"storage": storage})).await?;
            for round in 1..=3 {
                world.expire().await?;
                let outcomes = tabs.at_once(json!(["requests", 50, DATA])).await?;
                let states = tabs.states().await?;
                assert_eq!(outcomes, vec![json!({"200": 50}); 8], "{storage}, round {round}: {states:?}");
                assert_eq!(world.count(RENEWAL).await?, round, "{storage}");
                assert_eq!(world.ledger().await?["refresh_reuse"], 0, "a refresh token was spent twice");
            }
            tabs.until_all("renewal", "idle").await?;
        }
        Ok(())
    })
}

/// R16: a token that the tabs themselves know to be over, as after a night.
#[test]
fn r16_r19_tabs_that_wake_up_renew_once() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::signed_in(&page.client, 4, &world, json!({"storage": "local"})).await?;
        let old: String = tabs.act(0, json!(["token"])).await?;
        for tab in tabs.all() {
            tabs.call::<Value>(tab, "sleep", json!([7_200_000])).await?;
        }
        let outcomes = tabs.at_once(json!(["requests", 20, DATA])).await?;
        assert_eq!(outcomes, vec![json!({"200": 20}); 4]);
        assert_eq!(world.count(RENEWAL).await?, 1);
        let ledger = world.ledger().await?;
        let with_old = |request: &&Value| {
            request["path"] == DATA && request["headers"]["authorization"] == format!("Bearer {old}")
        };
        let used = ledger["requests"].as_array().into_iter().flatten().filter(with_old).count();
        assert_eq!(used, 0, "requests with a token that was over");
        Ok(())
    })
}

/// Has each tab see what the others write to localStorage a second late.
async fn lag_behind(tabs: &Tabs<'_>) -> Result<()> {
    for tab in tabs.all() {
        tabs.call::<Value>(tab, "lagBehind", json!([1_000])).await?;
    }
    Ok(())
}

/// R16: locks are faster than localStorage. The next tab in the queue may not see yet that the token is spent.
#[test]
fn r16_tabs_that_see_each_others_writing_late_renew_once() -> Result<()> {
    late_writing_is_one_renewal(true)
}

/// R16: nor where there are no locks.
#[test]
fn r16_tabs_without_locks_that_see_each_others_writing_late_renew_once() -> Result<()> {
    late_writing_is_one_renewal(false)
}

fn late_writing_is_one_renewal(locks: bool) -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::open(&page.client, 3).await?;
        for tab in tabs.all().filter(|_| !locks) {
            tabs.call::<Value>(tab, "removeLocks", json!([])).await?;
        }
        tabs.sign_in(&world, json!({"storage": "local"})).await?;
        lag_behind(&tabs).await?;
        for round in 1..=2 {
            world.expire().await?;
            // Long enough for all three to want the lock.
            let refresh = "/api/v1/user/login/refresh";
            world.fault(json!({"path": refresh, "delay_ms": 500})).await?;
            let outcomes = tabs.at_once(json!(["requests", 5, DATA])).await?;
            assert_eq!(outcomes, vec![json!({"200": 5}); 3], "round {round}");
            assert_eq!(world.count(RENEWAL).await?, round);
        }
        assert_eq!(world.ledger().await?["refresh_reuse"], 0, "a refresh token was spent twice");
        Ok(())
    })
}

/// R16: nor may a tab that comes when the other one is done.
#[test]
fn r16_a_tab_that_comes_after_a_renewal_and_sees_it_late_renews_nothing() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::signed_in(&page.client, 2, &world, json!({"storage": "local"})).await?;
        lag_behind(&tabs).await?;
        world.expire().await?;
        for tab in tabs.all() {
            let outcome: Value = tabs.act(tab, json!(["requests", 5, DATA])).await?;
            assert_eq!(outcome, json!({"200": 5}), "tab {tab}");
        }
        assert_eq!(world.count(RENEWAL).await?, 1);
        assert_eq!(world.ledger().await?["refresh_reuse"], 0, "a refresh token was spent twice");
        Ok(())
    })
}

/// R17: the lock of a tab that goes away goes with it.
#[test]
fn r17_a_tab_killed_in_the_middle_of_a_renewal_holds_nobody_up() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let options = json!({"storage": "local", "timeoutMs": 60_000});
        let mut tabs = Tabs::signed_in(&page.client, 3, &world, options).await?;
        // The vendor never sees this one, so the refresh token is still good.
        world.fault(json!({"path": "/api/v1/user/login/refresh", "hang": true})).await?;
        tabs.call::<Value>(2, "atSignal", json!(["refresh"])).await?;
        tabs.call::<Value>(0, "giveSignal", json!(["token"])).await?;
        until("the renewal is on its way", async || Ok(world.count(RENEWAL).await? == 1)).await?;
        world.expire().await?;
        tabs.close_last().await?;
        // Within the bound of `until`, which is a quarter of `timeoutMs`.
        tabs.call::<Value>(0, "giveSignal", json!(["requests", 5, DATA])).await?;
        let outcome: Value = tabs.call(0, "outcome", json!([])).await?;
        assert_eq!(outcome, json!({"200": 5}));
        assert_eq!(world.count(RENEWAL).await?, 2);
        tabs.until_all("status", "signed-in").await
    })
}

/// R17: without Web Locks nobody is signed out, although tabs spend one rotating token at once.
#[test]
fn r17_tabs_without_locks_keep_their_session() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::open(&page.client, 4).await?;
        for tab in tabs.all() {
            tabs.call::<Value>(tab, "removeLocks", json!([])).await?;
        }
        tabs.sign_in(&world, json!({"storage": "local"})).await?;
        for _ in 0..3 {
            world.expire().await?;
            let outcomes = tabs.at_once(json!(["requests", 10, DATA])).await?;
            assert_eq!(outcomes, vec![json!({"200": 10}); 4]);
        }
        tabs.until_all("status", "signed-in").await
    })
}
