//! Building replies.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite};
use serde_json::{Value, json};

use crate::instance::World;

/// A JSON reply.
pub fn json(status: StatusCode, body: &Value) -> Response {
    (status, Json(body)).into_response()
}

/// An HTML reply, as servers give when their own code fails.
pub fn html(status: StatusCode, body: &'static str) -> Response {
    (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

/// What any vendor says to a route this simulator doesn't play; counted, so that a client's wrong path is found out.
pub fn not_simulated(world: &mut World) -> Response {
    world.ledger.unknown += 1;
    json(StatusCode::NOT_IMPLEMENTED, &json!({"error": "not simulated"}))
}

/// Sets a session cookie as the vendors here do. No `Secure`: the simulator speaks plain HTTP.
/// `max_age_s` in seconds; `None` makes it last until the browser closes, 0 deletes it.
pub fn set_cookie(
    mut reply: Response,
    path: &str,
    name: &str,
    value: &str,
    max_age_s: Option<i64>,
) -> Response {
    let mut cookie = Cookie::build((name, value)).path(path).http_only(true).same_site(SameSite::Lax).build();
    if let Some(seconds) = max_age_s {
        cookie.set_max_age(cookie::time::Duration::seconds(seconds));
    }
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        reply.headers_mut().append(SET_COOKIE, value);
    }
    reply
}
