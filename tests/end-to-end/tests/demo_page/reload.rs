//! What of a session survives a reload of the page.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::World;

#[test]
fn a_reload_keeps_a_session_in_session_storage() -> Result<()> {
    on_the_page(async |page| survives(page, "session").await)
}

#[test]
fn a_reload_keeps_a_session_in_local_storage() -> Result<()> {
    on_the_page(async |page| survives(page, "local").await)
}

#[test]
fn a_reload_keeps_a_session_in_encrypted_storage() -> Result<()> {
    on_the_page(async |page| survives(page, "encrypted").await)
}

#[test]
fn r7_a_reload_loses_a_session_in_memory() -> Result<()> {
    on_the_page(async |page| {
        for vendor in Vendor::ALL {
            page.sign_in(&World::new(vendor)?, "memory").await?;
            page.reload().await?;
            page.until_signed_out().await?;
            assert_eq!(page.text("status").await?, "Not signed in.", "at {}", vendor.name());
            assert_eq!(page.value("vendor").await?, vendor.name(), "the choice is kept");
        }
        Ok(())
    })
}

/// At each vendor: after a reload the session is there, with nothing sent for it, and is good for a call.
async fn survives(page: &Page, storage: &str) -> Result<()> {
    for vendor in Vendor::ALL {
        let world = World::new(vendor)?;
        page.sign_in(&world, storage).await?;
        page.reload().await?;
        page.until_signed_in().await?;
        assert_eq!(page.text("user").await?, USER, "at {}", vendor.name());
        assert_eq!(page.requests().await?, [], "opening a session talks to nobody");
        page.click("call").await?;
        page.until_text("reply", "The API’s answer").await?;
        assert!(!page.is_shown("error").await?, "no error is shown");
        page.click("sign-out").await?;
        page.until_signed_out().await?;
        page.reload().await?;
        page.until_signed_out().await?;
    }
    Ok(())
}
