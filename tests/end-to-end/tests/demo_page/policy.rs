//! The page under its Content-Security-Policy, and its cookies.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{PASSWORD, USER};
use hallpass_end_to_end::troubles;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::{World, page_url};

#[test]
fn r32_the_page_works_under_its_strict_policy_without_a_complaint() -> Result<()> {
    on_the_page(async |page| {
        is_strict(&served_policy().await?);
        troubles::watch(page).await?;
        page.click("faults-summary").await?;
        for vendor in Vendor::ALL {
            let world = World::new(vendor)?;
            page.sign_in(&world, "local").await?;
            page.call().await?;
            page.until_text("payload", "{").await?;
            page.click("mend").await?;
            page.until_text("fault-news", "Mended.").await?;
            if vendor.renews() {
                page.click("renew").await?;
                page.until_status("Renewed.").await?;
            }
            page.click("sign-out").await?;
            page.until_signed_out().await?;
        }
        assert_eq!(troubles::seen(page).await?, Vec::<String>::new());
        // Where there is no console to read, the watch above is all there is; it begins once the page is ready.
        assert_eq!(page.console_errors().await?.unwrap_or_default(), Vec::<String>::new());
        Ok(())
    })
}

/// Shows as well that the test above sees violations.
#[test]
fn r32_the_policy_stops_other_addresses_and_the_page_says_so() -> Result<()> {
    on_the_page(async |page| {
        troubles::watch(page).await?;
        page.element("vendor").await?.select_by_value("ocient").await?;
        page.fill("base-url", "http://localhost:9").await?;
        page.submit(USER, PASSWORD).await?;
        let error = page.until_error().await?;
        assert_eq!(error.code, "network");
        page.until_text("error", "its connect-src doesn’t list http://localhost:9.").await?;
        let troubles = troubles::seen(page).await?;
        assert!(
            troubles.iter().any(|trouble| trouble.starts_with("connect-src http://localhost:9")),
            "{troubles:?}"
        );
        until("the console shows it, where there is one", async || {
            let told = |line: &String| line.contains("Content") && line.contains("localhost:9");
            Ok(page.console_errors().await?.is_none_or(|lines| lines.iter().any(told)))
        })
        .await
    })
}

#[test]
fn r9_no_script_can_read_a_cookie() -> Result<()> {
    on_the_page(async |page| {
        for vendor in Vendor::ALL {
            let world = World::new(vendor)?;
            page.sign_in(&world, "local").await?;
            page.call().await?;
            page.until_text("payload", "{").await?;
            let readable: String = page.evaluate("return document.cookie").await?;
            assert_eq!(readable, "", "at {}", vendor.name());
            let cookies = page.client.get_all_cookies().await?;
            assert!(cookies.is_empty(), "the page's own: {cookies:?}");
            page.click("sign-out").await?;
            page.until_signed_out().await?;
        }
        Ok(())
    })
}

async fn served_policy() -> Result<String> {
    let reply = reqwest::get(page_url()?).await?;
    let policy = reply.headers().get("content-security-policy").context("the page has no policy")?;
    Ok(policy.to_str()?.to_owned())
}

/// The policy is the one that hallpass promises to work under, and allows nothing beside.
fn is_strict(policy: &str) {
    let directives: BTreeMap<_, _> =
        policy.split(';').filter_map(|part| part.trim().split_once(' ')).collect();
    assert_eq!(directives.get("default-src"), Some(&"'none'"), "{policy}");
    assert_eq!(directives.get("script-src"), Some(&"'self' 'wasm-unsafe-eval'"), "{policy}");
    assert_eq!(directives.get("require-trusted-types-for"), Some(&"'script'"), "{policy}");
    assert!(!policy.contains("'unsafe-") && !policy.contains('*'), "{policy}");
    let connect = directives.get("connect-src").copied().unwrap_or_default();
    let known = |source: &str| {
        source == "'self'"
            || source.starts_with("http://localhost:")
            || source.starts_with("http://127.0.0.1:")
    };
    assert!(connect.split(' ').all(known), "{policy}");
}
