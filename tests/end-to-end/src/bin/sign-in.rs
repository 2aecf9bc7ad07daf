//! `sign-in <address> [<extension's folder>]`: signs in on a page that somebody else has built and serves, as `cargo xtask matrix` does with each way
//! to build one. Such a page shows a form or signs in by itself, and then shows in `#who` who is signed in.

use std::env;

use anyhow::{Context, Result, ensure};
use fantoccini::Locator;
use hallpass_end_to_end::harness::in_a_browser_with;
use hallpass_end_to_end::page::{PASSWORD, Page, USER};
use hallpass_end_to_end::wait::until;

fn main() -> Result<()> {
    let address = env::args().nth(1).context("usage: sign-in <address> [<extension's folder>]")?;
    let extension = env::args().nth(2).map(|folder| format!("--load-extension={folder}"));
    in_a_browser_with(extension.as_deref().as_slice(), async |page| {
        page.client.goto(&address).await?;
        let ready = "return Boolean(document.querySelector('form, #who:not(:empty)'))";
        until("a form, or who is signed in", async || page.evaluate(ready).await).await?;
        if let Ok(form) = page.client.form(Locator::Css("form")).await {
            form.set_by_name("username", USER).await?.set_by_name("password", PASSWORD).await?;
            page.client.find(Locator::Css("form button")).await?.click().await?;
        }
        until("the user's name", async || Ok(shown(page, "#who").await?.starts_with(USER))).await?;
        let server = shown(page, "#server").await?;
        ensure!(server.is_empty() || server.starts_with("admin, "), "the server shows {server:?}");
        let complaints = page.console_errors().await?.unwrap_or_default();
        let refused: Vec<_> =
            complaints.iter().filter(|line| line.contains("Content Security Policy")).collect();
        ensure!(refused.is_empty(), "against the page's policy: {refused:?}");
        Ok(())
    })
}

/// The text of an element; empty where there is none.
async fn shown(page: &Page, selector: &str) -> Result<String> {
    page.evaluate(&format!("return document.querySelector('{selector}')?.textContent ?? ''")).await
}
