//! Supabase Auth: `POST /token?grant_type=…` with JSON.

use axum::body::Body;
use axum::response::Response;
use hallpass_simulator::Dropped;
use hyper::Request;
use serde_json::json;

use super::{claim, members, ok, refused};
use crate::vendor::{USER, Vendor};

/// Answers a request.
pub async fn answer(
    vendor: &Vendor,
    world: &str,
    path: &str,
    request: Request<Body>,
) -> Result<Response, Dropped> {
    if path != "token" {
        return Ok(refused());
    }
    let query = members(request.uri().query().unwrap_or_default().as_bytes());
    let grant = match query.get("grant_type").map(String::as_str) {
        Some("password") => vendor.sign_in(world).await?,
        Some("refresh_token") => vendor.renew(world).await?,
        _ => None,
    };
    Ok(grant.map_or_else(refused, |grant| {
        ok(&json!({
            "access_token": grant.access,
            "refresh_token": grant.refresh,
            "token_type": "bearer",
            "expires_in": grant.expires_in,
            "user": {
                "id": claim(&grant.access, "sub"),
                "aud": "authenticated",
                "email": format!("{USER}@example.com"),
                "app_metadata": {},
                "user_metadata": {},
                "created_at": "2026-01-01T00:00:00Z",
            },
        }))
    }))
}
