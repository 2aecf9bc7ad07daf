//! The demo page in a real browser: what a person does, and what must never be seen there.

mod faults;
mod keyboard;
mod layout;
mod lifetime;
mod outcomes;
mod own_api;
mod policy;
mod refusals;
mod reload;
mod secrets;
mod showcase;
mod sign_on;
mod tabs;
mod tour;
