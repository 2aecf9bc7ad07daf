//! What has come of an effect that an operation asked for.

use wasm_bindgen::prelude::*;

use super::secret::secret;
use super::{Content, OutcomeKind};
use crate::dialect::{Body, Reply};
use crate::protocol::{Outcome, Trouble};

impl OutcomeKind {
    /// The outcome as the protocol knows it.
    pub(super) const fn outcome(self) -> Outcome<JsValue> {
        Outcome::Failed(match self {
            Self::Done => return Outcome::Done,
            Self::Waiting => return Outcome::Waiting,
            Self::Timeout => Trouble::Timeout,
            Self::Redirect => Trouble::Redirect,
            Self::Storage => Trouble::Storage,
            Self::Untold => Trouble::Untold,
            Self::Stopped => Trouble::Stopped,
            Self::GivenUp => Trouble::GivenUp,
            // `Network`; and a word that is none of these, which would be a mistake of the scripts'.
            _ => Trouble::Network,
        })
    }
}

/// Makes a reply of its parts. `json`: undefined unless the content is JSON or a text. The last three come from headers, where those are there;
/// `date_ms` is in ms since the epoch.
pub(super) fn reply(
    status: u16,
    content: Content,
    json: JsValue,
    retry_after_ms: Option<f64>,
    date_ms: Option<f64>,
    wanted: &JsValue,
) -> Reply<JsValue> {
    let body = match content {
        Content::Empty => Body::Empty,
        Content::Json => Body::Json(json),
        Content::Text => Body::Text(json),
        _ => Body::Unreadable,
    };
    Reply { retry_after_ms, date_ms, wanted: secret(wanted), ..Reply::new(status, body) }
}
