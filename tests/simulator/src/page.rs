//! The page server: the demo page, the built package, and where the vendors are.

use std::convert::Infallible;
use std::path::PathBuf;

use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use hyper::Request;
use hyper::body::Incoming;
use serde_json::{Map, Value};
use tower::ServiceExt;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::cors::RESOURCE_POLICY;
use crate::front::Replying;
use crate::listen::Dropped;
use crate::reply;
use crate::vendor::Vendor;

/// The page's routes. `base` is its port; `www` is served at `/`, `pkg` at `/pkg/`.
pub fn router(base: u16, www: Option<PathBuf>, pkg: Option<PathBuf>, contract: Option<PathBuf>) -> Router {
    let config =
        move |headers: HeaderMap| async move { reply::json(StatusCode::OK, &config(base, &headers)) };
    let mut router = Router::new().route("/config.json", get(config));
    if let Some(pkg) = pkg {
        router = router.nest_service("/pkg", ServeDir::new(pkg));
    }
    if let Some(www) = www {
        router = router.fallback_service(ServeDir::new(www));
    }
    let policy = HeaderValue::try_from(content_security_policy(base)).ok();
    let policy_of_pages = move |reply: &Response| {
        let kind = reply.headers().get(CONTENT_TYPE)?;
        kind.as_bytes().starts_with(b"text/html").then(|| policy.clone()).flatten()
    };
    let always = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    router = router.layer(SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, policy_of_pages));
    if let Some(contract) = contract {
        // Without the policy: these pages do what applications do that have none.
        router = router.nest_service("/contract", ServeDir::new(contract));
    }
    router
        .layer(SetResponseHeaderLayer::overriding(CONTENT_TYPE, with_charset))
        .layer(always(CACHE_CONTROL, "no-store"))
        .layer(always(ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .layer(always(RESOURCE_POLICY, "cross-origin"))
}

/// A text's type with what it is written in: browsers guess otherwise, and the guide isn't in windows-1252.
fn with_charset(reply: &Response) -> Option<HeaderValue> {
    let kind = reply.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let is_untold = kind.starts_with("text/") && !kind.contains("charset");
    is_untold.then(|| HeaderValue::try_from(format!("{kind}; charset=utf-8")).ok()).flatten()
}

/// The service of the page server's connections.
pub fn answer(router: Router) -> impl Fn(Request<Incoming>) -> Replying + Clone + Send + Sync + 'static {
    move |request| {
        let router = router.clone();
        Box::pin(async move {
            let reply: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
            reply.map_err(Dropped::from)
        })
    }
}

/// Where the vendors are, by the host name the page was asked under: so cookies stay on one site.
fn config(base: u16, headers: &HeaderMap) -> Value {
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = if asked.starts_with("127.0.0.1") { "127.0.0.1" } else { "localhost" };
    let address = |vendor: Vendor| {
        (vendor.name().to_owned(), Value::from(format!("http://{host}:{}", vendor.port(base))))
    };
    Value::Object(Vendor::ALL.into_iter().map(address).collect::<Map<_, _>>())
}

fn content_security_policy(base: u16) -> String {
    let addresses: Vec<_> = Vendor::ALL
        .into_iter()
        .map(|vendor| vendor.port(base))
        .map(|port| format!("http://127.0.0.1:{port} http://localhost:{port}"))
        .collect();
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {}; require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'",
        addresses.join(" ")
    )
}
