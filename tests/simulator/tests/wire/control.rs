use serde_json::json;

use crate::client::{read, sim};

#[tokio::test]
async fn unknown_routes_are_501_and_counted() {
    let sim = sim().await;
    for base in [&sim.at.ocient, &sim.at.lenses, &sim.at.pegase3, &sim.at.ethgas] {
        assert_eq!(read(sim.get(format!("{base}/nowhere"))).await, (501, json!({"error": "not simulated"})));
        let ledger = sim.ledger(base).await;
        assert_eq!((&ledger["unknown"], &ledger["counts"]["GET /nowhere"]), (&json!(1), &json!(1)));
    }
    assert_eq!(
        read(sim.get(format!("{}/v1/login", sim.at.ocient))).await.0,
        501,
        "the method is part of a route"
    );
}

#[tokio::test]
async fn the_ledger_shows_what_was_sent() {
    let sim = sim().await;
    let base = format!("{}/i/ledger", sim.at.lenses);
    let request = sim.post(format!("{base}/api/v1/login?a=%20"), &json!({"username": "jdoe"}));
    request.header("X-Test", "ü").send().await.unwrap();
    let ledger = sim.ledger(&base).await;
    let entry = &ledger["requests"][0];
    assert_eq!((&entry["method"], &entry["path"]), (&json!("POST"), &json!("/api/v1/login")));
    assert_eq!((&entry["query"], &entry["status"]), (&json!("a=%20"), &json!(400)));
    assert_eq!(
        (&entry["headers"]["x-test"], &entry["body"]),
        (&json!("ü"), &json!(r#"{"username":"jdoe"}"#))
    );
    assert!(entry["at_ms"].as_u64().unwrap() > 1_600_000_000_000);
    assert_eq!(ledger["requests"].as_array().unwrap().len(), 1, "not the ledger's own calls");
}

#[tokio::test]
async fn the_ledger_keeps_the_last_500_requests_and_all_counts() {
    let sim = sim().await;
    let base = &sim.at.stranger;
    for number in 0..510 {
        sim.get(format!("{base}/x?{number}")).send().await.unwrap();
    }
    let ledger = sim.ledger(base).await;
    assert_eq!(ledger["counts"]["GET /x"], 510);
    assert_eq!(ledger["requests"].as_array().unwrap().len(), 500);
    assert_eq!(ledger["requests"][0]["query"], "10");
}

#[tokio::test]
async fn reset_forgets_everything() {
    let sim = sim().await;
    let base = &sim.at.lenses;
    let me = format!("{base}/api/v1/users/me");
    sim.steer(base, "config", json!({"login_reply": "204"})).await;
    sim.steer(base, "faults", json!({"path": "/other", "hang": true})).await;
    let login = format!("{base}/api/v1/login");
    assert_eq!(sim.sign_in(&login, "jdoe", "correct horse").await.status(), 204);
    for _ in 0..3 {
        sim.sign_in(&login, "admin", "x").await;
    }
    assert_eq!(sim.sign_in(&login, "admin", "admin").await.status(), 403);
    sim.steer(base, "reset", json!({})).await;
    assert_eq!(sim.ledger(base).await["counts"], json!({}));
    assert_eq!(read(sim.get(&me)).await.0, 401);
    assert_eq!(sim.get(format!("{base}/other")).send().await.unwrap().status(), 501);
    assert_eq!(sim.sign_in(&login, "admin", "admin").await.status(), 200);
}

#[tokio::test]
async fn a_wrong_configuration_is_refused_and_changes_nothing() {
    let sim = sim().await;
    let base = &sim.at.ethgas;
    let url = format!("{base}/_sim/config");
    for change in [
        json!({"unheard_of": 1}),
        json!({"access_lifetime_s": -1}),
        json!({"access_lifetime_s": 1e99}),
        json!({"success_code": 2}),
        json!({"refresh_form": "query"}),
        json!({"omit_expires_in": true, "unheard_of": 1}),
        json!([]),
    ] {
        assert_eq!(sim.post(&url, &change).send().await.unwrap().status(), 400, "{change}");
    }
    let config = sim.steer(base, "config", json!({"access_lifetime_s": 1.5})).await;
    assert_eq!((&config["access_lifetime_s"], &config["omit_expires_in"]), (&json!(1.5), &json!(false)));
    assert_eq!(sim.post(format!("{base}/_sim/unheard-of"), &json!({})).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_locked_account_can_be_unlocked() {
    let sim = sim().await;
    let base = format!("{}/i/unlock", sim.at.lenses);
    let login = async || {
        let who = json!({"username": "locked", "password": "correct horse"});
        read(sim.post(format!("{base}/api/v1/login"), &who)).await.0
    };
    assert_ne!(login().await, 200);
    assert_eq!(read(sim.post(format!("{base}/_sim/unlock"), &json!({}))).await.0, 200);
    assert_eq!(login().await, 200);
}
