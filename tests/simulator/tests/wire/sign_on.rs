use serde_json::{Value, json};

use crate::client::{Sim, read, sim, text, until};

fn code(body: &Value) -> i64 {
    body["status"]["vendor_code"].as_i64().expect("a vendor_code")
}

async fn exchange(sim: &Sim, body: Value) -> Value {
    read(sim.post(format!("{}/v1/sso_token", sim.at.ocient), &body)).await.1
}

async fn ask(sim: &Sim) -> Value {
    read(sim.post(format!("{}/v1/sso_device_grant", sim.at.ocient), &json!({"database": "analytics"})))
        .await
        .1
}

async fn verify(sim: &Sim, prompt: &Value, timeout: Value) -> Value {
    let body = json!({"user_code": prompt["user_code"], "timeout": timeout});
    read(sim.post(format!("{}/v1/sso_device_grant_verify", sim.at.ocient), &body)).await.1
}

/// The person's answer on the page; gives what the page says.
async fn answer(sim: &Sim, prompt: &Value, answer: &str) -> String {
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("code", text(&prompt["user_code"])), ("answer", answer), ("username", "jdoe")])
        .finish();
    let reply = sim.http.post(text(&prompt["verification_uri"])).body(form).send().await.unwrap();
    reply.text().await.unwrap()
}

#[tokio::test]
async fn tokens_of_the_identity_provider_become_sessions() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    let issued = sim.steer(base, "identity", json!({"username": "jdoe"})).await;
    for kind in ["id_token", "access_token"] {
        let body = exchange(&sim, json!({kind: issued[kind], "database": "analytics"})).await;
        assert_eq!((code(&body), text(&body["username"]), text(&body["database"])), (0, "jdoe", "analytics"));
        let url = format!("{base}/v1/execute/analytics");
        let statement = sim.post(url, &json!({"statement": "SELECT 1"}));
        assert_eq!(code(&read(statement.bearer_auth(text(&body["access_token"]))).await.1), 0);
    }
}

#[tokio::test]
async fn other_tokens_are_refused_with_the_documented_codes() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    let issued = sim.steer(base, "identity", json!({"username": "jdoe"})).await;
    let nobody = sim.steer(base, "identity", json!({"username": "nobody"})).await;
    let over = sim.steer(base, "identity", json!({"username": "jdoe", "lifetime_s": 0})).await;
    let elsewhere = format!("{base}/i/other");
    let foreign = sim.steer(&elsewhere, "identity", json!({"username": "jdoe"})).await;
    for (body, expected) in [
        (json!({"id_token": issued["access_token"], "database": "system"}), -1235),
        (json!({"access_token": issued["id_token"], "database": "system"}), -1236),
        (json!({"id_token": over["id_token"], "database": "system"}), -1228),
        (json!({"id_token": foreign["id_token"], "database": "system"}), -1234),
        (json!({"id_token": "x", "database": "system"}), -1231),
        (json!({"id_token": nobody["id_token"], "database": "system"}), -608),
        (json!({"id_token": issued["id_token"], "database": "nowhere"}), -205),
        (json!({"id_token": issued["id_token"]}), -100),
        (
            json!({"id_token": issued["id_token"], "access_token": issued["access_token"], "database": "system"}),
            -100,
        ),
    ] {
        assert_eq!(code(&exchange(&sim, body.clone()).await), expected, "{body}");
    }
}

#[tokio::test]
async fn a_device_is_waited_for_until_the_person_says_yes() {
    let sim = sim().await;
    let prompt = ask(&sim).await;
    assert_eq!(code(&prompt), 0);
    let page =
        sim.get(text(&prompt["verification_uri_complete"])).send().await.unwrap().text().await.unwrap();
    assert!(page.contains(text(&prompt["user_code"])), "{page}");
    let (told, page) = tokio::join!(verify(&sim, &prompt, json!("30")), async {
        let asked =
            async || sim.ledger(&sim.at.ocient).await["counts"]["POST /v1/sso_device_grant_verify"].clone();
        until(asked, |count| *count == 1).await;
        answer(&sim, &prompt, "yes").await
    });
    assert!(page.contains("Signed in"), "{page}");
    assert_eq!((code(&told), text(&told["username"]), text(&told["database"])), (0, "jdoe", "analytics"));
    assert_eq!(told.get("expires_in"), None, "as documented");
    assert_eq!(code(&verify(&sim, &prompt, json!("1")).await), -1203, "an answer is told once");
}

#[tokio::test]
async fn a_devices_time_is_up_and_its_no_is_told() {
    let sim = sim().await;
    sim.steer(&sim.at.ocient, "config", json!({"device_wait_s": 0.05})).await;
    let prompt = ask(&sim).await;
    assert_eq!(code(&verify(&sim, &prompt, json!("600")).await), -1238);
    assert_eq!(code(&verify(&sim, &prompt, json!(1)).await), -1238);
    assert!(answer(&sim, &prompt, "no").await.contains("Refused"));
    assert_eq!(code(&verify(&sim, &prompt, Value::Null).await), -1251);
    assert!(answer(&sim, &prompt, "yes").await.contains("no such code"));
}
