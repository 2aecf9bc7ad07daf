//! How often each world was called, as the server saw it: what a contender says of itself is not asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// The calls of one world since somebody last looked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All requests but those that steer the world.
    pub requests: u32,
    /// Sign-ins.
    pub logins: u32,
    /// Exchanges of a refresh token, whatever came of them.
    pub refreshes: u32,
    /// Answers with status 401.
    pub rejected: u32,
}

/// The counts of all worlds.
#[derive(Default)]
pub struct Book(Mutex<HashMap<String, Counts>>);

impl Book {
    /// Changes a world's counts.
    pub fn note(&self, world: &str, change: impl FnOnce(&mut Counts)) {
        let mut worlds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(worlds.entry(world.to_owned()).or_default());
    }

    /// A world's counts; they begin again from nothing.
    pub fn take(&self, world: &str) -> Counts {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(world).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_of_one_world_and_begin_again() {
        let book = Book::default();
        book.note("a", |counts| counts.requests += 2);
        book.note("b", |counts| counts.refreshes += 1);
        assert_eq!(book.take("a"), Counts { requests: 2, ..Counts::default() });
        assert_eq!(book.take("a"), Counts::default());
        assert_eq!(book.take("b").refreshes, 1);
    }
}
