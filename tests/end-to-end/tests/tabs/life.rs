//! A tab's own mishaps: storage that is blocked, and being closed.

use anyhow::Result;
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::World;
use serde_json::{Value, json};

/// Where storage may not even be touched the session lives in memory, and says so.
#[test]
fn a_session_lives_in_memory_where_storage_is_blocked() -> Result<()> {
    in_a_browser(async |page| {
        let tabs = Tabs::open(&page.client, 1).await?;
        tabs.call::<Value>(0, "blockStorage", json!([])).await?;
        for storage in ["local", "session", "encrypted"] {
            let world = World::new(Vendor::Ethgas)?;
            tabs.sign_in(&world, json!({"storage": storage})).await?;
            assert_eq!(tabs.state(0).await?["problem"], "storage");
            world.expire().await?;
            let outcome: Value = tabs.act(0, json!(["requests", 10, "/api/v1/user/info"])).await?;
            assert_eq!(outcome, json!({"200": 10}), "{storage}");
            let outcome: Value = tabs.act(0, json!(["logout"])).await?;
            assert_eq!(outcome, json!({"revoked": true}));
        }
        Ok(())
    })
}

/// What a tab leaves behind is a session: the next one goes on with it.
#[test]
fn a_session_outlives_its_tabs() -> Result<()> {
    in_a_browser(async |page| {
        for storage in ["local", "encrypted"] {
            let world = World::new(Vendor::Ethgas)?;
            let mut tabs = Tabs::signed_in(&page.client, 2, &world, json!({"storage": storage})).await?;
            tabs.act::<Value>(1, json!(["refresh"])).await?;
            tabs.close_last().await?;
            page.client.refresh().await?;
            let options = json!([{"vendor": "ethgas", "baseUrl": world.address, "storage": storage}]);
            let again = Tabs::open(&page.client, 1).await?;
            let state: Value = again.call(0, "open", options).await?;
            assert_eq!(state["user"], "jdoe", "{storage}: {state}");
            let outcome: Value = again.act(0, json!(["requests", 3, "/api/v1/user/info"])).await?;
            assert_eq!(outcome, json!({"200": 3}));
        }
        Ok(())
    })
}
