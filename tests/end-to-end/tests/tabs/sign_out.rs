//! One sign-out for all tabs.

use anyhow::Result;
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::{Value, json};

use crate::trouble::RENEWAL;

#[test]
fn r10_a_logout_signs_out_every_tab_whatever_the_vendor_says() -> Result<()> {
    in_a_browser(async |page| {
        let tabs = Tabs::open(&page.client, 3).await?;
        for (storage, fault) in [
            ("local", json!({"drop": true, "count": 50})),
            ("encrypted", json!({"status": 500})),
            ("local", json!({"hang": true})),
        ] {
            let world = World::new(Vendor::Ethgas)?;
            tabs.sign_in(&world, json!({"storage": storage, "timeoutMs": 1_000})).await?;
            let mut fault = fault;
            fault["path"] = "/api/v1/user/logout".into();
            world.fault(fault).await?;
            let outcome: Value = tabs.act(1, json!(["logout"])).await?;
            assert_eq!(outcome, json!({"revoked": false}));
            tabs.until_all("reason", "logout").await?;
            until_nothing_is_stored(&tabs).await?;
            let refused: Value = tabs.act(2, json!(["requests", 1, "/api/v1/user/info"])).await?;
            assert_eq!(refused, json!({"not-signed-in": 1}));
        }
        Ok(())
    })
}

/// R10: with tokens in memory each tab has its own; the user still signs out of all.
#[test]
fn r10_a_logout_signs_out_tabs_with_tokens_of_their_own() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::open(&page.client, 2).await?;
        for tab in tabs.all() {
            let options = json!([{"vendor": "ethgas", "baseUrl": world.address}]);
            tabs.call::<Value>(tab, "open", options).await?;
            tabs.act::<Value>(tab, json!(["login", "jdoe", "correct horse"])).await?;
        }
        tabs.until_all("status", "signed-in").await?;
        tabs.act::<Value>(0, json!(["logout"])).await?;
        tabs.until_all("reason", "logout").await?;
        until("the vendor is told of both", async || Ok(world.count("POST /api/v1/user/logout").await? == 2))
            .await
    })
}

/// R18: a renewal that ends after the logout of another tab writes nothing, neither here nor there.
#[test]
fn r18_a_logout_overtakes_the_renewal_of_another_tab() -> Result<()> {
    in_a_browser(async |page| {
        let tabs = Tabs::open(&page.client, 3).await?;
        for storage in ["local", "encrypted"] {
            let world = World::new(Vendor::Ethgas)?;
            tabs.sign_in(&world, json!({"storage": storage})).await?;
            world.fault(json!({"path": "/api/v1/user/login/refresh", "delay_ms": 1_500})).await?;
            tabs.call::<Value>(1, "atSignal", json!(["refresh"])).await?;
            tabs.call::<Value>(0, "giveSignal", json!(["token"])).await?;
            until("the renewal is on its way", async || Ok(world.count(RENEWAL).await? == 1)).await?;
            tabs.act::<Value>(2, json!(["logout"])).await?;
            let outcome: Value = tabs.call(1, "outcome", json!([])).await?;
            assert_eq!(outcome["code"], "superseded", "{storage}: {outcome}");
            tabs.until_all("reason", "logout").await?;
            until_nothing_is_stored(&tabs).await?;
            let again: Value = tabs
                .call(0, "open", json!([{"vendor": "ethgas", "baseUrl": world.address, "storage": storage}]))
                .await?;
            assert_eq!(again["reason"], "never", "{storage}: {again}");
        }
        Ok(())
    })
}

/// What another tab has taken away from localStorage may show for a moment.
async fn until_nothing_is_stored(tabs: &Tabs<'_>) -> Result<()> {
    until("nothing is left in the storage", async || {
        Ok(tabs.call::<usize>(0, "stored", json!([])).await? == 0)
    })
    .await
}

/// R25: nobody goes on as somebody else.
#[test]
fn r25_another_users_login_ends_the_session_in_other_tabs() -> Result<()> {
    in_a_browser(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        let tabs = Tabs::signed_in(&page.client, 2, &world, json!({"storage": "encrypted"})).await?;
        tabs.act::<Value>(0, json!(["login", "admin", "admin"])).await?;
        until("the other tab's is over", async || Ok(tabs.state(1).await?["reason"] == "replaced")).await?;
        assert_eq!(tabs.state(0).await?["user"], "admin");
        Ok(())
    })
}
