//! What JavaScript may call, and the platform's objects that cross with it. The scripts in `src/shell` are the face of
//! hallpass and its shell in the page; the public types stand in `hallpass.d.ts` beside them.
//!
//! A page can have any call into here end in the middle, by a stack that is full or a function of the platform's that it has
//! replaced: what JavaScript throws leaves the WebAssembly without any destructor being run. So exports take `&self`, nothing
//! is borrowed while a function of the platform's runs, and clocks and chance are handed in.

mod asks;
mod call;
mod came;
mod credentials;
mod errors;
mod json;
mod machine;
mod object;
#[cfg(not(all(feature = "npm", target_family = "wasm")))]
mod package;
mod secret;
mod words;

pub use machine::Machine;
#[cfg(all(feature = "client", not(all(feature = "npm", target_family = "wasm"))))]
pub(crate) use object::{bare, put, put_text};
#[cfg(all(feature = "client", not(all(feature = "npm", target_family = "wasm"))))]
pub(crate) use package::begin;
pub use words::{Asks, Came, Content, Kept, Woken};
