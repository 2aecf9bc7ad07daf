//! The way of a request through a vendor's server: instance, preflight, ledger, fault, vendor, CORS.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use serde_json::json;

use crate::call::Call;
use crate::control;
use crate::cors;
use crate::damage;
use crate::device;
use crate::faults::Strike;
use crate::instance::{Instances, NoInstance};
use crate::listen::Dropped;
use crate::misplaced;
use crate::reply;
use crate::vendor::Vendor;

/// The longest request body, in bytes.
const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// One server: a vendor and its instances.
pub struct Site {
    vendor: Vendor,
    instances: Instances,
}

impl Site {
    /// A server with no instances yet.
    pub fn new(vendor: Vendor) -> Self {
        Self { vendor, instances: Instances::default() }
    }
}

/// A reply to come.
pub type Replying = Pin<Box<dyn Future<Output = Result<Response, Dropped>> + Send>>;

/// The service of one server's connections.
pub fn answer(site: Arc<Site>) -> impl Fn(Request<Incoming>) -> Replying + Clone + Send + Sync + 'static {
    move |request| {
        let site = Arc::clone(&site);
        Box::pin(async move { site.pass(request).await })
    }
}

impl Site {
    /// Answers one request.
    pub async fn pass<B>(&self, request: Request<B>) -> Result<Response, Dropped>
    where
        B: hyper::body::Body<Data = hyper::body::Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let (instance, path) = match self.instances.find(head.uri.path()) {
            Ok(found) => found,
            Err(NoInstance) => return Ok(no_instance()),
        };
        let body = to_bytes(Body::new(body), LONGEST_BODY).await.map_err(|_| Dropped)?;
        if let Some(route) = path.strip_prefix("/_sim/") {
            return Ok(control::answer(&instance, &head.method, route, &head.headers, &body));
        }
        if cors::is_preflight(&head.method, &head.headers) {
            let mut world = instance.world();
            world.ledger.preflights += 1;
            if !world.config.no_cors {
                return Ok(cors::preflight(self.vendor, &head.headers));
            }
        }
        let call = Call {
            path: path.to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            instance,
            method: head.method,
            headers: head.headers,
            body,
        };
        self.serve(&call).await
    }

    async fn serve(&self, call: &Call) -> Result<Response, Dropped> {
        let (entry, strike, gate) = {
            let mut world = call.instance.world();
            let strike = world.faults.take(call);
            let gate = world.faults.gate();
            if self.vendor.login_path() != Some(call.path.as_str()) && misplaced::password(call) {
                world.ledger.password_misplaced += 1;
            }
            if misplaced::refresh_token(call, &world.tokens, self.vendor.refresh_paths()) {
                world.ledger.refresh_token_misplaced += 1;
            }
            let fault = strike.as_ref().map(Strike::name);
            (world.ledger.open(&call.instance, call, fault), strike, gate)
        };
        let reply = if let Some(strike) = strike {
            damage::play(strike, gate, || self.vendor_reply(call)).await
        } else {
            if self.vendor == Vendor::Ocient {
                device::wait(call).await;
            }
            Ok(self.vendor_reply(call))
        };
        match reply {
            Ok(mut reply) => {
                if !call.instance.world().config.no_cors {
                    cors::share(&call.headers, reply.headers_mut());
                }
                entry.answered(reply.status().as_u16());
                Ok(reply)
            }
            Err(dropped) => {
                entry.unanswered();
                Err(dropped)
            }
        }
    }

    fn vendor_reply(&self, call: &Call) -> Response {
        let mut world = call.instance.world();
        if self.vendor != Vendor::Stranger && misplaced::in_query(call, &world.tokens) {
            let body = json!({"error": "credentials don't belong in a query string"});
            return reply::json(StatusCode::BAD_REQUEST, &body);
        }
        self.vendor.answer(call, &mut world)
    }
}

fn no_instance() -> Response {
    let text = "an instance's name has letters, digits, '-', '_' and '.' only, at most 100 of them";
    let mut reply = reply::json(StatusCode::BAD_REQUEST, &json!({"error": text}));
    cors::open(reply.headers_mut());
    reply
}
