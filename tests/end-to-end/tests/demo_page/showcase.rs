//! What the page has to show: why something was refused, what a click fills in, what can be tried.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::world::World;

#[test]
fn the_list_says_what_hallpass_made_of_a_reply() -> Result<()> {
    on_the_page(async |page| {
        for (vendor, told, in_band) in [
            (Vendor::Ocient, "200, -304 → invalid-credentials; an error inside a success", true),
            (Vendor::Pegase3, "200, 401 → invalid-credentials; an error inside a success", true),
            (Vendor::Ethgas, "→ invalid-credentials", false),
        ] {
            page.choose(&World::new(vendor)?, "memory").await?;
            page.submit(USER, "wrong").await?;
            page.until_error().await?;
            page.until_text("requests", told).await?;
            let marked = "return document.querySelector('#requests > li').matches('.in-band')";
            assert_eq!(page.evaluate::<bool>(marked).await?, in_band, "at {}", vendor.name());
        }
        Ok(())
    })
}

#[test]
fn a_click_fills_a_test_user_in_and_another_unlocks_it() -> Result<()> {
    on_the_page(async |page| {
        page.choose(&World::new(Vendor::Lenses)?, "memory").await?;
        fill_in(page, "jdoe").await?;
        assert_eq!(page.value("username").await?, USER);
        assert_eq!(page.value("password").await?, PASSWORD);
        assert_eq!(page.focused().await?, "sign-in-button");
        fill_in(page, "locked").await?;
        page.click("sign-in-button").await?;
        page.until_error().await?;
        page.click("faults-summary").await?;
        page.click("unlock").await?;
        page.until_text("fault-news", "open again").await?;
        fill_in(page, "locked").await?;
        page.click("sign-in-button").await?;
        page.until_text("user", "locked").await
    })
}

#[test]
fn a_password_is_shown_on_request_until_it_is_sent() -> Result<()> {
    on_the_page(async |page| {
        page.choose(&World::new(Vendor::Ocient)?, "memory").await?;
        page.click("show-password").await?;
        assert_eq!(kind(page).await?, "text");
        page.submit(USER, "wrong").await?;
        page.until_error().await?;
        assert_eq!(kind(page).await?, "password");
        Ok(())
    })
}

#[test]
fn twenty_calls_with_a_token_that_is_over_make_one_renewal() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.sign_in(&world, "memory").await?;
        page.click("many").await?;
        page.until_status("20 calls were answered: 1 renewal.").await?;
        assert_eq!(world.count("POST /api/v1/user/login/refresh").await?, 1);
        Ok(())
    })
}

#[test]
fn a_forbidden_target_is_sent_nothing() -> Result<()> {
    on_the_page(async |page| {
        page.sign_in(&World::new(Vendor::Ocient)?, "memory").await?;
        assert!(!page.is_shown("many").await?, "Ocient renews no token that is over");
        let before = page.requests().await?.len();
        page.click("elsewhere").await?;
        assert_eq!(page.until_error().await?.code, "forbidden-target");
        assert_eq!(page.requests().await?.len(), before, "nothing was sent");
        Ok(())
    })
}

#[test]
fn a_second_tab_opens_the_session_that_is_there() -> Result<()> {
    on_the_page(async |page| {
        for storage in ["local", "encrypted"] {
            page.sign_in(&World::new(Vendor::Ethgas)?, storage).await?;
            let first = page.client.window().await?;
            assert!(page.is_shown("second-tab").await?, "{storage}");
            // As a person opens one: with nothing of the first tab's own.
            let second = page.client.new_window(true).await?.handle;
            page.client.switch_to_window(second).await?;
            page.open().await?;
            page.until_signed_in().await?;
            page.click("sign-out").await?;
            page.until_signed_out().await?;
            page.client.close_window().await?;
            page.client.switch_to_window(first).await?;
            page.until_signed_out().await?;
        }
        Ok(())
    })
}

#[test]
fn the_code_and_the_state_are_those_of_the_choice() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Pegase3)?;
        page.choose(&world, "session").await?;
        page.click("username").await?; // an address counts once it is typed
        for line in ["vendor: \"pegase3\"", &world.address, "storage: \"session\"", "Name-Company"] {
            page.until_text("code", line).await?;
        }
        page.submit(USER, PASSWORD).await?;
        page.until_signed_in().await?;
        page.evaluate::<()>("document.querySelector('#signed-in details').open = true").await?;
        page.until_text("state", "\"user\": \"jdoe\"").await
    })
}

#[test]
fn the_code_names_what_is_filled_in_beside() -> Result<()> {
    on_the_page(async |page| {
        page.choose(&World::new(Vendor::Lenses)?, "memory").await?;
        page.evaluate::<()>("document.querySelector('#sign-in details').open = true").await?;
        page.fill("redirection-token", "once").await?;
        page.submit(USER, PASSWORD).await?;
        page.until_signed_in().await?;
        page.until_text("code", "login({ username, password, redirectionToken })").await?;
        page.click("sign-out").await?;
        page.until_signed_out().await?;

        page.choose(&World::new(Vendor::Ocient)?, "session").await?;
        page.until_text("code", "login({ username, password })").await?;
        page.fill("database", "analytics").await?;
        page.submit(USER, PASSWORD).await?;
        page.until_signed_in().await?;
        page.reload().await?;
        for part in ["login({ username, password, database: \"analytics\" })", "\"/v1/execute/analytics\""] {
            page.until_text("code", part).await?;
        }
        Ok(())
    })
}

async fn fill_in(page: &Page, user: &str) -> Result<()> {
    let click = "const [name] = arguments;
                 [...document.querySelectorAll('#test-users button')].find((one) => one.textContent === name).click()";
    page.evaluate_with::<()>(click, vec![user.into()]).await
}

async fn kind(page: &Page) -> Result<String> {
    page.evaluate("return document.getElementById('password').type").await
}
