//! The same sessions for front ends in Rust, typed: Yew, Leptos, Dioxus, or plain wasm-bindgen. Nothing is decided here: each call is one
//! of the scripts', which come along as wasm-bindgen's snippets, and what they answer is read into Rust's types.
//!
//! Nothing panics: what a page throws into the middle is an [`AuthError`]. gloo-net's `send` is not used, which never ends where `fetch`
//! rejects with what is no error of this page's; its requests and replies are.

mod call;
mod code;
mod credentials;
mod error;
mod input;
mod options;
mod scripts;
mod session;
mod state;
mod storage;
mod subscription;
mod vendor;

pub use code::{Code, VendorCode};
pub use credentials::{Credentials, DevicePrompt};
pub use error::{AuthError, Field};
pub use input::Input;
pub use options::{Endpoints, Options, Renew};
pub use session::{Session, SignedIn, SignedOut};
pub use state::{Reason, Renewal, State, Status};
pub use storage::{Storage, Stored, TokenStorage};
pub use subscription::Subscription;
pub use vendor::{Description, Vendor};

/// What requests are made of.
pub use gloo_net::http::{Method, Request, RequestBuilder, Response};
