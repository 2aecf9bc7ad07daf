//! A session whose time is up.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::World;
use serde_json::json;

#[test]
fn a_token_of_pegase3_ends_and_the_page_says_so() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Pegase3)?;
        world.configure(json!({"access_lifetime_s": 2})).await?;
        page.sign_in(&world, "session").await?;
        page.until_signed_out().await?;
        page.until_status("Signed out: the session’s time was up.").await?;
        assert_eq!(page.element("signed-out").await?.attr("data-reason").await?.as_deref(), Some("expired"));
        assert!(!page.is_shown("error").await?, "an end in time is no error");
        assert_eq!(world.count("GET /login").await?, 1, "nobody signs in by themselves");
        page.reload().await?;
        page.until_signed_out().await
    })
}

#[test]
fn the_last_minute_of_a_token_that_cannot_be_renewed_is_told() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Pegase3)?;
        world.configure(json!({"access_lifetime_s": 40})).await?;
        page.sign_in(&world, "session").await?;
        page.until_status("Less than a minute is left").await?;
        page.reload().await?;
        page.until_status("Less than a minute is left").await
    })
}
