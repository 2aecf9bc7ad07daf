//! The panel that breaks the simulated vendor, and what the page then says of the session.

use anyhow::{Context, Result};
use fantoccini::key::Key;
use hallpass_end_to_end::harness::on_the_page;
use hallpass_end_to_end::page::Page;
use hallpass_end_to_end::troubles;
use hallpass_end_to_end::vendor::Vendor;
use hallpass_end_to_end::wait::until;
use hallpass_end_to_end::world::World;
use serde_json::{Value, json};

const RENEWAL: &str = "POST /api/v1/user/login/refresh";

#[test]
fn a_renewal_that_fails_waits_visibly_and_recovers_by_itself() -> Result<()> {
    on_the_page(async |page| {
        let world = signed_in(page, Vendor::Ethgas).await?;
        order(page, 3, "renewal", "503").await?;
        page.until_text("faults-ahead", "The next 3 renewals get 503.").await?;
        page.click("renew").await?;
        assert_eq!(page.until_error().await?.code, "vendor-unavailable");
        page.until_text("renewal", "Waiting; tries again in").await?;
        assert!(page.text("renewal").await?.contains("ETHGAS can’t answer right now. (vendor-unavailable)"));
        page.until_status("A renewal failed; it is tried again by itself.").await?;
        page.until_text("faults", "The next renewal gets 503.").await?;
        until("the renewal succeeds", async || Ok(!page.is_shown("renewal").await?)).await?;
        assert_eq!(page.text("status").await?, "Signed in to ETHGAS.");
        assert!(!page.is_shown("error").await?, "the error no longer holds");
        assert_eq!(page.focused().await?, "session-heading", "the focus was on it");
        page.until_text("faults", "Nothing: the vendor is well.").await?;
        assert_eq!(world.count(RENEWAL).await?, 4, "three that failed and the one that didn't");
        let paths: Vec<_> = page.requests().await?.into_iter().map(|request| request.path).collect();
        assert!(paths.len() == 5 && !paths.iter().any(|path| path.contains("_sim")), "{paths:?}");
        Ok(())
    })
}

#[test]
fn the_time_of_the_next_try_is_counted_down_in_silence() -> Result<()> {
    on_the_page(async |page| {
        let world = signed_in(page, Vendor::Ethgas).await?;
        order(page, 1, "renewal", "503-later").await?;
        page.click("renew").await?;
        page.until_error().await?;
        let first = seconds_to_retry(page).await?;
        assert!((8..=18).contains(&first), "{first} s to the next try, of the 15 that the vendor asks for");
        page.evaluate::<()>(WATCH).await?;
        until("the countdown goes down", async || Ok(seconds_to_retry(page).await? <= first - 2)).await?;
        assert_eq!(page.evaluate::<Vec<String>>("return window.told").await?, [""; 0], "nothing is read out");
        let fits = "const text = (id) => document.getElementById(id).textContent;
                    const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
                    const near = [-2, -1, 0, 1].map((off) => time.format(Date.now() + (parseInt(text('retry-in')) + off) * 1000));
                    return near.some((moment) => text('retry-at').endsWith(`${moment})`))";
        assert!(page.evaluate::<bool>(fits).await?, "{:?}", page.text("renewal").await?);
        // Asked for by hand, it is tried at once.
        page.click("renew").await?;
        page.until_status("Renewed.").await?;
        assert!(!page.is_shown("renewal").await?, "nothing waits any more");
        assert_eq!(world.count(RENEWAL).await?, 2);
        Ok(())
    })
}

/// Notes every change in what screen readers read out by themselves.
const WATCH: &str = "
    window.told = [];
    const note = (changes) => window.told.push(...changes.map(({ target }) => target.textContent));
    const options = { childList: true, characterData: true, subtree: true };
    for (const region of document.querySelectorAll('[role=status], [role=alert], [aria-live]:not([aria-live=off])'))
        new MutationObserver(note).observe(region, options);";

#[test]
fn mending_takes_back_what_was_ordered() -> Result<()> {
    on_the_page(async |page| {
        let world = signed_in(page, Vendor::Lenses).await?;
        order(page, 9, "any", "503").await?;
        page.click("shorten").await?;
        page.until_text("faults-ahead", "The next 9 requests of any kind get 503.").await?;
        page.until_text("faults-ahead", "What is issued from now on lives 20 s.").await?;
        page.click("call").await?;
        assert_eq!(page.until_error().await?.code, "vendor-unavailable");
        page.until_text("faults-ahead", "The next 8 requests of any kind get 503.").await?;
        order(page, 1, "any", "503").await?;
        order(page, 1, "check", "slow").await?;
        page.until_text("faults-ahead", "The next 9 requests of any kind get 503.").await?;
        page.until_text("faults-ahead", "Then the next check gets an answer 4 s late.").await?;
        page.click("mend").await?;
        page.until_text("fault-news", "Mended.").await?;
        page.until_text("faults", "Nothing: the vendor is well.").await?;
        assert_eq!(ordered(&world).await?, json!([]));
        page.call().await?;
        page.until_text("payload", "iam:user:jdoe").await
    })
}

#[test]
fn each_choice_orders_what_it_says() -> Result<()> {
    on_the_page(async |page| {
        let world = signed_in(page, Vendor::Ocient).await?;
        let refresh = |effect: Value| fault(json!({"path": "/v1/token_refresh", "method": "POST"}), effect);
        for (kind, words, effect) in [
            ("503", "The next renewal gets 503.", json!({"status": 503})),
            (
                "503-later",
                "The next renewal gets 503 with Retry-After 15 s.",
                json!({"status": 503, "retry_after": "15"}),
            ),
            (
                "429-later",
                "The next renewal gets 429 with Retry-After 15 s.",
                json!({"status": 429, "retry_after": "15"}),
            ),
            ("drop", "The next renewal gets a closed connection.", json!({"drop": true})),
            ("hang", "The next renewal gets no answer.", json!({"hang": true})),
            ("slow", "The next renewal gets an answer 4 s late.", json!({"delay_ms": 4000})),
        ] {
            order(page, 1, "renewal", kind).await?;
            page.until_text("faults-ahead", words).await?;
            assert_eq!(ordered(&world).await?, json!([refresh(effect)]), "{kind}");
            page.click("mend").await?;
            page.until_text("faults", "Nothing: the vendor is well.").await?;
        }
        for (target, words, place) in [
            ("any", "The next request of any kind gets 503.", json!({"path": "*"})),
            ("sign-in", "The next sign-in gets 503.", json!({"path": "/v1/login", "method": "POST"})),
            (
                "sign-in with a token",
                "The next sign-in with a token gets 503.",
                json!({"path": "/v1/sso_token", "method": "POST"}),
            ),
            (
                "code for a device",
                "The next code for a device gets 503.",
                json!({"path": "/v1/sso_device_grant", "method": "POST"}),
            ),
            (
                "sign-in on a device",
                "The next sign-in on a device gets 503.",
                json!({"path": "/v1/sso_device_grant_verify", "method": "POST"}),
            ),
            ("sign-out", "The next sign-out gets 503.", json!({"path": "/v1/logout", "method": "POST"})),
        ] {
            order(page, 1, target, "503").await?;
            page.until_text("faults-ahead", words).await?;
            assert_eq!(ordered(&world).await?, json!([fault(place, json!({"status": 503}))]), "{target}");
            page.click("mend").await?;
            page.until_text("faults", "Nothing: the vendor is well.").await?;
        }
        Ok(())
    })
}

#[test]
fn an_expired_token_is_renewed() -> Result<()> {
    on_the_page(async |page| {
        let world = signed_in(page, Vendor::Ethgas).await?;
        page.click("expire").await?;
        page.until_text("fault-news", "Expired at ETHGAS. Call the API: hallpass renews").await?;
        page.call().await?;
        page.until_text("payload", "\"username\": \"jdoe\"").await?;
        assert_eq!(world.count(RENEWAL).await?, 1);
        Ok(())
    })
}

#[test]
fn a_revoked_token_ends_the_session() -> Result<()> {
    on_the_page(async |page| {
        let _world = signed_in(page, Vendor::Ethgas).await?;
        page.click("revoke").await?;
        page.until_text("fault-news", "ETHGAS accepts nothing that it has issued.").await?;
        page.click("call").await?;
        page.until_signed_out().await?;
        page.until_status("Signed out: the vendor no longer accepts the session.").await
    })
}

#[test]
fn short_lifetimes_begin_with_the_next_token_and_can_be_taken_back() -> Result<()> {
    on_the_page(async |page| {
        let _world = signed_in(page, Vendor::Ocient).await?;
        page.click("shorten").await?;
        page.until_text("fault-news", "It begins with the next sign-in or renewal.").await?;
        page.click("renew").await?;
        until("the token lives 20 s", async || Ok(page.seconds_left().await? <= 21)).await?;
        page.click("mend").await?;
        page.until_text("faults", "Nothing: the vendor is well.").await?;
        page.click("renew").await?;
        until("the token lives an hour", async || Ok(page.seconds_left().await? > 3500)).await
    })
}

#[test]
fn an_address_that_is_no_simulators_is_left_alone() -> Result<()> {
    on_the_page(async |page| {
        troubles::watch(page).await?;
        assert!(page.is_shown("faults").await?, "the form begins with a simulated vendor");
        for address in ["https://api.example.com", "http://localhost:9"] {
            page.fill("base-url", address).await?;
            page.press([Key::Tab.into()]).await?;
            until(&format!("no panel for {address}"), async || Ok(!page.is_shown("faults").await?)).await?;
        }
        page.fill("base-url", &World::new(Vendor::Ocient)?.address).await?;
        page.press([Key::Tab.into()]).await?;
        until("the panel is back", async || page.is_shown("faults").await).await?;
        // The page's policy forbids both, so to send something there would be noticed.
        assert_eq!(troubles::seen(page).await?, Vec::<String>::new());
        assert_eq!(page.console_errors().await?.unwrap_or_default(), Vec::<String>::new());
        Ok(())
    })
}

#[test]
fn a_fault_can_be_ordered_with_the_keyboard() -> Result<()> {
    on_the_page(async |page| {
        let world = World::new(Vendor::Pegase3)?;
        page.choose(&world, "memory").await?;
        page.press([Key::Tab.into()]).await?; // ends the address
        until("the panel is there", async || page.is_shown("faults").await).await?;
        page.evaluate::<()>("document.getElementById('faults-summary').focus()").await?;
        page.press([Key::Enter.into(), Key::Tab.into()]).await?;
        assert_eq!(page.focused().await?, "fault-count");
        page.press(['4', Key::Enter.into()]).await?;
        page.until_text("faults-ahead", "The next 4 requests of any kind get 503.").await?;
        page.until_text("fault-news", "Ordered. It strikes at the next request").await?;
        assert_eq!(page.focused().await?, "fault-count", "the focus stays");
        Ok(())
    })
}

/// Signs in at a world of its own, with the panel open.
async fn signed_in(page: &Page, vendor: Vendor) -> Result<World> {
    let world = World::new(vendor)?;
    page.sign_in(&world, "memory").await?;
    page.click("faults-summary").await?;
    page.until_text("faults", "Nothing: the vendor is well.").await?;
    Ok(world)
}

async fn order(page: &Page, count: u32, target: &str, kind: &str) -> Result<()> {
    page.fill("fault-count", &count.to_string()).await?;
    page.element("fault-target").await?.select_by_value(target).await?;
    page.element("fault-kind").await?.select_by_value(kind).await?;
    page.click("order-fault").await?;
    page.until_text("fault-news", "Ordered.").await
}

/// A fault as the simulator lists it.
fn fault(mut place: Value, effect: Value) -> Value {
    place["count"] = json!(1);
    if let (Some(members), Value::Object(effect)) = (place.as_object_mut(), effect) {
        members.extend(effect);
    }
    place
}

/// The faults that are still to strike at a world.
async fn ordered(world: &World) -> Result<Value> {
    let reply = reqwest::get(format!("{}/_sim/faults", world.address)).await?;
    Ok(reply.error_for_status()?.json().await?)
}

async fn seconds_to_retry(page: &Page) -> Result<u32> {
    let text = page.text("retry-in").await?;
    let seconds = text.strip_suffix(" s").with_context(|| format!("no countdown: {text:?}"))?;
    Ok(seconds.parse()?)
}
