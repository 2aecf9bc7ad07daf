//! From sign-in to sign-out at each vendor.

use anyhow::Result;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::{Page, USER};
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::json;

#[test]
fn ocient_from_sign_in_to_sign_out() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ocient)?;
        sign_in(page, &world).await?;
        assert_eq!(page.text("database-of-user").await?, "on system");
        counts_down_from(page, 3600).await?;
        is_not_offered(page, &["check"], "no way to ask whether a session is alive").await?;
        call(page, "POST /v1/execute/system", "\"c1\": 1").await?;
        renew(page, &world, "POST /v1/token_refresh").await?;
        call(page, "POST /v1/execute/system", "\"c1\": 1").await?;
        sign_out(page, "Signed out. Ocient confirmed it.").await
    })
}

#[test]
fn lenses_from_sign_in_to_sign_out() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Lenses)?;
        sign_in(page, &world).await?;
        assert_eq!(page.text("expires").await?, "not told");
        assert_eq!(page.text("expires-at").await?, "by the vendor");
        call(page, "GET /api/v1/users/me", "\"lrn\": \"iam:user:jdoe\"").await?;
        is_not_offered(page, &["renew"], "Lenses doesn’t renew sessions").await?;
        page.click("check").await?;
        page.until_status("The vendor says that the session is alive.").await?;
        sign_out(page, "Signed out. Lenses HQ did not confirm it").await
    })
}

#[test]
fn pegase3_from_sign_in_to_sign_out() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Pegase3)?;
        sign_in(page, &world).await?;
        counts_down_from(page, 1800).await?;
        call(page, "GET /company/info", "\"name\": \"Acme\"").await?;
        is_not_offered(page, &["renew", "check"], "neither renewal nor a check").await?;
        sign_out(page, "Signed out. PEGASE3 did not confirm it").await
    })
}

#[test]
fn ethgas_from_sign_in_to_sign_out() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        sign_in(page, &world).await?;
        counts_down_from(page, 3600).await?;
        call(page, "GET /api/v1/user/info", "\"username\": \"jdoe\"").await?;
        renew(page, &world, "POST /api/v1/user/login/refresh").await?;
        call(page, "GET /api/v1/user/info", "\"username\": \"jdoe\"").await?;
        page.click("check").await?;
        page.until_status("The vendor says that the session is alive.").await?;
        sign_out(page, "Signed out. ETHGAS confirmed it.").await
    })
}

/// What was asked for before the sign-out is nobody's business afterwards.
#[test]
fn an_answer_that_comes_after_the_sign_out_is_not_shown() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Ethgas)?;
        page.sign_in(&world, "memory").await?;
        world.fault(json!({"path": "/api/v1/user/info", "delay_ms": 1_000})).await?;
        // The vendor doesn't hear of the sign-out, and answers as if there had been none.
        world.fault(json!({"path": "/api/v1/user/logout", "status": 503})).await?;
        page.click("call").await?;
        page.click("sign-out").await?;
        page.until_signed_out().await?;
        assert!(page.is_at_work("call").await?, "the answer has still to come");
        until("the call is over", async || Ok(!page.is_at_work("call").await?)).await?;
        let calls = world.count("GET /api/v1/user/info").await?;
        assert_eq!((calls, content(page, "payload").await?), (1, String::new()));
        Ok(())
    })
}

async fn sign_in(page: &Page, world: &World) -> Result<()> {
    assert_eq!(page.text("status").await?, "Not signed in.");
    page.sign_in(world, "memory").await?;
    let title = world.vendor.title();
    assert_eq!(page.text("status").await?, format!("Signed in to {title}."));
    assert_eq!(page.text("user").await?, USER);
    assert_eq!(page.text("session-vendor").await?, title);
    assert_eq!(page.text("session-address").await?, world.address);
    assert!(!page.is_shown("error").await?, "no error is shown");
    Ok(())
}

/// The countdown begins near the vendor's lifetime, the time of its end fits it, and it goes down.
async fn counts_down_from(page: &Page, lifetime: u32) -> Result<()> {
    let first = page.seconds_left().await?;
    assert!((lifetime - 20..=lifetime + 1).contains(&first), "{first} s of {lifetime} s are left");
    let fits = "const { expires, end } = { expires: document.getElementById('expires').textContent,
                                           end: document.getElementById('expires-at').textContent };
                const left = expires.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
                const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
                const near = [-2, -1, 0, 1, 2].map((off) => time.format(Date.now() + (left + off) * 1000));
                return end.startsWith('until ') && near.some((text) => end.endsWith(text))";
    assert!(page.evaluate::<bool>(fits).await?, "{:?} fits the countdown", page.text("expires-at").await?);
    // Twice, since it's the second step that shows a running clock.
    until("the countdown goes down", async || Ok(page.seconds_left().await? <= first - 2)).await?;
    assert!(page.seconds_left().await? > first - 20, "it goes down a second at a time");
    Ok(())
}

async fn call(page: &Page, what: &str, answer: &str) -> Result<()> {
    page.call().await?;
    page.until_text("payload", answer).await?;
    page.until_status("The API has answered.").await?;
    assert_eq!(page.text("reply-call").await?, what);
    Ok(())
}

async fn renew(page: &Page, world: &World, request: &str) -> Result<()> {
    let before = page.seconds_left().await?;
    page.click("renew").await?;
    page.until_status("Renewed.").await?;
    until("the countdown starts over", async || Ok(page.seconds_left().await? > before)).await?;
    assert_eq!(world.count(request).await?, 1, "{request}");
    Ok(())
}

/// What a vendor can't do isn't offered, and the page says so.
async fn is_not_offered(page: &Page, buttons: &[&str], note: &str) -> Result<()> {
    for button in ["renew", "check"] {
        assert_eq!(page.is_shown(button).await?, !buttons.contains(&button), "#{button}");
    }
    page.until_text("session-note", note).await
}

async fn sign_out(page: &Page, news: &str) -> Result<()> {
    page.click("sign-out").await?;
    page.until_signed_out().await?;
    page.until_status(news).await?;
    for id in ["user", "expires", "payload"] {
        assert_eq!(content(page, id).await?, "", "#{id} after the sign-out");
    }
    Ok(())
}

/// What an element holds, also where nobody sees it.
async fn content(page: &Page, id: &str) -> Result<String> {
    page.evaluate(&format!("return document.getElementById('{id}').textContent")).await
}
