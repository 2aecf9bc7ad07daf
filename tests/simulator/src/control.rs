//! The `/_sim/…` routes, by which a test looks into an instance and steers it.

use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::cors;
use crate::faults::Fault;
use crate::instance::{Instance, World};
use crate::reply;

/// Answers a `/_sim/…` request; `route` is what follows that prefix.
pub fn answer(
    instance: &Instance,
    method: &Method,
    route: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    if *method == Method::OPTIONS {
        return cors::open_preflight(headers);
    }
    let mut world = instance.world();
    let outcome = match (method.as_str(), route) {
        ("GET", "ledger") => serde_json::to_value(&world.ledger).map_err(|error| error.to_string()),
        ("POST", "reset") => {
            *world = instance.new_world();
            Ok(json!({}))
        }
        ("POST", "config") => configure(&mut world, body),
        ("POST", "faults") => order_fault(&mut world, body),
        ("GET", "faults") => Ok(world.faults.list()),
        ("DELETE", "faults") => {
            world.faults.clear();
            Ok(json!({}))
        }
        ("POST", "identity") => parse(body).map(|order| world.provider.issue(&order)),
        ("POST", "release") => {
            world.faults.release();
            Ok(json!({}))
        }
        ("POST", "expire") => {
            world.tokens.expire_access();
            Ok(json!({}))
        }
        ("POST", "unlock") => {
            world.accounts.unlock();
            Ok(json!({}))
        }
        ("POST", "revoke") => {
            world.tokens.revoke_all();
            Ok(json!({}))
        }
        _ => Err(format!("there is no {method} /_sim/{route}")),
    };
    let mut reply = match outcome {
        Ok(value) => reply::json(StatusCode::OK, &value),
        Err(why) => reply::json(StatusCode::BAD_REQUEST, &json!({"error": why})),
    };
    cors::open(reply.headers_mut());
    reply
}

/// Replies the whole configuration after the change.
fn configure(world: &mut World, body: &[u8]) -> Result<Value, String> {
    world.config.merge(parse(body)?)?;
    serde_json::to_value(&world.config).map_err(|error| error.to_string())
}

fn order_fault(world: &mut World, body: &[u8]) -> Result<Value, String> {
    let order: Value = parse(body)?;
    world.faults.push(Fault::try_from(order)?);
    Ok(json!({}))
}

/// The content type is not looked at, so that a page may send plain text and save itself the preflight.
fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}
