//! Ocient HTTP Query API v1.
//!
//! Sources: the vendor's `OpenAPI` description and guide (docs.ocient.com/ocient-http-query-api), its list of errors
//! and warnings, and its Python driver `pyocient` for how -733 is answered.
//!
//! The habits: a bearer token, and a cookie beside it that hallpass leaves to the browser's defaults; every
//! outcome in a `status` object, on HTTP 200 as well as on errors; no separate refresh token. A renewal sends the database, as the
//! vendor would take `system` where it is left out. The user name of a reply may differ from the one that was sent (`jdoe@analytics`
//! comes back as `jdoe`): it is shown, and not compared. Three codes say of a request's token that it is no longer good; the others
//! that end a session can't follow from an ordinary request.

use alloc::boxed::Box;
use alloc::string::String;

use super::codes::codes;
use super::description::number_text;
use super::grant::is_name;
use super::{
    Call, CallKind, Code, Credentials, Described, Failure, Json, Payload, Prompt, Reply, Vendor, VendorCode,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Ocient<J>(Described<J>);

impl<J: Json> Ocient<J> {
    pub(super) fn new() -> Option<Self> {
        Described::built_in(include_str!("ocient.json"), known).map(Self)
    }
}

/// Where a token of the customer's identity provider becomes a session.
const TOKEN: &str = "v1/sso_token";
/// Where a person's yes on another device is asked for, and where it is waited for.
const DEVICE: &str = "v1/sso_device_grant";
const DEVICE_ANSWER: &str = "v1/sso_device_grant_verify";

/// How long a long poll waits for the person's answer, in s: the vendor's default, sent all the same, as hallpass's bound on the
/// call is made from it. The vendor declares it as a text.
const POLL: &str = "30";
const POLL_MS: u32 = {
    let Ok(seconds) = u32::from_str_radix(POLL, 10) else { panic!("it is a number") };
    1_000 * seconds
};

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

impl<J: Json> Vendor<J> for Ocient<J> {
    fn described(&self) -> &Described<J> {
        &self.0
    }

    /// With a token of the customer's identity provider `POST /v1/sso_token`, whose documented reply only repeats the request: it is
    /// read as a login's. For another device `POST /v1/sso_device_grant`.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        let given = |name| credentials.typed(name);
        let (id_token, access_token) = (given("idToken"), given("accessToken"));
        let by_token = id_token.is_some() || access_token.is_some();
        if !by_token && !credentials.on_device {
            return self.0.login(credentials);
        }
        credentials.check(&|_, _| true)?;
        // On another device, there is no token.
        let call = Call::new(CallKind::Login, "POST").at(if by_token { TOKEN } else { DEVICE });
        Ok(call.json(&[
            ("database", given("database").as_deref()),
            ("id_token", id_token.as_deref()),
            ("access_token", access_token.as_deref()),
        ]))
    }

    fn read_prompt(&self, reply: &Reply<J>) -> Result<Prompt, Box<Failure>> {
        self.read(reply, CallKind::Login)?;
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
        let call = Call::new(CallKind::Login, "POST").at(DEVICE_ANSWER).longer(POLL_MS);
        Some(call.json(&[
            ("user_code", Some(&prompt.user_code)),
            ("database", credentials.typed("database").as_deref()),
            ("timeout", Some(POLL)),
        ]))
    }

    /// -1238: the long poll has timed out.
    fn is_unanswered(&self, failure: &Failure) -> bool {
        failure.vendor_code == Some(VendorCode::Number(-1238.0))
    }

    /// The vendor says that tokens stay good until they expire: what matters is that hallpass forgets them.
    fn confirms_logout(&self, reply: &Reply<J>) -> bool {
        vendor_code(reply).is_some() && self.read(reply, CallKind::Logout).is_ok()
    }

    /// Some documented replies (`/v1/version`, `/v1/stats`) have no status. One with a warning is a success, too, and keeps it, as it
    /// is for the caller to see.
    fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        self.0.read(reply, operation).or_else(|mut failure| {
            let class = sql_class(reply);
            let Some(code) = vendor_code(reply) else {
                // The code is a text, which no document shows; but it is no success.
                if self.0.says_rejected(reply) {
                    return Err(failure);
                }
                // Nor is one whose SQL state is that of an error.
                if class.is_some() && !is_warning(0, class.as_deref()) {
                    let unlisted = if reply.is_ok() { Code::VendorError } else { failure.code };
                    failure.explicit = true;
                    failure.code = by_class(class.as_deref(), operation).unwrap_or(unlisted);
                    return Err(failure);
                }
                let says_nothing = reply.member("status").is_none() || operation == CallKind::Request;
                if reply.is_ok() && reply.json().is_some() && says_nothing {
                    return Ok(Payload::Whole);
                }
                return Err(silent(reply, operation));
            };
            let listed = known(&number_text(code.into()), operation);
            let warns = listed.is_none() && is_warning(code, class.as_deref());
            if warns && reply.is_ok() {
                return Ok(Payload::Whole);
            }
            if warns || code == 0 {
                return Err(silent(reply, operation));
            }
            failure.explicit = true;
            if listed.is_none() {
                failure.code = by_class(class.as_deref(), operation).unwrap_or(failure.code);
            }
            if matches!(code, -205 | -605) {
                failure.fields = Failure::field("database", "unknown", "no such database").fields;
            }
            Err(failure)
        })
    }
}

/// The failure of a reply whose status says nothing. `message`: the one error that the vendor's description declares without one.
fn silent<J: Json>(reply: &Reply<J>, operation: CallKind) -> Box<Failure> {
    let mut failure = reply.foreign(operation);
    failure.say(reply.text("message"));
    failure
}

/// Success, warning and "no data": SQL's classes that are no refusals. And what is listed among the errors, but said of a statement
/// that was executed: a DELETE was rewritten, a value was substituted.
fn is_warning(code: i32, class: Option<&str>) -> bool {
    matches!(class, Some("00" | "01" | "02")) || matches!(code, -331 | -333)
}

/// What the class of an SQL state says of an error that isn't listed, as the vendor's Python driver sorts them; 28 is the standard's.
fn by_class(class: Option<&str>, operation: CallKind) -> Option<Code> {
    match class? {
        "28" => Some(Code::unauthorised(operation)),
        "08" | "53" | "57" | "58" => Some(Code::VendorUnavailable),
        _ => None,
    }
}

fn sql_class<J: Json>(reply: &Reply<J>) -> Option<String> {
    let state = reply.member("status")?.text_of("sql_state")?;
    Some(state.get(..2)?.into())
}

fn vendor_code<J: Json>(reply: &Reply<J>) -> Option<i32> {
    reply.member("status")?.code_of("vendor_code")
}
