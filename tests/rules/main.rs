//! The rules of a session: who may be sent its credential, what a storage may hold, and what happens next.

#![cfg(not(target_family = "wasm"))]

mod audience;
mod endings;
mod limits;
mod note;
mod record;
mod schedule;
mod session;
mod siblings;
mod state;
mod time;

#[expect(dead_code, reason = "the vendors' tests need the rest of it")]
#[path = "../dialects/support.rs"]
mod support;
