//! The WebAssembly file of the npm package: `hallpass` without the standard library.

#![cfg_attr(target_family = "wasm", no_std)]

// Linking it is enough: `hallpass::export` holds the exports.
extern crate hallpass as _;
