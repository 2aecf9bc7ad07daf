//! What a storage keeps of a session, as text.

use crate::vendor::{Held, Json};

/// The version of the format. A record of another version is a stranger's.
const VERSION: f64 = 1.0;

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
    /// Writes the record. `quote` makes a JSON string of a text.
    #[must_use]
    pub fn write(&self, quote: impl Fn(&str) -> String, number: impl Fn(f64) -> String) -> String {
        let texts = [
            ("access", self.held.access.as_deref()),
            ("refresh", self.held.refresh.as_deref()),
            ("user", self.held.user.as_deref()),
            ("database", self.held.database.as_deref()),
        ];
        let mut json = ["{\"v\":1,\"receivedAt\":", &number(self.received_at)].concat();
        if let Some(expires_at) = self.expires_at {
            json.push_str(",\"expiresAt\":");
            json.push_str(&number(expires_at));
        }
        if self.held.refresh_in_body {
            json.push_str(",\"refreshInBody\":true");
        }
        for (name, text) in texts {
            if let Some(text) = text {
                json.push_str(",\"");
                json.push_str(name);
                json.push_str("\":");
                json.push_str(&quote(text));
            }
        }
        json.push('}');
        json
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
        (json.member("v")?.number()? == VERSION).then_some(())?;
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
    let sound = |token: &String| !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    text.as_ref().is_none_or(sound).then_some(text)
}

fn moment<J: Json>(json: &J, name: &str) -> Option<Option<f64>> {
    match json.member(name) {
        None => Some(None),
        Some(value) => value.number().filter(|ms| ms.is_finite() && *ms >= 0.0).map(Some),
    }
}
