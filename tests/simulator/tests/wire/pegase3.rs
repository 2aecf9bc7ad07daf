use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use crate::client::{Sim, claims, read, sim, text, until};

async fn login(sim: &Sim, name: &[u8], password: &[u8]) -> (u16, Value) {
    let value = |bytes| HeaderValue::from_bytes(bytes).unwrap();
    let request = sim.get(format!("{}/login", sim.at.pegase3));
    read(request.header("User-Name", value(name)).header("Password", value(password))).await
}

/// The data of a company.
async fn named(sim: &Sim, token: &str, company: &str) -> (u16, Value) {
    let request = sim.get(format!("{}/company/info", sim.at.pegase3)).header("Token", token);
    read(request.header("Name-Company", company)).await
}

async fn company(sim: &Sim, token: &str) -> (u16, Value) {
    named(sim, token, "Acme").await
}

async fn token(sim: &Sim) -> String {
    text(&login(sim, b"jdoe", b"correct horse").await.1["token"]).to_owned()
}

/// Each data call with its parameter.
const PAGES: [(&str, &str, &str); 5] = [
    ("/company/info", "Name-Company", "Acme"),
    ("/company/sections", "Id-Company", "1"),
    ("/company/holidays", "Id-Company", "1"),
    ("/employee/list", "Id-Company", "1"),
    ("/report/find_report", "Id-Company", "1"),
];

/// Fails unless the token is answered with a page.
async fn fell_over(sim: &Sim, token: &str) {
    let request = sim.get(format!("{}/company/info", sim.at.pegase3)).header("Token", token);
    let reply = request.header("Name-Company", "Acme").send().await.unwrap();
    assert_eq!(reply.status(), 500);
    assert!(reply.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn login_by_headers_gives_a_token_for_thirty_minutes() {
    let sim = sim().await;
    let (status, body) = login(&sim, b"jdoe", b"correct horse").await;
    assert_eq!((status, &body["code"], &body["status"]), (200, &json!(200), &json!("ok")));
    let token = text(&body["token"]);
    let claims = claims(token);
    assert_eq!(claims["user"], "jdoe");
    assert!(claims["exp"].is_u64());
    for (path, parameter, company) in PAGES {
        let request = sim.get(format!("{}{path}", sim.at.pegase3)).header("Token", token);
        let (_, body) = read(request.header(parameter, company)).await;
        assert_eq!((&body["code"], body.get("data").is_some(), body.get("token")), (&json!(200), true, None));
    }
    let head = sim
        .http
        .head(format!("{}/login", sim.at.pegase3))
        .header("User-Name", "jdoe")
        .header("Password", "x");
    assert_eq!(head.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn refusals_have_http_status_200_unless_configured_otherwise() {
    let sim = sim().await;
    let (status, body) = login(&sim, b"jdoe", b"x").await;
    assert_eq!((status, &body["code"], &body["status"]), (200, &json!(401), &json!("error")));
    sim.steer(&sim.at.pegase3, "config", json!({"mirror_http": true})).await;
    assert_eq!(login(&sim, b"jdoe", b"x").await.0, 401);
    assert_eq!(login(&sim, b"locked", b"correct horse").await.0, 401);
    let (status, body) = read(sim.get(format!("{}/login", sim.at.pegase3)).header("User-Name", "jdoe")).await;
    assert_eq!((status, &body["message"]), (402, &json!("Required field Password is not specified.")));
    let (_, body) = login(&sim, b"jdoe", b"").await;
    assert_eq!((&body["code"], &body["message"]), (&json!(402), &json!("Required field Password is empty.")));
    let (_, body) = read(sim.get(format!("{}/company/info", sim.at.pegase3))).await;
    assert_eq!(body["message"], "Required field Token is not specified.");
}

#[tokio::test]
async fn any_empty_header_is_refused() {
    let sim = sim().await;
    let request = sim.get(format!("{}/login", sim.at.pegase3)).header("X-Test", "");
    let (_, body) = read(request.header("User-Name", "jdoe").header("Password", "correct horse")).await;
    assert_eq!(body["message"], "Required field X-Test is empty.");
}

#[tokio::test]
async fn a_password_with_a_trailing_blank_cannot_travel_in_a_header() {
    let sim = sim().await;
    assert_eq!(login(&sim, b"\xfcn\xefcode", b"p\xe4ssw\xf6rd ").await.1["code"], 401);
    let headers = &sim.ledger(&sim.at.pegase3).await["requests"][0]["headers"];
    assert_eq!((&headers["user-name"], &headers["password"]), (&json!("ünïcode"), &json!("pässwörd")));
}

#[tokio::test]
async fn the_login_is_a_get_without_query_or_body() {
    let sim = sim().await;
    let url = format!("{}/login", sim.at.pegase3);
    let reply = sim.http.post(&url).header("User-Name", "jdoe").header("Password", "x").send().await.unwrap();
    assert_eq!(
        (reply.status().as_u16(), reply.headers()["allow"].to_str().unwrap()),
        (405, "GET, HEAD, OPTIONS")
    );
    let query = sim.get(format!("{url}?user-name=jdoe&password=x"));
    assert_eq!(read(query).await.0, 400);
    let body =
        sim.get(&url).header("User-Name", "jdoe").header("Password", "x").json(&json!({"password": "x"}));
    assert_eq!(read(body).await.0, 400);
}

#[tokio::test]
async fn a_bad_token_and_no_token_at_all_differ() {
    let sim = sim().await;
    let (_, body) = login(&sim, b"jdoe", b"correct horse").await;
    let token = text(&body["token"]);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (status, body) = company(&sim, &format!("{signed}.AAAA")).await;
    assert_eq!((status, &body["code"], &body["message"]), (200, &json!(401), &json!("Token not valid.")));
    fell_over(&sim, "garbage").await;
    sim.steer(&sim.at.pegase3, "revoke", json!({})).await;
    assert_eq!(company(&sim, token).await.1["code"], 401);
}

#[tokio::test]
async fn an_expired_token_is_498() {
    let sim = sim().await;
    sim.steer(&sim.at.pegase3, "config", json!({"access_lifetime_s": 0.2})).await;
    let (_, body) = login(&sim, b"jdoe", b"correct horse").await;
    let token = text(&body["token"]);
    let (status, body) = until(async || company(&sim, token).await, |(_, body)| body["code"] != 200).await;
    assert_eq!((status, &body["code"], &body["status"]), (200, &json!(498), &json!("error")));
    sim.steer(&sim.at.pegase3, "config", json!({"status_word_498": "ok", "mirror_http": true})).await;
    let (status, body) = company(&sim, token).await;
    assert_eq!((status, &body["status"]), (498, &json!("ok")));
}

#[tokio::test]
async fn replies_may_carry_a_fresh_token() {
    let sim = sim().await;
    sim.steer(&sim.at.pegase3, "config", json!({"echo_token": true, "status_word": "success"})).await;
    let (_, body) = login(&sim, b"jdoe", b"correct horse").await;
    assert_eq!(body["status"], "success");
    let first = text(&body["token"]);
    let (_, body) = company(&sim, first).await;
    let second = text(&body["token"]);
    assert_ne!(first, second);
    assert_eq!(company(&sim, second).await.1["code"], 200);
}

#[tokio::test]
async fn a_data_call_takes_its_parameter_as_a_header() {
    let sim = sim().await;
    let token = token(&sim).await;
    for (path, parameter, company) in PAGES {
        let request = || sim.get(format!("{}{path}", sim.at.pegase3)).header("Token", &token);
        let (_, body) = read(request()).await;
        let message = format!("Required field {parameter} is not specified.");
        assert_eq!((&body["code"], &body["message"]), (&json!(402), &json!(message)), "{path}");
        let (_, body) = read(request().header(parameter, "")).await;
        let message = format!("Required field {parameter} is empty.");
        assert_eq!((&body["code"], &body["message"]), (&json!(402), &json!(message)), "{path}");
        let (_, body) = read(request().header(parameter, "2")).await;
        assert_eq!((&body["code"], &body["message"]), (&json!(404), &json!("Data not found.")), "{path}");
        assert_eq!(read(request().header(parameter, company)).await.1["code"], 200, "{path}");
    }
    let (_, body) = read(sim.get(format!("{}/company/info", sim.at.pegase3)).header("Token", &token)).await;
    assert_eq!(body["code"], 402);
    sim.steer(&sim.at.pegase3, "config", json!({"parameters_optional": true})).await;
    let (_, body) = read(sim.get(format!("{}/company/info", sim.at.pegase3)).header("Token", &token)).await;
    assert_eq!((&body["code"], &body["data"]["name"]), (&json!(200), &json!("Acme")));
}

/// Also "not found"; but what was refused for a missing header has taken no token.
#[tokio::test]
async fn a_token_may_be_good_for_one_call_whose_reply_carries_the_next() {
    let sim = sim().await;
    sim.steer(&sim.at.pegase3, "config", json!({"one_time_tokens": true, "mirror_http": true})).await;
    let mut token = token(&sim).await;
    let refused = sim.get(format!("{}/company/info", sim.at.pegase3)).header("Token", &token);
    let (status, body) = read(refused).await;
    assert_eq!((status, body.get("token")), (402, None));
    for (name, expected) in [("Acme", 200), ("Nobody", 404), ("Acme", 200)] {
        let (status, body) = named(&sim, &token, name).await;
        assert_eq!((status, &body["code"]), (expected, &json!(expected)));
        assert_eq!(company(&sim, &token).await.1["code"], 401, "the old one is dead");
        text(&body["token"]).clone_into(&mut token);
    }
}

#[tokio::test]
async fn later_code_falls_over_a_token_that_it_cannot_decode() {
    let sim = sim().await;
    sim.steer(&sim.at.pegase3, "config", json!({"falls_over": true})).await;
    let token = token(&sim).await;
    assert_eq!(company(&sim, &token).await.1["code"], 200);
    let (signed, _) = token.rsplit_once('.').unwrap();
    fell_over(&sim, &format!("{signed}.AAAA")).await;
    fell_over(&sim, "garbage").await;
    sim.steer(&sim.at.pegase3, "expire", json!({})).await;
    fell_over(&sim, &token).await;
    let bare = sim.get(format!("{}/company/info", sim.at.pegase3)).header("Token", &token);
    assert_eq!(bare.send().await.unwrap().status(), 500, "before it looks for the parameter");
    sim.steer(&sim.at.pegase3, "revoke", json!({})).await;
    assert_eq!(
        company(&sim, &token).await.1["code"],
        401,
        "a token that it has dropped is refused in its own words"
    );
}

#[tokio::test]
async fn a_report_is_found_with_http_404_in_later_code() {
    let sim = sim().await;
    let token = token(&sim).await;
    for (mirror_http, expected) in [(false, 200), (true, 404)] {
        sim.steer(&sim.at.pegase3, "config", json!({"mirror_http": mirror_http})).await;
        let request = sim.get(format!("{}/report/find_report", sim.at.pegase3)).header("Token", &token);
        let (status, body) = read(request.header("Id-Company", "1")).await;
        assert_eq!((status, &body["code"], body.get("data").is_some()), (expected, &json!(200), true));
    }
}
