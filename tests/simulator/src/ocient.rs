//! Ocient's HTTP Query API (<https://docs.ocient.com/ocient-http-query-api>).
//!
//! Its specification declares no 4xx: a refusal is a `status` object with a negative `vendor_code`, and HTTP status
//! 200 unless `http_errors` is configured. Which SQLSTATE goes with which code is not documented; only 00000 is.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::accounts::{Account, Verdict};
use crate::call::Call;
use crate::config::Config;
use crate::device;
use crate::instance::World;
use crate::lifetime::{self, Lifetime, json_seconds};
use crate::reply;
use crate::rows;
use crate::sign_on;
use crate::tokens::{Family, Grant, Role, Standing};

/// Where passwords go.
pub const LOGIN: &str = "/v1/login";

const COOKIE: &str = "ocient_session";
/// The database where none is named.
pub const DEFAULT_DATABASE: &str = "system";
const DATABASES: [&str; 3] = [DEFAULT_DATABASE, "retail_analytics", "analytics"];

/// Both as the vendor's documents show or, for renewal, leave to the server's configuration.
const ACCESS: Lifetime = Lifetime::from_secs(3600);
const RENEWAL: Lifetime = Lifetime::from_secs(24 * 3600);

/// A refusal: the vendor's code (its list of errors and warnings), SQLSTATE, text, and whether it's about who asks.
pub struct Refusal(pub i32, pub &'static str, pub &'static str, pub Who);

/// What a refusal is about.
#[derive(PartialEq)]
pub enum Who {
    /// Who asks.
    Unauthorized,
    /// What is asked.
    Fine,
}

/// Nothing that can be made sense of.
pub const MALFORMED: Refusal = Refusal(-100, "58005", "The request could not be understood", Who::Fine);
const NO_DATABASE: Refusal = Refusal(-205, "3D000", "The database does not exist", Who::Fine);
const WRONG_PASSWORD: Refusal =
    Refusal(-304, "28000", "The username or password is incorrect", Who::Unauthorized);
// No code is documented for a locked account on login; this one is "not authorized for the action".
const LOCKED: Refusal =
    Refusal(-719, "42501", "The user is not authorized to perform the action", Who::Unauthorized);
const SESSION_OVER: Refusal = Refusal(-733, "08003", "The session has expired", Who::Unauthorized);
const NO_SESSION: Refusal =
    Refusal(-1204, "08003", "There is no session on the connection", Who::Unauthorized);
const TOKEN_INVALID: Refusal = Refusal(-1205, "08004", "The security token is invalid", Who::Unauthorized);
const TOKEN_EXPIRED: Refusal = Refusal(-1208, "08004", "The security token has expired", Who::Unauthorized);

/// The routes.
pub fn answer(call: &Call, world: &mut World) -> Response {
    let outcome = match (call.method.as_str(), call.path.as_str()) {
        ("POST", LOGIN) => login(call, world),
        ("POST", "/v1/sso_token") => sign_on::exchange(call, world),
        ("POST", "/v1/sso_device_grant") => sign_on::ask_device(call, world),
        ("POST", device::VERIFY) => sign_on::verify_device(call, world),
        ("GET" | "POST", device::PAGE) => Ok(device::page(call, world)),
        ("POST", "/v1/token_refresh") => refresh(call, world),
        ("POST", "/v1/logout") => Ok(logout(call, world)),
        ("GET", "/v1/info") => Ok(info(&world.config)),
        ("GET", "/v1/version") => Ok(version()),
        ("GET", "/v1/status") => Ok("Active".into_response()),
        ("GET" | "POST", "/v1/execute") => execute(call, world, None),
        ("GET" | "POST", path) => match path.strip_prefix("/v1/execute/") {
            Some(database) => execute(call, world, Some(database)),
            None => Ok(reply::not_simulated(world)),
        },
        _ => Ok(reply::not_simulated(world)),
    };
    outcome.unwrap_or_else(|refusal| refuse(&refusal, world.config.http_errors))
}

/// The status of a success; which may be a warning.
pub fn status(config: &Config, reason: &str) -> Value {
    match config.warning {
        Some(code) => {
            json!({"reason": "Optional value was substituted.", "sql_state": "01000", "vendor_code": code})
        }
        None => json!({"reason": reason, "sql_state": "00000", "vendor_code": 0}),
    }
}

fn refuse(Refusal(code, sql_state, reason, who): &Refusal, http_errors: bool) -> Response {
    let http = match (http_errors, who) {
        (false, _) => StatusCode::OK,
        (true, Who::Unauthorized) => StatusCode::UNAUTHORIZED,
        (true, Who::Fine) => StatusCode::BAD_REQUEST,
    };
    reply::json(http, &json!({"status": {"reason": reason, "sql_state": sql_state, "vendor_code": code}}))
}

fn login(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let request = call.json().ok_or(MALFORMED)?;
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let (Some(name), Some(password)) = (text("username"), text("password")) else { return Err(MALFORMED) };
    // A "fully qualified" user name is `user@database`.
    let (name, qualifier) = match name.rsplit_once('@') {
        Some((name, database)) => (name, Some(database)),
        None => (name, None),
    };
    let account = match world.accounts.judge(name, password) {
        Verdict::Welcome(account) => account,
        Verdict::Locked => return Err(LOCKED),
        Verdict::Wrong | Verdict::SingleSignOn => return Err(WRONG_PASSWORD),
    };
    let database = known_database(text("database").or(qualifier).unwrap_or(DEFAULT_DATABASE))?;
    Ok(welcome(call, world, account, database, true))
}

/// A new session.
pub fn welcome(
    call: &Call,
    world: &mut World,
    account: &'static Account,
    database: &str,
    tells_end: bool,
) -> Response {
    let family = world.tokens.new_family();
    let renewable = world.config.refresh_lifetime_s.unwrap_or(RENEWAL).end();
    let grant = grant(world, account, database, family, renewable);
    let cookie = Uuid::new_v4().simple().to_string();
    world.tokens.enter(cookie.clone(), Grant { role: Role::Cookie, ..grant.clone() });
    let mut body = issue(world, grant, "Authentication successful");
    if !tells_end && let Some(members) = body.as_object_mut() {
        members.remove("expires_in");
    }
    // Name and lifetime of the cookie are not documented. This one stays until the browser closes, so that a session
    // that is over is seen as such.
    let reply = reply::json(StatusCode::OK, &body);
    reply::set_cookie(reply, call.instance.cookie_path(), COOKIE, &cookie, None)
}

fn refresh(call: &Call, world: &mut World) -> Result<Response, Refusal> {
    // `Content-Type` is documented as required, though the body isn't.
    if !call.is_json() {
        return Err(MALFORMED);
    }
    let request = if call.body.is_empty() { json!({}) } else { call.json().ok_or(MALFORMED)? };
    let old = bearer(call, world)?.ok_or(NO_SESSION)?;
    if old.renewable_until <= lifetime::now() {
        return Err(TOKEN_EXPIRED);
    }
    // As documented: without this member it is `system`, not the old token's database.
    let database =
        known_database(request.get("database").and_then(Value::as_str).unwrap_or(DEFAULT_DATABASE))?;
    let grant = grant(world, old.account, database, old.family, old.renewable_until);
    Ok(reply::json(StatusCode::OK, &issue(world, grant, "Token refreshed successfully")))
}

/// "Clears any associated cookies, but does not invalidate any access tokens."
fn logout(call: &Call, world: &mut World) -> Response {
    if let Some(cookie) = call.cookie(COOKIE) {
        world.tokens.revoke(&cookie);
    }
    let reply =
        reply::json(StatusCode::OK, &json!({"status": status(&world.config, "Logged out successfully")}));
    reply::set_cookie(reply, call.instance.cookie_path(), COOKIE, "", Some(0))
}

/// A statement. The database in the path counts before the one in the parameters, and both before the token's.
fn execute(call: &Call, world: &World, database: Option<&str>) -> Result<Response, Refusal> {
    let grant = match bearer(call, world)? {
        Some(grant) => grant,
        None => match world.tokens.standing(&call.cookie(COOKIE).ok_or(NO_SESSION)?, Role::Cookie) {
            Standing::Live(grant) => grant,
            Standing::Unknown => return Err(TOKEN_INVALID),
            _ => return Err(SESSION_OVER),
        },
    };
    let json = call.is_json() || rows::asks_for_stream(call);
    let posted: Option<Value> = serde_json::from_slice(&call.body).ok().filter(|_| json);
    let parameter = |name: &str| {
        if call.method == "GET" {
            call.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value)
        } else {
            posted.as_ref()?.get(name)?.as_str().map(str::to_owned)
        }
    };
    known_database(&database.map(str::to_owned).or_else(|| parameter("database")).unwrap_or(grant.database))?;
    parameter("statement").filter(|text| !text.trim().is_empty()).ok_or(MALFORMED)?;
    if let Some(code) = world.config.denied {
        return Err(Refusal(code, "42501", "The user does not have the authority to do this", Who::Fine));
    }
    let status = status(&world.config, "The operation completed successfully");
    Ok(rows::reply(call, &world.config, &status))
}

/// The grant of the bearer token, if there is one.
fn bearer(call: &Call, world: &World) -> Result<Option<Grant>, Refusal> {
    if !call.headers.contains_key("authorization") {
        return Ok(None);
    }
    match world.tokens.standing(call.bearer().unwrap_or_default(), Role::Access) {
        Standing::Live(grant) => Ok(Some(grant)),
        Standing::Expired => Err(TOKEN_EXPIRED),
        _ => Err(TOKEN_INVALID),
    }
}

/// A database, if there is one of this name.
pub fn known_database(name: &str) -> Result<&str, Refusal> {
    DATABASES.contains(&name).then_some(name).ok_or(NO_DATABASE)
}

fn grant(
    world: &World,
    account: &'static Account,
    database: &str,
    family: Family,
    renewable_until: std::time::Duration,
) -> Grant {
    let expires = world.config.access_lifetime_s.unwrap_or(ACCESS).end();
    Grant { account, role: Role::Access, family, expires, renewable_until, database: database.to_owned() }
}

/// Issues the token of a grant; gives the reply that carries it.
fn issue(world: &mut World, grant: Grant, reason: &str) -> Value {
    let token = world.tokens.key.sign(&json!({
        "sub": grant.account.name,
        "db": grant.database,
        "iat": lifetime::now().as_secs(),
        "exp": json_seconds(grant.expires),
        "jti": Uuid::new_v4(),
    }));
    let mut body = json!({
        "access_token": token,
        "username": grant.account.name,
        "database": grant.database,
        "status": status(&world.config, reason),
    });
    if !world.config.omit_expires_in
        && let Some(members) = body.as_object_mut()
    {
        let lifetime = world.config.access_lifetime_s.unwrap_or(ACCESS);
        members.insert("expires_in".to_owned(), lifetime.json());
    }
    world.tokens.enter(token, grant);
    body
}

fn info(config: &Config) -> Response {
    let status = status(config, "The operation completed successfully");
    let body = json!({"default_database": DEFAULT_DATABASE, "openapi_version": "1.1.0", "status": status});
    reply::json(StatusCode::OK, &body)
}

/// Unlike all others without a `status` member.
fn version() -> Response {
    let body = json!({
        "version": "24.0.0",
        "timestamp": "20231110.212417",
        "git_commit": "178ba7a7549bd40c137035c5cd4f10c55fd31b00",
        "build_user": "",
        "build_type": "DEBUG",
        "build_flags": "",
    });
    reply::json(StatusCode::OK, &body)
}
