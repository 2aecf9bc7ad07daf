//! The WebAssembly file of the npm package: `hallpass`, its allocator, and what becomes of a panic.

#![cfg_attr(target_family = "wasm", no_std)]

// What JavaScript calls is exported where it is written, in `hallpass::export`.
extern crate hallpass as _;

/// Smaller than the standard library's dlmalloc by 2.7 kB gzip, and as fast.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// No panic is known to be reachable. One that is all the same ends in a trap, which the scripts tell their caller of.
#[cfg(target_family = "wasm")]
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
