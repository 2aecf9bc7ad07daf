//! The simulated ETHGAS behind everything: it issues all tokens, also those that other protocols carry, so that a request costs
//! the server the same whoever makes it.

use std::collections::HashMap;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use hallpass_simulator::{Dropped, Ethgas};
use hyper::Request;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::counts::Book;

/// The user whom the fakes sign in: the simulator's.
pub const USER: &str = "jdoe";
const PASSWORD: &str = "correct horse";

const LOGIN: &str = "/api/v1/user/login";
const REFRESH: &str = "/api/v1/user/login/refresh";
const INFO: &str = "/api/v1/user/info";

/// The longest body that is echoed, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// The vendor and what was counted.
#[derive(Default)]
pub struct Vendor {
    ethgas: Ethgas,
    /// The calls of each world.
    pub counts: Book,
    /// The refresh token that is good now, of each world whose user a fake has signed in.
    held: Mutex<HashMap<String, String>>,
}

/// A pair of tokens.
pub struct Grant {
    /// The access token: a JWT.
    pub access: String,
    /// The refresh token, good for once.
    pub refresh: String,
    /// Seconds that the access token is good for.
    pub expires_in: u64,
}

impl Vendor {
    /// Answers a request to a world of ETHGAS as it came.
    pub async fn answer(&self, world: &str, path: &str, request: Request<Body>) -> Result<Response, Dropped> {
        if path == "/echo" {
            return self.echo(world, request).await;
        }
        self.note(world, path);
        self.forward(world, request).await
    }

    /// Signs the user in.
    pub async fn sign_in(&self, world: &str) -> Result<Option<Grant>, Dropped> {
        let grant = self.grant(world, LOGIN, json!({"username": USER, "password": PASSWORD})).await?;
        self.held.lock().await.extend(grant.iter().map(|grant| (world.to_owned(), grant.refresh.clone())));
        Ok(grant)
    }

    /// Exchanges a refresh token for a fake's client. ETHGAS's is dead once used, and a second use ends the session; the real
    /// servers of these clients bear one (Supabase for a while, Firebase and others always). So do the fakes: a client that
    /// renews too often is seen by its count, and not by what a stricter vendor would have made of it.
    pub async fn renew(&self, world: &str) -> Result<Option<Grant>, Dropped> {
        let mut held = self.held.lock().await;
        let token = held.get(world).cloned().unwrap_or_default();
        let grant = self.grant(world, REFRESH, json!({"refreshToken": token})).await?;
        held.extend(grant.iter().map(|grant| (world.to_owned(), grant.refresh.clone())));
        Ok(grant)
    }

    /// The user's data, as the vendor answers it to a token.
    pub async fn info(&self, world: &str, token: &str) -> Result<Response, Dropped> {
        let request = Request::builder()
            .uri(format!("/i/{world}{INFO}"))
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::empty())
            .map_err(|_| Dropped)?;
        self.forward(world, request).await
    }

    async fn forward(&self, world: &str, request: Request<Body>) -> Result<Response, Dropped> {
        let reply = self.ethgas.answer(request).await?;
        if reply.status() == StatusCode::UNAUTHORIZED {
            self.counts.note(world, |counts| counts.rejected += 1);
        }
        Ok(reply)
    }

    async fn grant(&self, world: &str, path: &str, body: Value) -> Result<Option<Grant>, Dropped> {
        self.note(world, path);
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/i/{world}{path}"))
            .header(CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .map_err(|_| Dropped)?;
        let reply = self.ethgas.answer(request).await?;
        let bytes = whole(reply.into_body()).await?;
        let reply: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |name: &str| reply["data"][name].as_str().map(str::to_owned);
        let pair = text("accessToken").zip(text("refreshToken"));
        let expires_in = reply["data"]["expiresIn"].as_u64().unwrap_or(3600);
        Ok(pair.map(|(access, refresh)| Grant { access, refresh, expires_in }))
    }

    /// Gives a body back in the vendor's envelope, to those who may ask for the user's data.
    async fn echo(&self, world: &str, request: Request<Body>) -> Result<Response, Dropped> {
        let (head, body) = request.into_parts();
        let body = whole(body).await?;
        let allowed = self.info(world, bearer(&head.headers).unwrap_or_default()).await?;
        if !allowed.status().is_success() {
            return Ok(allowed);
        }
        let envelope = [b"{\"code\":200,\"message\":\"OK\",\"data\":".as_slice(), &body, b"}"].concat();
        let mut reply = Response::new(Body::from(envelope));
        reply.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static("application/json"));
        Ok(reply)
    }

    fn note(&self, world: &str, path: &str) {
        self.counts.note(world, |counts| match path {
            LOGIN => counts.logins += 1,
            REFRESH => counts.refreshes += 1,
            _ => {}
        });
    }
}

/// The token of `Authorization: Bearer …`.
#[must_use]
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

/// All bytes of a body.
pub async fn whole(body: Body) -> Result<Bytes, Dropped> {
    to_bytes(body, LONGEST).await.map_err(|_| Dropped)
}
