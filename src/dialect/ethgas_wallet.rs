//! ETHGAS, the wallet family.
//!
//! Sources: the documents repository `ETHGas_Docs` since August 2025, pages api/authentication and reference/error-codes, and
//! the vendor's own clients.
//!
//! The habits: a message to be signed (EIP-712) and its nonce, then the signature; the access token is a text or lies in an
//! object, and the refresh token comes in a cookie that no script can read, or in JSON, too. What comes back is
//! `{success, data}`, and a refusal has its code and its words beside `success` or in `data`; some pages show the
//! `{code, message, data}` of the other family. `baseUrl` ends with `/api`, so the paths don't begin with it: the vendor's pages have
//! written it so since August 2025.

use alloc::boxed::Box;

use super::ethgas::{known, refusal, rejects_token};
use super::grant::{claimed_ms, name};
use super::wallet::{Challenge, Signing, chain_of, is_account};
use super::{
    Call, CallKind, Code, Credentials, Described, Failure, Grant, Held, Json, Payload, Rejection, Reply,
    Vendor,
};

/// The vendor; its habits stand at the head of this file.
#[derive(Debug)]
pub struct EthgasWallet<J>(Described<J>);

impl<J: Json> EthgasWallet<J> {
    pub(super) fn new() -> Option<Self> {
        Described::built_in(include_str!("ethgas_wallet.json"), known).map(Self)
    }

    fn read_grant(&self, reply: &Reply<J>, operation: CallKind, now_ms: f64) -> Result<Grant, Box<Failure>> {
        self.read(reply, operation)?;
        // The vendor has said that it is a success, so without a token it is malformed, and no refusal.
        let mut grant = self.0.granted(reply, operation, now_ms).map_err(|code| reply.failure(code))?;
        let claimed = || claimed_ms::<J>(grant.access.as_deref()?, reply.clock(now_ms));
        grant.lifetime_ms = grant.lifetime_ms.or_else(claimed).or(Some(LIFETIME_MS));
        // Read at a renewal, too: the cookie is that of whoever has signed in last in this browser.
        let user = reply.member("data").and_then(|data| data.member("user")?.member("address"));
        grant.user = name(user).map_err(|code| reply.failure(code))?;
        Ok(grant)
    }
}

/// Where the signature goes, below where the message comes from.
const VERIFY: &str = "/verify";

/// The name that the message's domain has on all pages. Where the types list it, it is a part of what is signed, so that the signature is
/// good for nothing that has another name: no transfer, no permission.
const DOMAIN: &str = "ETHGas Login";

/// The longest message, in bytes; that of the vendor's pages has 600.
const LONGEST_MESSAGE: usize = 4096;

/// The lifetime that the vendor's pages have, in ms, where a reply tells none.
const LIFETIME_MS: f64 = 3_600_000.0;

impl<J: Json> Vendor<J> for EthgasWallet<J> {
    fn described(&self) -> &Described<J> {
        &self.0
    }

    fn signing(&self) -> Option<&dyn Signing<J>> {
        Some(self)
    }

    /// `POST /v1/user/login`, a form. Until the wallet has told the account, only the rest can be checked.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        credentials.check(&|_, _| true)?;
        if credentials.typed("address").is_some_and(|address| !is_account(&address)) {
            return Err(Failure::field("address", "malformed", "must be 0x and 40 hexadecimal digits"));
        }
        let (account, name) = (credentials.account.as_str(), credentials.typed("name"));
        Ok(Call::new(CallKind::Login, "POST").form(&[("addr", Some(account)), ("name", name.as_deref())]))
    }

    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        let mut grant = self.read_grant(reply, CallKind::Login, now_ms)?;
        grant.user.get_or_insert_with(|| credentials.account.clone());
        Ok(grant)
    }

    /// With the cookie, and with the refresh token where one was told. The vendor's clients send the access token along.
    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        Some(self.0.with_credential(CallKind::Refresh, held).with_cookies())
    }

    /// Whatever the vendor's reason for a refusal, nothing is left to renew with.
    fn read_refresh(&self, reply: &Reply<J>, now_ms: f64) -> Result<Grant, Box<Failure>> {
        self.read_grant(reply, CallKind::Refresh, now_ms).map_err(|mut failure| {
            let transient = matches!(failure.code, Code::RateLimited | Code::VendorUnavailable);
            if failure.explicit && !transient {
                failure.code = Code::SessionExpired;
            }
            failure
        })
    }

    fn renews(&self, grant: &Grant, held: &Held) -> bool {
        match (&grant.user, &held.user) {
            (Some(now), Some(before)) => now.eq_ignore_ascii_case(before),
            _ => true,
        }
    }

    /// `success` counts before `code`. A logout's success is `{}` on one page, and `{success, message}` on another.
    fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        let success = reply.member("success").and_then(|success| success.truth());
        let told = reply.code("code");
        let says_nothing = operation == CallKind::Logout && reply.json().is_some_and(Json::is_object);
        let says_yes = success.unwrap_or(told.map_or(says_nothing, |code| matches!(code, 200 | 1)));
        if says_yes && reply.is_ok() {
            return self.0.read(reply, operation);
        }
        if success.is_none() && told.is_none() {
            return Err(reply.foreign(operation));
        }
        let failure = self.0.refusal(reply, operation, false);
        Err(refusal(&self.0, failure, reply, told, !says_yes, operation))
    }

    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        rejects_token(self, reply)
    }
}

/// Whether a type of EIP-712 has a member of this name that is a text.
fn lists_text<J: Json>(members: &J, name: &str) -> bool {
    const MOST: usize = 32;
    let is_it = |member: &J| {
        member.text_of("name").as_deref() == Some(name) && member.text_of("type").as_deref() == Some("string")
    };
    members.elements(MOST).is_some_and(|members| members.iter().any(is_it))
}

impl<J: Json> Signing<J> for EthgasWallet<J> {
    /// A message that must not be shown to anybody is malformed: one for another domain, of another login, or too long to read.
    fn challenge(&self, reply: &Reply<J>) -> Result<Box<Challenge>, Box<Failure>> {
        self.read(reply, CallKind::Login)?;
        let read = || -> Option<Challenge> {
            let data = reply.member("data")?;
            let nonce = data.text_of("nonceHash").filter(|nonce| !nonce.is_empty())?;
            let message = data.text_of("eip712Message").filter(|message| message.len() <= LONGEST_MESSAGE)?;
            let typed = J::parse(&message)?;
            let domain = typed.member("domain")?;
            let is_its_own =
                domain.text_of("name")? == DOMAIN && typed.member("message")?.text_of("hash")? == nonce;
            // Only what the types list is signed; the rest is shown and means nothing.
            let listed = typed.member("types")?;
            let is_signed = lists_text(&listed.member("EIP712Domain")?, "name")
                && lists_text(&listed.member(&typed.text_of("primaryType")?)?, "hash");
            let chain = domain.member("chainId");
            // The wallet can't be asked to go to a chain that can't be read.
            let chain = if let Some(chain) = chain { Some(chain_of(&chain)?) } else { None };
            (is_its_own && is_signed).then(|| Challenge { message, nonce: nonce.into(), chain })
        };
        read().map(Box::new).ok_or_else(|| reply.failure(Code::MalformedReply))
    }

    /// `POST /v1/user/login/verify`, a form. The reply sets the cookie with the refresh token.
    fn verify(&self, challenge: &Challenge, credentials: &Credentials) -> Box<Call> {
        Call::new(CallKind::Login, "POST").below(VERIFY).with_cookies().form(&[
            ("addr", Some(&credentials.account)),
            ("nonceHash", Some(&challenge.nonce)),
            ("signature", Some(&credentials.signature)),
        ])
    }
}
