//! The page in two tabs of one browser.

use anyhow::{Context, Result};
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::USER;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;

#[test]
fn r10_a_sign_out_in_one_tab_signs_the_other_out() -> Result<()> {
    on_the_page(async |page| {
        page.sign_in(&World::new(Vendor::Ethgas)?, "local").await?;
        let first = page.client.window().await?;
        // Opened by the first, a tab takes over what that one's form was filled in with.
        page.evaluate::<()>("window.open(location.href)").await?;
        until("the tab is there", async || Ok(page.client.windows().await?.len() == 2)).await?;
        let tabs = page.client.windows().await?;
        let second = tabs.into_iter().find(|tab| *tab != first).context("a second tab")?;

        page.client.switch_to_window(second).await?;
        page.until_ready().await?;
        page.until_signed_in().await?;
        assert_eq!(page.text("user").await?, USER, "the session is there, too");
        page.click("sign-out").await?;
        page.until_signed_out().await?;

        page.client.switch_to_window(first).await?;
        page.until_signed_out().await?;
        page.until_status("Signed out.").await
    })
}
