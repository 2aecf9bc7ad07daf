//! What a client really sent, for tests to look at (`GET /_sim/ledger`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::call::Call;
use crate::instance::Instance;
use crate::lifetime;

/// How many requests are kept; counts go on.
const KEPT: usize = 500;

/// How many characters of a body are kept.
const BODY_KEPT: usize = 64 * 1024;

/// The ledger of one world. Preflights are only counted; calls of `/_sim` appear nowhere.
#[derive(Debug, Default, Serialize)]
pub struct Ledger {
    /// Requests by method and path, such as `POST /v1/login`; a fault's too.
    counts: BTreeMap<String, u64>,
    /// Requests to routes that no vendor document has.
    pub unknown: u64,
    /// CORS preflights.
    pub preflights: u64,
    /// Requests other than login that carried a user's password.
    pub password_misplaced: u64,
    /// Requests other than refresh, or refresh by URL, that carried a refresh token.
    pub refresh_token_misplaced: u64,
    /// Refresh tokens presented after they were used.
    pub refresh_reuse: u64,
    requests: VecDeque<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    #[serde(skip)]
    id: u64,
    /// When it came, in milliseconds since the Unix epoch.
    at_ms: u64,
    method: String,
    /// Inside the instance.
    path: String,
    /// As sent, without the question mark.
    query: String,
    /// Names in lowercase; values read as UTF-8 or else as Latin-1; repeated ones joined with a comma.
    headers: BTreeMap<String, String>,
    body: String,
    /// `null` until it is answered.
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
}

/// A request that isn't answered yet. When it is dropped, the client left or the connection was closed on it.
pub struct OpenEntry {
    instance: Arc<Instance>,
    id: u64,
    closed: bool,
}

impl Ledger {
    /// Enters a request; `fault` is the name of the one that is about to strike.
    pub fn open(&mut self, instance: &Arc<Instance>, call: &Call, fault: Option<&'static str>) -> OpenEntry {
        // Unique over all worlds, so that a request answered after a reset can't touch the new world's entries.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        *self.counts.entry(format!("{} {}", call.method, call.path)).or_default() += 1;
        if self.requests.len() == KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(Entry {
            id,
            at_ms: lifetime::now_ms(),
            method: call.method.to_string(),
            path: call.path.clone(),
            query: call.query.clone(),
            headers: call.header_texts(),
            body: String::from_utf8_lossy(&call.body).chars().take(BODY_KEPT).collect(),
            status: None,
            outcome: fault,
        });
        OpenEntry { instance: Arc::clone(instance), id, closed: false }
    }

    fn entry(&mut self, id: u64) -> Option<&mut Entry> {
        self.requests.iter_mut().rev().find(|entry| entry.id == id)
    }
}

impl OpenEntry {
    /// Notes the status that goes out.
    pub fn answered(mut self, status: u16) {
        self.closed = true;
        if let Some(entry) = self.instance.world().ledger.entry(self.id) {
            entry.status = Some(status);
        }
    }

    /// Notes that the connection is closed with no reply.
    pub fn unanswered(mut self) {
        self.closed = true;
    }
}

impl Drop for OpenEntry {
    fn drop(&mut self) {
        if !self.closed
            && let Some(entry) = self.instance.world().ledger.entry(self.id)
        {
            entry.outcome = Some("client left");
        }
    }
}
