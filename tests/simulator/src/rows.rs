//! The rows that a statement gives (Ocient): all at once, or each in its own time and its own chunk.

use std::io;
use std::iter;
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::Call;
use crate::config::Config;
use crate::reply;

/// One JSON object a row, which can be read by itself: no document as a whole.
const STREAM: &str = "application/stream+json";

/// The reply to a statement, in the form that was asked for.
pub fn reply(call: &Call, config: &Config, status: &Value) -> Response {
    let rows = (1..=config.rows.unwrap_or(2)).map(|number| json!({"c1": number}));
    let pause = config.row_ms.map(Duration::from_millis);
    if asks_for_stream(call) {
        let lines = rows.map(|row| format!("{row}\n"));
        return chunked(STREAM, lines, pause.unwrap_or_default());
    }
    let id = Uuid::new_v4();
    let Some(pause) = pause else {
        let data: Value = rows.collect();
        return reply::json(StatusCode::OK, &json!({"query_id": id, "status": status, "data": data}));
    };
    let begin = format!("{{\"query_id\":\"{id}\",\"data\":[");
    let rows = rows.enumerate().map(|(at, row)| if at == 0 { row.to_string() } else { format!(",{row}") });
    let end = format!("],\"status\":{status}}}");
    chunked("application/json", iter::once(begin).chain(rows).chain(iter::once(end)), pause)
}

/// Whether a request asks for rows one by one: the vendor's description names both headers for it.
pub fn asks_for_stream(call: &Call) -> bool {
    let names = |header| call.headers.get(header).and_then(|value: &HeaderValue| value.to_str().ok());
    [ACCEPT, CONTENT_TYPE].into_iter().filter_map(names).any(|types| types.contains(STREAM))
}

/// Pieces with a pause before each but the first.
fn chunked(
    content_type: &'static str,
    pieces: impl Iterator<Item = String> + Send + 'static,
    pause: Duration,
) -> Response {
    let pieces = stream::iter(pieces.enumerate()).then(move |(at, piece)| async move {
        if at > 0 {
            tokio::time::sleep(pause).await;
        }
        Ok::<_, io::Error>(piece)
    });
    let mut reply = Response::new(Body::from_stream(pieces));
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}
