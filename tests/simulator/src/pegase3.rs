//! `PEGASE3_API` (<https://github.com/TranKovak/PEGASE3_API>), a Flask application whose login is a GET with the
//! credentials in request headers.
//!
//! As its documents show it ("vintage A" here) the HTTP status is always 200 and the body's `code` tells the outcome.
//! Later code mirrors the code in the HTTP status, takes a token once and sends the next with its reply, and falls over
//! tokens that it can't decode. A data call takes its parameters as headers, and is refused without them.

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

/// A refusal: the body's code and message, and the next token, where the reply carries one.
struct Refusal(u16, String, Option<String>);

/// What a data call is about: the header that says of which company, the company that there is, and the data.
struct Page(HeaderName, &'static str, Value);

const NAME_COMPANY: HeaderName = HeaderName::from_static("name-company");
const ID_COMPANY: HeaderName = HeaderName::from_static("id-company");

/// Succeeds with HTTP 404, in the later code.
const FIND_REPORT: &str = "/report/find_report";

fn page(path: &str) -> Option<Page> {
    Some(match path {
        "/company/info" => Page(NAME_COMPANY, "Acme", json!({"id": "1", "name": "Acme", "city": "Lyon"})),
        "/company/sections" => {
            Page(ID_COMPANY, "1", json!([{"id": "10", "name": "Sales"}, {"id": "20", "name": "Works"}]))
        }
        "/company/holidays" => Page(ID_COMPANY, "1", json!([{"date": "2026-07-14"}])),
        "/employee/list" => Page(
            ID_COMPANY,
            "1",
            json!([{"id": "100", "name": "Jane Doe"}, {"id": "101", "name": "Jo Bloggs"}]),
        ),
        FIND_REPORT => Page(ID_COMPANY, "1", json!([{"id": "7", "title": "Payroll"}])),
        _ => return None,
    })
}

/// The routes. Flask answers HEAD where it answers GET, and 405 to the other methods.
pub fn answer(call: &Call, world: &mut World) -> Response {
    let page = page(&call.path);
    if page.is_none() && call.path != LOGIN {
        return reply::not_simulated(world);
    }
    if call.method != "GET" && call.method != "HEAD" {
        return method_not_allowed();
    }
    if misplaced::in_body(call, &world.tokens) {
        return reply::json(
            StatusCode::BAD_REQUEST,
            &json!({"code": 400, "status": "error", "message": "Credentials don't belong in a body."}),
        );
    }
    let outcome = match page {
        None => login(call, world),
        Some(page) => data(call, &page, world),
    };
    outcome.unwrap_or_else(|refusal| refuse(refusal, world))
}

fn login(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let name = required(call, &USER_NAME)?;
    let password = required(call, &PASSWORD)?;
    none_empty(call)?;
    // A locked account isn't told apart: the vendor's table of codes has nothing for it.
    let Verdict::Welcome(account) = world.accounts.judge(&name, &password) else {
        return Err(Refusal(401, "Password or User-Name not correct.".to_owned(), None));
    };
    let token = issue(world, account);
    Ok(reply::json(StatusCode::OK, &json!({"code": 200, "status": success(world), "token": token})))
}

fn data(call: &Call, Page(parameter, known, found): &Page, world: &mut World) -> Result<Response, Refusal> {
    let token = required(call, &TOKEN)?;
    none_empty(call)?;
    let standing = world.tokens.standing(&token, Role::Access);
    let decoded = world.tokens.key.check(&token);
    // The later code decodes the token before anything else, and catches nothing.
    if world.config.falls_over && (decoded.is_err() || matches!(standing, Standing::Expired)) {
        return Ok(internal_server_error());
    }
    let asked = match required(call, parameter) {
        Err(_) if world.config.parameters_optional => (*known).to_owned(),
        asked => asked?,
    };
    // The published code catches a bad signature only; anything that is no JWT at all goes through.
    if decoded == Err(Flaw::Malformed) {
        return Ok(internal_server_error());
    }
    let account = match standing {
        Standing::Live(grant) => grant.account,
        Standing::Expired => return Err(Refusal(498, "Token expired.".to_owned(), None)),
        _ => return Err(Refusal(401, "Token not valid.".to_owned(), None)),
    };
    let next = world.config.one_time_tokens.then(|| {
        world.tokens.revoke(&token);
        issue(world, account)
    });
    if asked != *known {
        return Err(Refusal(404, "Data not found.".to_owned(), next));
    }
    let next = next.or_else(|| world.config.echo_token.then(|| issue(world, account)));
    let body = with_token(json!({"code": 200, "status": success(world), "data": found}), next);
    let missing = world.config.mirror_http && call.path == FIND_REPORT;
    Ok(reply::json(if missing { StatusCode::NOT_FOUND } else { StatusCode::OK }, &body))
}

fn with_token(mut body: Value, token: Option<String>) -> Value {
    if let (Some(token), Some(members)) = (token, body.as_object_mut()) {
        members.insert("token".to_owned(), Value::from(token));
    }
    body
}

/// A header read the WSGI way, as Latin-1.
fn required(call: &Call, name: &HeaderName) -> Result<String, Refusal> {
    let missing = || Refusal(402, format!("Required field {} is not specified.", title_case(name)), None);
    call.latin1(name).ok_or_else(missing)
}

/// The vendor's code looks for empty values in all headers of a request, not only in its own.
fn none_empty(call: &Call) -> Result<(), Refusal> {
    match call.headers.iter().find(|(_, value)| value.is_empty()) {
        Some((name, _)) => Err(Refusal(402, format!("Required field {} is empty.", title_case(name)), None)),
        None => Ok(()),
    }
}

fn refuse(Refusal(code, message, next): Refusal, world: &World) -> Response {
    let status = match (code, world.config.status_word_498) {
        (498, StatusWord498::Ok) => "ok",
        _ => "error",
    };
    let http = if world.config.mirror_http {
        StatusCode::from_u16(code).unwrap_or_default()
    } else {
        StatusCode::OK
    };
    reply::json(http, &with_token(json!({"code": code, "status": status, "message": message}), next))
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

fn internal_server_error() -> Response {
    reply::html(StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_SERVER_ERROR)
}

fn method_not_allowed() -> Response {
    let mut reply = reply::html(StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED);
    reply.headers_mut().insert("allow", HeaderValue::from_static("GET, HEAD, OPTIONS"));
    reply
}
