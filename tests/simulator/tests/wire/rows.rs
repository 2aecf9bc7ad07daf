//! Ocient's statements: warnings, permissions, and rows that come one by one.

use std::time::{Duration, Instant};

use reqwest::Response;
use serde_json::{Value, json};

use crate::client::{Sim, read, sim, text};

async fn token(sim: &Sim) -> String {
    let reply = sim.sign_in(&format!("{}/v1/login", sim.at.ocient), "jdoe", "correct horse").await;
    text(&reply.json::<Value>().await.unwrap()["access_token"]).to_owned()
}

fn execute(sim: &Sim, token: &str) -> reqwest::RequestBuilder {
    sim.get(format!("{}/v1/execute/system?statement=SELECT%201", sim.at.ocient)).bearer_auth(token)
}

/// The pieces of a body, each with the time that it took to come.
async fn pieces(mut reply: Response) -> Vec<(String, Duration)> {
    let mut pieces = Vec::new();
    let mut begun = Instant::now();
    while let Some(piece) = reply.chunk().await.unwrap() {
        pieces.push((String::from_utf8(piece.to_vec()).unwrap(), begun.elapsed()));
        begun = Instant::now();
    }
    pieces
}

#[tokio::test]
async fn a_success_may_come_with_a_warning() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    sim.steer(base, "config", json!({"warning": -333})).await;
    let warned =
        json!({"reason": "Optional value was substituted.", "sql_state": "01000", "vendor_code": -333});
    let reply = sim.sign_in(&format!("{base}/v1/login"), "jdoe", "correct horse").await;
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["status"], warned);
    let (_, rows) = read(execute(&sim, text(&body["access_token"]))).await;
    assert_eq!((&rows["status"], &rows["data"]), (&warned, &json!([{"c1": 1}, {"c1": 2}])));
    let (_, out) = read(sim.http.post(format!("{base}/v1/logout"))).await;
    assert_eq!(out["status"], warned);
    let wrong = sim.sign_in(&format!("{base}/v1/login"), "jdoe", "x").await.json::<Value>().await.unwrap();
    assert_eq!(wrong["status"]["vendor_code"], -304, "a refusal stays one");
}

#[tokio::test]
async fn a_statement_may_lack_a_permission() {
    let sim = sim().await;
    let token = token(&sim).await;
    sim.steer(&sim.at.ocient, "config", json!({"denied": -700})).await;
    let (status, body) = read(execute(&sim, &token)).await;
    assert_eq!(status, 200);
    assert_eq!(
        (&body["status"]["vendor_code"], &body["status"]["sql_state"]),
        (&json!(-700), &json!("42501"))
    );
    sim.steer(&sim.at.ocient, "config", json!({"http_errors": true})).await;
    assert_eq!(read(execute(&sim, &token)).await.0, 400);
    assert_eq!(
        read(execute(&sim, "garbage")).await.1["status"]["vendor_code"],
        -1205,
        "who asks comes first"
    );
}

#[tokio::test]
async fn a_statement_needs_no_database() {
    let sim = sim().await;
    let base = &sim.at.ocient;
    let token = token(&sim).await;
    let (_, body) = read(sim.get(format!("{base}/v1/execute?statement=x")).bearer_auth(&token)).await;
    assert_eq!(body["status"]["vendor_code"], 0);
    let post = |body| sim.post(format!("{base}/v1/execute"), &body).bearer_auth(&token);
    assert_eq!(read(post(json!({"statement": "x"}))).await.1["status"]["vendor_code"], 0);
    let elsewhere = json!({"statement": "x", "database": "nowhere"});
    assert_eq!(read(post(elsewhere.clone())).await.1["status"]["vendor_code"], -205);
    let path_first = sim.post(format!("{base}/v1/execute/system"), &elsewhere).bearer_auth(&token);
    assert_eq!(read(path_first).await.1["status"]["vendor_code"], 0, "the path counts before the parameter");
    assert_eq!(read(post(json!({}))).await.1["status"]["vendor_code"], -100, "without a statement");
}

/// The whole is one JSON document.
#[tokio::test]
async fn rows_may_come_one_by_one() {
    let sim = sim().await;
    let token = token(&sim).await;
    sim.steer(&sim.at.ocient, "config", json!({"rows": 3, "row_ms": 150})).await;
    let begun = Instant::now();
    let reply = execute(&sim, &token).send().await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(140), "the headers don't wait: {:?}", begun.elapsed());
    assert_eq!(reply.headers()["content-type"], "application/json");
    assert!(!reply.headers().contains_key("content-length"));
    let pieces = pieces(reply).await;
    assert_eq!(pieces.len(), 5, "{pieces:?}");
    assert!(pieces.iter().skip(1).all(|(_, took)| *took > Duration::from_millis(75)), "{pieces:?}");
    let whole: String = pieces.into_iter().map(|(piece, _)| piece).collect();
    let body: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!((&body["status"]["vendor_code"], &body["data"][2]), (&json!(0), &json!({"c1": 3})));
    assert!(body["query_id"].is_string());
}

/// Each piece is a JSON document.
#[tokio::test]
async fn a_stream_is_an_object_a_row() {
    let sim = sim().await;
    let token = token(&sim).await;
    sim.steer(&sim.at.ocient, "config", json!({"rows": 3, "row_ms": 100})).await;
    let asked = execute(&sim, &token).header("Accept", "application/stream+json").send().await.unwrap();
    assert_eq!(asked.headers()["content-type"], "application/stream+json");
    let rows: Vec<Value> =
        pieces(asked).await.iter().map(|(piece, _)| serde_json::from_str(piece).unwrap()).collect();
    assert_eq!(rows, [json!({"c1": 1}), json!({"c1": 2}), json!({"c1": 3})]);

    sim.steer(&sim.at.ocient, "config", json!({"row_ms": null})).await;
    let url = format!("{}/v1/execute/system", sim.at.ocient);
    let posted = sim.http.post(url).bearer_auth(&token).header("Content-Type", "application/stream+json");
    let reply = posted.body(r#"{"statement": "SELECT 1"}"#).send().await.unwrap();
    assert_eq!(reply.headers()["content-type"], "application/stream+json");
    assert_eq!(reply.text().await.unwrap().lines().count(), 3);
}
