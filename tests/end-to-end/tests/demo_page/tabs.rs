//! The page in two tabs of one browser.

use anyhow::Result;
use fantoccini::wd::WindowHandle;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::json;

#[test]
fn r10_a_sign_out_in_one_tab_signs_the_other_out() -> Result<()> {
    on_the_page(async |page| a_sign_out_spreads(page, "local").await)
}

#[test]
fn r10_a_sign_out_in_one_tab_signs_the_other_out_where_tokens_are_encrypted() -> Result<()> {
    on_the_page(async |page| a_sign_out_spreads(page, "encrypted").await)
}

#[test]
fn a_sign_in_in_one_tab_signs_the_other_in() -> Result<()> {
    on_the_page(async |page| a_sign_in_spreads(page, "local").await)
}

#[test]
fn a_sign_in_in_one_tab_signs_the_other_in_where_tokens_are_encrypted() -> Result<()> {
    on_the_page(async |page| a_sign_in_spreads(page, "encrypted").await)
}

#[test]
fn a_renewal_in_one_tab_shows_in_the_other() -> Result<()> {
    on_the_page(async |page| {
        for storage in ["local", "encrypted"] {
            let world = World::new(Vendor::Ethgas)?;
            page.sign_in(&world, storage).await?;
            let [first, second] = tabs(page).await?;
            page.until_signed_in().await?;
            world.configure(json!({"access_lifetime_s": 600})).await?;
            page.click("renew").await?;
            page.until_status("Renewed.").await?;
            page.client.switch_to_window(first.clone()).await?;
            until("the new token's time is shown", async || Ok(page.seconds_left().await? <= 601)).await?;
            assert_eq!(page.text("status").await?, "Signed in to ETHGAS.", "no news to read out");
            assert_eq!(world.count("POST /api/v1/user/login/refresh").await?, 1, "{storage}");
            page.click("sign-out").await?;
            page.until_status("ETHGAS confirmed it.").await?;
            page.client.switch_to_window(second).await?;
            page.client.close_window().await?;
            page.client.switch_to_window(first).await?;
        }
        Ok(())
    })
}

#[test]
fn another_user_in_one_tab_ends_the_session_of_the_other() -> Result<()> {
    on_the_page(async |page| {
        for storage in ["local", "encrypted"] {
            let world = World::new(Vendor::Ethgas)?;
            page.sign_in(&world, storage).await?;
            let first = page.client.window().await?;
            // A tab that knows of no choice begins with the form.
            page.evaluate::<()>("localStorage.removeItem('hallpass-demo')").await?;
            let second = page.client.new_window(true).await?.handle;
            page.client.switch_to_window(second).await?;
            page.open().await?;
            page.choose(&world, storage).await?;
            page.submit("admin", "admin").await?;
            page.until_text("user", "admin").await?;

            page.client.switch_to_window(first.clone()).await?;
            page.until_signed_out().await?;
            page.until_status("Somebody else signed in in another tab; sign in again.").await?;
            let reason = page.element("signed-out").await?.attr("data-reason").await?;
            assert_eq!(reason.as_deref(), Some("replaced"), "{storage}");
            page.submit(USER, PASSWORD).await?;
            page.until_signed_in().await?;
            assert_eq!(page.text("status").await?, "Signed in to ETHGAS.", "this tab's own doing");
            page.click("sign-out").await?;
            page.until_signed_out().await?;
        }
        Ok(())
    })
}

async fn a_sign_out_spreads(page: &Page, storage: &str) -> Result<()> {
    page.sign_in(&World::new(Vendor::Ethgas)?, storage).await?;
    page.click("elsewhere").await?;
    assert_eq!(page.until_error().await?.code, "forbidden-target");
    let [first, _second] = tabs(page).await?;
    page.until_signed_in().await?;
    assert_eq!(page.text("user").await?, USER, "the session is there, too");
    assert_eq!(page.text("status").await?, "Signed in to ETHGAS.", "found there, not just brought about");
    page.click("sign-out").await?;
    page.until_status("Signed out. ETHGAS confirmed it.").await?;

    page.client.switch_to_window(first).await?;
    page.until_signed_out().await?;
    page.until_status("Signed out in another tab.").await?;
    assert!(!page.is_shown("error").await?, "an error of the session is over with it");
    for id in ["user", "expires"] {
        let left: String =
            page.evaluate(&format!("return document.getElementById('{id}').textContent")).await?;
        assert_eq!(left, "", "#{id} after the sign-out");
    }
    Ok(())
}

async fn a_sign_in_spreads(page: &Page, storage: &str) -> Result<()> {
    // Signed in and out, both tabs have a handle for the same session.
    page.sign_in(&World::new(Vendor::Ocient)?, storage).await?;
    page.click("sign-out").await?;
    page.until_status("Signed out. Ocient confirmed it.").await?;
    let [first, _second] = tabs(page).await?;
    page.until_signed_out().await?;
    page.submit(USER, PASSWORD).await?;
    page.until_signed_in().await?;
    assert_eq!(page.text("status").await?, "Signed in to Ocient.", "this tab's own doing");

    page.client.switch_to_window(first).await?;
    page.until_signed_in().await?;
    page.until_status("Signed in to Ocient in another tab.").await?;
    assert_eq!(page.text("user").await?, USER);
    page.call().await?;
    page.until_text("payload", "\"c1\": 1").await
}

/// The present tab and one that it opens, which takes over what its form was filled in with; leaves the page in that one.
async fn tabs(page: &Page) -> Result<[WindowHandle; 2]> {
    let first = page.client.window().await?;
    let second = page.open_another("").await?;
    Ok([first, second])
}
