//! Keeping the record in the store, and following what other tabs write there.

use alloc::boxed::Box;
use alloc::rc::Rc;
use core::cell::{Cell, RefCell};

use super::effect::{Effect, Line, Outcome, Stored, Trouble, Write};
use super::ending::Ending;
use super::handle::{Handle, Keeping};
use super::operation::Run;
use crate::dialect::{Json, Secret};
use crate::session::{Fate, Finding, Moment, Note, Reason, Record, Session};

/// How often a store is read that this handle writes to meanwhile.
const READS: u32 = 4;
/// How often in a row the same text is deleted or overwritten that comes back.
const REMOVALS: u32 = 4;
/// How often a write is repeated because another tab was first: so many tabs without locks may write in one moment.
const WRITES: u32 = 8;

/// How often in a row a store may hold something else than it has just told. Other tabs may have been first, but not so often.
const CONTRADICTIONS: u32 = 12;

/// What a handle knows of its store.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// The record's text in the store, as far as this handle knows.
    text: RefCell<Option<Secret>>,
    /// Counts the writes that this handle has asked for. What was read before the last one is out of date.
    writes: Cell<u32>,
    /// The last text that had to be deleted or overwritten, and how often in a row.
    had_to_go: RefCell<Option<Secret>>,
    removals: Cell<u32>,
    /// How often in a row a write has found something else there than the read before.
    contradictions: Cell<u32>,
    /// Whether it was read since the last contradiction.
    told: Cell<bool>,
    /// Whether it contradicts itself, such as by another text at each read. Then the session goes on in memory.
    fickle: Cell<bool>,
    /// How many writes are under way, and how many of them delete whatever lies there.
    pending: Cell<u32>,
    clearing: Cell<u32>,
    /// Whether its last read failed, or its last write timed out. Then only a renewal or a wake-up reads it again.
    silent: Cell<bool>,
    /// Whether what is held could not be written, or what is not held any more could not be deleted.
    unwritten: Cell<bool>,
    /// Whether that write is being tried again. One operation at a time does, as the store may hang.
    trying: Cell<bool>,
    /// Whether that has been noted for the other tabs.
    noted: Cell<Noted>,
    /// The login whose end this handle has noted last.
    end_noted: Cell<u32>,
}

/// Whether it has been noted that what is held could not be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Noted {
    #[default]
    No,
    /// It has, if there is a place for notes.
    Written,
    /// It has been read back.
    Seen,
}

impl Store {
    fn knows(&self, text: Option<&Secret>) -> bool {
        self.text.borrow().as_ref() == text
    }

    fn learn(&self, text: Option<Secret>) {
        self.text.replace(text);
    }

    /// Whether it is worth one more try to change this text. Some storages accept a write and keep what they had: tabs would tell
    /// each other of it for ever.
    fn may_change(&self, text: Option<Secret>) -> bool {
        let again = *self.had_to_go.borrow() == text;
        self.removals.set(if again { self.removals.get().saturating_add(1) } else { 0 });
        self.had_to_go.replace(text);
        self.removals.get() < REMOVALS
    }

    /// How often this handle has asked for something to be written.
    pub(super) const fn writes(&self) -> u32 {
        self.writes.get()
    }

    /// A write has found something else than the store has told. True where that was once too often.
    fn contradicts(&self) -> bool {
        // A store that was not read since has told nothing: other tabs have written meanwhile.
        if self.told.replace(false) {
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
        self.unwritten.get() && !self.trying.get() && !self.silent.get()
    }
}

/// What becomes of a record that another tab has written.
#[derive(PartialEq, Eq)]
enum Taken {
    /// The session follows it.
    Followed,
    /// It has to be deleted or overwritten.
    HasToGo,
}

/// What has become of a write.
enum Written {
    Done,
    Failed,
    /// The session has followed what lay there instead.
    Followed,
    /// What lay there instead has to be overwritten.
    Overtaken,
}

impl<J: Json> Handle<J> {
    /// Takes over a record that another machine of the same handle held.
    pub fn resume(&self, text: &str, now: Moment) {
        self.set_now(now);
        let record = Record::read::<J>(text, self.carries_token());
        self.change(|session| {
            session.follow(Finding { record, ..Finding::default() }, now);
            // The last use was lost with the other machine. It counts as used now, as a fault seldom comes without a call.
            session.use_at(now)
        });
    }
}

impl<J: Json> Run<J> {
    pub(super) fn is_kept(&self) -> bool {
        self.handle.settings.keeping != Keeping::Memory && !self.handle.store.fickle.get()
    }

    /// Takes over what another tab has written. `again`: even if the store failed last time.
    pub(super) async fn follow(&self, again: bool) {
        let store = &self.handle.store;
        if !self.is_kept() || store.silent.get() && !again {
            return;
        }
        for _ in 0..READS {
            let writes = store.writes.get();
            match self.ask(Effect::Read).await {
                // This handle has written meanwhile, so what was read is out of date. It is read again: a renewal must not go
                // by it.
                Outcome::Stored(_) if writes != store.writes.get() => store.silent.set(false),
                Outcome::Stored(stored) => {
                    store.silent.set(false);
                    store.told.set(true);
                    return self.follow_stored(stored).await;
                }
                Outcome::Failed(Trouble::Storage | Trouble::Timeout) => {
                    store.silent.set(true);
                    self.handle.change(|session| session.storage_works(false));
                    return;
                }
                _ => return,
            }
        }
    }

    pub(super) async fn follow_stored(&self, stored: Box<Stored>) {
        let store = &self.handle.store;
        let mark = stored.mark.clone();
        // Where the record could not be written or deleted, the note says more.
        let note = stored.note.as_deref().and_then(Note::read);
        let known = store.knows(stored.record.as_ref());
        if known {
            store.contradictions.set(0);
        }
        let is_new = !known
            || store.unwritten.get()
            || note.is_some_and(|note| self.handle.look(|session| session.is_news(note)));
        let text = stored.record.clone();
        let has_to_go = is_new && self.take_over(stored) == Taken::HasToGo;
        self.learn_use(mark);
        if has_to_go && store.may_change(text) {
            self.keep(false).await;
        } else if store.needs_retry() {
            self.retry_write().await;
        }
    }

    /// Takes over what an earlier page has left in the store, and deletes what can't be used any more.
    pub(super) async fn restore(self: Rc<Self>) -> Ending {
        if self.is_kept() {
            let writes = self.handle.store.writes.get();
            match self.ask(Effect::Read).await {
                // Somebody has signed in meanwhile.
                Outcome::Stored(_) if writes != self.handle.store.writes.get() => {}
                Outcome::Stored(stored) => {
                    let mark = stored.mark.clone();
                    let taken = self.take_over(stored);
                    self.learn_use(mark);
                    if taken == Taken::HasToGo {
                        self.keep(false).await;
                    }
                    // A session that has reached a limit while no page was open is never shown as signed in.
                    let _ = self.await_limits().await;
                }
                Outcome::Failed(Trouble::Storage | Trouble::Timeout) => {
                    self.handle.store.silent.set(true);
                    self.handle.change(|session| session.storage_works(false));
                }
                _ => {}
            }
        }
        Ending::Done
    }

    /// Whether a session that could not be written still counts. If another tab has deleted this one's note of it, or overwritten
    /// it, the user has signed out or in there.
    fn goes_on_unwritten(&self, note: Option<Note>) -> bool {
        let noted = &self.handle.store.noted;
        let Some(login) = self.handle.login() else {
            return true;
        };
        if note == Some(Note::unwritten(login)) {
            noted.set(Noted::Seen);
            return true;
        }
        // The note is of a login that this one has replaced, and comes from a tab that doesn't know yet.
        if note.is_some_and(|note| self.handle.look(|session| session.is_past(note.login))) {
            return true;
        }
        match note.map(|note| note.fate) {
            Some(Fate::Unwritten | Fate::Ended(Reason::Logout)) => noted.get() == Noted::No,
            Some(Fate::Ended(_)) => true,
            None => noted.get() != Noted::Seen,
        }
    }

    /// Whether another tab has noted that a login has come to its end.
    pub(super) fn says_ended(&self, stored: &Stored, login: u32) -> bool {
        let note = stored.note.as_deref().and_then(Note::read);
        let ended = note.is_some_and(|note| matches!(note.fate, Fate::Ended(_)) && note.login == login);
        ended && self.handle.store.end_noted.get() != login
    }

    /// Reads what lies in the store, and has the session follow it.
    #[expect(clippy::boxed_local, reason = "it comes in a box, which is dropped here and not by each caller")]
    fn take_over(&self, stored: Box<Stored>) -> Taken {
        let handle: &Handle<J> = &self.handle;
        let text = stored.record.as_deref();
        let lies_there = text.is_some();
        let record = text.and_then(|text| Record::read::<J>(text, handle.carries_token()));
        let note = stored.note.as_deref().and_then(Note::read);
        handle.store.learn(stored.record);
        // While the store holds this tab's own login, nobody has signed out or in elsewhere.
        let held = handle.look(|session| session.held().map(|held| held.login));
        let own = record.as_ref().is_some_and(|record| Some(record.login) == held);
        let given_way = handle.store.unwritten.get() && !own && !self.goes_on_unwritten(note);
        let unwritten = handle.store.unwritten.get() && !given_way;
        handle.store.unwritten.set(unwritten);
        let finding = Finding { record, note, unwritten, given_way };
        let follows = handle.change(|session| session.follow(finding, handle.now()));
        if follows && lies_there && !own {
            // The session is now what another tab has written: nothing is left to write.
            handle.store.unwritten.set(false);
        }
        // If the record turns out to be over, the session has ended with it, and it has to be deleted; but not if it is of
        // another user, who has replaced this one.
        let ended = lies_there && !handle.look(|session| session.held().is_some() || session.is_replaced());
        if follows && !ended { Taken::Followed } else { Taken::HasToGo }
    }

    /// Writes what is held, or how it has ended. Reads the store first: another tab may have noted the end, or have signed in
    /// or out since, and its note must not be overwritten.
    pub(super) async fn follow_and_keep(&self) {
        self.follow(false).await;
        self.keep(false).await;
    }

    /// Tries the write again that has failed.
    pub(super) async fn retry_write(&self) {
        let trying = &self.handle.store.trying;
        trying.set(true);
        self.keep(false).await;
        trying.set(false);
    }

    /// Writes what is held to the store, or deletes what lies there. `overwrites`: also what another tab has written since.
    pub(super) async fn keep(&self, overwrites: bool) {
        let handle: &Handle<J> = &self.handle;
        let store = &handle.store;
        // A sign-out deletes the record even from a store that is not used any more.
        let taken_away = overwrites && store.fickle.get() && !handle.is_signed_in();
        if !self.is_kept() && !taken_away {
            return;
        }
        for _ in 0..WRITES {
            // If another user's session has replaced this tab's, its record is not this tab's to change.
            if handle.look(Session::is_replaced) {
                return;
            }
            let (text, end) =
                handle.change(|session| (session.held().map(|record| record.write()), session.take_note()));
            if let Some(note) = end {
                store.end_noted.set(note.login);
                self.see_to(Effect::Note(Some(note.write()))).await;
            }
            if !overwrites && store.knows(text.as_ref()) && !store.unwritten.get() {
                // If another operation is writing it, this one waits for that.
                if store.pending.get() > 0 {
                    self.see_to(Effect::Read).await;
                }
                return;
            }
            let known = store.text.borrow().clone();
            store.learn(text.clone());
            let own = store.writes.get().wrapping_add(1);
            store.writes.set(own);
            let deletes = text.is_none();
            let unless_changed = if overwrites { None } else { Some(known.clone()) };
            let clears = u32::from(overwrites && deletes);
            store.pending.set(store.pending.get() + 1);
            store.clearing.set(store.clearing.get() + clears);
            let outcome = self.ask(Effect::Write(Write { text, unless_changed })).await;
            store.pending.set(store.pending.get() - 1);
            store.clearing.set(store.clearing.get() - clears);
            match self.written(outcome, own) {
                Written::Done => return self.kept(deletes, overwrites).await,
                Written::Failed => return self.not_kept(deletes, own, known, overwrites).await,
                Written::Followed => return,
                Written::Overtaken => {}
            }
        }
        store.fickle.set(true);
        handle.change(|session| session.storage_works(false));
    }

    /// What has become of a write.
    fn written(&self, outcome: Outcome<J>, own: u32) -> Written {
        let store = &self.handle.store;
        match outcome {
            Outcome::Done => Written::Done,
            // A later write of this handle's deals with it.
            Outcome::Overtaken(_) if own != store.writes.get() => Written::Followed,
            Outcome::Overtaken(stored) => {
                if store.contradicts() {
                    self.handle.change(|session| session.storage_works(false));
                }
                match self.take_over(stored) {
                    Taken::Followed => Written::Followed,
                    Taken::HasToGo => Written::Overtaken,
                }
            }
            outcome => {
                // A store that hangs is not asked again by itself.
                store.silent.set(matches!(outcome, Outcome::Failed(Trouble::Timeout)));
                Written::Failed
            }
        }
    }

    /// The store has taken what was written. `overwrites`: it was for a login or a logout.
    async fn kept(&self, deletes: bool, overwrites: bool) {
        let handle: &Handle<J> = &self.handle;
        let store = &handle.store;
        store.silent.set(false);
        let unwritten = store.unwritten.replace(false);
        store.noted.set(Noted::No);
        handle.change(|session| session.storage_works(!store.fickle.get()));
        // After a sign-out, the missing record says all. And once a login is written, notes of earlier ends are obsolete; but not
        // that of its own end, which may have come while it was being written.
        let note_is_obsolete = if deletes {
            handle.look(Session::is_signed_out_by_user)
        } else {
            (overwrites || unwritten) && handle.is_signed_in()
        };
        if note_is_obsolete {
            self.see_to(Effect::Note(None)).await;
        }
        if deletes && handle.settings.limits.idle_ms.is_some() {
            self.see_to(Effect::Mark(None)).await;
        }
        self.see_to(Effect::Tell(Line::Store)).await;
    }

    /// A write has failed. What it was to replace must not stay (rule 15); even a full store can delete. `known`: what lay there
    /// before, as far as was known.
    async fn not_kept(&self, deletes: bool, own: u32, known: Option<Secret>, overwrites: bool) {
        let handle: &Handle<J> = &self.handle;
        let store = &handle.store;
        // A later write of this handle's deals with it.
        if own != store.writes.get() {
            return;
        }
        handle.change(|session| session.storage_works(false));
        store.unwritten.set(true);
        // The other tabs are told only of a change: tabs whose writes all fail would wake each other for ever.
        let mut tells = overwrites;
        // A write that timed out may still be done: where nothing is known to lie there, nothing is deleted before.
        let removes = known.is_some() || overwrites && !store.silent.get();
        if !deletes && removes {
            let own = own.wrapping_add(1);
            store.writes.set(own);
            store.learn(None);
            let unless_changed = if overwrites { None } else { Some(known.clone()) };
            let mut outcome = self.ask(Effect::Write(Write { text: None, unless_changed })).await;
            if let Outcome::Overtaken(stored) = outcome {
                let found = stored.record.clone();
                if own != store.writes.get() || self.take_over(stored) == Taken::Followed {
                    outcome = Outcome::Overtaken(Box::default());
                } else {
                    // An older record than was known lies there, as an earlier write of this tab's has failed, too.
                    store.learn(None);
                    let unless_changed = Some(found);
                    outcome = self.ask(Effect::Write(Write { text: None, unless_changed })).await;
                }
            }
            match outcome {
                Outcome::Overtaken(_) => {}
                outcome => {
                    let gone = matches!(outcome, Outcome::Done);
                    tells |= gone;
                    if !gone && own == store.writes.get() {
                        store.learn(known);
                    }
                    // Without a note, the other tabs would take the missing record for a sign-out.
                    if let Some(login) = handle.login() {
                        store.noted.set(Noted::Written);
                        self.see_to(Effect::Note(Some(Note::unwritten(login).write()))).await;
                    }
                }
            }
        } else {
            store.learn(known);
        }
        if tells {
            self.see_to(Effect::Tell(Line::Store)).await;
        }
    }
}
