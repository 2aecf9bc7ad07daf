//! The effects: HTTP, storage, timers, and the live session that ties the rules to them. Nothing here decides
//! what a vendor means or when to renew.

mod address;
mod body;
mod http;
mod json;
mod live;
mod object;
mod rejection;
mod storage;
mod timer;
mod wait;

pub use address::{Base, place};
pub use live::{Live, Prepared, Setup};
pub use object::{bare, member, put};
pub use rejection::{Kind, Rejection};
pub use storage::{Store, is_token_storage};
