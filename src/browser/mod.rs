//! The effects: calls to vendors, storage, timers, and the live session that ties the rules to them. Nothing here
//! decides what a vendor means or when to renew.

mod address;
mod http;
mod json;
mod live;
mod object;
mod rejection;
mod script;
mod timer;

pub use address::{Base, place};
pub use live::{Judgement, Live, Setup};
pub use object::{bare, member, put};
pub use rejection::{Kind, Rejection};
pub use script::{Announcer, Store};
