//! What the page shows of credentials: where they travel, never what they are.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page};
use hallpass_end_to_end::request::Request;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;

#[test]
fn r2_ocient_shows_where_the_token_travels_and_nowhere_what_it_is() -> Result<()> {
    on_the_page(async |page| {
        let expected = [
            "POST /v1/login, sign-in by hallpass: in the body (login), 200",
            "POST /v1/execute/system, your call by page: Authorization header, 200",
            "POST /v1/token_refresh, renewal by hallpass: Authorization header, 200",
            "POST /v1/execute/system, your call by page: Authorization header, 200",
            "POST /v1/logout, sign-out by hallpass: Authorization header, 200",
        ];
        // The password and both access tokens.
        shows_places_only(page, Vendor::Ocient, &expected, 3).await
    })
}

#[test]
fn r2_lenses_shows_that_a_cookie_travels_and_nowhere_what_it_is() -> Result<()> {
    on_the_page(async |page| {
        let expected = [
            "POST /api/v1/login, sign-in by hallpass: in the body (login), 200",
            "GET /api/v1/users/me, your call by page: cookie, 200",
            "GET /api/v1/users/me, your call by page: cookie, 200",
        ];
        // The password and the cookie.
        shows_places_only(page, Vendor::Lenses, &expected, 2).await
    })
}

#[test]
fn r2_pegase3_shows_where_the_token_travels_and_nowhere_what_it_is() -> Result<()> {
    on_the_page(async |page| {
        let expected = [
            "GET /login, sign-in by hallpass: User-Name and Password headers (login), 200",
            "GET /company/info, your call by page: Token header, 200",
            "GET /company/info, your call by page: Token header, 200",
        ];
        // The password and the token.
        shows_places_only(page, Vendor::Pegase3, &expected, 2).await
    })
}

#[test]
fn r2_ethgas_shows_where_both_tokens_travel_and_nowhere_what_they_are() -> Result<()> {
    on_the_page(async |page| {
        let expected = [
            "POST /api/v1/user/login, sign-in by hallpass: in the body (login), 200",
            "GET /api/v1/user/info, your call by page: Authorization header, 200",
            "POST /api/v1/user/login/refresh, renewal by hallpass: Authorization header, 200",
            "GET /api/v1/user/info, your call by page: Authorization header, 200",
            "POST /api/v1/user/logout, sign-out by hallpass: Authorization header, 200",
        ];
        // The password, both access tokens and the first refresh token.
        shows_places_only(page, Vendor::Ethgas, &expected, 4).await
    })
}

/// Signs in, calls, renews where that can be, calls, signs out: looks for the secrets after each step, and at the list
/// at the end.
async fn shows_places_only(page: &Page, vendor: Vendor, expected: &[&str], secrets: usize) -> Result<()> {
    let world = World::new(vendor)?;
    page.sign_in(&world, "session").await?;
    hides_secrets(page, &world, 1).await?;
    for status in ["Renewed.", ""] {
        page.call().await?;
        page.until_text("payload", "{").await?;
        hides_secrets(page, &world, 2).await?;
        if !status.is_empty() && vendor.renews() {
            page.click("renew").await?;
            page.until_status(status).await?;
            hides_secrets(page, &world, 2).await?;
        }
    }
    page.click("sign-out").await?;
    page.until_signed_out().await?;
    hides_secrets(page, &world, secrets).await?;
    // Signed out is who wants to be, before the vendor has answered.
    let mut lines = Vec::new();
    until("the vendor's answer to the sign-out is listed", async || {
        lines = page.requests().await?.iter().map(Request::line).collect();
        Ok(!lines.iter().any(|line: &String| line.ends_with('…')))
    })
    .await?;
    assert_eq!(lines, expected);
    Ok(())
}

/// None of the credentials that the vendor has received, `at_least` so many, is anywhere in the document: in no
/// attribute, text or input. The page's hint at the test users and their passwords is left out.
async fn hides_secrets(page: &Page, world: &World, at_least: usize) -> Result<()> {
    let document: String = page
        .evaluate(
            "const root = document.documentElement.cloneNode(true);
             root.querySelector('#test-users').remove();
             const values = [...document.querySelectorAll('input, select, textarea')].map(({ value }) => value);
             return [root.outerHTML, ...values, location.href, document.title, JSON.stringify(history.state)].join('\\n')",
        )
        .await?;
    let secrets = world.secrets().await?;
    assert!(secrets.len() >= at_least && secrets.contains(PASSWORD), "the ledger's secrets: {secrets:?}");
    for secret in secrets {
        assert!(!document.contains(&secret), "{secret:?} is in the document:\n{document}");
    }
    Ok(())
}
