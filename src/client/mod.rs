//! Sessions for front ends in Rust: Yew, Leptos, Dioxus, or plain wasm-bindgen. Nothing is decided here: each method calls the scripts,
//! which come along as wasm-bindgen snippets, and reads their result into a Rust type.
//!
//! Nothing panics: whatever a page makes the scripts throw becomes an [`AuthError`]. Of gloo-net, the requests and responses are used, but
//! not `send`: it never ends where `fetch` rejects with something other than an error of this page's realm.

mod abort;
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
pub use storage::{OwnStorage, Storage, Stored, TokenStorage};
pub use subscription::Subscription;
pub use vendor::{Description, Vendor};

/// What requests are made of.
pub use gloo_net::http::{Method, Request, RequestBuilder, Response};
