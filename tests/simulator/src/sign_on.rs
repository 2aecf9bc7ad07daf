//! Ocient's sign-ins without a password: a token of the customer's identity provider, and another device.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use crate::call::Call;
use crate::device::{self, Answer, Outcome};
use crate::identity::{Kind, Refused};
use crate::instance::World;
use crate::ocient::{DEFAULT_DATABASE, MALFORMED, Refusal, Who, known_database, status, welcome};
use crate::reply;

const UNKNOWN_USER: Refusal = Refusal(-608, "28000", "The user does not exist", Who::Unauthorized);
const NO_REQUEST: Refusal = Refusal(-1203, "58005", "The SSO request was not found", Who::Fine);
const TIME_IS_UP: Refusal = Refusal(-1238, "58005", "Timed out waiting for the user", Who::Fine);
const SAID_NO: Refusal = Refusal(-1251, "28000", "The authorization request was denied", Who::Unauthorized);
const OPENID_EXPIRED: Refusal = Refusal(-1228, "28000", "The OpenID token has expired", Who::Unauthorized);
const OPENID_CLAIMS: Refusal = Refusal(-1231, "28000", "The OpenID token lacks a claim", Who::Unauthorized);
const OPENID_SIGNATURE: Refusal =
    Refusal(-1234, "28000", "The OpenID token's signature is invalid", Who::Unauthorized);
const OPENID_NO_ID: Refusal = Refusal(-1235, "28000", "This is no OpenID id token", Who::Unauthorized);
const OPENID_NO_ACCESS: Refusal =
    Refusal(-1236, "28000", "This is no OpenID access token", Who::Unauthorized);

/// A session for a token of the customer's identity provider.
pub fn exchange(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let request = call.json().ok_or(MALFORMED)?;
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let (token, kind) = match (text("id_token"), text("access_token")) {
        (Some(token), None) => (token, Kind::Id),
        (None, Some(token)) => (token, Kind::Access),
        _ => return Err(MALFORMED),
    };
    let database = known_database(text("database").ok_or(MALFORMED)?)?;
    let account = world.provider.judge(token, kind).map_err(|refused| match (refused, kind) {
        (Refused::Claims, _) => OPENID_CLAIMS,
        (Refused::Signature, _) => OPENID_SIGNATURE,
        (Refused::Expired, _) => OPENID_EXPIRED,
        (Refused::Kind, Kind::Id) => OPENID_NO_ID,
        (Refused::Kind, Kind::Access) => OPENID_NO_ACCESS,
    })?;
    Ok(welcome(call, world, account.ok_or(UNKNOWN_USER)?, database, true))
}

/// A question for a person on another device.
pub fn ask_device(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let request = call.json().ok_or(MALFORMED)?;
    let database =
        known_database(request.get("database").and_then(Value::as_str).unwrap_or(DEFAULT_DATABASE))?;
    let code = world.questions.ask(database.to_owned());
    let mut body = device::prompt(call, &code);
    body["status"] = status(&world.config, "The operation completed successfully");
    Ok(reply::json(StatusCode::OK, &body))
}

/// The person's answer. It was waited for before: see [`device::wait`].
pub fn verify_device(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let request = call.json().ok_or(MALFORMED)?;
    let code = request.get("user_code").and_then(Value::as_str).ok_or(MALFORMED)?;
    match world.questions.outcome(code) {
        Outcome::Unknown => Err(NO_REQUEST),
        Outcome::Open => Err(TIME_IS_UP),
        Outcome::Answered(_, Answer::No) => Err(SAID_NO),
        // As documented: without `expires_in`.
        Outcome::Answered(asked, Answer::Yes(account)) => {
            Ok(welcome(call, world, account, &asked.database, false))
        }
    }
}
