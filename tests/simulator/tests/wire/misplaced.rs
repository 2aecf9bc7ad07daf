use serde_json::{Value, json};

use crate::client::{read, sim};

#[tokio::test]
async fn a_password_belongs_to_login_only() {
    let sim = sim().await;
    let base = &sim.at.ethgas;
    let info = format!("{base}/api/v1/user/info");
    sim.sign_in(&format!("{base}/api/v1/user/login"), "jdoe", "correct horse").await;
    sim.get(&info).bearer_auth("admin-like text is fine").send().await.unwrap();
    assert_eq!(sim.ledger(base).await["password_misplaced"], 0);
    for request in [
        sim.get(format!("{info}?q=correct%20horse")),
        sim.get(&info).header("X-Test", "correct horse"),
        sim.get(&info).basic_auth("jdoe", Some("correct horse")),
        sim.post(&info, &json!({"deep": [{"inside": "admin"}]})),
        sim.http.post(&info).body("q=p%C3%A4ssw%C3%B6rd+"),
        sim.http.post(&info).body("the password is pässwörd "),
    ] {
        let before = sim.ledger(base).await["password_misplaced"].as_u64().unwrap();
        request.send().await.unwrap();
        let ledger = sim.ledger(base).await;
        assert_eq!(ledger["password_misplaced"], before + 1, "{}", ledger["requests"]);
    }
}

#[tokio::test]
async fn a_refresh_token_belongs_to_refresh_only() {
    let sim = sim().await;
    let base = &sim.at.ethgas;
    let body: Value = sim
        .sign_in(&format!("{base}/api/v1/user/login"), "jdoe", "correct horse")
        .await
        .json()
        .await
        .unwrap();
    let token = body["data"]["refreshToken"].as_str().unwrap();
    let refresh = format!("{base}/api/v1/user/login/refresh");
    let info = format!("{base}/api/v1/user/info");
    assert_eq!(read(sim.http.post(&refresh).bearer_auth(token)).await.0, 200);
    assert_eq!(sim.ledger(base).await["refresh_token_misplaced"], 0);
    for (count, request) in [
        sim.get(&info).bearer_auth(token),
        sim.get(&info).header("X-Test", token),
        sim.post(&info, &json!({"a": token})),
        sim.http.post(format!("{refresh}?refreshToken={token}")),
        sim.http.post(&refresh).header("X-Test", token),
    ]
    .into_iter()
    .enumerate()
    {
        request.send().await.unwrap();
        assert_eq!(sim.ledger(base).await["refresh_token_misplaced"], count + 1);
    }
}

#[tokio::test]
async fn credentials_in_a_query_string_are_refused_by_all() {
    let sim = sim().await;
    for (base, path) in [
        (&sim.at.ocient, "/v1/login"),
        (&sim.at.lenses, "/api/v1/login"),
        (&sim.at.pegase3, "/login"),
        (&sim.at.ethgas, "/api/v1/user/login"),
    ] {
        for query in ["username=jdoe&password=x", "User-Name=jdoe", "refreshToken=x", "q=correct+horse"] {
            let request =
                sim.post(format!("{base}{path}?{query}"), &json!({"username": "jdoe", "password": "x"}));
            assert_eq!(request.send().await.unwrap().status(), 400, "{path}?{query}");
        }
    }
}
