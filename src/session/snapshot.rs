//! What the outside sees of a session.

use serde::Serialize;

/// Why a session is signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No session was found.
    Never,
    /// The user signed out.
    Logout,
    /// The session came to its end and could not be renewed.
    Expired,
    /// The vendor refused it.
    Refused,
    /// Another session took its place.
    Replaced,
}

/// `SessionState` of the public API; its documentation stands there.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are SessionState's")]
pub struct Snapshot {
    pub status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<f64>,
    pub renewable: bool,
    pub renewal: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}
