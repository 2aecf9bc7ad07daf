//! What a handle knows of its store. `follow` takes over what other tabs write there, and `keep` writes.

use core::cell::{Cell, RefCell};

use super::operation::Run;
use super::settings::Keeping;
use crate::dialect::{Json, Secret};

/// How many times in a row one and the same text that keeps coming back is deleted or overwritten.
const REMOVALS: u32 = 4;
/// How many writes in a row may find something else than the last read did. Other tabs may write in between, but not so often.
const CONTRADICTIONS: u32 = 12;

/// What a handle knows of its store.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// The record's text in the store, as far as this handle knows.
    pub(super) text: RefCell<Option<Secret>>,
    /// Counts the writes that this handle has asked for. What was read before the last one is out of date.
    pub(super) writes: Cell<u32>,
    /// The last text that had to be deleted or overwritten, and how often in a row.
    had_to_go: RefCell<Option<Secret>>,
    removals: Cell<u32>,
    /// How often in a row a write has found something else there than the read before.
    pub(super) contradictions: Cell<u32>,
    /// Whether it was read since the last contradiction.
    pub(super) was_read: Cell<bool>,
    /// Whether it contradicts itself, such as by another text at each read. Then the session goes on in memory.
    pub(super) fickle: Cell<bool>,
    /// How many writes are under way, and how many of them delete whatever lies there.
    pub(super) pending: Cell<u32>,
    pub(super) clearing: Cell<u32>,
    /// Whether its last read failed, or its last write timed out. Then it is read again only by a renewal, by a wake-up, or before the session ends.
    pub(super) silent: Cell<bool>,
    /// Whether a write has taken too long: it may be done at any time, even after this page.
    pub(super) may_come_late: Cell<bool>,
    /// Whether what is held could not be written, or what is not held any more could not be deleted.
    pub(super) unwritten: Cell<bool>,
    /// Whether what lies there has the tokens that are held, but lacks a pause or a name that could not be written.
    pub(super) behind: Cell<bool>,
    /// Whether either write is being tried again. One operation at a time does, as the store may hang.
    pub(super) trying: Cell<bool>,
    /// Whether that has been noted for the other tabs.
    pub(super) noted: Cell<Noted>,
    /// The login whose end this handle has noted last.
    pub(super) end_noted: Cell<u32>,
}

/// Whether it has been noted that what is held could not be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Noted {
    #[default]
    No,
    /// It has, if there is a place for notes.
    Written,
    /// It has been read back.
    Seen,
}

impl Store {
    pub(super) fn knows(&self, text: Option<&Secret>) -> bool {
        self.text.borrow().as_ref() == text
    }

    pub(super) fn learn(&self, text: Option<Secret>) {
        self.text.replace(text);
    }

    /// Counts one more try to change this text. Whether it is worth that: some storages accept a write and keep what they had, and
    /// tabs would tell each other of it for ever.
    pub(super) fn may_change_once_more(&self, text: Option<Secret>) -> bool {
        let again = *self.had_to_go.borrow() == text;
        self.removals.set(if again { self.removals.get().saturating_add(1) } else { 0 });
        self.had_to_go.replace(text);
        self.removals.get() < REMOVALS
    }

    /// Counts a write that has found something else than the store has told. True where that was once too often.
    pub(super) fn count_contradiction(&self) -> bool {
        // A store that was not read since has told nothing: other tabs have written meanwhile.
        if self.was_read.replace(false) {
            self.contradictions.set(self.contradictions.get() + 1);
        }
        if self.contradictions.get() >= CONTRADICTIONS {
            self.fickle.set(true);
        }
        self.fickle.get()
    }

    /// Whether the record is being deleted, whatever it is.
    pub(super) const fn is_being_cleared(&self) -> bool {
        self.clearing.get() > 0
    }

    /// Whether a write that failed is to be tried again, and no operation does so yet.
    pub(super) const fn needs_retry(&self) -> bool {
        (self.unwritten.get() || self.behind.get()) && !self.trying.get() && !self.silent.get()
    }
}

impl<J: Json> Run<J> {
    pub(super) fn is_kept(&self) -> bool {
        self.handle.settings.keeping != Keeping::Memory && !self.handle.store.fickle.get()
    }
}
