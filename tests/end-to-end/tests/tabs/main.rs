//! One session in several tabs of a real browser, against the simulated vendors.

mod life;
mod random;
mod renewal;
mod sign_out;
mod trouble;
