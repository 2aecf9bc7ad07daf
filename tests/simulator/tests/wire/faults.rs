use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::client::{Sim, read, sim, until};

const INFO: &str = "/v1/info";

/// A simulator whose next request to Ocient's `/v1/info` meets this fault.
async fn with(fault: Value) -> Sim {
    let sim = sim().await;
    order(&sim, INFO, fault).await;
    sim
}

async fn order(sim: &Sim, path: &str, mut fault: Value) {
    fault["path"] = json!(path);
    sim.steer(&sim.at.ocient, "faults", fault).await;
}

async fn info(sim: &Sim) -> reqwest::Result<Response> {
    sim.get(format!("{}{INFO}", sim.at.ocient)).send().await
}

/// The ledger's first entry.
async fn first(sim: &Sim) -> Value {
    sim.ledger(&sim.at.ocient).await["requests"][0].clone()
}

/// A request that has been received and is not answered, as a fault struck it.
async fn kept_waiting(sim: &Sim, fault: &str) -> JoinHandle<reqwest::Result<Response>> {
    let waiting = tokio::spawn(reqwest::get(format!("{}{INFO}", sim.at.ocient)));
    let entry = until(async || first(sim).await, Value::is_object).await;
    assert_eq!((&entry["status"], &entry["outcome"]), (&json!(null), &json!(fault)));
    waiting
}

/// The bytes of an undisturbed reply.
async fn undisturbed(sim: &Sim) -> Vec<u8> {
    info(sim).await.unwrap().bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn status_with_a_time_to_come_again() {
    let sim = with(json!({"count": 2, "status": 503, "retry_after": "2", "body": "{}", "content_type": "application/json"})).await;
    for _ in 0..2 {
        let reply = info(&sim).await.unwrap();
        assert_eq!((reply.status().as_u16(), &reply.headers()["retry-after"]), (503, &"2".parse().unwrap()));
        assert_eq!(reply.headers()["content-type"], "application/json");
    }
    assert_eq!(info(&sim).await.unwrap().status(), 200);
    let ledger = sim.ledger(&sim.at.ocient).await;
    assert_eq!(ledger["counts"]["GET /v1/info"], 3);
    assert_eq!(
        (&ledger["requests"][0]["status"], &ledger["requests"][0]["outcome"]),
        (&json!(503), &json!("fault: reply"))
    );
    assert_eq!(ledger["requests"][2].get("outcome"), None);
}

#[tokio::test]
async fn faults_strike_in_order_and_only_where_they_match() {
    let sim = sim().await;
    order(&sim, INFO, json!({"method": "POST", "status": 500})).await;
    order(&sim, "/elsewhere", json!({"status": 501})).await;
    order(&sim, INFO, json!({"status": 502})).await;
    order(&sim, "*", json!({"status": 503})).await;
    assert_eq!(info(&sim).await.unwrap().status(), 502);
    assert_eq!(info(&sim).await.unwrap().status(), 503);
    assert_eq!(info(&sim).await.unwrap().status(), 200);
    let post = sim.http.post(format!("{}{INFO}", sim.at.ocient)).send().await.unwrap();
    assert_eq!(post.status(), 500);
}

#[tokio::test]
async fn delay() {
    let sim = with(json!({"delay_ms": 300})).await;
    let begun = Instant::now();
    assert_eq!(info(&sim).await.unwrap().status(), 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn hold_until_it_is_released() {
    let sim = with(json!({"hold": true})).await;
    let waiting = kept_waiting(&sim, "fault: hold").await;
    sim.steer(&sim.at.ocient, "release", json!({})).await;
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn hang_until_the_client_leaves() {
    let sim = with(json!({"hang": true})).await;
    let waiting = kept_waiting(&sim, "fault: hang").await;
    waiting.abort();
    until(async || first(&sim).await, |entry| entry["outcome"] == "client left").await;
}

#[tokio::test]
async fn drop_closes_the_connection_with_no_reply() {
    // A client may try once more by itself when a connection it had kept is closed; so there is no kept one here.
    let sim = with(json!({"drop": true, "count": 1})).await;
    let fresh = crate::client::client();
    let error = fresh.get(format!("{}{INFO}", sim.at.ocient)).send().await.unwrap_err();
    assert!(!error.is_timeout() && error.status().is_none(), "{error:?}");
    let entry = &sim.ledger(&sim.at.ocient).await["requests"][0];
    assert_eq!((&entry["status"], &entry["outcome"]), (&json!(null), &json!("fault: drop")));
}

#[tokio::test]
async fn truncate_is_honest_about_its_length() {
    let sim = with(json!({"truncate": true})).await;
    let reply = info(&sim).await.unwrap();
    let announced = reply.content_length().unwrap();
    let bytes = reply.bytes().await.unwrap();
    assert_eq!(announced, bytes.len() as u64);
    assert!(serde_json::from_slice::<Value>(&bytes).is_err());
    assert!(undisturbed(&sim).await.starts_with(&bytes));
}

#[tokio::test]
async fn cut_sends_half_of_what_it_announced() {
    let sim = with(json!({"cut": true})).await;
    let mut reply = info(&sim).await.unwrap();
    let announced = reply.content_length().unwrap();
    let mut got = Vec::new();
    let error = loop {
        match reply.chunk().await {
            Ok(Some(chunk)) => got.extend_from_slice(&chunk),
            Ok(None) => panic!("the reply ended well"),
            Err(error) => break error,
        }
    };
    assert!(!error.is_timeout(), "{error:?}");
    let whole = undisturbed(&sim).await;
    assert_eq!(announced, whole.len() as u64);
    assert_eq!(got, whole[..whole.len() / 2]);
}

#[tokio::test]
async fn drip_sends_byte_by_byte() {
    let sim = with(json!({"drip_ms": 2})).await;
    let begun = Instant::now();
    let dripped = info(&sim).await.unwrap().bytes().await.unwrap();
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(2) * u32::try_from(dripped.len()).unwrap(), "{took:?}");
    assert_eq!(dripped, undisturbed(&sim).await);
}

#[tokio::test]
async fn hostile_replies() {
    let html = json!({"status": 200, "content_type": "text/html", "body": "<html>captive</html>"});
    let sim = with(json!({"reply": html})).await;
    let reply = info(&sim).await.unwrap();
    assert_eq!(reply.headers()["content-type"], "text/html");
    assert_eq!(reply.text().await.unwrap(), "<html>captive</html>");

    order(&sim, INFO, json!({"huge_mb": 3})).await;
    let reply = info(&sim).await.unwrap();
    assert_eq!(reply.headers()["transfer-encoding"], "chunked");
    let text: String = reply.json().await.unwrap();
    assert_eq!(text.len(), 3 * 1024 * 1024);

    order(&sim, INFO, json!({"deep": 100_000})).await;
    let text = info(&sim).await.unwrap().text().await.unwrap();
    assert_eq!(text.len(), 200_000);
    assert!(text.starts_with("[[[") && text.contains("[]") && text.ends_with("]]]"));
}

#[tokio::test]
async fn redirect() {
    let sim = with(json!({"redirect": "http://127.0.0.1:7405/steal"})).await;
    let reply = info(&sim).await.unwrap();
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["location"]),
        (307, &"http://127.0.0.1:7405/steal".parse().unwrap())
    );
    order(&sim, INFO, json!({"redirect": "/elsewhere", "status": 302})).await;
    assert_eq!(info(&sim).await.unwrap().status(), 302);
}

#[tokio::test]
async fn an_order_without_exactly_one_kind_is_refused() {
    let sim = sim().await;
    let url = format!("{}/_sim/faults", sim.at.ocient);
    for order in [
        json!({"path": "*"}),
        json!({"path": "*", "hang": true, "drop": true}),
        json!({"path": "*", "status": 99}),
        json!({"path": "*", "hang": true, "count": 0}),
        json!({"path": "*", "hang": true, "unheard_of": 1}),
        json!({"hang": true}),
    ] {
        assert_eq!(sim.post(&url, &order).send().await.unwrap().status(), 400, "{order}");
    }
    assert_eq!(info(&sim).await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_faults_still_to_strike_are_listed_as_they_were_ordered() {
    let sim = sim().await;
    let url = format!("{}/_sim/faults", sim.at.ocient);
    assert_eq!(read(sim.get(&url)).await, (200, json!([])));
    order(&sim, INFO, json!({"count": 2, "status": 503, "retry_after": "2"})).await;
    order(&sim, "*", json!({"method": "POST", "hang": true})).await;
    info(&sim).await.unwrap();
    let left = json!([
        {"path": INFO, "count": 1, "status": 503, "retry_after": "2"},
        {"path": "*", "method": "POST", "hang": true, "count": 1},
    ]);
    assert_eq!(read(sim.get(&url)).await, (200, left));
    info(&sim).await.unwrap();
    assert_eq!(
        read(sim.get(&url)).await.1.as_array().map(Vec::len),
        Some(1),
        "one has struck as often as it may"
    );
}

#[tokio::test]
async fn mending_forgets_the_faults_and_nothing_else() {
    let sim = sim().await;
    let base = &sim.at.lenses;
    assert_eq!(sim.sign_in(&format!("{base}/api/v1/login"), "jdoe", "correct horse").await.status(), 200);
    sim.steer(base, "config", json!({"logout": true})).await;
    sim.steer(base, "faults", json!({"path": "*", "count": 9, "status": 503})).await;
    let mended = sim.http.delete(format!("{base}/_sim/faults")).send().await.unwrap();
    assert_eq!(mended.status(), 200);
    assert_eq!(read(sim.get(format!("{base}/_sim/faults"))).await.1, json!([]));
    assert_eq!(read(sim.get(format!("{base}/api/v1/users/me"))).await.0, 200, "the session lives on");
    let ledger = sim.ledger(base).await;
    assert_eq!(ledger["counts"], json!({"POST /api/v1/login": 1, "GET /api/v1/users/me": 1}));
    assert_eq!(sim.steer(base, "config", json!({})).await["logout"], true);
}
