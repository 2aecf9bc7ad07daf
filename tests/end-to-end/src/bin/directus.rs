//! `directus`: the guide's recipe for Directus against the real server, which `cargo xtask directus` has started: two tabs, where each refresh
//! token is good for one renewal.

use anyhow::{Result, ensure};
use hallpass_end_to_end::django::{PORT_OFFSET, recipe};
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use hallpass_end_to_end::world::page_port;
use serde_json::{Value, json};

const EMAIL: &str = "jdoe@example.com";
const PASSWORD: &str = "correct horse";

/// How far the tabs' clocks go on: more than an access token lives.
const SLEEP_MS: u32 = 1_000_000;

/// How often a tab has asked for new tokens.
const RENEWALS: &str = "return performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/auth/refresh')).length";

fn main() -> Result<()> {
    in_a_browser(async |page| {
        let vendor = recipe(&page.client, "directus").await?;
        let base = format!("http://localhost:{}/", page_port()? + PORT_OFFSET);
        let options = json!([{"vendor": vendor, "baseUrl": base, "storage": "local"}]);
        let tabs = Tabs::open(&page.client, 2).await?;
        tabs.call::<Value>(0, "open", options.clone()).await?;
        let sign_in = async |password: &str| {
            tabs.act::<Value>(0, json!(["signIn", {"email": EMAIL, "password": password}])).await
        };
        let wrong = sign_in("battery staple").await?;
        let told = (&wrong["code"], &wrong["vendorCode"], &wrong["status"]);
        ensure!(
            told == (&json!("invalid-credentials"), &json!("INVALID_CREDENTIALS"), &json!(401)),
            "{wrong}"
        );
        let state = sign_in(PASSWORD).await?;
        ensure!(state["user"] == EMAIL, "{state}");
        tabs.call::<Value>(1, "open", options).await?;
        tabs.until_all("status", "signed-in").await?;
        for round in 1..=2 {
            for tab in tabs.all() {
                tabs.call::<Value>(tab, "sleep", json!([SLEEP_MS])).await?;
            }
            let outcomes = tabs.at_once(json!(["requests", 5, "users/me"])).await?;
            ensure!(outcomes == vec![json!({"200": 5}); 2], "round {round}: {outcomes:?}");
            let mut renewals = 0;
            for tab in tabs.all() {
                tabs.switch(tab).await?;
                renewals += page.client.execute(RENEWALS, vec![]).await?.as_u64().unwrap_or_default();
            }
            ensure!(renewals == round, "round {round}: {renewals} renewals");
        }
        let refused: Value = tabs.act(1, json!(["json", "items/nothing"])).await?;
        ensure!(
            (&refused["code"], &refused["vendorCode"]) == (&json!("forbidden"), &json!("FORBIDDEN")),
            "{refused}"
        );
        let alive: Value = tabs.act(1, json!(["check"])).await?;
        ensure!(alive["user"] == EMAIL, "{alive}");
        let left: Value = tabs.act(0, json!(["logout"])).await?;
        ensure!(left == json!({"revoked": true}), "{left}");
        tabs.until_all("status", "signed-out").await
    })
}
