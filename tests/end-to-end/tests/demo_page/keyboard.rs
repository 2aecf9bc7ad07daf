//! The page without a mouse.

use anyhow::Result;
use fantoccini::key::Key;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;

/// More than the page has places to stop at.
const MOST_TABS: usize = 12;

#[test]
fn tab_and_enter_are_enough() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ocient)?;
        tab_to(page, "base-url").await?;
        page.press(world.address.chars()).await?; // Tab has selected what was there
        assert_eq!(page.value("base-url").await?, world.address);
        tab_to(page, "username").await?;
        page.press(USER.chars()).await?;
        tab_to(page, "password").await?;
        page.press(PASSWORD.chars()).await?;
        page.press([Key::Enter.into()]).await?;
        page.until_signed_in().await?;
        focus_comes_to(page, "session-heading").await?;

        tab_to(page, "call").await?;
        page.press([Key::Enter.into()]).await?;
        page.until_text("payload", "\"c1\": 1").await?;
        assert_eq!(page.focused().await?, "call", "the button keeps the focus");

        tab_to(page, "sign-out").await?;
        page.press([Key::Enter.into()]).await?;
        page.until_signed_out().await?;
        focus_comes_to(page, "sign-in-heading").await
    })
}

/// Presses Tab until the element has the focus.
async fn tab_to(page: &Page, id: &str) -> Result<()> {
    let mut passed = Vec::new();
    for _ in 0..MOST_TABS {
        page.press([Key::Tab.into()]).await?;
        let focused = page.focused().await?;
        if focused == id {
            return Ok(());
        }
        passed.push(focused);
    }
    panic!("Tab doesn't lead to #{id}, but to {passed:?}");
}

async fn focus_comes_to(page: &Page, id: &str) -> Result<()> {
    until(&format!("#{id} has the focus"), async || Ok(page.focused().await? == id)).await
}
