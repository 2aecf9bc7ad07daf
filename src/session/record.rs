//! What a storage keeps of a session, as text.

use serde::Serialize;

use crate::vendor::{Held, Json, is_token};

/// The version of the format. A record of another version is a stranger's.
const VERSION: i32 = 1;

/// A record longer than this was not written by hallpass.
const LONGEST: usize = 64 * 1024;

/// Session tokens, who they are for and until when. Never a password, never a profile (R8).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    /// What the session holds.
    pub held: Held,
    /// When the access token was received, in ms since the epoch by this machine's clock.
    pub received_at: f64,
    /// When the access token ends, likewise; `None` where the vendor tells no lifetime.
    pub expires_at: Option<f64>,
}

/// A record as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    v: i32,
    received_at: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refresh_in_body: bool,
}

impl Record {
    /// The record as it is written.
    pub fn written(&self) -> impl Serialize + '_ {
        Written {
            v: VERSION,
            received_at: self.received_at,
            expires_at: self.expires_at,
            access: self.held.access.as_deref(),
            refresh: self.held.refresh.as_deref(),
            user: self.held.user.as_deref(),
            database: self.held.database.as_deref(),
            refresh_in_body: self.held.refresh_in_body,
        }
    }

    /// Reads a record. What comes out of a storage is untrusted (R11): anything but a whole record of this version is
    /// `None`, which means signed out.
    ///
    /// `carries_token`: whether a session of this vendor is nothing without an access token.
    #[must_use]
    pub fn read<J: Json>(text: &str, carries_token: bool) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let json = J::parse(text)?;
        (json.code_of("v")? == VERSION).then_some(())?;
        let received_at = moment(&json, "receivedAt")??;
        let expires_at = moment(&json, "expiresAt")?;
        let held = Held {
            access: token(&json, "access")?,
            refresh: token(&json, "refresh")?,
            user: text_member(&json, "user")?,
            database: text_member(&json, "database")?,
            refresh_in_body: json.member("refreshInBody").and_then(|flag| flag.truth()).unwrap_or(false),
        };
        (held.access.is_some() == carries_token).then_some(Self { held, received_at, expires_at })
    }
}

/// A member that may be missing (`Some(None)`) but must not be of another type (`None`).
fn text_member<J: Json>(json: &J, name: &str) -> Option<Option<String>> {
    match json.member(name) {
        None => Some(None),
        Some(value) => value.text().map(Some),
    }
}

/// A token must also be one that a header can carry.
fn token<J: Json>(json: &J, name: &str) -> Option<Option<String>> {
    let text = text_member(json, name)?;
    text.as_deref().is_none_or(is_token).then_some(text)
}

fn moment<J: Json>(json: &J, name: &str) -> Option<Option<f64>> {
    match json.member(name) {
        None => Some(None),
        Some(value) => value.number().filter(|ms| ms.is_finite() && *ms >= 0.0).map(Some),
    }
}
