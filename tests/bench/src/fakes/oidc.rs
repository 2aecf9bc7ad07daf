//! `OpenID` Connect, for the clients that speak it. Where they would send the whole page to the server, the bench asks this
//! server for the code instead and hands it back, so a sign-in costs what their own code and two requests cost.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::header::HOST;
use axum::response::Response;
use hallpass_simulator::Dropped;
use hyper::Request;
use serde_json::{Value, json};

use super::{members, ok, refused, unsigned};
use crate::vendor::{USER, Vendor, whole};

/// The call of auth0's client that a path means: it keeps no path of its server's address, so the world travels as the
/// client's id.
#[must_use]
pub fn at_the_root(path: &str) -> Option<&'static str> {
    ["authorize", "oauth/token"].into_iter().find(|known| path.strip_prefix('/') == Some(known))
}

/// Answers it.
pub async fn answer_at_the_root(
    vendor: &Vendor,
    path: &str,
    request: Request<Body>,
) -> Result<Response, Dropped> {
    let (head, body) = request.into_parts();
    let body = whole(body).await?;
    let text = if path == "authorize" { head.uri.query().unwrap_or_default().as_bytes() } else { &body };
    let world = members(text).remove("client_id").unwrap_or_default();
    vendor.counts.note(&world, |counts| counts.requests += 1);
    let request = Request::from_parts(head, Body::from(body));
    answer(vendor, &world, "auth0", path, request).await
}

/// Answers a request. `fake`: whose server is played.
pub async fn answer(
    vendor: &Vendor,
    world: &str,
    fake: &str,
    path: &str,
    request: Request<Body>,
) -> Result<Response, Dropped> {
    let issuer = issuer(world, fake, &request);
    let query = members(request.uri().query().unwrap_or_default().as_bytes());
    let last = path.rsplit('/').next().unwrap_or_default();
    Ok(match last {
        "openid-configuration" => ok(&configuration(&issuer)),
        // Nobody has to type a password: the user is signed in at the server already. The code carries what comes back.
        "authorize" | "auth" => {
            let nonce = query.get("nonce").map(String::as_str).unwrap_or_default();
            ok(&json!({"code": nonce, "state": query.get("state"), "iss": issuer}))
        }
        "token" => {
            let form = members(&whole(request.into_body()).await?);
            token(vendor, world, &issuer, &form).await?
        }
        _ => refused(),
    })
}

fn issuer(world: &str, fake: &str, request: &Request<Body>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let base = format!("http://{host}/i/{world}/as/{fake}");
    match fake {
        "auth0" => format!("http://{host}/"),
        "keycloak" => format!("{base}/realms/bench"),
        // It refuses an address without TLS, and the bench brings its requests here.
        "msal" => format!("https://login.bench.example/{world}/v2.0"),
        _ => base,
    }
}

fn configuration(issuer: &str) -> Value {
    let at = |name: &str| format!("{}/{name}", issuer.trim_end_matches('/'));
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "end_session_endpoint": at("logout"),
        "jwks_uri": at("keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    })
}

async fn token(
    vendor: &Vendor,
    world: &str,
    issuer: &str,
    form: &std::collections::HashMap<String, String>,
) -> Result<Response, Dropped> {
    let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let grant = match text("grant_type") {
        "authorization_code" | "password" => vendor.sign_in(world).await?,
        "refresh_token" => vendor.renew(world).await?,
        _ => None,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(grant.map_or_else(refused, |grant| {
        let id_token = unsigned(&json!({
            "iss": issuer, "aud": text("client_id"), "sub": "u-jdoe", "oid": "u-jdoe", "tid": world,
            "iat": now, "exp": now + grant.expires_in, "nonce": text("code"), "sid": "s1",
            "name": USER, "preferred_username": USER, "ver": "2.0",
        }));
        ok(&json!({
            "access_token": grant.access, "refresh_token": grant.refresh, "id_token": id_token,
            "token_type": "Bearer", "expires_in": grant.expires_in, "scope": "openid profile email offline_access",
        }))
    }))
}
