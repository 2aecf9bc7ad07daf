//! hallpass
pub mod browser;
pub mod js;
pub mod session;
pub mod vendor;

/// Smaller than the standard library's dlmalloc by 2.7 kB gzip, and as fast.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
