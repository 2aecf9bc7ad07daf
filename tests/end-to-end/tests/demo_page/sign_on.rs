//! Signing in without a password: with a wallet, and at a single sign-on.

use anyhow::Result;
use fantoccini::Locator;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::Page;
use hallpass_end_to_end::request::Request;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::{World, page_port};
use serde_json::json;

#[test]
fn the_test_wallet_signs_in_and_keeps_the_session_over_a_reload() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        choose_the_wallet(page, &world).await?;
        assert!(page.is_shown("test-wallet-note").await?, "the wallet is marked as one for tests");
        assert!(!page.is_shown("username").await?, "nobody has to type a name");
        page.until_text("code", "login({ wallet: window.ethereum })").await?;
        page.click("sign-in-button").await?;
        until("the wallet asks", async || page.is_shown("test-wallet").await).await?;
        page.until_text("wallet-domain", "ETHGas Login").await?;
        let account = page.text("wallet-account").await?;
        page.click("sign").await?;
        page.until_signed_in().await?;
        assert_eq!(page.text("user").await?.to_lowercase(), account.to_lowercase());
        page.call().await?;
        page.until_text("payload", &account.to_lowercase()).await?;
        page.click("renew").await?;
        page.until_status("Renewed.").await?;
        page.click("check").await?;
        page.until_status("The vendor says that the session is alive.").await?;
        let lines: Vec<_> = page.requests().await?.iter().map(Request::line).collect();
        let expected = [
            "POST /v1/user/login, message to sign by hallpass: none, 200",
            "POST /v1/user/login/verify, sign-in by hallpass: in the body (login), 200",
            "GET /v1/user/info, your call by page: Authorization header, 200",
            "POST /v1/user/login/refresh, renewal by hallpass: Authorization header and cookie, 200",
            "GET /v1/user/info, check by hallpass: Authorization header, 200",
        ];
        assert_eq!(lines, expected);
        page.reload().await?;
        page.until_signed_in().await?;
        page.click("sign-out").await?;
        page.until_status("Signed out. ETHGas confirmed it.").await?;
        assert_eq!(page.value("way").await?, "wallet", "the choice is kept");
        Ok(())
    })
}

#[test]
fn a_no_in_the_test_wallet_is_cancelled() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        choose_the_wallet(page, &world).await?;
        page.click("sign-in-button").await?;
        until("the wallet asks", async || page.is_shown("test-wallet").await).await?;
        page.click("refuse").await?;
        let error = page.until_error().await?;
        assert_eq!((error.code.as_str(), error.focused), ("cancelled", true));
        assert_eq!(error.happened, "You said no, so nobody was signed in.");
        assert_eq!(world.count("POST /v1/user/login/verify").await?, 0, "nothing was handed in");
        assert_eq!(page.text("status").await?, "Not signed in.");
        Ok(())
    })
}

/// A wallet of the browser's own counts before the page's; one that never answers is given up.
#[test]
fn a_wallet_that_never_answers_is_cancelled_on_the_page() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.evaluate::<()>("window.ethereum = { request: () => new Promise(() => {}) }").await?;
        choose_the_wallet(page, &world).await?;
        page.click("sign-in-button").await?;
        page.until_status("Waiting for your wallet…").await?;
        page.click("cancel").await?;
        page.until_status("The sign-in was cancelled.").await?;
        assert!(!page.is_shown("cancel").await? && !page.is_shown("error").await?);
        assert_eq!(page.focused().await?, "sign-in-button");
        Ok(())
    })
}

/// The whole round: HQ tells where, the page goes there, the person signs in, comes back, and `check()` finds the session.
#[test]
fn single_sign_on_at_lenses_leads_there_and_back() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Lenses)?;
        world.configure(json!({"single_sign_on": true})).await?;
        page.choose(&world, "memory").await?;
        assert!(!page.is_shown("single-sign-on").await?, "nothing is known of one");
        page.submit("sso", "whatever").await?;
        page.until_error().await?;
        go_away(page).await?;
        answer(page, "no").await?;
        page.until_status("Lenses HQ knows of no session in this browser.").await?;
        // The check, too, has told where to go.
        go_away(page).await?;
        answer(page, "yes").await?;
        page.until_signed_in().await?;
        assert_eq!(page.text("user").await?, "sso");
        page.call().await?;
        page.until_text("payload", "iam:user:sso").await
    })
}

async fn choose_the_wallet(page: &Page, world: &World) -> Result<()> {
    page.choose(world, "session").await?;
    page.element("way").await?.select_by_value("wallet").await?;
    Ok(())
}

async fn go_away(page: &Page) -> Result<()> {
    page.client.find(Locator::Css("#single-sign-on a")).await?.click().await?;
    page.client.wait().for_element(Locator::Css("select[name=username]")).await?;
    Ok(())
}

/// Answers as the user `sso` at the provider, and waits for the page.
async fn answer(page: &Page, answer: &str) -> Result<()> {
    page.client.find(Locator::Css("select[name=username]")).await?.select_by_label("sso").await?;
    page.client.find(Locator::Css(&format!("button[value={answer}]"))).await?.click().await?;
    until("the person is back", async || Ok(page.client.current_url().await?.port() == Some(page_port()?)))
        .await?;
    page.until_ready().await
}
