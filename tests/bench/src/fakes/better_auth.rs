//! better-auth: a session cookie. Here the cookie is the vendor's access token.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::Response;
use hallpass_simulator::Dropped;
use hyper::Request;
use serde_json::json;

use super::{claim, ok, refused};
use crate::vendor::{USER, Vendor};

const NAME: &str = "better-auth.session_token";

/// Answers a request.
pub async fn answer(
    vendor: &Vendor,
    world: &str,
    path: &str,
    request: Request<Body>,
) -> Result<Response, Dropped> {
    match path {
        "sign-in/email" => Ok(match vendor.sign_in(world).await? {
            Some(grant) => {
                let user = json!({
                    "id": claim(&grant.access, "sub"), "name": USER, "email": format!("{USER}@example.com"),
                    "emailVerified": true, "image": null,
                    "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
                });
                let mut reply = ok(&json!({"redirect": false, "token": grant.access, "user": user}));
                let cookie = format!("{NAME}={}; Path=/i/{world}; HttpOnly; SameSite=Lax", grant.access);
                reply.headers_mut().append(SET_COOKIE, HeaderValue::try_from(cookie).map_err(|_| Dropped)?);
                reply
            }
            None => refused(),
        }),
        // The application's own route, behind the session.
        "info" => vendor.info(world, cookie(&request).unwrap_or_default()).await,
        _ => Ok(ok(&json!(null))),
    }
}

fn cookie(request: &Request<Body>) -> Option<&str> {
    let text = request.headers().get(COOKIE)?.to_str().ok()?;
    text.split("; ").find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('='))
}
