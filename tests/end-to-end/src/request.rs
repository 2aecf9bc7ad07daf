//! The page's list of the requests it sent.

use serde::Deserialize;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, that of the world included.
    pub path: String,
    /// `hallpass` or `page`.
    pub by: String,
    /// What for.
    pub purpose: String,
    /// Where the credential travelled.
    pub credential: String,
    /// The HTTP status, or why there is none.
    pub status: String,
}

impl Request {
    /// In one line, with the path inside the world: `POST /v1/login, sign-in by hallpass: in the body (login), 200`.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { method, path, by, purpose, credential, status } = self;
        let inner =
            path.strip_prefix("/i/").and_then(|rest| rest.split_once('/')).map_or("?", |(_, inner)| inner);
        format!("{method} /{inner}, {purpose} by {by}: {credential}, {status}")
    }
}
