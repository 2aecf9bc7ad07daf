//! The customer's own identity provider, as far as Ocient sees it: the `OpenID` tokens that it signs.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::accounts::{ACCOUNTS, Account};
use crate::jwt::{Flaw, Key};
use crate::lifetime::{self, Lifetime, json_seconds};

/// How long its tokens live when nobody asks for another lifetime.
const LIFETIME: Lifetime = Lifetime::from_secs(300);

/// Which of the two tokens that a provider gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Says who somebody is.
    Id,
    /// Says what somebody may do.
    Access,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Access => "access",
        }
    }
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is no token, or lacks what it needs.
    Claims,
    /// The provider hasn't signed it.
    Signature,
    /// It is the other kind of token.
    Kind,
    /// Its time is over.
    Expired,
}

/// The provider of one world.
pub struct Provider(Key);

impl Default for Provider {
    fn default() -> Self {
        Self(Key::random())
    }
}

/// What a test orders: tokens for this user.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    username: String,
    lifetime_s: Option<Lifetime>,
}

impl Provider {
    /// Signs both tokens for a user: `{id_token, access_token}`.
    pub fn issue(&self, order: &Order) -> Value {
        let sign = |kind: Kind| {
            self.0.sign(&json!({
                "iss": "https://idp.invalid",
                "aud": "ocient",
                "sub": order.username,
                "kind": kind.name(),
                "exp": json_seconds(order.lifetime_s.unwrap_or(LIFETIME).end()),
            }))
        };
        json!({"id_token": sign(Kind::Id), "access_token": sign(Kind::Access)})
    }

    /// Whom a token stands for; `Ok(None)`: somebody without an account.
    pub fn judge(&self, token: &str, kind: Kind) -> Result<Option<&'static Account>, Refused> {
        let claims = self.0.claims(token).map_err(|flaw| match flaw {
            Flaw::Malformed => Refused::Claims,
            Flaw::Signature => Refused::Signature,
        })?;
        if claims["kind"] != kind.name() {
            return Err(Refused::Kind);
        }
        if claims["exp"].as_f64().ok_or(Refused::Claims)? <= lifetime::now().as_secs_f64() {
            return Err(Refused::Expired);
        }
        let name = claims["sub"].as_str().ok_or(Refused::Claims)?;
        Ok(ACCOUNTS.iter().find(|account| account.name == name))
    }
}
