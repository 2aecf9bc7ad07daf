//! The page on a narrow screen.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::{World, page_url};
use serde_json::json;

const WIDTH: u32 = 360;

#[test]
fn nothing_scrolls_sideways_at_360_px() -> Result<()> {
    on_the_page(async |page| {
        narrow(page).await?;
        fits(page, "the form").await?;
        for vendor in Vendor::ALL {
            let world = World::new(vendor)?;
            page.choose(&world, "local").await?;
            page.evaluate::<()>("for (const more of document.querySelectorAll('details')) more.open = true")
                .await?;
            let ways =
                "return [...document.getElementById('way').options].map(({ value }) => value).reverse()";
            // The usual way comes last, and stays.
            for way in page.evaluate::<Vec<String>>(ways).await? {
                let choose = "const [value] = arguments;
                              const way = Object.assign(document.getElementById('way'), { value });
                              way.dispatchEvent(new Event('change', { bubbles: true }))";
                page.evaluate_with::<()>(choose, vec![way.clone().into()]).await?;
                fits(page, &format!("a vendor's form: {way}")).await?;
            }
            page.submit("somebody-with-a-name-that-no-line-can-hold-and-that-has-no-blank-in-it", "wrong")
                .await?;
            page.until_error().await?;
            page.evaluate::<()>("document.querySelector('#error details').open = true").await?;
            fits(page, "an error").await?;
            page.sign_in(&world, "local").await?;
            fits(page, "a session").await?;
            page.call().await?;
            page.until_text("payload", "{").await?;
            fits(page, "a reply").await?;
            page.click("sign-out").await?;
            page.until_signed_out().await?;
        }
        Ok(())
    })
}

#[test]
fn the_page_for_an_api_of_ones_own_fits_into_360_px() -> Result<()> {
    on_the_page(async |page| {
        narrow(page).await?;
        page.client.goto(&format!("{}own-api.html", page_url()?)).await?;
        page.until_ready().await?;
        page.until_text("checked", "The description is right.").await?;
        fits(page, "a description").await?;
        page.fill("base-url", "https://api.an-address-that-no-line-can-hold-and-that-has-no-end.example.com")
            .await?;
        page.until_text("reach", "This page can’t reach").await?;
        fits(page, "an address out of reach").await
    })
}

/// Opens the page in a window of 360 px; a browser's main window may not get so narrow, a pop-up does.
async fn narrow(page: &Page) -> Result<()> {
    page.open_another(&format!("popup,width={WIDTH},height=740")).await?;
    until("the window is 360 px wide", async || Ok(page.evaluate::<u32>("return innerWidth").await? == WIDTH))
        .await
}

async fn fits(page: &Page, what: &str) -> Result<()> {
    let widest: Vec<String> = page
        .evaluate(
            "const { clientWidth, scrollWidth } = document.documentElement;
             if (scrollWidth <= clientWidth && clientWidth <= innerWidth) return [];
             return [...document.querySelectorAll('body *')]
                 .filter((element) => element.getBoundingClientRect().right > clientWidth)
                 .map((element) => `${element.tagName} #${element.id}`)
                 .concat(`${scrollWidth} of ${clientWidth} px`)",
        )
        .await?;
    assert!(widest.is_empty(), "{what} is too wide: {widest:?}");
    Ok(())
}

/// A request id has 36 letters, and a line may end at a hyphen only where no digit follows.
#[test]
fn an_error_with_an_unbreakable_request_id_fits_into_360_px() -> Result<()> {
    on_the_page(async |page| {
        narrow(page).await?;
        let world = World::new(Vendor::Lenses)?;
        let body = r#"{"type": "unauthorised", "title": "No.", "request_id": "00000000-0000-4000-8000-000000000000"}"#;
        let reply = json!({"status": 401, "content_type": "application/json", "body": body});
        world.fault(json!({"path": "/api/v1/login", "reply": reply})).await?;
        page.choose(&world, "memory").await?;
        page.submit(USER, PASSWORD).await?;
        page.until_error().await?;
        page.evaluate::<()>("document.querySelector('#error details').open = true").await?;
        page.until_text("error", "00000000-0000-4000-8000-000000000000").await?;
        fits(page, "a request id").await
    })
}

#[test]
fn a_renewal_that_waits_fits_into_360_px() -> Result<()> {
    on_the_page(async |page| {
        narrow(page).await?;
        let world = World::new(Vendor::Ethgas)?;
        page.sign_in(&world, "memory").await?;
        let refresh = "/api/v1/user/login/refresh";
        world.fault(json!({"path": refresh, "status": 503, "retry_after": "4000"})).await?;
        page.click("renew").await?;
        page.until_error().await?;
        page.until_text("renewal", "tries again in").await?;
        page.click("faults-summary").await?;
        fits(page, "a renewal that waits").await
    })
}
