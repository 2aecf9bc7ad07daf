//! The one server: the pages with the contenders, the vendor, and the fakes, all at one origin, so that nobody pays for a
//! preflight that others don't.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use hallpass_simulator::{Dropped, accept, bind_port};
use tokio::task::JoinSet;
use tower::ServiceExt;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::fakes;
use crate::vendor::Vendor;

/// Everything that requests are answered from.
struct Site {
    vendor: Vendor,
    fresh: Router,
    kept: Router,
}

/// Serves a folder, the vendor and the fakes on a port, until what is returned goes.
pub async fn start(port: u16, folder: PathBuf) -> io::Result<JoinSet<()>> {
    let site = Arc::new(Site {
        vendor: Vendor::default(),
        fresh: pages(&folder, "no-store"),
        kept: pages(&folder, "public, max-age=31536000, immutable"),
    });
    let mut tasks = JoinSet::new();
    for listener in bind_port(port).await? {
        let site = Arc::clone(&site);
        tasks.spawn(accept(listener, move |request| {
            let site = Arc::clone(&site);
            async move { site.answer(request.map(Body::new)).await }
        }));
    }
    Ok(tasks)
}

/// A folder's files. Isolated from other origins, a page has clocks of 5 µs in Chromium instead of 100.
fn pages(folder: &PathBuf, cache: &'static str) -> Router {
    let always = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let named = |name, value| always(HeaderName::from_static(name), value);
    Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(always(CACHE_CONTROL, cache))
        .layer(named("cross-origin-opener-policy", "same-origin"))
        .layer(named("cross-origin-embedder-policy", "require-corp"))
        .layer(named("cross-origin-resource-policy", "same-origin"))
}

impl Site {
    async fn answer(&self, request: Request<Body>) -> Result<Response, Dropped> {
        let path = request.uri().path().to_owned();
        if let Some((world, inner)) = path.strip_prefix("/i/").and_then(|rest| rest.split_once('/')) {
            return self.answer_in(world, inner, request).await;
        }
        if let Some(call) = fakes::firebase::Call::of(request.uri()) {
            self.vendor.counts.note(&call.world, |counts| counts.requests += 1);
            return fakes::firebase::answer(&self.vendor, call, request).await;
        }
        if let Some(inner) = fakes::oidc::at_the_root(&path) {
            return fakes::oidc::answer_at_the_root(&self.vendor, inner, request).await;
        }
        // The same files once more, for visits that may keep them.
        let (pages, request) = match path.strip_prefix("/kept/") {
            Some(inner) => (&self.kept, at(&format!("/{inner}"), request)?),
            None => (&self.fresh, request),
        };
        pages.clone().oneshot(request).await.map_err(|never| match never {})
    }

    async fn answer_in(&self, world: &str, path: &str, request: Request<Body>) -> Result<Response, Dropped> {
        if path == "_bench/counts" {
            return Ok(Json(self.vendor.counts.take(world)).into_response());
        }
        if !path.starts_with("_sim/") {
            self.vendor.counts.note(world, |counts| counts.requests += 1);
        }
        let Some((fake, inner)) = path.strip_prefix("as/").and_then(|rest| rest.split_once('/')) else {
            return self.vendor.answer(world, &format!("/{path}"), request).await;
        };
        match fake {
            "supabase" => fakes::supabase::answer(&self.vendor, world, inner, request).await,
            "better-auth" => fakes::better_auth::answer(&self.vendor, world, inner, request).await,
            "keycloak" | "oidc" | "msal" => {
                fakes::oidc::answer(&self.vendor, world, fake, inner, request).await
            }
            _ => Ok(StatusCode::NOT_FOUND.into_response()),
        }
    }
}

fn at(path: &str, mut request: Request<Body>) -> Result<Request<Body>, Dropped> {
    *request.uri_mut() = path.parse().map_err(|_| Dropped)?;
    Ok(request)
}
