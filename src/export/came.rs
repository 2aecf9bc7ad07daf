//! What has come of the thing that an operation asked for.

use wasm_bindgen::prelude::*;

use super::secret::secret;
use super::{Came, Content};
use crate::dialect::{Body, Reply};
use crate::protocol::{Outcome, Trouble};

impl Came {
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
            Self::GaveUp => Trouble::GivenUp,
            // What is none of these is a mistake of the scripts', which nothing has come of.
            _ => Trouble::Network,
        })
    }
}

/// A reply of its parts. `json`: where the content is JSON. The rest: where the headers tell it, times in ms.
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
        _ => Body::Unreadable,
    };
    Reply { status, body, retry_after_ms, date_ms, wanted: secret(wanted) }
}
