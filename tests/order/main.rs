//! What comes after what, one example at a time: each operation of one tab, with every effect that it asks for, in order. The
//! stories (`tests/stories`) look for what must never happen; these say what does.

#![cfg(not(target_family = "wasm"))]

mod asking;
mod device;
mod limits;
mod login;
mod logout;
mod meanwhile;
mod outage;
mod renewal;
mod request;
mod store;
mod tab;
mod transcript;
mod turns;
mod unwritten;
mod vendors;
mod verdicts;
mod wake;
mod wallet;

#[expect(dead_code, reason = "the vendors' tests need the rest of it")]
#[path = "../dialects/support.rs"]
mod support;
