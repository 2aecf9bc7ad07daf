//! Faults to come (`POST /_sim/faults`): which request each strikes, and how.

use std::collections::VecDeque;
use std::time::Duration;

use axum::http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::call::Call;

/// How a fault strikes.
#[derive(Debug, Clone)]
pub enum Strike {
    /// This reply instead of the vendor's, which never sees the request.
    Reply {
        /// The status.
        status: StatusCode,
        /// The body's type, if it has one.
        content_type: Option<HeaderValue>,
        /// When to come again: seconds or an HTTP date.
        retry_after: Option<HeaderValue>,
        /// Where to go instead.
        location: Option<HeaderValue>,
        /// The body.
        body: String,
    },
    /// The vendor's reply, after a while.
    Delay(Duration),
    /// The vendor's reply, once the test releases it.
    Hold,
    /// No answer until the client leaves. The vendor never sees the request.
    Hang,
    /// The connection is closed with no reply. The vendor never sees the request.
    Drop,
    /// The vendor's reply, cut in the middle, with a `Content-Length` that is true for what is sent.
    Truncate,
    /// The vendor's reply with its full `Content-Length`; the connection is closed after half of it.
    Cut,
    /// A JSON string of so many MiB, streamed.
    Huge(usize),
    /// The vendor's reply, one byte at a time with this pause between.
    Drip(Duration),
    /// JSON arrays nested so deep.
    Deep(usize),
}

impl Strike {
    /// The fault's name in the ledger.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Reply { location: Some(_), .. } => "fault: redirect",
            Self::Reply { .. } => "fault: reply",
            Self::Delay(_) => "fault: delay",
            Self::Hold => "fault: hold",
            Self::Hang => "fault: hang",
            Self::Drop => "fault: drop",
            Self::Truncate => "fault: truncate",
            Self::Cut => "fault: cut",
            Self::Huge(_) => "fault: huge",
            Self::Drip(_) => "fault: drip",
            Self::Deep(_) => "fault: deep",
        }
    }
}

/// A fault with what it waits for.
#[derive(Debug)]
pub struct Fault {
    /// As it was ordered.
    order: Value,
    /// The path inside the instance; `None` for any.
    path: Option<String>,
    /// The method; `None` for any.
    method: Option<Method>,
    count: u64,
    strike: Strike,
}

/// The queue of one world.
#[derive(Debug, Default)]
pub struct Faults {
    queue: VecDeque<Fault>,
    /// Says when held replies may go.
    gate: watch::Sender<()>,
}

impl Faults {
    /// Puts a fault at the end of the queue.
    pub fn push(&mut self, fault: Fault) {
        self.queue.push_back(fault);
    }

    /// Forgets all that are still to strike.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// Lets those replies go that are held now.
    pub fn release(&self) {
        self.gate.send_replace(());
    }

    /// Hears of the next release.
    pub fn gate(&self) -> watch::Receiver<()> {
        self.gate.subscribe()
    }

    /// Those that are still to strike, each as it was ordered, with the `count` that is left of it.
    pub fn list(&self) -> Value {
        let left = |fault: &Fault| {
            let mut order = fault.order.clone();
            order["count"] = json!(fault.count);
            order
        };
        self.queue.iter().map(left).collect()
    }

    /// The fault that strikes this request, if any: the first that matches. Its count goes down.
    pub fn take(&mut self, call: &Call) -> Option<Strike> {
        let matches = |fault: &Fault| {
            fault.path.as_ref().is_none_or(|path| *path == call.path)
                && fault.method.as_ref().is_none_or(|method| *method == call.method)
        };
        let position = self.queue.iter().position(matches)?;
        let fault = self.queue.get_mut(position)?;
        fault.count -= 1;
        if fault.count > 0 {
            return Some(fault.strike.clone());
        }
        self.queue.remove(position).map(|fault| fault.strike)
    }
}

/// A fault as the control API takes it. Exactly one of the kinds is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the control API's own shape; `Strike` is the checked one")]
struct FaultOrder {
    path: String,
    method: Option<String>,
    #[serde(default = "one")]
    count: u64,
    status: Option<u16>,
    retry_after: Option<String>,
    body: Option<String>,
    content_type: Option<String>,
    delay_ms: Option<u64>,
    #[serde(default)]
    hold: bool,
    #[serde(default)]
    hang: bool,
    #[serde(default)]
    drop: bool,
    #[serde(default)]
    truncate: bool,
    #[serde(default)]
    cut: bool,
    reply: Option<ReplyOrder>,
    huge_mb: Option<usize>,
    drip_ms: Option<u64>,
    deep: Option<usize>,
    redirect: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyOrder {
    status: u16,
    content_type: Option<String>,
    body: String,
}

fn one() -> u64 {
    1
}

impl TryFrom<Value> for Fault {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let order = FaultOrder::deserialize(&value).map_err(|error| error.to_string())?;
        if order.count == 0 {
            return Err("count is at least 1".to_owned());
        }
        let path = (order.path != "*").then(|| order.path.clone());
        let method = order
            .method
            .as_deref()
            .map(|name| name.parse().map_err(|_| format!("{name} is no method")))
            .transpose()?;
        let count = order.count;
        Ok(Self { order: value, path, method, count, strike: strike(order)? })
    }
}

fn strike(order: FaultOrder) -> Result<Strike, String> {
    let mut kinds = Vec::new();
    if let Some(reply) = order.reply {
        kinds.push(Strike::Reply {
            status: status(reply.status)?,
            content_type: header(Some(reply.content_type.unwrap_or_else(|| "text/html".to_owned())))?,
            retry_after: None,
            location: None,
            body: reply.body,
        });
    }
    if order.status.is_some() || order.redirect.is_some() {
        kinds.push(Strike::Reply {
            status: status(order.status.unwrap_or(307))?,
            content_type: header(order.content_type)?,
            retry_after: header(order.retry_after)?,
            location: header(order.redirect)?,
            body: order.body.unwrap_or_default(),
        });
    }
    kinds.extend(order.delay_ms.map(Duration::from_millis).map(Strike::Delay));
    kinds.extend(order.drip_ms.map(Duration::from_millis).map(Strike::Drip));
    kinds.extend(order.huge_mb.map(Strike::Huge));
    kinds.extend(order.deep.map(Strike::Deep));
    kinds.extend(order.hold.then_some(Strike::Hold));
    kinds.extend(order.hang.then_some(Strike::Hang));
    kinds.extend(order.drop.then_some(Strike::Drop));
    kinds.extend(order.truncate.then_some(Strike::Truncate));
    kinds.extend(order.cut.then_some(Strike::Cut));
    let only = kinds.pop();
    only.filter(|_| kinds.is_empty()).ok_or_else(|| "a fault has exactly one kind".to_owned())
}

fn status(code: u16) -> Result<StatusCode, String> {
    // 1xx is no final reply: hyper would take it for one and break the connection.
    StatusCode::from_u16(code)
        .ok()
        .filter(|status| !status.is_informational())
        .ok_or_else(|| format!("{code} is no status of a reply"))
}

fn header(text: Option<String>) -> Result<Option<HeaderValue>, String> {
    text.map(|text| HeaderValue::try_from(text).map_err(|_| "a header can't hold that".to_owned()))
        .transpose()
}
