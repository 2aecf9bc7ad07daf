//! An API of one's own: described, checked as it is typed, tried.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::troubles;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::{World, page_url};

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

async fn sign_in(page: &Page, password: &str) -> Result<()> {
    page.fill("credential-username", USER).await?;
    page.fill("credential-password", password).await?;
    page.click("sign-in-button").await
}

#[test]
fn an_api_of_ones_own_is_described_checked_and_tried() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.client.goto(&format!("{}own-api.html", page_url()?)).await?;
        page.until_ready().await?;
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
