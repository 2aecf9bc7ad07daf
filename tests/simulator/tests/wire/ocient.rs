use serde_json::{Value, json};

use crate::client::{Sim, claims, read, sim, text};

async fn token(sim: &Sim) -> String {
    let reply = sim.sign_in(&format!("{}/v1/login", sim.at.ocient), "jdoe", "correct horse").await;
    text(&reply.json::<Value>().await.unwrap()["access_token"]).to_owned()
}

async fn execute(sim: &Sim, token: &str) -> Value {
    let url = format!("{}/v1/execute/system", sim.at.ocient);
    let request = sim.post(url, &json!({"statement": "SELECT 1"})).bearer_auth(token);
    read(request).await.1
}

fn code(body: &Value) -> i64 {
    body["status"]["vendor_code"].as_i64().expect("a vendor_code")
}

#[tokio::test]
async fn login_gives_the_documented_reply_a_jwt_and_a_cookie() {
    let sim = sim().await;
    let body = json!({"username": "jdoe", "password": "correct horse", "database": "retail_analytics"});
    let reply = sim.post(format!("{}/v1/login", sim.at.ocient), &body).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("ocient_session="), "{cookie}");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.ends_with("Path=/"),
        "{cookie}"
    );
    let mut body: Value = reply.json().await.unwrap();
    let token = body["access_token"].take();
    assert_eq!(
        body,
        json!({
            "access_token": null,
            "username": "jdoe",
            "database": "retail_analytics",
            "expires_in": 3600,
            "status": {"reason": "Authentication successful", "sql_state": "00000", "vendor_code": 0},
        })
    );
    let claims = claims(text(&token));
    assert_eq!((&claims["sub"], &claims["db"]), (&json!("jdoe"), &json!("retail_analytics")));
    let life = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!((3600..=3601).contains(&life), "{life}");
}

#[tokio::test]
async fn a_qualified_name_comes_back_bare() {
    let sim = sim().await;
    let reply = sim.sign_in(&format!("{}/v1/login", sim.at.ocient), "admin@analytics", "admin").await;
    let body: Value = reply.json().await.unwrap();
    assert_eq!((&body["username"], &body["database"]), (&json!("admin"), &json!("analytics")));
}

#[tokio::test]
async fn refusals_are_in_band_unless_configured_otherwise() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    let login = format!("{base}/v1/login");
    let refused = async |body: Value| {
        let (status, body) = read(sim.post(&login, &body)).await;
        (status, code(&body))
    };
    let wrong = json!({"username": "jdoe", "password": "x"});
    let nobody = json!({"username": "nobody", "password": "x"});
    let single_sign_on = json!({"username": "sso", "password": "x"});
    let locked = json!({"username": "locked", "password": "correct horse"});
    let elsewhere = json!({"username": "jdoe", "password": "correct horse", "database": "nowhere"});
    assert_eq!(refused(wrong.clone()).await, (200, -304));
    assert_eq!(refused(nobody).await, (200, -304));
    assert_eq!(refused(single_sign_on).await, (200, -304));
    assert_eq!(refused(locked.clone()).await, (200, -719));
    assert_eq!(refused(elsewhere.clone()).await, (200, -205));
    sim.steer(base, "config", json!({"http_errors": true})).await;
    assert_eq!(refused(wrong).await, (401, -304));
    assert_eq!(refused(elsewhere).await, (400, -205));
}

#[tokio::test]
async fn three_wrong_passwords_lock_the_account() {
    let sim = sim().await;
    let login = format!("{}/v1/login", sim.at.ocient);
    for password in ["a", "b", "c"] {
        let body: Value = sim.sign_in(&login, "jdoe", password).await.json().await.unwrap();
        assert_eq!(code(&body), -304);
    }
    let body: Value = sim.sign_in(&login, "jdoe", "correct horse").await.json().await.unwrap();
    assert_eq!(code(&body), -719);
}

#[tokio::test]
async fn a_right_password_in_between_starts_the_count_anew() {
    let sim = sim().await;
    let login = format!("{}/v1/login", sim.at.ocient);
    for password in ["a", "b", "correct horse", "c", "d", "correct horse"] {
        let body: Value = sim.sign_in(&login, "jdoe", password).await.json().await.unwrap();
        assert_eq!(code(&body), if password == "correct horse" { 0 } else { -304 });
    }
}

#[tokio::test]
async fn execute_takes_the_token_or_the_cookie_and_tells_apart_what_is_wrong() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    let url = format!("{base}/v1/execute/system?statement=SELECT%201");
    assert_eq!(code(&read(sim.get(&url)).await.1), -1204);
    let token = token(&sim).await;

    let body = execute(&sim, &token).await;
    assert_eq!((code(&body), &body["data"]), (0, &json!([{"c1": 1}, {"c1": 2}])));
    assert!(body["query_id"].is_string());
    assert_eq!(code(&read(sim.get(&url)).await.1), 0, "by cookie");
    assert_eq!(code(&execute(&sim, "garbage").await), -1205);
    let elsewhere = sim.get(format!("{base}/v1/execute/nowhere?statement=x"));
    assert_eq!(code(&read(elsewhere).await.1), -205);

    sim.steer(base, "expire", json!({})).await;
    assert_eq!(code(&execute(&sim, &token).await), -1208);
    assert_eq!(code(&read(sim.get(&url)).await.1), -733, "by cookie");
    sim.steer(base, "revoke", json!({})).await;
    assert_eq!(code(&execute(&sim, &token).await), -1205);
}

#[tokio::test]
async fn refresh_gives_a_new_token_and_leaves_the_old_one() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    let old = token(&sim).await;
    let url = format!("{base}/v1/token_refresh");
    let refresh = |token: &str| sim.http.post(&url).bearer_auth(token);
    assert_eq!(code(&read(refresh(&old)).await.1), -100, "Content-Type is required");

    // A bare POST with the header is enough: the body is optional.
    let (_, body) = read(refresh(&old).header("content-type", "application/json")).await;
    assert_eq!(body["status"]["reason"], "Token refreshed successfully");
    let new = text(&body["access_token"]);
    assert_ne!(new, old);
    assert_eq!(body["database"], "system");
    assert_eq!(code(&execute(&sim, &old).await), 0);
    assert_eq!(code(&execute(&sim, new).await), 0);

    assert_eq!(code(&read(refresh("garbage").json(&json!({}))).await.1), -1205);
    sim.steer(base, "expire", json!({})).await;
    assert_eq!(code(&read(refresh(new).json(&json!({}))).await.1), -1208);
}

#[tokio::test]
async fn a_sign_in_can_be_renewed_only_so_long() {
    let sim = sim().await;
    sim.steer(&sim.at.ocient, "config", json!({"refresh_lifetime_s": 0.001, "omit_expires_in": true})).await;
    let reply = sim.sign_in(&format!("{}/v1/login", sim.at.ocient), "jdoe", "correct horse").await;
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body.get("expires_in"), None);
    let token = text(&body["access_token"]);
    let url = format!("{}/v1/token_refresh", sim.at.ocient);
    let ask = async || code(&read(sim.post(&url, &json!({})).bearer_auth(token)).await.1);
    assert_eq!(crate::client::until(ask, |&code| code != 0).await, -1208);
    assert_eq!(code(&execute(&sim, token).await), 0, "still good for data");
}

#[tokio::test]
async fn logout_ends_the_cookie_but_not_the_token() {
    let sim = sim().await;
    let token = token(&sim).await;
    let reply = sim.http.post(format!("{}/v1/logout", sim.at.ocient)).send().await.unwrap();
    assert!(reply.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(reply.json::<Value>().await.unwrap()["status"]["reason"], "Logged out successfully");
    let by_cookie = sim.get(format!("{}/v1/execute/system?statement=x", sim.at.ocient));
    assert_eq!(code(&read(by_cookie).await.1), -1204, "the client has dropped the cookie");
    assert_eq!(code(&execute(&sim, &token).await), 0);
}

#[tokio::test]
async fn open_routes() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    assert_eq!(read(sim.get(format!("{base}/v1/info"))).await.1["default_database"], "system");
    assert_eq!(read(sim.get(format!("{base}/v1/version"))).await.1.get("status"), None);
    let status = sim.get(format!("{base}/v1/status")).send().await.unwrap();
    assert!(status.headers()["content-type"].to_str().unwrap().starts_with("text/plain"));
    assert_eq!(status.text().await.unwrap(), "Active");
}
