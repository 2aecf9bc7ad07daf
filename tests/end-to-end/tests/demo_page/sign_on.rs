//! Signing in without a password: with a wallet, at a single sign-on, on another device, with a token.

use anyhow::{Context, Result};
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
        choose(page, &world, "wallet").await?;
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
        page.until_status("Signed out. ETHGAS confirmed it.").await?;
        assert_eq!(page.value("way").await?, "wallet", "the choice is kept");
        Ok(())
    })
}

#[test]
fn a_wallets_no_is_cancelled_and_so_is_the_wait_for_it() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        choose(page, &world, "wallet").await?;
        page.click("sign-in-button").await?;
        until("the wallet asks", async || page.is_shown("test-wallet").await).await?;
        page.click("refuse").await?;
        let error = page.until_error().await?;
        assert_eq!((error.code.as_str(), error.focused), ("cancelled", true));
        assert_eq!(error.happened, "You said no, so nobody was signed in.");
        assert_eq!(world.count("POST /v1/user/login/verify").await?, 0, "nothing was handed in");
        assert_eq!(page.text("status").await?, "Not signed in.");

        // A wallet of the browser's own counts before the page's; one that never answers is given up.
        page.evaluate::<()>("window.ethereum = { request: () => new Promise(() => {}) }").await?;
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

/// A person answers on another device, which here is another tab.
#[test]
fn another_device_says_yes_at_ocient() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ocient)?;
        choose(page, &world, "device").await?;
        page.until_text("code", "login({ device:").await?;
        page.fill("database", "analytics").await?;
        page.click("sign-in-button").await?;
        answer_elsewhere(page, "yes").await?;
        page.until_signed_in().await?;
        assert_eq!(page.text("database-of-user").await?, "on analytics");
        assert_eq!(page.text("expires").await?, "not told");
        page.call().await?;
        page.until_text("payload", "\"c1\": 1").await?;
        let lines: Vec<_> = page.requests().await?.iter().map(Request::line).collect();
        let expected = [
            "POST /v1/sso_device_grant, code for a device by hallpass: none, 200",
            "POST /v1/sso_device_grant_verify, sign-in on a device by hallpass: in the body (login), 200",
            "POST /v1/execute/analytics, your call by page: Authorization header, 200",
        ];
        assert_eq!(lines, expected);
        Ok(())
    })
}

#[test]
fn another_devices_no_is_cancelled_and_so_is_the_wait_for_it() -> Result<()> {
    on_the_page(async |page| {
        choose(page, &World::new(Vendor::Ocient)?, "device").await?;
        page.click("sign-in-button").await?;
        answer_elsewhere(page, "no").await?;
        assert_eq!(page.until_error().await?.code, "cancelled");
        page.click("sign-in-button").await?;
        until("the code is shown", async || page.is_shown("device").await).await?;
        assert_eq!(page.focused().await?, "device-heading");
        page.click("cancel").await?;
        page.until_status("The sign-in was cancelled.").await?;
        assert!(!page.is_shown("device").await? && !page.is_shown("error").await?);
        assert_eq!(page.focused().await?, "sign-in-button");
        Ok(())
    })
}

/// Either token of the customer's identity provider; nothing of it stays on the page.
#[test]
fn a_token_of_the_identity_provider_signs_in_at_ocient() -> Result<()> {
    on_the_page(async |page| {
        for way in ["idToken", "accessToken"] {
            let world = World::new(Vendor::Ocient)?;
            choose(page, &world, way).await?;
            page.until_text("code", &format!("login({{ {way}, database: \"system\" }})")).await?;
            page.fill("token", "none").await?;
            page.click("sign-in-button").await?;
            let error = page.until_error().await?;
            assert_eq!(
                (error.code.as_str(), error.happened.as_str()),
                ("invalid-credentials", "That token was refused.")
            );
            let invalid = page.element("token").await?.attr("aria-invalid").await?;
            assert_eq!(invalid.as_deref(), Some("true"), "the token is marked");
            let click = "[...document.querySelectorAll('#test-users button')].find((one) => one.textContent === 'admin').click()";
            page.evaluate::<()>(click).await?;
            page.until_text("token-note", "A token for admin").await?;
            let token = page.value("token").await?;
            page.click("sign-in-button").await?;
            page.until_signed_in().await?;
            assert_eq!(page.text("user").await?, "admin");
            let left = "return document.documentElement.outerHTML + document.getElementById('token').value";
            until("the sign-in is over", async || Ok(!page.is_at_work("sign-in-button").await?)).await?;
            assert!(!page.evaluate::<String>(left).await?.contains(&token), "the token is forgotten");
            page.click("sign-out").await?;
            page.until_signed_out().await?;
            assert_eq!(page.text("token-note").await?, "It is sent once, and kept nowhere.");
        }
        Ok(())
    })
}

async fn choose(page: &Page, world: &World, way: &str) -> Result<()> {
    page.choose(world, "session").await?;
    page.element("way").await?.select_by_value(way).await?;
    Ok(())
}

/// Opens the link that is shown in a tab of its own, compares the code and answers as `jdoe`.
async fn answer_elsewhere(page: &Page, answer: &str) -> Result<()> {
    until("the code is shown", async || page.is_shown("device").await).await?;
    let code = page.text("device-code").await?;
    let address = page.element("device-link").await?.prop("href").await?.context("an address")?;
    let here = page.client.window().await?;
    let device = page.client.new_window(true).await?.handle;
    page.client.switch_to_window(device).await?;
    page.client.goto(&address).await?;
    let shown = page.client.find(Locator::Css("input[name=code]")).await?.prop("value").await?;
    assert_eq!(shown, Some(code), "the code is the same");
    page.client.find(Locator::Css(&format!("button[value={answer}]"))).await?.click().await?;
    page.client.wait().for_element(Locator::Css("[role=status]")).await?;
    page.client.close_window().await?;
    page.client.switch_to_window(here).await?;
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
