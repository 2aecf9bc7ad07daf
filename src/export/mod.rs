//! What JavaScript may call, and the objects of the platform's that cross with it. The scripts in `src/shell` are the face of
//! hallpass and its shell in the page; the public types stand in `hallpass.d.ts` beside them.

mod auth_error;
mod core;
mod credentials;
mod exchanges;
mod http;
mod json;
mod object;
mod text;

pub use self::core::{Core, break_down};
use http::{reply, request};
use object::{bare, delete, own, put, put_number, put_text};
