//! hallpass signs people in to vendors' APIs from a browser page, keeps and renews their tokens, and makes requests with
//! them. JavaScript uses it as the npm package `hallpass`; see the README for that.
//!
//! A functional core with a browser shell, in four floors. Each uses only those below it:
//!
//! - [`js`]: what JavaScript sees, and the scripts beside it, which hold all that waits: requests, timers, storage;
//! - [`browser`]: the platform's objects: requests, responses, JSON;
//! - [`session`]: the rules: states and transitions, when to renew, what a failure means, whose result counts;
//! - [`vendor`]: one file a vendor: which request to send, how to read the reply.
//!
//! `vendor` and `session` know no clock, no promise and no browser, and are tested natively.

// In the WebAssembly, the standard library would bring its own way to panic along, which formats a message that nobody
// reads: see `src/wasm`.
#![no_std]
// No panic is reachable: one in WebAssembly ends everything.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::unreachable
    )
)]

extern crate alloc;

pub mod browser;
pub mod js;
pub mod session;
pub mod vendor;
