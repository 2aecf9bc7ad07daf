//! The platform's objects: requests to vendors, their responses, JSON, errors' details. Nothing here decides what a
//! vendor means or when to renew.

mod http;
mod json;
mod object;

pub use http::{reply, request};
pub use object::{bare, delete, own, put, put_number, put_text};
