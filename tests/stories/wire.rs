//! The vendors' languages: a call as the vendor reads it, and its answer as it writes it.

use hallpass::dialect::{Body, Call, CallKind, Reply};
use serde_json::{Value as Tree, json};

use crate::plan::{Brand, Plan};
use crate::support::Value;
use crate::vendor::{Asked, Said, Token};
use crate::wallets;

/// Reads a call as strictly as a vendor does.
pub fn read(brand: Brand, call: &Call) -> Asked {
    let body = call.body.as_ref().map(|body| serde_json::from_str::<Tree>(body).unwrap_or(Tree::Null));
    let header = |name: &str| {
        let mut found = call.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str()).filter(|_| found.next().is_none())
    };
    let member = |name: &str| body.as_ref().and_then(|body| body.get(name)?.as_str());
    let token = match brand {
        Brand::Pegase3 => header("Token").and_then(Token::read),
        _ => header("Authorization").and_then(|value| Token::read(value.strip_prefix("Bearer ")?)),
    };
    match call.operation {
        CallKind::Login if brand == Brand::Wallet => {
            wallets::read(call.body.as_deref().unwrap_or_default(), call.below.is_some())
        }
        CallKind::Refresh if brand == Brand::Wallet => {
            let token = call.body.as_deref().and_then(wallets::refresh_token);
            Asked::Refresh { token, in_body: token.is_some() }
        }
        CallKind::Login => {
            let (user, password) = match brand {
                Brand::Pegase3 => (header("User-Name"), header("Password")),
                _ => (member("username").or(member("account")), member("password")),
            };
            let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
            Asked::Login { user: text(user), password: text(password) }
        }
        CallKind::Refresh => {
            let in_body = member("refreshToken").and_then(Token::read);
            // One credential a request.
            if token.is_some() && in_body.is_some() {
                return Asked::Nonsense;
            }
            Asked::Refresh { token: token.or(in_body), in_body: in_body.is_some() }
        }
        CallKind::Logout => Asked::Logout { token },
        CallKind::Check => Asked::Check { token },
        CallKind::Request => Asked::Nonsense,
    }
}

/// Writes the vendor's answer. `lifetime_s`: for how long a token is good; at PEGASE3, until when, since the epoch.
pub fn write(plan: &Plan, said: &Said, lifetime_s: u64) -> Reply<Value> {
    let renewable = plan.renewable;
    let (status, body) = match plan.brand {
        Brand::Wallet => wallets::write(said, lifetime_s, plan.body_form),
        Brand::Ethgas => ethgas(said, lifetime_s, renewable),
        Brand::Ocient => ocient(plan, said, lifetime_s),
        Brand::Pegase3 => pegase3(said, lifetime_s),
        Brand::Lenses => lenses(said),
        Brand::Cookie => cookie(plan, said, lifetime_s),
    };
    json_reply(status, body)
}

pub fn json_reply(status: u16, body: Tree) -> Reply<Value> {
    Reply::new(status, if body.is_null() { Body::Empty } else { Body::Json(body.into()) })
}

fn ethgas(said: &Said, lifetime_s: u64, renewable: bool) -> (u16, Tree) {
    let fine = |data: Tree| (200, json!({ "code": 200, "message": "ok", "data": data }));
    match said {
        Said::Granted { access, refresh, .. } => fine(json!({
            "accessToken": access.text(), "refreshToken": renewable.then(|| refresh.text()), "expiresIn": lifetime_s,
        })),
        Said::WrongPassword
        | Said::Unauthorised
        | Said::Message
        | Said::Prompt
        | Said::Denied
        | Said::NotYet => (401, json!({ "code": 401, "message": "unauthorised" })),
        Said::WrongForm => (422, json!({ "code": 422, "message": "refresh token missing" })),
        Said::LoggedOut => fine(json!({ "loggedOut": true })),
        Said::Alive(_) => fine(json!({ "valid": true, "userId": 7 })),
        Said::Dead => fine(json!({ "valid": false })),
    }
}

fn ocient(plan: &Plan, said: &Said, lifetime_s: u64) -> (u16, Tree) {
    let status = |code: i32, state: &str| json!({ "vendor_code": code, "sql_state": state, "reason": "" });
    match said {
        Said::Granted { access, user, .. } => (
            200,
            json!({
                "access_token": access.text(), "expires_in": lifetime_s, "username": plan.named.then_some(user),
                "database": plan.renewable.then_some("system"), "status": status(0, "00000"),
            }),
        ),
        Said::Prompt => (
            200,
            json!({
                "verification_uri": "https://idp.test/device", "user_code": "AB-CD", "status": status(0, "00000"),
            }),
        ),
        Said::Denied => (200, json!({ "status": status(-1251, "28000") })),
        Said::NotYet => (200, json!({ "status": status(-1238, "08000") })),
        Said::WrongPassword => (200, json!({ "status": status(-304, "28000") })),
        Said::Unauthorised | Said::WrongForm | Said::Message | Said::Dead => {
            (401, json!({ "status": status(-1205, "28000") }))
        }
        Said::LoggedOut | Said::Alive(_) => (200, json!({ "status": status(0, "00000") })),
    }
}

fn pegase3(said: &Said, ends_s: u64) -> (u16, Tree) {
    match said {
        Said::Granted { access, user, .. } => {
            let claims = json!({ "user": user, "exp": ends_s, "t": access.text() });
            let token = crate::support::jwt(&claims.to_string());
            (200, json!({ "code": 200, "status": "ok", "data": {}, "token": token }))
        }
        Said::Alive(_) | Said::LoggedOut => (200, json!({ "code": 200, "status": "ok", "data": {} })),
        // Nobody says yes on another device here.
        _ => (200, json!({ "code": 401, "status": "error", "data": null })),
    }
}

fn lenses(said: &Said) -> (u16, Tree) {
    match said {
        Said::Granted { .. } | Said::LoggedOut => (204, Tree::Null),
        Said::Alive(user) => (200, json!({ "name": user })),
        // Nobody says yes on another device here.
        _ => (401, json!({ "type": "unauthorised", "title": "Unauthorised", "status": 401 })),
    }
}

/// An API whose session is a cookie, as somebody has described it for hallpass.
pub fn described(plan: &Plan) -> Tree {
    let name = if plan.named { "username" } else { "account" };
    let mut said = json!({
        "name": "acme", "credential": "cookie",
        "login": { "path": "login", "json": { name: format!("{{{name}}}"), "password": "{password}" } },
        "logout": { "path": "logout" },
        "check": { "path": "me", "method": "GET" },
        "grant": { "lifetime": { "seconds": "seconds" } },
        "envelope": { "success": { "at": "ok", "is": [true] } },
        "errors": { "code": "code" },
        "rejected": { "codes": ["unauthorised"] },
    });
    if plan.renewable {
        said["refresh"] = json!({ "path": "prolong" });
    }
    if plan.named {
        said["check"]["user"] = "user".into();
        said["grant"]["user"] = "user".into();
    }
    said
}

fn cookie(plan: &Plan, said: &Said, lifetime_s: u64) -> (u16, Tree) {
    let user = |user: &str| if plan.named { user.into() } else { Tree::Null };
    match said {
        Said::Granted { user: who, .. } => {
            (200, json!({ "ok": true, "user": user(who), "seconds": plan.told.then_some(lifetime_s) }))
        }
        Said::Alive(who) => (200, json!({ "ok": true, "user": user(who) })),
        Said::LoggedOut => (204, Tree::Null),
        // Nobody says yes on another device here.
        _ => (401, json!({ "ok": false, "code": "unauthorised" })),
    }
}
