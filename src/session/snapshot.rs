//! What the outside sees of a session.

use serde::{Serialize, Serializer};

use super::Session;
use crate::dialect::Code;

/// Why a session is signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No session was found.
    Never,
    /// The user signed out.
    Logout,
    /// The session came to its end and could not be renewed.
    Expired,
    /// The vendor refused it.
    Refused,
    /// Another user signed in, in another tab.
    Replaced,
    /// Nobody has used it for too long.
    Idle,
}

impl Reason {
    /// The reason as JavaScript sees it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Logout => "logout",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Replaced => "replaced",
            Self::Idle => "idle",
        }
    }

    /// Whether the session has come to its end by itself, which the other tabs are told.
    pub(super) const fn is_told(self) -> bool {
        matches!(self, Self::Expired | Self::Refused | Self::Idle)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// `SessionState` of the public API; its documentation stands there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are SessionState's")]
pub struct Snapshot<'a> {
    pub status: &'static str,
    pub reason: Option<Reason>,
    pub user: Option<&'a str>,
    pub database: Option<&'a str>,
    pub expires_at: Option<f64>,
    pub renewable: bool,
    pub renewal: &'static str,
    pub retry_at: Option<f64>,
    pub problem: Option<&'static str>,
    pub sso_url: Option<&'a str>,
}

impl Session {
    /// What the outside sees.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_> {
        let held = self.held.as_ref();
        let pause = held.and_then(|record| record.pause).filter(|_| self.automatic && !self.running);
        Snapshot {
            status: if held.is_some() { "signed-in" } else { "signed-out" },
            reason: if held.is_some() { None } else { Some(self.reason) },
            user: held.and_then(|record| record.held.user.as_deref()),
            database: held.and_then(|record| record.held.database.as_deref()),
            expires_at: held.and_then(|record| record.expires_at),
            renewable: held.is_some() && self.renewable(),
            renewal: match pause {
                _ if self.running => "running",
                Some(_) => "waiting",
                None => "idle",
            },
            retry_at: pause.map(|pause| pause.until),
            problem: self.problem.map(Code::as_str),
            sso_url: self.sso_url.as_deref(),
        }
    }
}
