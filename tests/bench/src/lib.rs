//! What `cargo xtask bench` stands on: one loopback server for all contenders, and a browser that is driven from visit to
//! visit.

pub mod browser;
pub mod counts;
pub mod fakes;
pub mod schedule;
pub mod server;
pub mod vendor;
pub mod visits;
