//! ETHGAS, the user name and password family.
//!
//! Sources: the documents repository `ETHGas_Docs` of July and August 2025, pages authentication/login, verify, refresh,
//! logout and index, and reference/error-codes/general. The wallet family of the present reference is another login:
//! `ethgas_wallet.rs`.
//!
//! The habits: an access and a refresh token in an envelope `{code, message, data}`; the refresh token is dead once
//! used; success is code 200 on some pages and 1 on others; the refresh token goes in the `Authorization` header on
//! one page and in a JSON body on another.

use alloc::boxed::Box;
use alloc::string::String;

use super::codes::codes;
use super::description::number_text;
use super::{
    Call, CallKind, Code, Credentials, Described, Failure, Grant, Held, Json, Payload, Rejection, Reply,
    Secret, Vendor, VendorCode,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct Ethgas<J>(Described<J>);

impl<J: Json> Ethgas<J> {
    pub(super) fn new() -> Option<Self> {
        Described::built_in(include_str!("ethgas.json"), known).map(Self)
    }
}

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

impl<J: Json> Vendor<J> for Ethgas<J> {
    fn described(&self) -> &Described<J> {
        &self.0
    }

    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        self.read(reply, CallKind::Login)?;
        let grant = self.0.signs_in(reply, credentials, now_ms)?;
        if grant.refresh.is_some() { Ok(grant) } else { Err(reply.failure(Code::MalformedReply)) }
    }

    /// The refresh page puts the token in the header; the index page, in the body. Never both: a request carries one credential
    /// (RFC 6750, section 2).
    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        match held.refresh.as_deref() {
            Some(token) if held.refresh_in_body => {
                Some(Call::new(CallKind::Refresh, "POST").json(&[("refreshToken", Some(token))]))
            }
            _ => self.0.refresh(held),
        }
    }

    /// A deployment that wants the other form calls the request invalid, in the vendor's envelope: a gateway's 400 says
    /// nothing about the form. An unauthorised reply is the end: the token was understood and refused, and a second
    /// presentation of a dead refresh token revokes the whole family.
    fn other_refresh_form(&self, failure: &Failure) -> bool {
        failure.explicit && failure.code == Code::InvalidRequest
    }

    /// `data.valid` is true or false; anything else is none of the vendor's answers. Its `userId` is not the user name, so it is not
    /// shown as one.
    fn read_check(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        self.read(reply, CallKind::Check)?;
        let valid = reply.member("data").and_then(|data| data.member("valid")?.truth());
        if valid.is_some() { self.0.is_alive(reply) } else { Err(reply.failure(Code::MalformedReply)) }
    }

    /// "loggedOut" is the confirmation; a success without it is one too.
    fn confirms_logout(&self, reply: &Reply<J>) -> bool {
        let told = reply.member("data").and_then(|data| data.member("loggedOut")?.truth());
        self.read(reply, CallKind::Logout).is_ok() && told != Some(false)
    }

    fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        self.0.read(reply, operation).map_err(|failure| match reply.code("code") {
            None => reply.foreign(operation),
            told => refusal(&self.0, failure, reply, told, !matches!(told, Some(200 | 1)), operation),
        })
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        rejects_token(self, reply)
    }
}

/// A 401 is reason enough to renew once, whatever code is beside it: the vendor's clients go by the status alone, and its documents
/// don't say which code a token that is over gets. Only a code that says so is the vendor's word for it.
pub(super) fn rejects_token<J: Json>(vendor: &dyn Vendor<J>, reply: &Reply<J>) -> Rejection {
    if reply.status != 401 {
        return Rejection::No;
    }
    match vendor.read(reply, CallKind::Request) {
        Err(failure) if failure.explicit && failure.code == Code::SessionExpired => Rejection::Yes,
        _ => Rejection::Doubtful,
    }
}

/// `errorCode`, where there is one, says more than `code`: a five-digit number as a string in this family, a number in the
/// other; there it may lie in `data`. One that isn't listed says nothing: then `code` counts, and then the HTTP status. `explicit`: the
/// envelope says that it is a refusal, where it has a code.
pub(super) fn refusal<J: Json>(
    described: &Described<J>,
    mut failure: Box<Failure>,
    reply: &Reply<J>,
    code_told: Option<i32>,
    explicit: bool,
    operation: CallKind,
) -> Box<Failure> {
    let meaning = |code: Option<String>| known(&code?, operation);
    let code = meaning(described.code(reply).map(VendorCode::as_text))
        .or_else(|| meaning(code_told.map(|code| number_text(code.into()))));
    let unlisted = if reply.is_ok() { Code::VendorError } else { Code::of_status(reply.status, operation) };
    failure.code = code.unwrap_or(unlisted).unless_busy(reply.status, operation);
    failure.vendor_code =
        failure.vendor_code.or_else(|| code_told.map(|code| VendorCode::Number(code.into())));
    // Without a code it isn't in the vendor's words: a gateway's JSON may say `success: false`, too.
    failure.explicit = explicit && failure.vendor_code.is_some();
    failure
}
