//! The simulation: the product's own operations of one to eight tabs, with its own rules and vendors' languages, in a world that a
//! seed makes up. Nothing of the product's order is written down here a second time: a tab is a handle, and what a shell does
//! for each effect.
//!
//! `STORIES=1000000 cargo test --test stories` tells more stories; `HALLPASS_SEED=7` tells one again, with all that happens in it.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::cast_precision_loss, reason = "no story lasts that long")]

mod actions;
mod choices;
mod cookies;
mod invariants;
mod limits;
mod locks;
mod network;
mod op;
mod people;
mod plan;
mod requests;
mod rest;
mod sessions;
mod store;
mod story;
#[expect(dead_code, reason = "the vendors' tests need the rest of it")]
#[path = "../dialects/support.rs"]
mod support;
mod tab;
mod teller;
mod trace;
mod vendor;
mod wallets;
mod wire;
mod world;

use plan::Brand;

#[test]
fn no_story_at_ethgas_breaks_a_requirement() {
    teller::tell_all(&[Brand::Ethgas], 0.7);
}

#[test]
fn no_story_with_a_wallet_breaks_a_requirement() {
    teller::tell_all(&[Brand::Wallet], 0.15);
}

#[test]
fn no_story_at_ocient_breaks_a_requirement() {
    teller::tell_all(&[Brand::Ocient], 0.1);
}

#[test]
fn no_story_at_pegase3_breaks_a_requirement() {
    teller::tell_all(&[Brand::Pegase3], 0.1);
}

#[test]
fn no_story_at_lenses_breaks_a_requirement() {
    teller::tell_all(&[Brand::Lenses], 0.1);
}

#[test]
fn no_story_at_an_api_with_a_cookie_breaks_a_requirement() {
    teller::tell_all(&[Brand::Cookie], 0.15);
}
