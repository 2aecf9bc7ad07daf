//! `PEGASE3_API` (<https://github.com/TranKovak/PEGASE3_API>), a Flask application whose login is a GET with the
//! credentials in request headers.
//!
//! As its documents show it ("vintage A" here) the HTTP status is always 200 and the body's `code` tells the outcome;
//! later code mirrors the code in the HTTP status.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use crate::accounts::{Account, Verdict};
use crate::call::Call;
use crate::config::{StatusWord, StatusWord498};
use crate::instance::World;
use crate::jwt::Flaw;
use crate::lifetime::{Lifetime, json_seconds};
use crate::misplaced;
use crate::reply;
use crate::tokens::{Grant, Role, Standing};

/// Where passwords go.
pub const LOGIN: &str = "/login";

const USER_NAME: HeaderName = HeaderName::from_static("user-name");
const PASSWORD: HeaderName = HeaderName::from_static("password");
const TOKEN: HeaderName = HeaderName::from_static("token");

/// "Works for the next 30 minutes"; the code says 24 h.
const ACCESS: Lifetime = Lifetime::from_secs(30 * 60);

const METHOD_NOT_ALLOWED: &str =
    "<!doctype html>\n<title>405 Method Not Allowed</title>\n<h1>Method Not Allowed</h1>\n";
const INTERNAL_SERVER_ERROR: &str =
    "<!doctype html>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n";

/// A refusal: the body's code and message.
struct Refusal(u16, String);

/// The routes. Flask answers HEAD where it answers GET, and 405 to the other methods.
pub fn answer(call: &Call, world: &mut World) -> Response {
    let data = match call.path.as_str() {
        LOGIN => None,
        "/company/info" => Some(json!({"id": "1", "name": "Acme", "city": "Lyon"})),
        "/company/sections" => Some(json!([{"id": "10", "name": "Sales"}, {"id": "20", "name": "Works"}])),
        "/employee/list" => {
            Some(json!([{"id": "100", "name": "Jane Doe"}, {"id": "101", "name": "Jo Bloggs"}]))
        }
        _ => return reply::not_simulated(world),
    };
    if call.method != "GET" && call.method != "HEAD" {
        return method_not_allowed();
    }
    if misplaced::in_body(call, &world.tokens) {
        return reply::json(
            StatusCode::BAD_REQUEST,
            &json!({"code": 400, "status": "error", "message": "Credentials don't belong in a body."}),
        );
    }
    let outcome = match data {
        None => login(call, world),
        Some(data) => match token_of(call) {
            Err(refusal) => Err(refusal),
            Ok(token) if world.tokens.key.check(&token) == Err(Flaw::Malformed) => {
                // The vendor's code catches a bad signature only; anything that is no JWT at all goes through.
                return reply::html(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_SERVER_ERROR);
            }
            Ok(token) => reply_with_data(&token, world, &data),
        },
    };
    outcome.unwrap_or_else(|refusal| refuse(&refusal, world))
}

fn login(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let name = required(call, &USER_NAME)?;
    let password = required(call, &PASSWORD)?;
    none_empty(call)?;
    // A locked account isn't told apart: the vendor's table of codes has nothing for it.
    let Verdict::Welcome(account) = world.accounts.judge(&name, &password) else {
        return Err(Refusal(401, "Password or User-Name not correct.".to_owned()));
    };
    let token = issue(world, account);
    Ok(reply::json(StatusCode::OK, &json!({"code": 200, "status": success(world), "token": token})))
}

fn token_of(call: &Call) -> Result<String, Refusal> {
    let token = required(call, &TOKEN)?;
    none_empty(call)?;
    Ok(token)
}

fn reply_with_data(token: &str, world: &mut World, data: &Value) -> Result<Response, Refusal> {
    let account = match world.tokens.standing(token, Role::Access) {
        Standing::Live(grant) => grant.account,
        Standing::Expired => return Err(Refusal(498, "Token expired.".to_owned())),
        _ => return Err(Refusal(401, "Token not valid.".to_owned())),
    };
    let mut body = json!({"code": 200, "status": success(world), "data": data});
    if world.config.echo_token
        && let Some(members) = body.as_object_mut()
    {
        members.insert("token".to_owned(), Value::from(issue(world, account)));
    }
    Ok(reply::json(StatusCode::OK, &body))
}

/// A header read the WSGI way, as Latin-1.
fn required(call: &Call, name: &HeaderName) -> Result<String, Refusal> {
    let missing = || Refusal(402, format!("Required field {} is not specified.", title_case(name)));
    call.latin1(name).ok_or_else(missing)
}

/// The vendor's code looks for empty values in all headers of a request, not only in its own.
fn none_empty(call: &Call) -> Result<(), Refusal> {
    match call.headers.iter().find(|(_, value)| value.is_empty()) {
        Some((name, _)) => Err(Refusal(402, format!("Required field {} is empty.", title_case(name)))),
        None => Ok(()),
    }
}

fn refuse(Refusal(code, message): &Refusal, world: &World) -> Response {
    let status = match (code, world.config.status_word_498) {
        (498, StatusWord498::Ok) => "ok",
        _ => "error",
    };
    let http = if world.config.mirror_http {
        StatusCode::from_u16(*code).unwrap_or_default()
    } else {
        StatusCode::OK
    };
    reply::json(http, &json!({"code": code, "status": status, "message": message}))
}

fn success(world: &World) -> &'static str {
    match world.config.status_word {
        StatusWord::Ok => "ok",
        StatusWord::Success => "success",
    }
}

fn issue(world: &mut World, account: &'static Account) -> String {
    let family = world.tokens.new_family();
    let mut expires = world.config.access_lifetime_s.unwrap_or(ACCESS).end();
    let sign = |expires| world.tokens.key.sign(&json!({"user": account.name, "exp": json_seconds(expires)}));
    let mut token = sign(expires);
    // The vendor's claims have nothing that tells two tokens of one second apart. Here each is its own, so that an
    // expired or revoked one doesn't come back to life.
    while world.tokens.knows(&token) {
        expires += Duration::from_secs(1);
        token = sign(expires);
    }
    let grant = Grant {
        account,
        role: Role::Access,
        family,
        expires,
        renewable_until: expires,
        database: String::new(),
    };
    world.tokens.enter(token.clone(), grant);
    token
}

/// `user-name` as `User-Name`, the way WSGI hands names on.
fn title_case(name: &HeaderName) -> String {
    let words = name.as_str().split('-').map(|word| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    });
    words.collect::<Vec<_>>().join("-")
}

fn method_not_allowed() -> Response {
    let mut reply = reply::html(StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED);
    reply.headers_mut().insert("allow", HeaderValue::from_static("GET, HEAD, OPTIONS"));
    reply
}
