//! The guide's recipes against a real server: Django, with REST framework and Simple JWT, and with its own sessions.
//!
//! `cargo xtask test` starts it and runs these tests, too; without it, they are left out.

use std::time::Duration;

use anyhow::Result;
use fantoccini::Client;
use hallpass_end_to_end::django::{Django, recipe};
use hallpass_end_to_end::harness::in_a_browser;
use hallpass_end_to_end::tabs::Tabs;
use serde_json::{Value, json};

const RENEWAL: &str = "POST /jwt/api/token/refresh/";
const USER: &str = "jdoe";
const PASSWORD: &str = "correct horse";

/// Two tabs on the server's own site, both signed in with one session of a described vendor.
async fn two_tabs<'a>(browser: &'a Client, django: &Django, part: &str, vendor: &Value) -> Result<Tabs<'a>> {
    let tabs = Tabs::open_at(browser, 2, &django.at("contract/tab/index.html")).await?;
    let options = json!([{"vendor": vendor, "baseUrl": django.at(part), "storage": "local"}]);
    tabs.call::<Value>(0, "open", options.clone()).await?;
    let wrong: Value =
        tabs.act(0, json!(["signIn", {"username": USER, "password": "battery staple"}])).await?;
    assert_eq!((&wrong["code"], &wrong["status"]), (&json!("invalid-credentials"), &json!(401)), "{wrong}");
    assert!(wrong["detail"].is_string(), "{wrong}");
    let state = sign_in(&tabs, 0, PASSWORD).await?;
    assert_eq!((&state["status"], &state["user"]), (&json!("signed-in"), &json!(USER)), "{state}");
    tabs.call::<Value>(1, "open", options).await?;
    tabs.until_all("status", "signed-in").await?;
    Ok(tabs)
}

async fn sign_in(tabs: &Tabs<'_>, tab: usize, password: &str) -> Result<Value> {
    tabs.act(tab, json!(["signIn", {"username": USER, "password": password}])).await
}

/// R16: each refresh token is good for one renewal; Simple JWT keeps a list of those that are spent.
#[test]
#[ignore = "needs Django"]
fn r16_ten_callers_in_two_tabs_renew_once() -> Result<()> {
    in_a_browser(async |page| {
        let django = Django::running()?;
        let simplejwt = recipe(&page.client, "simplejwt").await?;
        ahead_of_the_tokens_end(&page.client, &django, &simplejwt).await?;
        once_the_server_says_so(&page.client, &django, simplejwt).await
    })
}

/// As after a night, when both tabs know the token to be over.
async fn ahead_of_the_tokens_end(browser: &Client, django: &Django, simplejwt: &Value) -> Result<()> {
    let tabs = two_tabs(browser, django, "jwt/", simplejwt).await?;
    let (renewals, spent) = (django.count(RENEWAL).await?, django.count("blacklisted").await?);
    for round in 1..=2 {
        for tab in tabs.all() {
            tabs.call::<Value>(tab, "sleep", json!([600_000])).await?;
        }
        let outcomes = tabs.at_once(json!(["requests", 5, "me/"])).await?;
        assert_eq!(outcomes, vec![json!({"200": 5}); 2], "round {round}: {:?}", tabs.states().await?);
        assert_eq!(django.count(RENEWAL).await?, renewals + round, "one renewal a round");
        assert_eq!(django.count("blacklisted").await?, spent + round, "and the old token is spent");
    }
    Ok(())
}

/// R19: where nothing is known of a token's end, the server's own 401 tells.
async fn once_the_server_says_so(browser: &Client, django: &Django, mut untold: Value) -> Result<()> {
    untold["name"] = "untold".into(); // the session of the tabs before is another
    untold["grant"].as_object_mut().map(|grant| grant.remove("lifetime"));
    django.lifetime(1).await?;
    let tabs = two_tabs(browser, django, "jwt/", &untold).await?;
    assert_eq!(tabs.state(0).await?["expiresAt"], Value::Null);
    django.lifetime(300).await?;
    let (renewals, requests) = (django.count(RENEWAL).await?, django.count("GET /jwt/me/").await?);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let outcomes = tabs.at_once(json!(["requests", 5, "me/"])).await?;
    assert_eq!(outcomes, vec![json!({"200": 5}); 2], "{:?}", tabs.states().await?);
    assert_eq!(django.count(RENEWAL).await?, renewals + 1);
    assert!(django.count("GET /jwt/me/").await? > requests + 10, "some were refused before");
    Ok(())
}

/// Errors by the name of the field; signing out, after which the refresh token buys nothing any more; and the server's own word,
/// which ends the session in both tabs.
#[test]
#[ignore = "needs Django"]
fn r22_r23_simple_jwt_names_wrong_fields_and_ends_sessions() -> Result<()> {
    in_a_browser(async |page| {
        let django = Django::running()?;
        let tabs = two_tabs(&page.client, &django, "jwt/", &recipe(&page.client, "simplejwt").await?).await?;
        let note = json!({"title": "t", "stars": 3});
        assert_eq!(tabs.act::<Value>(1, json!(["json", "notes/", {"json": note}])).await?, note);
        let wrong = json!({"title": "longer than twenty letters", "stars": 0});
        let refused: Value = tabs.act(1, json!(["json", "notes/", {"json": wrong}])).await?;
        assert_eq!(
            (&refused["code"], &refused["status"]),
            (&json!("invalid-request"), &json!(400)),
            "{refused}"
        );
        let fields = refused["fields"].as_array();
        let named: Vec<_> = fields.into_iter().flatten().map(|one| &one["name"]).collect();
        assert_eq!(named, ["title", "stars"], "{refused}");

        let spent = django.count("blacklisted").await?;
        assert_eq!(tabs.act::<Value>(0, json!(["logout"])).await?, json!({"revoked": true}));
        assert_eq!(django.count("blacklisted").await?, spent + 1);
        tabs.until_all("status", "signed-out").await?;

        sign_in(&tabs, 0, PASSWORD).await?;
        tabs.until_all("status", "signed-in").await?;
        django.end_all().await?;
        let refused: Value = tabs.act(1, json!(["refresh"])).await?;
        assert_eq!(refused["code"], "session-expired", "{refused}");
        tabs.until_all("status", "signed-out").await
    })
}

/// A cookie session whose requests carry the CSRF token, which Django changes at each login.
#[test]
#[ignore = "needs Django"]
fn django_takes_what_double_submit_sends_and_nothing_without() -> Result<()> {
    in_a_browser(async |page| {
        let django = Django::running()?;
        let asked = django.count("GET /session/csrf/").await?;
        let vendor = recipe(&page.client, "djangoSession").await?;
        let tabs = two_tabs(&page.client, &django, "session/", &vendor).await?;
        assert_eq!(django.count("GET /session/csrf/").await?, asked + 1, "the cookie was asked for once");
        let note = json!({"title": "t"});
        for tab in tabs.all() {
            assert_eq!(tabs.act::<Value>(tab, json!(["json", "notes/", {"json": note}])).await?, note);
            let state: Value = tabs.act(tab, json!(["check"])).await?;
            assert_eq!((&state["status"], &state["user"]), (&json!("signed-in"), &json!(USER)), "{state}");
        }
        assert_eq!(page.client.execute(BARE, vec![]).await?, 403, "without the header Django refuses it");

        assert_eq!(tabs.act::<Value>(0, json!(["logout"])).await?, json!({"revoked": true}));
        tabs.until_all("status", "signed-out").await?;
        // At the second login the token changes.
        sign_in(&tabs, 1, PASSWORD).await?;
        tabs.until_all("status", "signed-in").await?;
        assert_eq!(tabs.act::<Value>(0, json!(["json", "notes/", {"json": note}])).await?, note);
        django.end_all().await?;
        let over: Value = tabs.act(1, json!(["check"])).await?;
        assert_eq!((&over["status"], &over["reason"]), (&json!("signed-out"), &json!("refused")), "{over}");
        tabs.until_all("status", "signed-out").await
    })
}

/// REST framework answers 403 to whom it doesn't know by the session: only its words tell that from what isn't allowed.
#[test]
#[ignore = "needs Django"]
fn rest_framework_tells_a_dead_session_from_what_is_forbidden() -> Result<()> {
    in_a_browser(async |page| {
        let django = Django::running()?;
        let vendor = recipe(&page.client, "djangoRestSession").await?;
        let tabs = two_tabs(&page.client, &django, "session/", &vendor).await?;
        let read = async |path: &str| tabs.act::<Value>(1, json!(["json", path])).await;
        assert_eq!(read("rest/me/").await?, json!({"username": USER}));
        let forbidden = read("rest/users/").await?;
        assert_eq!(
            (&forbidden["code"], &forbidden["status"]),
            (&json!("forbidden"), &json!(403)),
            "{forbidden}"
        );
        let state: Value = tabs.act(0, json!(["check"])).await?;
        assert_eq!((&state["status"], &state["user"]), (&json!("signed-in"), &json!(USER)), "{state}");
        django.end_all().await?;
        let over = read("rest/me/").await?;
        assert_eq!((&over["code"], &over["status"]), (&json!("session-expired"), &json!(403)), "{over}");
        tabs.until_all("status", "signed-out").await
    })
}

/// What a page of another site could have the browser send.
const BARE: &str =
    "return fetch('/session/notes/', { method: 'POST', body: '{}' }).then(({ status }) => status);";
