use serde_json::{Value, json};

use crate::client::{read, sim};

#[tokio::test]
async fn instances_know_nothing_of_each_other() {
    let sim = sim().await;
    let [a, b] = ["a", "b"].map(|name| format!("{}/i/{name}", sim.at.ocient));
    sim.steer(&a, "faults", json!({"path": "/v1/login", "status": 503})).await;
    sim.steer(&a, "config", json!({"http_errors": true})).await;
    assert_eq!(sim.sign_in(&format!("{b}/v1/login"), "jdoe", "correct horse").await.status(), 200);
    assert_eq!(sim.sign_in(&format!("{a}/v1/login"), "jdoe", "correct horse").await.status(), 503);
    let reply = sim.sign_in(&format!("{b}/v1/login"), "jdoe", "correct horse").await;
    assert!(reply.headers()["set-cookie"].to_str().unwrap().ends_with("Path=/i/b"));
    let token = reply.json::<Value>().await.unwrap()["access_token"].clone();
    let execute = |base: &str| {
        let request = sim.get(format!("{base}/v1/execute/system?statement=x"));
        read(request.bearer_auth(token.as_str().unwrap()))
    };
    assert_eq!(execute(&b).await.0, 200);
    assert_eq!(execute(&a).await.0, 401);
    assert_eq!(sim.ledger(&a).await["counts"]["POST /v1/login"], 1);
    assert_eq!(sim.ledger(&b).await["counts"]["POST /v1/login"], 2);
    assert_eq!(sim.ledger(&sim.at.ocient).await["counts"], json!({}));
}

#[tokio::test]
async fn a_name_is_plain() {
    let sim = sim().await;
    assert_eq!(sim.get(format!("{}/i/a%20b/v1/info", sim.at.ocient)).send().await.unwrap().status(), 400);
    let long = "x".repeat(101);
    assert_eq!(sim.get(format!("{}/i/{long}/v1/info", sim.at.ocient)).send().await.unwrap().status(), 400);
}

/// A run of all tests asks for more, so that none may be refused.
#[tokio::test]
async fn ten_thousand_are_kept_and_the_one_used_longest_ago_makes_room() {
    let sim = sim().await;
    let stranger = &sim.at.stranger;
    let used = async |name: &str| {
        let reply = sim.get(format!("{stranger}{name}/")).send().await.unwrap();
        assert_eq!(reply.status(), 200);
    };
    let requests = async |name: &str| {
        let ledger = sim.ledger(&format!("{stranger}{name}")).await;
        ledger["requests"].as_array().unwrap().len()
    };
    used("").await;
    for number in 0..9_999 {
        used(&format!("/i/{number}")).await;
    }
    used("/i/0").await;
    used("/i/more").await;
    assert_eq!(requests("").await, 1, "the root stays");
    assert_eq!(requests("/i/0").await, 2, "it was used since");
    assert_eq!(requests("/i/more").await, 1);
    assert_eq!(requests("/i/2").await, 1);
    assert_eq!(requests("/i/1").await, 0, "it was used longest ago");
}
