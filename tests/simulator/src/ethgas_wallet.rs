//! ETHGAS, the wallet family of its API (the same documents since August 2025, page "Authentication"), below `/v1`.
//!
//! Whoever has the key of an account is its user: the signature says who that is. The refresh token comes in a cookie, or in
//! JSON, too. A nonce is good once, and for a while.

use std::collections::HashMap;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::accounts::Account;
use crate::call::Call;
use crate::config::{Envelope, Lie};
use crate::eip712::{self, Domain};
use crate::instance::World;
use crate::lifetime::{self, Lifetime, json_seconds};
use crate::reply;
use crate::tokens::{Family, Grant, Role, Standing};

/// Where the signature goes.
pub const VERIFY: &str = "/v1/user/login/verify";
/// Where refresh tokens go.
pub const REFRESH: &str = "/v1/user/login/refresh";

const COOKIE: &str = "x_auth_refresh_token";

/// Both as documented.
const ACCESS: Lifetime = Lifetime::from_secs(3600);
const RENEWAL: Lifetime = Lifetime::from_secs(7 * 24 * 3600);

/// The documents don't say how long a nonce is good.
const NONCE: Lifetime = Lifetime::from_secs(600);

const TEXT: &str = "Please sign this message to verify account ownership";
const SITE: &str = "ethgas.com";

/// Stands for all who sign in with a wallet; which of them is told by the sign-in.
static HOLDER: Account = Account::nameless("user_712");

/// The messages that wait to be signed, and who has signed in.
#[derive(Debug, Default)]
pub struct Wallets {
    waiting: HashMap<String, (String, Duration)>,
    signed_in: Vec<(Family, String)>,
}

/// A refusal: HTTP status, code and words. The documents don't list those of a login; codes from 100000 on are the API's.
struct Refusal(StatusCode, u32, &'static str);

const MALFORMED: Refusal = Refusal(StatusCode::BAD_REQUEST, 1001, "error.common.validation");
const NO_NONCE: Refusal = Refusal(StatusCode::UNAUTHORIZED, 100_102, "error.login.nonce");
const WRONG_SIGNER: Refusal = Refusal(StatusCode::UNAUTHORIZED, 100_103, "error.login.signature");
const UNAUTHORIZED: Refusal = Refusal(StatusCode::UNAUTHORIZED, 100_101, "error.login.token");

/// The routes.
pub fn answer(call: &Call, world: &mut World) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(&call.body).into_owned().collect();
    let outcome = match (call.method.as_str(), call.path.as_str()) {
        ("POST", "/v1/user/login") => login(&form, world).map(|data| said(&data)),
        ("POST", VERIFY) => verify(&form, call, world),
        ("POST", REFRESH) => refresh(&form, call, world),
        ("POST", "/v1/user/logout") => access(call, world).map(|family| {
            world.tokens.revoke_family(family);
            reply::json(StatusCode::OK, &json!({}))
        }),
        ("GET", "/v1/user/info") => {
            access(call, world).map(|family| said(&json!({"user": user(&address(world, family))})))
        }
        _ => return reply::not_simulated(world),
    };
    outcome.unwrap_or_else(|refusal| refuse(&refusal, world.config.envelope))
}

fn said(data: &Value) -> Response {
    reply::json(StatusCode::OK, &json!({"success": true, "data": data}))
}

fn refuse(Refusal(status, code, words): &Refusal, envelope: Envelope) -> Response {
    let body = match envelope {
        Envelope::Top => json!({"success": false, "errorCode": code, "errorMsgKey": words, "data": {}}),
        Envelope::Data => json!({"success": false, "data": {"errorCode": code, "errorMsg": words}}),
        Envelope::Code => json!({"code": status.as_u16(), "message": words, "data": null}),
    };
    reply::json(*status, &body)
}

fn login(form: &HashMap<String, String>, world: &mut World) -> Result<Value, Refusal> {
    let address = form.get("addr").filter(|address| is_address(address)).ok_or(MALFORMED)?;
    // "A unique four-byte nonce".
    let nonce = format!("{:08x}", rand::random::<u32>());
    let message = message(world, &nonce);
    world.wallets.waiting.insert(nonce.clone(), (address.to_lowercase(), NONCE.end()));
    Ok(json!({"status": "verify", "eip712Message": message.to_string(), "nonceHash": nonce}))
}

fn is_address(text: &str) -> bool {
    text.len() == 42 && text.starts_with("0x") && text[2..].bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn domain(world: &World) -> Domain<'static> {
    let lies = world.config.lie == Some(Lie::Domain);
    Domain { name: if lies { "USD Coin" } else { "ETHGas Login" }, chain: world.config.chain_id.unwrap_or(1) }
}

fn message(world: &World, nonce: &str) -> Value {
    let Domain { name, chain } = domain(world);
    let hash = if world.config.lie == Some(Lie::Hash) { "00000000" } else { nonce };
    let members = |list: &[(&str, &str)]| -> Vec<Value> {
        list.iter().map(|(name, kind)| json!({"name": name, "type": kind})).collect()
    };
    let own =
        [("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address")];
    let mut message = json!({
        "types": {
            "EIP712Domain": members(&own),
            eip712::TYPE: members(&eip712::MEMBERS.map(|name| (name, "string"))),
        },
        "primaryType": eip712::TYPE,
        "message": {"hash": hash, "message": TEXT, "domain": SITE},
        "domain": {
            "name": name, "version": eip712::VERSION, "chainId": chain,
            "verifyingContract": "0x0000000000000000000000000000000000000000",
        },
    });
    if world.config.lie == Some(Lie::Size) {
        message["message"]["message"] = Value::from(TEXT.repeat(100));
    }
    message
}

fn verify(form: &HashMap<String, String>, call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let given = |name: &str| form.get(name).ok_or(MALFORMED);
    let (address, nonce, signature) =
        (given("addr")?.to_lowercase(), given("nonceHash")?, given("signature")?);
    let (expected, end) = world.wallets.waiting.remove(nonce).ok_or(NO_NONCE)?;
    if end <= lifetime::now() {
        return Err(NO_NONCE);
    }
    let signer = eip712::signer(&domain(world), [nonce, TEXT, SITE], signature);
    if address != expected || signer.as_deref() != Some(address.as_str()) {
        return Err(WRONG_SIGNER);
    }
    let family = world.tokens.new_family();
    world.wallets.signed_in.push((family, address));
    Ok(issue(call, world, family))
}

/// The cookie, or the parameter; of both, the parameter.
fn refresh(form: &HashMap<String, String>, call: &Call, world: &mut World) -> Result<Response, Refusal> {
    let token = form.get("refreshToken").cloned().or_else(|| call.cookie(COOKIE)).ok_or(UNAUTHORIZED)?;
    match world.tokens.standing(&token, Role::Refresh) {
        Standing::Live(old) => Ok(granted(world, old.family, None)),
        _ => Err(UNAUTHORIZED),
    }
}

fn access(call: &Call, world: &World) -> Result<Family, Refusal> {
    match world.tokens.standing(call.bearer().unwrap_or_default(), Role::Access) {
        Standing::Live(grant) => Ok(grant.family),
        _ => Err(UNAUTHORIZED),
    }
}

fn address(world: &World, family: Family) -> String {
    let known = world.wallets.signed_in.iter().find(|(known, _)| *known == family);
    known.map(|(_, address)| address.clone()).unwrap_or_default()
}

fn user(address: &str) -> Value {
    json!({"userId": 712, "address": address, "status": 1, "accounts": []})
}

/// A sign-in's tokens. Those of a renewal leave the refresh token as it is.
fn issue(call: &Call, world: &mut World, family: Family) -> Response {
    let renewal = world.config.refresh_lifetime_s.unwrap_or(RENEWAL);
    let token = enter(world, family, Role::Refresh, renewal.end());
    let told = world.config.refresh_in_json.then_some(token.as_str());
    let reply = granted(world, family, told);
    reply::set_cookie(reply, call.instance.cookie_path(), COOKIE, &token, Some(renewal.max_age_s()))
}

fn granted(world: &mut World, family: Family, refresh: Option<&str>) -> Response {
    let lifetime = world.config.access_lifetime_s.unwrap_or(ACCESS);
    let end = lifetime.end();
    let token = enter(world, family, Role::Access, end);
    let mut data = if world.config.flat_tokens {
        json!({"accessToken": token, "expiresIn": lifetime.json()})
    } else {
        let payload = json!({"access_type": "access_token", "exp": json_seconds(end)});
        json!({
            "user": user(&address(world, family)),
            "accessToken": {"data": {"header": {"alg": "HS256"}, "payload": payload}, "token": token},
        })
    };
    if let Some(refresh) = refresh {
        data["refreshToken"] = Value::from(refresh);
    }
    said(&data)
}

fn enter(world: &mut World, family: Family, role: Role, expires: Duration) -> String {
    let token = world.tokens.key.sign(&json!({
        "iat": lifetime::now().as_secs(),
        "exp": json_seconds(expires),
        "jti": Uuid::new_v4(),
    }));
    let grant =
        Grant { account: &HOLDER, role, family, expires, renewable_until: expires, database: String::new() };
    world.tokens.enter(token.clone(), grant);
    token
}
