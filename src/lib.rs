//! hallpass
pub mod browser;
pub mod js;
pub mod session;
pub mod vendor;
