//! HS256 JSON Web Tokens (RFC 7515, RFC 7519), so much of them as a vendor that issues its own needs.
//!
//! Written on `hmac` and `sha2`: the JWT crates of today bring every algorithm's implementation or a C build with them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// A signing key, random for each world.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Not a JWT at all.
    Malformed,
    /// A JWT, but not signed by this key.
    Signature,
}

impl Key {
    /// A new random key.
    pub fn random() -> Self {
        // One block of SHA-256, the length that needs no padding.
        Self(Hmac::new(&rand::random::<[u8; 64]>().into()))
    }

    /// The signed token for these claims.
    pub fn sign(&self, claims: &Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&json!({"typ": "JWT", "alg": "HS256"})), encode(claims));
        let signature = self.0.clone().chain_update(&signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Checks shape and signature; `exp` is left to the caller.
    pub fn check(&self, token: &str) -> Result<(), Flaw> {
        let (signed, signature) = token.rsplit_once('.').ok_or(Flaw::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Flaw::Malformed)?;
        for part in [header, claims] {
            let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw::Malformed)?;
            serde_json::from_slice::<Value>(&bytes).map_err(|_| Flaw::Malformed)?;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Flaw::Malformed)?;
        self.0.clone().chain_update(signed).verify_slice(&signature).map_err(|_| Flaw::Signature)
    }

    /// The claims of a token that this key has signed; `exp` is left to the caller.
    pub fn claims(&self, token: &str) -> Result<Value, Flaw> {
        self.check(token)?;
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        claims.and_then(|claims| serde_json::from_slice(&claims).ok()).ok_or(Flaw::Malformed)
    }
}
