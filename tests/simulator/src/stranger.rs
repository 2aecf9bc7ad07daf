//! The server that is nobody's vendor. It takes whatever it is sent; its ledger tells whether a credential leaked.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::reply;

/// 200 and an empty object, whatever was asked.
pub fn answer() -> Response {
    reply::json(StatusCode::OK, &json!({}))
}
