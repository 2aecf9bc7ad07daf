//! ETHGAS, the user name and password family.
//!
//! Sources: the documents repository `ETHGas_Docs` of July and August 2025, pages authentication/login, verify, refresh,
//! logout and index, and reference/error-codes/general. The wallet family of the present reference is another login:
//! `ethgas_wallet.rs`.
//!
//! The habits: an access and a refresh token in an envelope `{code, message, data}`; the refresh token is dead once
//! used; success is code 200 on some pages and 1 on others; the refresh token goes in the `Authorization` header on
//! one page and in a JSON body on another.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::codes::codes;
use super::grant::{lifetime_ms, token};
use super::{
    Call, Carrier, Code, Credentials, Facts, Failure, Grant, Held, Json, Operation, Paths, Payload, Renewal,
    Reply, Secret, Vendor, VendorCode,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Ethgas;

static FACTS: Facts = Facts {
    name: Cow::Borrowed("ethgas"),
    title: Cow::Borrowed("ETHGAS"),
    carrier: Carrier::Bearer,
    // The vendor's samples renew five minutes before the end of an hour.
    renewal: Renewal::BeforeEnd,
    paths: Paths {
        login: "api/v1/user/login",
        refresh: Some("api/v1/user/login/refresh"),
        logout: Some("api/v1/user/logout"),
        check: Some("api/v1/user/login/verify"),
    },
    speaks_inside: false,
};

codes! { i32;
    2 | 1000 => Forbidden / Forbidden, "permission denied";
    99 | 9999 => VendorUnavailable / VendorUnavailable, "unexpected error";
    1001 => InvalidRequest / InvalidRequest, "validation failed";
    1002 => VendorError / VendorError, "the operation failed";
    400 | 422 | 40001 => InvalidRequest / InvalidRequest, "the request was refused";
    401 => InvalidCredentials / SessionExpired, "unauthorised";
    40101 => InvalidCredentials / SessionExpired, "the access token is invalid";
    40102 => InvalidCredentials / SessionExpired, "the access token has expired";
    403 | 40103 => Forbidden / Forbidden, "insufficient permission";
    40302 => Forbidden / Forbidden, "the account is suspended";
    429 | 40303 | 42901 => RateLimited / RateLimited, "rate limited: wait and retry";
    500 | 503 => VendorUnavailable / VendorUnavailable, "the server can't serve now";
}

impl<J: Json> Vendor<J> for Ethgas {
    fn facts(&self) -> &Facts {
        &FACTS
    }

    /// `POST /api/v1/user/login`, JSON.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        credentials.check()?;
        Ok(Call::new(Operation::Login, "POST")
            .json(&[("username", Some(&credentials.username)), ("password", Some(&credentials.password))]))
    }

    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        _now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        let grant = read_grant(reply, Operation::Login)?;
        if grant.refresh.is_none() {
            return Err(reply.failure(Code::MalformedReply));
        }
        Ok(Grant { user: Some(credentials.username.clone()), ..grant })
    }

    /// `POST /api/v1/user/login/refresh`. The refresh page puts the token in the header; the index page, in the body.
    /// Never both: a request carries one credential (RFC 6750, section 2).
    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        let call = Call::new(Operation::Refresh, "POST");
        let token = held.refresh.as_deref()?;
        Some(if held.refresh_in_body {
            call.json(&[("refreshToken", Some(token))])
        } else {
            call.bearer(token)
        })
    }

    fn read_refresh(&self, reply: &Reply<J>, _now_ms: f64) -> Result<Grant, Box<Failure>> {
        read_grant(reply, Operation::Refresh)
    }

    /// A deployment that wants the other form calls the request invalid, in the vendor's envelope: a gateway's 400 says
    /// nothing about the form. An unauthorised reply is the end: the token was understood and refused, and a second
    /// presentation of a dead refresh token revokes the whole family.
    fn other_refresh_form(&self, failure: &Failure) -> bool {
        failure.explicit && failure.code == Code::InvalidRequest
    }

    /// `POST /api/v1/user/login/verify` with the access token, no body. The answer's `userId` is not the user name,
    /// so it is not shown as one.
    fn check(&self, held: &Held) -> Box<Call> {
        Vendor::<J>::plain(self, Operation::Check, "POST", held)
    }

    fn read_check(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        self.read(reply, Operation::Check)?;
        match reply.member("data").and_then(|data| data.member("valid")?.truth()) {
            Some(true) => Ok(None),
            Some(false) => {
                let mut failure = reply.failure(Code::SessionExpired);
                failure.explicit = true;
                Err(failure)
            }
            None => Err(reply.failure(Code::MalformedReply)),
        }
    }

    /// "loggedOut" is the confirmation; a success without it is one too.
    fn confirms_logout(&self, reply: &Reply<J>) -> bool {
        let told = reply.member("data").and_then(|data| data.member("loggedOut")?.truth());
        Vendor::<J>::read(self, reply, Operation::Logout).is_ok() && told != Some(false)
    }

    fn read(&self, reply: &Reply<J>, operation: Operation) -> Result<Payload, Box<Failure>> {
        match code_told(reply) {
            Some(200 | 1) if reply.is_ok() => Ok(Payload::Member("data".into())),
            None => Err(reply.foreign(operation)),
            told => Err(refusal(reply, told, !matches!(told, Some(200 | 1)), operation)),
        }
    }
}

/// The code of the envelope.
pub(super) fn code_told<J: Json>(reply: &Reply<J>) -> Option<i32> {
    reply.code("code")
}

/// `errorCode`, where there is one, says more than `code`: a five-digit number as a string in this family, a number in the
/// other; there it may lie in `data`. `explicit`: the envelope says that it is a refusal.
pub(super) fn refusal<J: Json>(
    reply: &Reply<J>,
    code_told: Option<i32>,
    explicit: bool,
    operation: Operation,
) -> Box<Failure> {
    let data = reply.member("data");
    let holder = reply.json().filter(|json| json.member("errorCode").is_some()).or(data.as_ref());
    let detailed = holder.and_then(|holder| holder.text_of("errorCode"));
    let detail = match &detailed {
        Some(text) => text.parse().ok(),
        None => holder.and_then(|holder| holder.code_of("errorCode")),
    };
    let by_status = Code::of_status(reply.status, operation);
    let meaning = |code: Option<i32>| code.and_then(|code| known(code, operation));
    let unreadable = if reply.is_ok() { Code::VendorError } else { by_status };
    let number = detail.or(code_told).map(|code| VendorCode::Number(f64::from(code)));
    let code = match by_status {
        Code::RateLimited | Code::VendorUnavailable => by_status,
        _ => meaning(detail).or_else(|| meaning(code_told)).unwrap_or(unreadable),
    };
    let mut failure = reply.failure(code);
    failure.explicit = explicit;
    failure.vendor_code = detailed.map(VendorCode::Text).or(number);
    failure.say(reply.json().and_then(words).or_else(|| words(&data?)));
    failure
}

/// `message` in this family; `errorMsg`, or only a key for one, in the other, which a client of the vendor's spells in two ways.
#[inline(never)]
fn words<J: Json>(said: &J) -> Option<String> {
    ["message", "errorMsg", "errorMsgKey", "error_msg_key"].into_iter().find_map(|name| said.text_of(name))
}

fn read_grant<J: Json>(reply: &Reply<J>, operation: Operation) -> Result<Grant, Box<Failure>> {
    Vendor::<J>::read(&Ethgas, reply, operation)?;
    granted(reply, operation)
}

/// The tokens of a success: the same in both families.
pub(super) fn granted<J: Json>(reply: &Reply<J>, operation: Operation) -> Result<Grant, Box<Failure>> {
    let malformed = |code| reply.failure(code);
    let data = reply.member("data").ok_or_else(|| malformed(Code::MalformedReply))?;
    // A string in this family, an object with a `token` member in the other; each has a page that shows it the other's way.
    let access = data.member("accessToken");
    let access = access.as_ref().and_then(|value| token(value).or_else(|| token(&value.member("token")?)));
    let refresh = match data.member("refreshToken") {
        Some(value) => Some(token(&value).ok_or_else(|| malformed(Code::MalformedReply))?),
        None => None,
    };
    Ok(Grant {
        access: Some(access.ok_or_else(|| malformed(Code::MalformedReply))?),
        refresh,
        lifetime_ms: lifetime_ms(data.member("expiresIn"), 1000.0, operation).map_err(malformed)?,
        ..Grant::default()
    })
}
