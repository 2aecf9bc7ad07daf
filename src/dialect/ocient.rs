//! Ocient HTTP Query API v1.
//!
//! Sources: the vendor's `OpenAPI` description and guide (docs.ocient.com/ocient-http-query-api), its list of errors
//! and warnings, and its Python driver `pyocient` for how -733 is answered.
//!
//! The habits: a bearer token, and a cookie beside it that hallpass leaves to the browser's defaults; every
//! outcome in a `status` object, on HTTP 200 as well as on errors; no separate refresh token.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::codes::codes;
use super::grant::{is_name, lifetime_ms, name, token};
use super::{
    Call, Carrier, Code, Credentials, Facts, Failure, Grant, Held, Json, Operation, Paths, Payload, Prompt,
    Rejection, Renewal, Reply, Vendor, VendorCode,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Ocient;

static FACTS: Facts = Facts {
    name: Cow::Borrowed("ocient"),
    title: Cow::Borrowed("Ocient"),
    carrier: Carrier::Bearer,
    // "A common practice is to refresh when the token has half of its time remaining."
    renewal: Renewal::AtHalf,
    paths: Paths {
        login: "v1/login",
        refresh: Some("v1/token_refresh"),
        logout: Some("v1/logout"),
        check: None, // no operation tells who is signed in
    },
    speaks_inside: true,
};

/// Where a token of the customer's identity provider becomes a session.
const TOKEN: &str = "v1/sso_token";
/// Where a person's yes on another device is asked for, and where it is waited for.
const DEVICE: &str = "v1/sso_device_grant";
const DEVICE_ANSWER: &str = "v1/sso_device_grant_verify";

/// How long a long poll waits for the person's answer, in s: the vendor's default, sent all the same, as hallpass's bound on the
/// call is made from it. The vendor declares it as a text.
const POLL: &str = "30";
const POLL_MS: u32 = 30_000;

codes! { i32;
    -304 => InvalidCredentials / SessionExpired, "wrong user name or password";
    -608 => InvalidCredentials / SessionExpired, "the user does not exist";
    -205 | -605 => InvalidRequest / InvalidRequest, "no such database";
    -200 => VendorError / VendorError, "the connection string is malformed";
    -316 => VendorUnavailable / VendorUnavailable, "no connection";
    -719 => Forbidden / Forbidden, "not authorized for the action";
    -700 | -701 | -702 | -703 | -704 | -705 | -706 | -707 | -708 | -709 | -710 | -711 | -712 | -713 | -714 | -715 | -716 | -717 | -718 | -720 | -721 | -722 | -723 | -724 | -725 => Forbidden / Forbidden, "no permission to read, change, create or drop this";
    -728 => Forbidden / Forbidden, "no permission to drop the schema";
    -802 | -803 | -807 => Forbidden / Forbidden, "no permission to create, drop or change the machine learning model";
    -1001 => Forbidden / Forbidden, "no permission to grant this privilege";
    -733 => VendorError / SessionExpired, "the session has expired; renewal is necessary";
    -908 => VendorUnavailable / VendorUnavailable, "the system is still initializing";
    -1100 => VendorUnavailable / VendorUnavailable, "no free query slot";
    -1200 | -1201 => VendorError / VendorError, "single sign-on is disabled or not set up";
    -1202 | -1220 => VendorUnavailable / VendorUnavailable, "network trouble between the vendor and the single sign-on";
    -1203 => VendorError / VendorError, "single sign-on request not found";
    -1204 => VendorError / SessionExpired, "no session on the connection";
    -1205 => VendorError / SessionExpired, "the security token is invalid";
    -1206 => VendorError / SessionExpired, "the security token's signature is bad";
    -1207 => VendorError / SessionExpired, "the security token's issuer is unknown";
    -1208 => VendorError / SessionExpired, "the security token has expired";
    -1221 => VendorUnavailable / VendorUnavailable, "the OpenID provider failed";
    -1222 | -1223 | -1224 | -1225 | -1226 | -1227 | -1230 => VendorError / VendorError, "the OpenID provider's answer or configuration is invalid, or lacks what the vendor needs";
    -1229 => InvalidCredentials / SessionExpired, "the OpenID token was signed by a key that the provider doesn't know";
    -1228 => InvalidCredentials / SessionExpired, "the OpenID token has expired";
    -1231 | -1232 | -1233 | -1234 | -1235 | -1236 => InvalidCredentials / SessionExpired, "the OpenID token is bad";
    -1237 => VendorError / SessionExpired, "the provider's refresh token is invalid";
    -1238 => VendorError / VendorError, "timed out waiting for the user";
    -1251 => Cancelled / Forbidden, "the person said no";
    -1250 | -1252 | -1253 | -1254 => VendorError / VendorError, "the authorization server does not take such a request";
    -1255 | -1256 => VendorUnavailable / VendorUnavailable, "the authorization server failed, or is overloaded";
    -100 => VendorError / VendorError, "unknown error";
    -201 | -202 | -203 | -204 => VendorUnavailable / VendorUnavailable, "network trouble at the vendor";
    -206 => VendorUnavailable / VendorUnavailable, "the node is offline";
}

/// Listed among the errors, but said of a statement that was executed: a DELETE was rewritten, a value was substituted.
const WARNINGS: [i32; 2] = [-331, -333];

/// The codes that say of a request's token that it is no longer good. The others in the table that end a session
/// can't follow from an ordinary request.
const TOKEN_REJECTED: [i32; 3] = [-733, -1205, -1208];

impl<J: Json> Vendor<J> for Ocient {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    /// `POST /v1/login`, JSON; the vendor takes the database `system` where none is given. With a token of the customer's
    /// identity provider `POST /v1/sso_token`, whose documented reply only repeats the request: it is read as a login's. For
    /// another device `POST /v1/sso_device_grant`.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        let call = Call::new(Operation::Login, "POST");
        if !credentials.named.is_empty() {
            credentials.check_named()?;
            let given = |name| credentials.typed(name);
            return Ok(call.at(TOKEN).json(&[
                ("database", given("database").as_deref()),
                ("id_token", given("idToken").as_deref()),
                ("access_token", given("accessToken").as_deref()),
            ]));
        }
        let database = credentials.database.as_deref();
        if credentials.on_device {
            return Ok(call.at(DEVICE).json(&[("database", database)]));
        }
        credentials.check()?;
        Ok(call.json(&[
            ("username", Some(&credentials.username)),
            ("password", Some(&credentials.password)),
            ("database", database),
        ]))
    }

    /// The reply's user name may differ from the one that was sent (`jdoe@analytics` comes back as `jdoe`), so they
    /// are not compared; the reply's is shown. What a renewal's reply says is not read: it is the same session.
    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        _now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        let mut grant = read_grant(reply, Operation::Login)?;
        let name = |member| name(reply.member(member)).map_err(|code| reply.failure(code));
        // With a token, or on another device, nobody types a name here.
        let typed = Some(&credentials.username).filter(|name| !name.is_empty());
        grant.user = name("username")?.or_else(|| typed.cloned());
        let given = || credentials.database.clone().or_else(|| credentials.typed("database"));
        grant.database = name("database")?.or_else(given);
        Ok(grant)
    }

    fn read_prompt(&self, reply: &Reply<J>) -> Result<Prompt, Box<Failure>> {
        succeeded(reply, Operation::Login)?;
        let malformed = || reply.failure(Code::MalformedReply);
        // The person is sent there, so it has to be a web address.
        let address = |name| reply.text(name).filter(|address| J::is_web_address(address));
        let code = reply.text("user_code").filter(|code| is_name(code) && !code.is_empty());
        Ok(Prompt {
            user_code: code.ok_or_else(malformed)?,
            verification_uri: address("verification_uri").ok_or_else(malformed)?,
            verification_uri_complete: address("verification_uri_complete"),
        })
    }

    /// `POST /v1/sso_device_grant_verify`: a long poll.
    fn poll_device(&self, credentials: &Credentials, prompt: &Prompt) -> Option<Box<Call>> {
        let call = Call::new(Operation::Login, "POST").at(DEVICE_ANSWER).longer(POLL_MS);
        Some(call.json(&[
            ("user_code", Some(&prompt.user_code)),
            ("database", credentials.database.as_deref()),
            ("timeout", Some(POLL)),
        ]))
    }

    /// -1238: the long poll has timed out.
    fn is_unanswered(&self, failure: &Failure) -> bool {
        failure.vendor_code == Some(VendorCode::Number(-1238.0))
    }

    /// `POST /v1/token_refresh` with the current token. The database goes along: left out, the vendor would take
    /// `system`.
    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        let call = Call::new(Operation::Refresh, "POST").json(&[("database", held.database.as_deref())]);
        Some(call.bearer(held.access.as_deref()?))
    }

    fn read_refresh(&self, reply: &Reply<J>, _now_ms: f64) -> Result<Grant, Box<Failure>> {
        read_grant(reply, Operation::Refresh)
    }

    /// `POST /v1/logout`. Clears the cookie. The vendor says that tokens stay good until they expire: what matters is that
    /// hallpass forgets them.
    fn logout(&self, held: &Held) -> Box<Call> {
        let call = Call::new(Operation::Logout, "POST").json(&[("database", held.database.as_deref())]);
        match &held.access {
            Some(token) => call.bearer(token),
            None => call,
        }
    }

    fn confirms_logout(&self, reply: &Reply<J>) -> bool {
        reply.is_ok() && vendor_code(reply).is_some() && refusal(reply, Operation::Logout).is_none()
    }

    /// The envelope is the `status` member; some documented replies (`/v1/version`, `/v1/stats`) have none. It stays in the
    /// payload where it holds a warning, which is for the caller to see.
    fn read(&self, reply: &Reply<J>, operation: Operation) -> Result<Payload, Box<Failure>> {
        match (refusal(reply, operation), reply.json()) {
            (Some(failure), _) => Err(failure),
            (None, Some(json)) if reply.is_ok() => {
                let warns = vendor_code(reply).is_some_and(|code| code != 0);
                let enveloped = json.member("status").is_some_and(|status| status.is_object());
                Ok(if enveloped && !warns { Payload::Without("status".into()) } else { Payload::Whole })
            }
            _ => {
                // "message": the one error that the vendor's description declares without a status.
                let mut failure = reply.foreign(operation);
                failure.say(reply.text("message"));
                Err(failure)
            }
        }
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        match refusal(reply, Operation::Request) {
            Some(_) if vendor_code(reply).is_some_and(|code| TOKEN_REJECTED.contains(&code)) => {
                Rejection::Yes
            }
            Some(failure) if reply.status == 401 && failure.code == Code::SessionExpired => Rejection::Yes,
            None if reply.status == 401 => Rejection::Doubtful,
            _ => Rejection::No,
        }
    }
}

/// Whether a reply is a success; or why not.
fn succeeded<J: Json>(reply: &Reply<J>, operation: Operation) -> Result<(), Box<Failure>> {
    if let Some(failure) = refusal(reply, operation) {
        return Err(failure);
    }
    if !reply.is_ok() {
        return Err(reply.foreign(operation));
    }
    // A reply whose status can't be read is no success.
    if reply.member("status").is_some() && vendor_code(reply).is_none() {
        return Err(reply.failure(Code::MalformedReply));
    }
    Ok(())
}

fn read_grant<J: Json>(reply: &Reply<J>, operation: Operation) -> Result<Grant, Box<Failure>> {
    succeeded(reply, operation)?;
    let malformed = |code| reply.failure(code);
    let access = reply.member("access_token").as_ref().and_then(token);
    Ok(Grant {
        access: Some(access.ok_or_else(|| malformed(Code::MalformedReply))?),
        // Optional: older replies, and the device grant's, have none.
        lifetime_ms: lifetime_ms(reply.member("expires_in"), 1000.0, operation).map_err(malformed)?,
        ..Grant::default()
    })
}

/// The vendor's no in `status`, on any HTTP status. Success is `vendor_code` 0 or a warning; the wording of `reason` varies
/// and is no test. An error whose code is not in the table is judged by its SQL state's class, and then by the HTTP status.
fn refusal<J: Json>(reply: &Reply<J>, operation: Operation) -> Option<Box<Failure>> {
    let status = reply.member("status")?;
    let vendor_code = vendor_code(reply).filter(|code| *code != 0)?;
    let sql_state = status.text_of("sql_state");
    let class = sql_state.as_deref().and_then(|state| state.get(..2));
    let listed = known(vendor_code, operation);
    // Success, warning and "no data": the standard's classes that are no refusals. A code that is listed as one stays one.
    let warning =
        listed.is_none() && (matches!(class, Some("00" | "01" | "02")) || WARNINGS.contains(&vendor_code));
    if warning {
        return None;
    }
    let code = listed.unwrap_or(match class {
        Some("28") => Code::unauthorised(operation),
        Some("08" | "53" | "57" | "58") => Code::VendorUnavailable,
        _ if reply.is_ok() => Code::VendorError,
        _ => Code::of_status(reply.status, operation),
    });
    let mut failure = reply.failure(code);
    failure.explicit = true;
    failure.vendor_code = Some(VendorCode::Number(f64::from(vendor_code)));
    failure.say(status.text_of("reason"));
    if matches!(vendor_code, -205 | -605) {
        failure.fields = Failure::field("database", "unknown", "no such database").fields;
    }
    Some(failure)
}

fn vendor_code<J: Json>(reply: &Reply<J>) -> Option<i32> {
    reply.member("status")?.code_of("vendor_code")
}
