//! The simulator over real HTTP: what the vendors' documents show, and what the control routes promise.

mod client;
mod control;
mod cors;
mod ethgas;
mod ethgas_wallet;
mod faults;
mod instances;
mod lenses;
mod misplaced;
mod ocient;
mod page;
mod pegase3;
mod process;
mod rows;
mod sign_on;
