use serde_json::{Value, json};

use crate::client::{Sim, read, sim};

#[tokio::test]
async fn a_session_is_a_cookie() {
    let sim = sim().await;
    let base = format!("{}/i/cookies", sim.at.lenses);
    let me = format!("{base}/api/v1/users/me");
    let (status, body) = read(sim.get(&me)).await;
    assert_eq!((status, &body["type"], &body["status"]), (401, &json!("unauthorised"), &json!(401)));

    let reply = sim.sign_in(&format!("{base}/api/v1/login"), "jdoe", "correct horse").await;
    assert_eq!(reply.status(), 200);
    let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("session_id="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/i/cookies", "Max-Age=86400"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(reply.json::<Value>().await.unwrap(), json!({}));

    let (status, body) = read(sim.get(&me)).await;
    assert_eq!((status, &body["name"], &body["is_admin"]), (200, &json!("jdoe"), &json!(false)));
    for member in ["display_name", "lrn", "id", "created_at", "groups", "profile"] {
        assert!(body.get(member).is_some(), "{member}");
    }
    let (_, users) = read(sim.get(format!("{base}/api/v1/users"))).await;
    assert!(users.as_array().unwrap().iter().any(|user| user["name"] == "admin"));
    assert_eq!(sim.get(format!("{}/api/v1/users/me", sim.at.lenses)).send().await.unwrap().status(), 401);

    sim.steer(&base, "expire", json!({})).await;
    assert_eq!(read(sim.get(&me)).await.0, 401);
}

#[tokio::test]
async fn the_service_account_has_a_key() {
    let sim = sim().await;
    let me = format!("{}/api/v1/users/me", sim.at.lenses);
    assert_eq!(read(sim.get(&me).bearer_auth("service-account-key")).await.0, 200);
    assert_eq!(read(sim.get(&me).bearer_auth("another")).await.0, 401);
}

#[tokio::test]
async fn login_replies_as_configured() {
    let sim = sim().await;
    let base = &sim.at.lenses;
    let login = format!("{base}/api/v1/login");
    sim.steer(base, "config", json!({"redir_to": "/x?y"})).await;
    let reply = sim.sign_in(&login, "jdoe", "correct horse").await;
    assert_eq!(reply.json::<Value>().await.unwrap(), json!({"redir_to": "/x?y"}));
    sim.steer(base, "config", json!({"redir_to": null, "login_reply": "204"})).await;
    let reply = sim.sign_in(&login, "jdoe", "correct horse").await;
    assert_eq!(reply.status(), 204);
    assert!(reply.headers().contains_key("set-cookie"));
    let body = json!({"username": "jdoe", "password": "correct horse", "redirection_token": "a b&c"});
    let (status, body) = read(sim.post(&login, &body)).await;
    assert_eq!((status, body), (200, json!({"redir_to": "/oauth2/authorize?resume=a+b%26c"})));
}

#[tokio::test]
async fn refusals_are_hq_errors() {
    let sim = sim().await;
    let login = format!("{}/i/refusals/api/v1/login", sim.at.lenses);
    let refused = async |body: Value| read(sim.post(&login, &body)).await;

    let (status, body) = refused(json!({"username": "jdoe", "password": "x"})).await;
    assert_eq!((status, &body["type"], body.get("sso_url")), (401, &json!("unauthorised"), None));
    assert!(body["title"].is_string() && body["request_id"].is_string());
    let (status, body) = refused(json!({"username": "sso", "password": "x"})).await;
    assert_eq!((status, &body["sso_url"]), (401, &json!(format!("{}/i/refusals/sso", sim.at.lenses))));
    let (status, body) = refused(json!({"username": "locked", "password": "correct horse"})).await;
    assert_eq!((status, &body["type"]), (403, &json!("forbidden")));
    let (status, body) = refused(json!({"username": "", "password": "x"})).await;
    assert_eq!((status, &body["type"]), (400, &json!("validation_error")));
    assert_eq!(body["invalid_fields"][0]["name"], "username");
    assert_eq!(body["invalid_fields"][0]["error"], "invalid_value");
    assert_eq!(body["invalid_fields"][0]["pointer"], "/username");
    let (status, body) = refused(json!({"username": "jdoe"})).await;
    assert_eq!((status, &body["type"]), (400, &json!("missing_parameter")));
    assert_eq!(body["invalid_fields"][0]["name"], "password");
    let (status, body) = refused(json!({"username": "jdoe", "password": 7})).await;
    assert_eq!((status, &body["type"]), (400, &json!("invalid_parameter")));
    let form = sim.http.post(&login).header("content-type", "text/plain").body(r#"{"username":"jdoe"}"#);
    let (status, body) = read(form).await;
    assert_eq!((status, &body["type"]), (400, &json!("invalid_parameter")));
}

#[tokio::test]
async fn logout_is_there_only_when_configured() {
    let sim = sim().await;
    let base = &sim.at.lenses;
    let logout = format!("{base}/api/v1/logout");
    sim.sign_in(&format!("{base}/api/v1/login"), "jdoe", "correct horse").await;
    assert_eq!(read(sim.http.post(&logout)).await, (501, json!({"error": "not simulated"})));
    assert_eq!(sim.ledger(base).await["unknown"], 1);
    sim.steer(base, "config", json!({"logout": true})).await;
    let reply = sim.http.post(&logout).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    assert!(reply.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(read(sim.get(format!("{base}/api/v1/users/me"))).await.0, 401);
}

/// "The url of the SSO provider, if any": of the instance, whoever was refused and why.
#[tokio::test]
async fn an_instance_with_single_sign_on_says_so_in_every_unauthorised_error() {
    let sim = sim().await;
    let named = format!("{}/i/single-sign-on", sim.at.lenses);
    sim.steer(&named, "config", json!({"single_sign_on": true})).await;
    // The root, which the demo page is filled in with, has it from the start, and after a reset.
    sim.steer(&sim.at.lenses, "reset", json!({})).await;
    for base in [&sim.at.lenses, &named] {
        everybody_is_told_of_single_sign_on(&sim, base).await;
    }
}

async fn everybody_is_told_of_single_sign_on(sim: &Sim, base: &str) {
    let sso_url = json!(format!("{base}/sso"));
    let login = format!("{base}/api/v1/login");
    for name in ["jdoe", "nobody", "sso"] {
        let (status, body) = read(sim.post(&login, &json!({"username": name, "password": "x"}))).await;
        assert_eq!(
            (status, &body["type"], &body["sso_url"]),
            (401, &json!("unauthorised"), &sso_url),
            "{name}"
        );
    }
    let (status, body) = read(sim.get(format!("{base}/api/v1/users/me"))).await;
    assert_eq!((status, &body["sso_url"]), (401, &sso_url));
    let (_, body) = read(sim.post(&login, &json!({"username": "locked", "password": "correct horse"}))).await;
    assert_eq!((&body["type"], body.get("sso_url")), (&json!("forbidden"), None));
}

/// The person's whole round: to the provider's page, and back to where the instance sends people.
#[tokio::test]
async fn the_single_sign_on_page_signs_in_and_sends_back() {
    let sim = sim().await;
    let base = &sim.at.lenses;
    let page = format!("{base}/sso");
    let text = sim.get(page.clone()).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("<form method=\"post\">") && text.contains("<option>sso</option>"), "{text}");
    let answer = async |answer: &str, name: &str| {
        let form = sim.http.post(&page).header("content-type", "application/x-www-form-urlencoded");
        let reply = form.body(format!("answer={answer}&username={name}")).send().await.unwrap();
        let place = reply.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        (reply.status().as_u16(), place, reply.headers().contains_key("set-cookie"))
    };
    let home = Some(format!("{}/", sim.at.page));
    assert_eq!(answer("no", "sso").await, (303, home.clone(), false));
    assert_eq!(answer("yes", "nobody").await, (303, home.clone(), false));
    assert_eq!(answer("yes", "sso").await, (303, home, true));
    let (status, user) = read(sim.get(format!("{base}/api/v1/users/me"))).await;
    assert_eq!((status, &user["name"]), (200, &json!("sso")));
    sim.steer(base, "config", json!({"ui_root_url": "https://app.example.com/"})).await;
    assert_eq!(answer("yes", "jdoe").await, (303, Some("https://app.example.com/".to_owned()), true));
}

#[tokio::test]
async fn a_proxied_environment_has_401s_of_its_own() {
    let sim = sim().await;
    let base = &sim.at.lenses;
    let topics = format!("{base}/api/v1/environments/demo/proxy/api/v1/topics");
    let (status, body) = read(sim.get(&topics)).await;
    assert_eq!((status, &body["type"]), (401, &json!("unauthorised")), "HQ's own, for nobody");
    sim.sign_in(&format!("{base}/api/v1/login"), "jdoe", "correct horse").await;
    assert_eq!(read(sim.get(&topics)).await, (200, json!([])));
    sim.steer(base, "config", json!({"environment_401": true})).await;
    assert_eq!(read(sim.get(&topics)).await, (401, json!({"errorCode": 401, "message": "Unauthorized"})));
    assert_eq!(read(sim.post(&topics, &json!({}))).await.0, 401);
    assert_eq!(read(sim.get(format!("{base}/api/v1/users/me"))).await.0, 200, "the session is good");
    for path in ["demo/proxy", "demo", "/proxy/x", "demo/other/proxy/x"] {
        assert_eq!(read(sim.get(format!("{base}/api/v1/environments/{path}"))).await.0, 501, "{path}");
    }
}
