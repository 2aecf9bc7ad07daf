//! How many bytes files take.

use std::iter::Sum;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::job::output_of;

/// The sizes of a file, or of several together, in bytes.
#[derive(Clone, Copy, Default, Deserialize)]
pub struct Sizes {
    /// As it is.
    pub raw: u64,
    /// As `gzip -9`.
    pub gzip: u64,
    /// As brotli 11.
    pub brotli: u64,
}

impl Sum for Sizes {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            raw: sum.raw + one.raw,
            gzip: sum.gzip + one.gzip,
            brotli: sum.brotli + one.brotli,
        })
    }
}

/// The sizes of each of some files.
pub fn of_files(paths: &[String]) -> Result<Vec<Sizes>> {
    let arguments = ["xtask/compressed-sizes.mjs"].into_iter().chain(paths.iter().map(String::as_str));
    let printed = output_of("node", arguments).context("the built files can't be measured")?;
    serde_json::from_str(&printed).context("the measures aren't what they were to be")
}
