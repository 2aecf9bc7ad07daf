//! What JavaScript sees: the reading of callers' input, and the conversions back. `session.js` beside this file is
//! the face of it; the public types stand in `hallpass.d.ts`.

mod auth_error;
mod credentials;
mod handle;
mod options;
mod text;

pub use handle::{Handle, open_session};
