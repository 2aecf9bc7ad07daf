//! What the page says of what was asked for: only as long as it holds, and only to whom it concerns.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::json;

const SIGN_IN: &str = "/api/v1/user/login";

#[test]
fn a_call_that_fails_after_the_sign_out_is_not_the_next_persons() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.sign_in(&world, "memory").await?;
        world.fault(json!({"path": "/api/v1/user/info", "hold": true})).await?;
        page.click("call").await?;
        until("the call is at the vendor", async || Ok(world.count("GET /api/v1/user/info").await? == 1))
            .await?;
        page.click("sign-out").await?;
        page.until_signed_out().await?;
        page.submit("admin", "admin").await?;
        page.until_signed_in().await?;
        assert!(!page.is_at_work("call").await?, "the next person can call");
        until("the sign-in is over", async || Ok(!page.is_at_work("sign-in-button").await?)).await?;
        let focused = page.focused().await?;
        world.release().await?;
        until("the call is refused", async || {
            Ok(page.requests().await?.iter().any(|request| request.status == "401"))
        })
        .await?;
        // By the time of another reply, hallpass and the page have made of it what they do.
        page.evaluate::<u16>("return fetch('config.json').then(({ status }) => status)").await?;
        assert!(!page.is_shown("error").await?, "the failure is not shown");
        assert_eq!(page.text("status").await?, "Signed in to ETHGAS.");
        assert_eq!(page.focused().await?, focused, "the focus stays");
        Ok(())
    })
}

#[test]
fn a_sign_out_that_takes_its_time_keeps_nobody_else_from_signing_out() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.sign_in(&world, "memory").await?;
        world.fault(json!({"path": "/api/v1/user/logout", "hold": true})).await?;
        page.click("sign-out").await?;
        page.until_signed_out().await?;
        page.submit("admin", "admin").await?;
        page.until_signed_in().await?;
        assert!(!page.is_at_work("sign-out").await?, "it can be clicked");
        page.click("sign-out").await?;
        page.until_status("Signed out. ETHGAS confirmed it.").await?;
        world.release().await
    })
}

#[test]
fn an_error_is_over_when_another_tab_signs_in() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.choose(&world, "local").await?;
        page.submit(USER, "wrong").await?;
        page.until_error().await?;
        let first = page.client.window().await?;
        page.open_another("").await?;
        page.submit(USER, PASSWORD).await?;
        page.until_signed_in().await?;
        page.client.switch_to_window(first).await?;
        page.until_text("status", "Signed in to ETHGAS in another tab.").await?;
        is_over(page).await?;
        assert_eq!(page.focused().await?, "session-heading", "the focus has a place");
        Ok(())
    })
}

/// That of a renewal is: see `faults`.
#[test]
fn another_error_is_not_over_when_renewals_go_well_again() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.sign_in(&world, "memory").await?;
        world.fault(json!({"path": "/api/v1/user/login/refresh", "status": 503})).await?;
        page.click("renew").await?;
        page.until_text("renewal", "vendor-unavailable").await?;
        page.click("elsewhere").await?;
        until("the renewal succeeds", async || Ok(!page.is_shown("renewal").await?)).await?;
        assert_eq!(page.until_error().await?.code, "forbidden-target");
        Ok(())
    })
}

#[test]
fn an_error_and_a_single_sign_on_are_those_of_one_vendor() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Lenses)?;
        page.choose(&world, "memory").await?;
        page.submit("sso", "whatever").await?;
        page.until_error().await?;
        assert!(page.is_shown("single-sign-on").await?, "HQ has told of one");
        page.element("vendor").await?.select_by_value("ocient").await?;
        is_over(page).await?;
        assert!(!page.is_shown("single-sign-on").await?, "Ocient has told of none");
        page.element("vendor").await?.select_by_value("lenses").await?;
        assert!(page.is_shown("single-sign-on").await?, "it is still there at HQ");
        page.fill("base-url", &World::new(Vendor::Lenses)?.address).await?;
        page.click("username").await?; // an address counts once it is typed
        until("another HQ has told of none", async || Ok(!page.is_shown("single-sign-on").await?)).await
    })
}

#[test]
fn an_error_is_that_of_one_address_and_of_one_way() -> Result<()> {
    on_the_page(async |page| {
        page.choose(&World::new(Vendor::Ocient)?, "memory").await?;
        page.submit(USER, "wrong").await?;
        page.until_error().await?;
        page.fill("base-url", &World::new(Vendor::Ocient)?.address).await?;
        is_over(page).await?;
        page.element("way").await?.select_by_value("idToken").await?;
        page.fill("token", "none").await?;
        page.click("sign-in-button").await?;
        page.until_error().await?;
        page.element("way").await?.select_by_value("accessToken").await?;
        is_over(page).await
    })
}

#[test]
fn a_refusal_is_told_of_what_was_sent_whatever_is_chosen_since() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.choose(&world, "memory").await?;
        world.fault(json!({"path": SIGN_IN, "hold": true})).await?;
        page.submit(USER, "wrong").await?;
        until("it is at the vendor", async || Ok(world.count(&format!("POST {SIGN_IN}")).await? == 1))
            .await?;
        page.element("vendor").await?.select_by_value("ocient").await?;
        page.element("way").await?.select_by_value("idToken").await?;
        world.release().await?;
        let error = page.until_error().await?;
        assert_eq!(error.happened, "That user name and password don’t match.");
        assert!(error.text.contains("ETHGAS may lock the account"), "{:?}", error.text);
        assert_eq!(marked(page).await?, [""; 0], "the form is about something else now");
        Ok(())
    })
}

async fn is_over(page: &Page) -> Result<()> {
    assert!(!page.is_shown("error").await?, "the error is gone");
    assert_eq!(marked(page).await?, [""; 0], "and so are its marks");
    Ok(())
}

/// The fields that are marked as wrong.
async fn marked(page: &Page) -> Result<Vec<String>> {
    page.evaluate("return [...document.querySelectorAll('[aria-invalid=true]')].map(({ id }) => id)").await
}
