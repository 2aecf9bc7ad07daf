//! The WebAssembly file of the npm package: `hallpass` without the standard library.

#![cfg_attr(target_family = "wasm", no_std)]

// What JavaScript calls is exported where it is written, in `hallpass::export`.
extern crate hallpass as _;
