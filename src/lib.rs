//! hallpass signs people in to vendors' APIs from a browser page, keeps and renews their tokens, and makes requests with
//! them. JavaScript uses it as the npm package `hallpass`; see the README for that.
//!
//! A functional core with a browser shell, in floors. Each uses only those below it:
//!
//! - `src/shell` (JavaScript): what people import, and all that waits: requests, timers, storage;
//! - [`export`]: what the scripts may call, and the platform's objects that cross with it;
//! - [`protocol`]: the order: what comes after what in a login, a renewal, a request, a sign-out;
//! - [`session`]: the rules: states and transitions, when to renew, what a failure means, whose result counts;
//! - [`dialect`]: one file a vendor: which request to send, how to read the reply.
//!
//! `dialect`, `session` and `protocol` know no clock, no promise and no browser, and are tested natively.

// In the npm package, the standard library would bring its own way to panic along, which formats a message that nobody
// reads: see `bare`.
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
// Whoever asks for `npm` gets what it brings from `bare`. (Not a feature that asks for it: without default features, hallpass
// has to link all the same.)
#[cfg(not(all(feature = "npm", target_family = "wasm")))]
extern crate std as _;

#[cfg(all(feature = "npm", target_family = "wasm"))]
mod bare;

pub mod dialect;
pub mod export;
pub mod protocol;
pub mod session;
