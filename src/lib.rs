//! hallpass signs people in to vendors' APIs from a browser page, keeps and renews their tokens, and makes requests with
//! them: Ocient, Lenses HQ, PEGASE3, ETHGAS, and most other APIs with a login, which are described in data.
//!
//! ```
//! use hallpass::{AuthError, Credentials, Options, Session, Storage, Vendor};
//!
//! #[derive(serde::Deserialize)]
//! struct Rows { data: Vec<(i64, String)> }
//!
//! async fn first_rows(password: String) -> Result<Rows, AuthError> {
//!     let options = Options::new(Vendor::Ocient, "https://sql0.example.com").storage(Storage::Local);
//!     let session = Session::open(options).await?;
//!     session.login(Credentials::new("jdoe", password).database("retail_analytics")).await?;
//!     let query = serde_json::json!({ "statement": "SELECT 1, 'one'" });
//!     session.json(session.post("/v1/execute/retail_analytics").json(&query)?).await
//! }
//! ```
//!
//! This is the feature `client`, which is on by default. It is for Yew, Leptos, Dioxus or plain wasm-bindgen, built by Trunk, wasm-pack or
//! wasm-bindgen, with nothing to copy or to bundle. For JavaScript there is the npm package of the same name, which leaves the feature out.
//! The README describes it, and what hallpass does beside signing in: one renewal for all callers and tabs, requests sent again after it,
//! sign-outs in all tabs.
//!
//! A [`Session`] is opened with [`Options`]. [`Session::login`] takes [`Credentials`]; [`Session::json`] and [`Session::fetch`] take a path or a
//! request of gloo-net's. [`Session::state`] and [`Session::subscribe`] tell who is signed in. The one kind of error is [`AuthError`].
//! A future that is dropped gives up what it began. When the last clone of a session is dropped, its timers stop.
//!
//! # For those who work on hallpass
//!
//! The other modules may change in any version. hallpass is a functional core in a browser shell, built in floors, of which each uses only
//! those below it:
//!
//! - `src/client`: the API for Rust;
//! - `src/shell` (JavaScript): what pages import, and all that waits: requests, timers, storage;
//! - `export`: what the scripts may call, and the platform's objects that cross with it;
//! - `protocol`: the order: what comes after what in a login, a renewal, a request, a sign-out;
//! - `session`: the rules: states and transitions, when to renew, what a failure means, whose result counts;
//! - `dialect`: the vendors: a description each, the engine that does what it says, and each vendor's habits.
//!
//! `dialect`, `session` and `protocol` know no clock, no promise and no browser, and are tested natively.

// The standard library's panic handler formats a message, which would only add bytes to the npm package: see `bare`.
#![no_std]
// No panic may be reachable, because a panic in WebAssembly ends the whole instance.
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
// The npm package links no standard library: `bare` stands in for it. A feature of its own would be wrong, as a build without default
// features needs std.
#[cfg(not(all(feature = "npm", target_family = "wasm")))]
extern crate std as _;

#[cfg(all(feature = "npm", not(feature = "client"), target_family = "wasm"))]
mod bare;

#[cfg(all(feature = "npm", feature = "client", target_family = "wasm"))]
compile_error!(
    "hallpass's feature `npm` is for the npm package alone, which has no client for Rust: leave `npm` out."
);

// `npm` counts in WebAssembly only: native tests of the whole workspace are built with both features.
#[cfg(all(feature = "client", not(all(feature = "npm", target_family = "wasm"))))]
mod client;
#[cfg_attr(feature = "client", doc(hidden))]
pub mod dialect;
#[cfg_attr(feature = "client", doc(hidden))]
pub mod export;
#[cfg_attr(feature = "client", doc(hidden))]
pub mod protocol;
#[cfg_attr(feature = "client", doc(hidden))]
pub mod session;

#[cfg(all(feature = "client", not(all(feature = "npm", target_family = "wasm"))))]
pub use client::*;

/// Has the code of the guide for Rust compiled by the tests.
#[cfg(all(doctest, feature = "client"))]
#[doc = include_str!("../docs/rust.md")]
struct Guide;
