//! What a test may configure about a vendor (`POST /_sim/config`): choices between readings of the vendor's documents,
//! and lifetimes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lifetime::Lifetime;

/// The configuration of one world. A member that a vendor has no use for is accepted and ignored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the control API")]
pub struct Config {
    /// Lifetime of access tokens and sessions in seconds; `null` is the vendor's documented one.
    pub access_lifetime_s: Option<Lifetime>,
    /// Lifetime of refresh tokens (ETHGAS) or of a sign-in's renewability (Ocient) in seconds; `null` as above.
    pub refresh_lifetime_s: Option<Lifetime>,
    /// Send no CORS headers, as vendors do that were made for programs; a preflight is a request like any other.
    pub no_cors: bool,
    /// Leave the lifetime out of replies (Ocient, ETHGAS).
    pub omit_expires_in: bool,
    /// ETHGAS: the body code of success; its documents show 200 in examples and 1 in the table of codes.
    pub success_code: SuccessCode,
    /// ETHGAS: which of the two documented forms of refresh is accepted.
    pub refresh_form: RefreshForm,
    /// ETHGAS with a wallet: the chain that messages are for; `null` is 1.
    pub chain_id: Option<u64>,
    /// ETHGAS with a wallet: in which way messages aren't what they should be.
    pub lie: Option<Lie>,
    /// ETHGAS with a wallet: which of the documented forms refusals have.
    pub envelope: Envelope,
    /// ETHGAS with a wallet: a sign-in tells the refresh token in JSON, too.
    pub refresh_in_json: bool,
    /// ETHGAS with a wallet: the access token is a text, with its lifetime beside it.
    pub flat_tokens: bool,
    /// Lenses: which documented reply a login gets, 6.2's or 6.1's.
    pub login_reply: LoginReply,
    /// Lenses: `redir_to` of a 200 login reply.
    pub redir_to: Option<String>,
    /// Lenses: play `POST /api/v1/logout`, which the vendor's documents don't have.
    pub logout: bool,
    /// Lenses: the instance has single sign-on, so each `unauthorised` error names its address.
    pub single_sign_on: bool,
    /// Lenses: where people come back to from single sign-on (`auth.saml.uiRootURL`); `null`: to the page server.
    pub ui_root_url: Option<String>,
    /// Lenses: what is proxied below `/api/v1/environments/<name>/proxy/` answers with a 401 of its own.
    pub environment_401: bool,
    /// PEGASE3: data calls do without their parameter headers, which the vendor's code demands.
    pub parameters_optional: bool,
    /// PEGASE3: a token is good for one data call, whose reply (200 or 404) carries the next.
    pub one_time_tokens: bool,
    /// PEGASE3: the later code, which falls over a token that is expired or forged, with HTTP 500 and a page.
    pub falls_over: bool,
    /// PEGASE3: HTTP status equals the body's code; else it is always 200.
    pub mirror_http: bool,
    /// PEGASE3: each data reply carries a fresh token.
    pub echo_token: bool,
    /// PEGASE3: the status word of success.
    pub status_word: StatusWord,
    /// PEGASE3: the status word that comes with code 498; the vendor's code and its table of codes differ.
    pub status_word_498: StatusWord498,
    /// Ocient: refusals have HTTP status 401 or 400; else they are in-band, with HTTP status 200.
    pub http_errors: bool,
    /// Ocient: successes come with this warning (a `vendor_code`), and SQLSTATE 01000.
    pub warning: Option<i32>,
    /// Ocient: every statement is refused for the lack of a permission, with this `vendor_code`.
    pub denied: Option<i32>,
    /// Ocient: how long a question for a person's answer on another device waits at most, in seconds; `null`: as long as asked.
    pub device_wait_s: Option<Lifetime>,
    /// Ocient: how many rows a statement gives; `null` is 2.
    pub rows: Option<u32>,
    /// Ocient: how long each row takes, in milliseconds. The reply is then chunked, a row a chunk.
    pub row_ms: Option<u64>,
}

impl Config {
    /// Overlays the members of a JSON object; `null` goes back to the default of a member that may be absent.
    pub fn merge(&mut self, change: Value) -> Result<(), String> {
        let Value::Object(change) = change else { return Err("expected a JSON object".to_owned()) };
        let mut merged = serde_json::to_value(&*self).map_err(|error| error.to_string())?;
        if let Value::Object(members) = &mut merged {
            members.extend(change);
        }
        *self = serde_json::from_value(merged).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// ETHGAS's body code of success.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum SuccessCode {
    /// 200, as in the examples.
    #[default]
    Http,
    /// 1, as in the table of codes.
    One,
}

impl TryFrom<u16> for SuccessCode {
    type Error = String;

    fn try_from(code: u16) -> Result<Self, String> {
        match code {
            200 => Ok(Self::Http),
            1 => Ok(Self::One),
            _ => Err("success_code is 200 or 1".to_owned()),
        }
    }
}

impl From<SuccessCode> for u16 {
    fn from(code: SuccessCode) -> Self {
        match code {
            SuccessCode::Http => 200,
            SuccessCode::One => 1,
        }
    }
}

/// How ETHGAS takes a refresh token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefreshForm {
    /// Either way.
    #[default]
    Both,
    /// `Authorization: Bearer …`, no body.
    Bearer,
    /// JSON `{refreshToken}`.
    Body,
}

/// What is wrong with a message that a wallet is to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lie {
    /// The name of its domain is somebody else's.
    Domain,
    /// It is for another nonce.
    Hash,
    /// Nobody could read all of it.
    Size,
}

/// How ETHGAS refuses somebody with a wallet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Envelope {
    /// `{success, errorCode, errorMsgKey, data}`.
    #[default]
    Top,
    /// `{success, data: {errorCode, errorMsg}}`.
    Data,
    /// `{code, message, data}`, as in the other family.
    Code,
}

/// What Lenses replies to a login.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginReply {
    /// 200 with JSON (6.2, 6.3).
    #[default]
    #[serde(rename = "200")]
    Json,
    /// 204 (6.0, 6.1).
    #[serde(rename = "204")]
    Empty,
}

/// PEGASE3's word for success.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusWord {
    /// As documented.
    #[default]
    Ok,
    /// As the later code sends.
    Success,
}

/// PEGASE3's word beside code 498.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusWord498 {
    /// As the code sends.
    #[default]
    Error,
    /// As the table of codes has it.
    Ok,
}
