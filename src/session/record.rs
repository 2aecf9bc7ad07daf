//! What a storage keeps of a session, as text.

use crate::vendor::{Held, Json, is_token};

/// The version of the format. A record of another version is a stranger's.
pub const VERSION: i32 = 1;

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

impl Record {
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
        let token = |name| text_member(&json, name, is_token).ok();
        let label = |name| text_member(&json, name, |_| true).ok();
        let held = Held {
            access: token("access")?,
            refresh: token("refresh")?,
            user: label("user")?,
            database: label("database")?,
            refresh_in_body: json.member("refreshInBody").map_or(Some(false), |flag| flag.truth())?,
        };
        let received_at = moment(&json, "receivedAt").ok()??;
        let expires_at = moment(&json, "expiresAt").ok()?;
        (held.access.is_some() == carries_token).then_some(Self { held, received_at, expires_at })
    }
}

/// Something else than what hallpass writes.
struct Foreign;

/// A text that may be missing, but must be sound.
fn text_member<J: Json>(json: &J, name: &str, sound: fn(&str) -> bool) -> Result<Option<String>, Foreign> {
    let Some(value) = json.member(name) else { return Ok(None) };
    value.text().filter(|text| sound(text)).map(Some).ok_or(Foreign)
}

/// A moment that may be missing, in ms since the epoch.
fn moment<J: Json>(json: &J, name: &str) -> Result<Option<f64>, Foreign> {
    let Some(value) = json.member(name) else { return Ok(None) };
    value.number().filter(|ms| ms.is_finite() && *ms >= 0.0).map(Some).ok_or(Foreign)
}
