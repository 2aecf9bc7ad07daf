//! The contract, in a dedicated worker.
#![cfg(target_family = "wasm")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

include!("contract/runner.rs");
