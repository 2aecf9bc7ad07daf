//! What stands in for the standard library in the npm package: an allocator and a panic handler.

/// Smaller than the standard library's dlmalloc by 2.7 kB gzip, and as fast.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// No panic is known to be reachable. One that happens all the same ends in a trap, which the scripts report as `internal`.
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
