//! What the standard library would bring along: an allocator, and what becomes of a panic.

/// Smaller than the standard library's dlmalloc by 2.7 kB gzip, and as fast.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// No panic is known to be reachable. One that is all the same ends in a trap, which the scripts tell their caller of.
#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
