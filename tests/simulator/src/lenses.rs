//! Lenses HQ 6.x (<https://docs.lenses.io/latest/api-reference/reference/login>).
//!
//! A session is a cookie; nothing of it is in a body. Errors are `hq_Error` objects: RFC 7807 in shape, but declared
//! as `application/json`. Their `type` has the British "unauthorised".

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::accounts::{ACCOUNTS, Account, Verdict};
use crate::call::Call;
use crate::config::LoginReply;
use crate::instance::World;
use crate::lifetime::Lifetime;
use crate::reply;
use crate::single_sign_on;
use crate::tokens::{Grant, Role, Standing};

/// Where passwords go.
pub const LOGIN: &str = "/api/v1/login";

/// The documents name it for single sign-on; that a password's session has the same name is inferred.
const COOKIE: &str = "session_id";

/// A service account's key, which is sent as a bearer token.
const SERVICE_ACCOUNT_KEY: &str = "service-account-key";

/// `auth.sessionDuration` is 24 h by default.
const SESSION: Lifetime = Lifetime::from_secs(24 * 3600);

/// The routes.
pub fn answer(call: &Call, world: &mut World) -> Response {
    match (call.method.as_str(), call.path.as_str()) {
        ("POST", LOGIN) => login(call, world),
        ("POST", "/api/v1/logout") if world.config.logout => logout(call, world),
        ("GET", "/api/v1/users/me") => as_user(call, world, |user| user),
        ("GET", "/api/v1/users") => as_user(call, world, |_| ACCOUNTS.iter().map(hq_user).collect()),
        ("GET" | "POST", single_sign_on::PAGE) => single_sign_on::page(call, world),
        (_, path) if is_proxied(path) => proxied(call, world),
        _ => reply::not_simulated(world),
    }
}

fn error(status: StatusCode, kind: &str, title: &str, more: &Value) -> Response {
    let mut body =
        json!({"type": kind, "title": title, "status": status.as_u16(), "request_id": Uuid::new_v4()});
    if let (Some(body), Some(more)) = (body.as_object_mut(), more.as_object()) {
        body.extend(more.clone());
    }
    reply::json(status, &body)
}

/// HQ's own 401. "The url of the SSO provider, if any", is the instance's, whoever was refused and why.
fn unauthorised(call: &Call, single_sign_on: bool, title: &str) -> Response {
    let more = if single_sign_on { json!({"sso_url": single_sign_on::address(call)}) } else { json!({}) };
    error(StatusCode::UNAUTHORIZED, "unauthorised", title, &more)
}

fn login(call: &Call, world: &mut World) -> Response {
    let (name, password, redirection) = match credentials(call) {
        Ok(credentials) => credentials,
        Err(reply) => return *reply,
    };
    let refused = "Invalid username or password.";
    let account = match world.accounts.judge(&name, &password) {
        Verdict::Welcome(account) => account,
        Verdict::Wrong => return unauthorised(call, world.config.single_sign_on, refused),
        // Who has no password is at an instance with single sign-on.
        Verdict::SingleSignOn => return unauthorised(call, true, refused),
        Verdict::Locked => {
            return error(StatusCode::FORBIDDEN, "forbidden", "The account is locked.", &json!({}));
        }
    };
    let reply = match (redirection, world.config.login_reply, &world.config.redir_to) {
        (Some(token), _, _) => {
            let resume: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
            reply::json(StatusCode::OK, &json!({"redir_to": format!("/oauth2/authorize?resume={resume}")}))
        }
        (None, LoginReply::Empty, _) => no_content(),
        (None, LoginReply::Json, Some(redir_to)) => {
            reply::json(StatusCode::OK, &json!({"redir_to": redir_to}))
        }
        (None, LoginReply::Json, None) => reply::json(StatusCode::OK, &json!({})),
    };
    welcome(call, world, account, reply)
}

/// Adds the cookie of a new session to a reply.
pub fn welcome(call: &Call, world: &mut World, account: &'static Account, reply: Response) -> Response {
    let lifetime = world.config.access_lifetime_s.unwrap_or(SESSION);
    let session = Uuid::new_v4().simple().to_string();
    let family = world.tokens.new_family();
    let expires = lifetime.end();
    let grant = Grant {
        account,
        role: Role::Cookie,
        family,
        expires,
        renewable_until: expires,
        database: String::new(),
    };
    world.tokens.enter(session.clone(), grant);
    reply::set_cookie(reply, call.instance.cookie_path(), COOKIE, &session, Some(lifetime.max_age_s()))
}

/// User name, password and redirection token of a login, or the reply to a request that hasn't got them.
fn credentials(call: &Call) -> Result<(String, String, Option<String>), Box<Response>> {
    let refuse =
        |kind: &str, title: &str, more: &Value| Box::new(error(StatusCode::BAD_REQUEST, kind, title, more));
    let Some(Value::Object(request)) = call.json() else {
        return Err(refuse("invalid_parameter", "The body is not a JSON object.", &json!({})));
    };
    let required = |name: &str| match request.get(name) {
        None => {
            let title = format!("Parameter {name} is missing.");
            Err(refuse("missing_parameter", &title, &invalid_field(name, "Is required.")))
        }
        Some(Value::String(text)) if text.is_empty() => {
            let more = invalid_field(name, "Must not be empty.");
            Err(refuse("validation_error", "Some fields are invalid.", &more))
        }
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => {
            let title = format!("Parameter {name} is invalid.");
            Err(refuse("invalid_parameter", &title, &invalid_field(name, "Must be a string.")))
        }
    };
    let redirection = request.get("redirection_token").and_then(Value::as_str).map(str::to_owned);
    Ok((required("username")?, required("password")?, redirection))
}

fn invalid_field(name: &str, title: &str) -> Value {
    let field =
        json!({"name": name, "error": "invalid_value", "title": title, "pointer": format!("/{name}")});
    json!({"invalid_fields": [field]})
}

/// Not in the vendor's documents, which know no way to end one session; played only when configured.
fn logout(call: &Call, world: &mut World) -> Response {
    if let Some(session) = call.cookie(COOKIE) {
        world.tokens.revoke(&session);
    }
    reply::set_cookie(no_content(), call.instance.cookie_path(), COOKIE, "", Some(0))
}

/// Replies `data` of the user behind the cookie or the service account's key.
fn as_user(call: &Call, world: &World, data: impl FnOnce(Value) -> Value) -> Response {
    let user = match (call.bearer(), call.cookie(COOKIE)) {
        (Some(SERVICE_ACCOUNT_KEY), _) => Some(service_account()),
        (None, Some(session)) => match world.tokens.standing(&session, Role::Cookie) {
            Standing::Live(grant) => Some(hq_user(grant.account)),
            _ => None,
        },
        _ => None,
    };
    match user {
        Some(user) => reply::json(StatusCode::OK, &data(user)),
        None => unauthorised(call, world.config.single_sign_on, "Not signed in."),
    }
}

/// Whether a path is one of an environment's own API, which HQ passes on: `/api/v1/environments/<name>/proxy/…`.
fn is_proxied(path: &str) -> bool {
    let inside = path.strip_prefix("/api/v1/environments/").and_then(|rest| rest.split_once('/'));
    inside.is_some_and(|(name, rest)| !name.is_empty() && rest.starts_with("proxy/"))
}

/// An environment's reply, for who is signed in at HQ. Its errors are not HQ's.
fn proxied(call: &Call, world: &World) -> Response {
    let refuses = world.config.environment_401;
    let reply = as_user(call, world, |_| json!([]));
    if refuses && reply.status() == StatusCode::OK {
        return reply::json(StatusCode::UNAUTHORIZED, &json!({"errorCode": 401, "message": "Unauthorized"}));
    }
    reply
}

fn hq_user(account: &Account) -> Value {
    user(account.name, account.id, account.admin)
}

fn service_account() -> Value {
    user("service-account", "service_1", false)
}

fn user(name: &str, id: &str, admin: bool) -> Value {
    json!({
        "name": name,
        "display_name": name,
        "lrn": format!("iam:user:{name}"),
        "id": id,
        "created_at": "2025-01-01T00:00:00Z",
        "groups": [],
        "profile": {},
        "is_admin": admin,
    })
}

fn no_content() -> Response {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply
}
