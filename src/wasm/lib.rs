//! The WebAssembly file of the npm package: `hallpass` and its allocator.

// What JavaScript calls is exported where it is written, in `hallpass::js`.
extern crate hallpass as _;

/// Smaller than the standard library's dlmalloc by 2.7 kB gzip, and as fast.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
