//! What JavaScript may call, and the platform's objects that cross with it. Pages import the scripts in `src/shell`, which call this; the
//! public types stand in `hallpass.d.ts` beside them.
//!
//! A page can make any call into here end in the middle, by a full stack or by a replaced platform function: what JavaScript throws
//! leaves the WebAssembly without running destructors. So exports take `&self`, nothing is borrowed while a platform function runs, and
//! times and random numbers are handed in.

mod call;
mod credentials;
mod errors;
mod json;
mod machine;
mod object;
mod outcome;
#[cfg(all(any(feature = "client", feature = "package"), not(all(feature = "npm", target_family = "wasm"))))]
mod package;
mod secret;
mod step;
mod words;

pub use machine::Machine;
#[cfg(all(feature = "client", not(all(feature = "npm", target_family = "wasm"))))]
pub(crate) use object::{put, put_text, without_prototype};
#[cfg(all(feature = "client", not(all(feature = "npm", target_family = "wasm"))))]
pub(crate) use package::begin;
pub use words::{Content, Kept, OutcomeKind, StepKind, Woken};
