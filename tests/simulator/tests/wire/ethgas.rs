use serde_json::{Value, json};

use crate::client::{Sim, read, sim, text};

async fn sign_in(sim: &Sim) -> (String, String) {
    let reply = sim.sign_in(&format!("{}/api/v1/user/login", sim.at.ethgas), "jdoe", "correct horse").await;
    pair(&reply.json().await.unwrap())
}

fn pair(body: &Value) -> (String, String) {
    let data = &body["data"];
    (text(&data["accessToken"]).to_owned(), text(&data["refreshToken"]).to_owned())
}

async fn refresh(sim: &Sim, token: &str) -> (u16, Value) {
    read(sim.http.post(format!("{}/api/v1/user/login/refresh", sim.at.ethgas)).bearer_auth(token)).await
}

async fn info(sim: &Sim, token: &str) -> (u16, Value) {
    read(sim.get(format!("{}/api/v1/user/info", sim.at.ethgas)).bearer_auth(token)).await
}

#[tokio::test]
async fn login_gives_the_documented_reply() {
    let sim = sim().await;
    let login = format!("{}/api/v1/user/login", sim.at.ethgas);
    let body: Value = sim.sign_in(&login, "jdoe", "correct horse").await.json().await.unwrap();
    assert_eq!((&body["code"], &body["message"]), (&json!(200), &json!("OK")));
    assert_eq!(body["data"]["expiresIn"], 3600);
    sim.steer(&sim.at.ethgas, "config", json!({"success_code": 1, "omit_expires_in": true})).await;
    let body: Value = sim.sign_in(&login, "jdoe", "correct horse").await.json().await.unwrap();
    assert_eq!((&body["code"], body["data"].get("expiresIn")), (&json!(1), None));
}

#[tokio::test]
async fn refusals_of_a_login() {
    let sim = sim().await;
    let login = format!("{}/api/v1/user/login", sim.at.ethgas);
    let refused =
        async |name: &str| read(sim.post(&login, &json!({"username": name, "password": "x"}))).await;
    let unauthorized = (401, json!({"code": 401, "message": "Unauthorized", "data": null}));
    assert_eq!(refused("jdoe").await, unauthorized);
    assert_eq!(refused("sso").await, unauthorized);
    let (status, body) = refused("locked").await;
    assert_eq!((status, &body["errorCode"]), (403, &json!("40302")));
    let (status, body) = read(sim.http.post(&login).body("not JSON")).await;
    assert_eq!((status, &body["errorCode"]), (400, &json!("40001")));
}

#[tokio::test]
async fn an_access_token_is_good_until_it_expires() {
    let sim = sim().await;
    let (access, refresh_token) = sign_in(&sim).await;
    let (status, body) = info(&sim, &access).await;
    assert_eq!((status, &body["data"]["username"]), (200, &json!("jdoe")));
    let verify = sim.http.post(format!("{}/api/v1/user/login/verify", sim.at.ethgas)).bearer_auth(&access);
    let (_, body) = read(verify).await;
    assert_eq!((&body["data"]["valid"], &body["data"]["userId"]), (&json!(true), &json!("user_123")));
    assert!(body["data"]["expiresAt"].is_u64());

    assert_eq!(info(&sim, "garbage").await.1["errorCode"], "40101");
    assert_eq!(info(&sim, &refresh_token).await.1["errorCode"], "40101", "not for data");
    sim.steer(&sim.at.ethgas, "expire", json!({})).await;
    let expired = json!({"code": 401, "errorCode": "40102", "message": "Unauthorized", "data": null});
    assert_eq!(info(&sim, &access).await, (401, expired));
    assert_eq!(refresh(&sim, &refresh_token).await.0, 200, "the refresh token lives on");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_everything() {
    let sim = sim().await;
    let (access, first) = sign_in(&sim).await;
    let (bystander, _) = sign_in(&sim).await;
    let (status, body) = refresh(&sim, &first).await;
    assert_eq!(status, 200);
    let (new_access, second) = pair(&body);
    assert_ne!(first, second);
    assert_eq!(info(&sim, &access).await.0, 200, "the old access token goes on");
    assert_eq!(sim.ledger(&sim.at.ethgas).await["refresh_reuse"], 0);

    let (status, body) = refresh(&sim, &first).await;
    assert_eq!((status, &body["message"]), (401, &json!("Refresh token is invalid or expired")));
    assert_eq!(sim.ledger(&sim.at.ethgas).await["refresh_reuse"], 1);
    assert_eq!(info(&sim, &access).await.0, 401);
    assert_eq!(info(&sim, &new_access).await.0, 401);
    assert_eq!(refresh(&sim, &second).await.0, 401);
    assert_eq!(info(&sim, &bystander).await.0, 200, "another sign-in is left alone");
}

#[tokio::test]
async fn refresh_takes_the_configured_form() {
    let sim = sim().await;
    let url = format!("{}/api/v1/user/login/refresh", sim.at.ethgas);
    let by_body = async |token: &str| read(sim.post(&url, &json!({"refreshToken": token}))).await;
    // One that reads the body calls a request without its parameter invalid; one that reads the header finds nobody in it.
    for (form, header, body) in [("both", 200, 200), ("bearer", 200, 401), ("body", 400, 200)] {
        sim.steer(&sim.at.ethgas, "config", json!({"refresh_form": form})).await;
        assert_eq!(refresh(&sim, &sign_in(&sim).await.1).await.0, header, "{form}");
        assert_eq!(by_body(&sign_in(&sim).await.1).await.0, body, "{form}");
    }
}

#[tokio::test]
async fn a_refresh_token_ends_too() {
    let sim = sim().await;
    sim.steer(&sim.at.ethgas, "config", json!({"refresh_lifetime_s": 0})).await;
    let (access, token) = sign_in(&sim).await;
    assert_eq!(info(&sim, &access).await.0, 200);
    assert_eq!(refresh(&sim, &token).await.0, 401);
}

#[tokio::test]
async fn logout_ends_the_whole_sign_in() {
    let sim = sim().await;
    let (access, token) = sign_in(&sim).await;
    let logout = sim.http.post(format!("{}/api/v1/user/logout", sim.at.ethgas)).bearer_auth(&access);
    assert_eq!(read(logout).await.1["data"], json!({"loggedOut": true}));
    assert_eq!(info(&sim, &access).await.0, 401);
    assert_eq!(refresh(&sim, &token).await.0, 401);
}
