//! ETHGAS, the user name and password family of its API
//! (<https://github.com/robbiekruszynski/ETHGas_Docs>, `docs/api/authentication`, August 2025).
//!
//! A rotating refresh token: it is good for one exchange. One that comes a second time was stolen or lost track of,
//! so everything that stems from its sign-in is revoked.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::accounts::{Account, Verdict};
use crate::call::Call;
use crate::config::RefreshForm;
use crate::instance::World;
use crate::lifetime::{self, Lifetime, json_seconds};
use crate::reply;
use crate::tokens::{Family, Grant, Role, Standing};

/// Where passwords go.
pub const LOGIN: &str = "/api/v1/user/login";
/// Where refresh tokens go.
pub const REFRESH: &str = "/api/v1/user/login/refresh";

/// Both as documented.
const ACCESS: Lifetime = Lifetime::from_secs(3600);
const RENEWAL: Lifetime = Lifetime::from_secs(30 * 24 * 3600);

/// A refusal: HTTP status and body code, `errorCode` where the documents have one, message.
struct Refusal(StatusCode, Option<&'static str>, &'static str);

const MALFORMED: Refusal = Refusal(StatusCode::BAD_REQUEST, Some("40001"), "Invalid request parameters");
/// As in the example of login.md: without `errorCode`.
const WRONG_PASSWORD: Refusal = Refusal(StatusCode::UNAUTHORIZED, None, "Unauthorized");
const ACCESS_INVALID: Refusal = Refusal(StatusCode::UNAUTHORIZED, Some("40101"), "Unauthorized");
const ACCESS_EXPIRED: Refusal = Refusal(StatusCode::UNAUTHORIZED, Some("40102"), "Unauthorized");
const REFRESH_REFUSED: Refusal =
    Refusal(StatusCode::UNAUTHORIZED, None, "Refresh token is invalid or expired");
const LOCKED: Refusal = Refusal(StatusCode::FORBIDDEN, Some("40302"), "Account suspended");

/// The routes.
pub fn answer(call: &Call, world: &mut World) -> Response {
    let outcome = match (call.method.as_str(), call.path.as_str()) {
        ("POST", LOGIN) => login(call, world),
        ("POST", "/api/v1/user/login/verify") => verify(call, world),
        ("POST", REFRESH) => refresh(call, world),
        ("POST", "/api/v1/user/logout") => logout(call, world),
        ("GET", "/api/v1/user/info") => info(call, world),
        _ => return reply::not_simulated(world),
    };
    match outcome {
        Ok(data) => {
            let code = u16::from(world.config.success_code);
            reply::json(StatusCode::OK, &json!({"code": code, "message": "OK", "data": data}))
        }
        Err(refusal) => refuse(&refusal),
    }
}

fn refuse(Refusal(status, error_code, message): &Refusal) -> Response {
    let mut body = json!({"code": status.as_u16(), "message": message, "data": null});
    if let (Some(code), Some(members)) = (error_code, body.as_object_mut()) {
        members.insert("errorCode".to_owned(), Value::from(*code));
    }
    reply::json(*status, &body)
}

fn login(call: &Call, world: &mut World) -> Result<Value, Refusal> {
    let request = call.json().ok_or(MALFORMED)?;
    let text = |name: &str| request.get(name).and_then(Value::as_str).ok_or(MALFORMED);
    match world.accounts.judge(text("username")?, text("password")?) {
        Verdict::Welcome(account) => {
            let family = world.tokens.new_family();
            Ok(issue(world, account, family))
        }
        Verdict::Locked => Err(LOCKED),
        Verdict::Wrong | Verdict::SingleSignOn => Err(WRONG_PASSWORD),
    }
}

fn verify(call: &Call, world: &World) -> Result<Value, Refusal> {
    let grant = access(call, world)?;
    Ok(json!({"valid": true, "userId": grant.account.id, "expiresAt": json_seconds(grant.expires)}))
}

fn refresh(call: &Call, world: &mut World) -> Result<Value, Refusal> {
    let in_header = || call.bearer().map(str::to_owned);
    let in_body = || call.json()?.get("refreshToken")?.as_str().map(str::to_owned);
    let token = match world.config.refresh_form {
        RefreshForm::Bearer => in_header(),
        RefreshForm::Body => in_body(),
        RefreshForm::Both => in_body().or_else(in_header),
    };
    // A deployment that validates a body calls one without its parameter invalid; one that reads the header finds nobody.
    let missing =
        if matches!(world.config.refresh_form, RefreshForm::Body) { MALFORMED } else { REFRESH_REFUSED };
    let token = token.ok_or(missing)?;
    match world.tokens.standing(&token, Role::Refresh) {
        Standing::Live(old) => {
            world.tokens.spend(&token);
            Ok(issue(world, old.account, old.family))
        }
        Standing::Spent(old) => {
            world.ledger.refresh_reuse += 1;
            world.tokens.revoke_family(old.family);
            Err(REFRESH_REFUSED)
        }
        _ => Err(REFRESH_REFUSED),
    }
}

/// "Use the logout endpoint to invalidate tokens": all that stem from the sign-in.
fn logout(call: &Call, world: &mut World) -> Result<Value, Refusal> {
    let grant = access(call, world)?;
    world.tokens.revoke_family(grant.family);
    Ok(json!({"loggedOut": true}))
}

fn info(call: &Call, world: &World) -> Result<Value, Refusal> {
    let account = access(call, world)?.account;
    Ok(json!({
        "userId": account.id,
        "username": account.name,
        "email": format!("{}@example.com", account.id),
    }))
}

fn access(call: &Call, world: &World) -> Result<Grant, Refusal> {
    match world.tokens.standing(call.bearer().ok_or(ACCESS_INVALID)?, Role::Access) {
        Standing::Live(grant) => Ok(grant),
        Standing::Expired => Err(ACCESS_EXPIRED),
        _ => Err(ACCESS_INVALID),
    }
}

/// Issues a pair of tokens; gives the `data` that carries them.
fn issue(world: &mut World, account: &'static Account, family: Family) -> Value {
    let lifetime = world.config.access_lifetime_s.unwrap_or(ACCESS);
    let renewal = world.config.refresh_lifetime_s.unwrap_or(RENEWAL);
    let access_token = enter(world, account, family, Role::Access, lifetime.end());
    let refresh_token = enter(world, account, family, Role::Refresh, renewal.end());
    let mut data = json!({"accessToken": access_token, "refreshToken": refresh_token});
    if !world.config.omit_expires_in
        && let Some(members) = data.as_object_mut()
    {
        members.insert("expiresIn".to_owned(), lifetime.json());
    }
    data
}

fn enter(
    world: &mut World,
    account: &'static Account,
    family: Family,
    role: Role,
    expires: Duration,
) -> String {
    let kind = if role == Role::Refresh { "refresh" } else { "access" };
    let token = world.tokens.key.sign(&json!({
        "sub": account.id,
        "type": kind,
        "iat": lifetime::now().as_secs(),
        "exp": json_seconds(expires),
        "jti": Uuid::new_v4(),
    }));
    let grant = Grant { account, role, family, expires, renewable_until: expires, database: String::new() };
    world.tokens.enter(token.clone(), grant);
    token
}
