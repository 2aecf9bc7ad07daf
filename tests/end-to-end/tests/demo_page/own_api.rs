//! An API of one's own: described, checked as it is typed, tried.

use anyhow::Result;
use fantoccini::key::Key;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::troubles;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::{World, page_url};

const LOGIN: &str = "POST /api/v1/user/login";

/// Replaces the description as typing would.
async fn describe(page: &Page, from: &str, to: &str) -> Result<()> {
    page.evaluate_with(
        "const box = document.getElementById('description');
         box.value = box.value.replace(arguments[0], arguments[1]);
         box.dispatchEvent(new Event('input'))",
        vec![from.into(), to.into()],
    )
    .await
}

async fn open(page: &Page) -> Result<()> {
    page.client.goto(&format!("{}own-api.html", page_url()?)).await?;
    page.until_ready().await
}

/// Opens the page, with a simulated vendor at the address that it is to try.
async fn open_with_a_vendor(page: &Page) -> Result<World> {
    let world = World::new(Vendor::Ethgas)?;
    open(page).await?;
    page.fill("base-url", &world.address).await?;
    Ok(world)
}

async fn sign_in(page: &Page, password: &str) -> Result<()> {
    page.fill("credential-username", USER).await?;
    page.fill("credential-password", password).await?;
    page.click("sign-in-button").await
}

#[test]
fn an_api_of_ones_own_is_described_checked_and_tried() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        open(page).await?;
        troubles::watch(page).await?;
        page.until_text("checked", "A login takes username and password.").await?;

        describe(page, "\"invalid-credentials\"", "\"no-such-code\"").await?;
        page.until_text("checked", "errors.codes.401.login").await?;
        describe(page, "\"no-such-code\"", "\"invalid-credentials\",").await?;
        page.until_text("checked", "This is no JSON yet").await?;
        assert_eq!(page.element("description").await?.attr("aria-invalid").await?.as_deref(), Some("true"));
        describe(page, "\"invalid-credentials\",,", "\"invalid-credentials\",").await?;
        page.until_text("checked", "The description is right.").await?;

        page.fill("base-url", "https://api.example.com").await?;
        page.until_text("reach", "This page can’t reach https://api.example.com").await?;
        sign_in(page, PASSWORD).await?;
        page.until_text("outcome", "its policy doesn’t list it").await?;

        page.fill("base-url", &world.address).await?;
        sign_in(page, "battery staple").await?;
        page.until_text("outcome", "(invalid-credentials)").await?;
        sign_in(page, PASSWORD).await?;
        page.until_text("outcome", "Signed in.").await?;
        assert!(page.value("credential-password").await?.is_empty());
        page.click("renew").await?;
        page.until_text("outcome", "Renewed.").await?;
        page.click("check").await?;
        page.until_text("outcome", "alive").await?;
        page.click("sign-out").await?;
        page.until_text("outcome", "Signed out, which the API confirmed.").await?;
        assert_eq!(world.count("POST /api/v1/user/logout").await?, 1);
        assert_eq!(troubles::seen(page).await?, Vec::<String>::new());
        Ok(())
    })
}

#[test]
fn a_login_without_places_takes_nothing() -> Result<()> {
    on_the_page(async |page| {
        open(page).await?;
        for [from, to] in [["{username}", "jdoe"], ["{password}", "none"]] {
            describe(page, from, to).await?;
        }
        page.until_text("checked", "A login takes nothing that is typed.").await
    })
}

#[test]
fn enter_twice_is_one_try_and_a_wrong_password_is_typed_anew() -> Result<()> {
    on_the_page(async |page| {
        let world = open_with_a_vendor(page).await?;
        page.fill("credential-username", USER).await?;
        page.fill("credential-password", "wrong").await?;
        page.press([Key::Enter.into(), Key::Enter.into()]).await?;
        page.until_text("outcome", "(invalid-credentials)").await?;
        until("the try is over", async || Ok(!page.is_at_work("sign-in-button").await?)).await?;
        assert_eq!(world.count(LOGIN).await?, 1);
        assert_eq!(page.value("credential-password").await?, "");
        assert_eq!(page.value("credential-username").await?, USER);
        Ok(())
    })
}

/// A session that is there is neither given up for another nor lost sight of.
#[test]
fn whoever_is_signed_in_signs_out_first() -> Result<()> {
    on_the_page(async |page| {
        let world = open_with_a_vendor(page).await?;
        sign_in(page, PASSWORD).await?;
        page.until_text("outcome", "Signed in.").await?;
        assert_eq!(page.focused().await?, "try-heading", "the button that had the focus is gone");
        assert!(!page.is_shown("sign-in-button").await? && !page.is_shown("credentials").await?);
        page.click("base-url").await?;
        page.press([Key::Enter.into()]).await?;
        page.click("check").await?;
        page.until_text("outcome", "alive").await?;
        assert_eq!(world.count(LOGIN).await?, 1, "Enter begins nothing");
        page.element("sign-out").await?.send_keys(&char::from(Key::Enter).to_string()).await?;
        page.until_text("outcome", "Signed out, which the API confirmed.").await?;
        assert_eq!(page.focused().await?, "try-heading");
        assert!(page.is_shown("sign-in-button").await? && !page.is_shown("sign-out").await?);
        Ok(())
    })
}

#[test]
fn the_end_of_a_session_is_told() -> Result<()> {
    on_the_page(async |page| {
        let world = open_with_a_vendor(page).await?;
        sign_in(page, PASSWORD).await?;
        page.until_text("outcome", "Signed in.").await?;
        world.revoke().await?;
        page.click("renew").await?;
        page.until_text("outcome", "The session is over: the API no longer accepts it.").await?;
        assert!(page.is_shown("sign-in-button").await?);
        Ok(())
    })
}
