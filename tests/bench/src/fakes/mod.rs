//! The servers that session clients speak to, as far as their sign-in, their renewal and one request need them. Each puts
//! the vendor's tokens into its own protocol's words; none makes a client wait for more than the vendor does.

pub mod better_auth;
pub mod firebase;
pub mod oidc;
pub mod supabase;

use std::collections::HashMap;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The members of a query or of a form.
fn members(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn ok(body: &Value) -> Response {
    Json(body).into_response()
}

fn refused() -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response()
}

/// A JWT whose signature is none: the clients read its claims, and leave the signature to servers.
fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({"alg": "RS256", "typ": "JWT", "kid": "1"})), part(claims))
}

/// A claim of a JWT that the vendor issued.
fn claim(token: &str, name: &str) -> Value {
    let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims: Value = claims.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    claims[name].clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_as_they_were_written() {
        assert_eq!(claim(&unsigned(&json!({"sub": "ü"})), "sub"), "ü");
        assert_eq!(claim("none", "sub"), Value::Null);
    }
}
