//! What JavaScript sees. The scripts beside these files are the face of hallpass and its shell in the page: the caller's
//! objects, storage, timers and listeners stay with them. The public types stand in `hallpass.d.ts`.

mod auth_error;
mod core;
mod credentials;
mod exchanges;
mod text;

pub use self::core::{Core, break_down};
