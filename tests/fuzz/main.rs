//! The readers of what comes from outside, fed with what nobody would send: each answers with a typed failure or a sound
//! value, whatever it is given (R11, R24, R35).
//!
//! `FUZZ_SECONDS=3600 cargo test --test fuzz` hunts for an hour in each of them. What fails is printed as small as it can
//! be made, with the seed that leads to it again; put into `corpus`, it is tried first from then on.

#![cfg(not(target_family = "wasm"))]

mod change;
mod corpus;
mod cut;
mod descriptions;
mod document;
mod hunt;
mod records;
mod replies;

#[expect(dead_code, reason = "the vendors' tests need the rest of it")]
#[path = "../dialects/support.rs"]
mod support;
