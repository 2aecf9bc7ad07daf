//! What the end-to-end tests stand on: a browser for each of them, the demo page as a person uses it, and the
//! simulated vendors behind it.
//!
//! The simulator runs already, with the page at `HALLPASS_PORT` (7400); `HALLPASS_BROWSER` names the browser
//! (`chromium`). `cargo xtask test` sees to both.

mod display;
pub mod django;
pub mod driver;
pub mod engine;
pub mod error_box;
pub mod harness;
mod leash;
pub mod page;
pub mod request;
pub mod secrets;
pub mod tabs;
pub mod troubles;
pub mod vendor;
pub mod wait;
pub mod world;
