//! Keeping what is held in the store.

use alloc::boxed::Box;

use super::effect::{Effect, Line, Outcome, Trouble, Write};
use super::handle::Handle;
use super::operation::Run;
use super::store::Noted;
use crate::dialect::{Json, Secret};
use crate::session::{Note, Record, Session, Taken};

/// How many times a write is tried again because another tab wrote first: without locks, so many may write at the same moment.
const WRITES: u32 = 8;

/// What has become of a write.
enum Written {
    Done,
    Failed,
    /// The session has followed what lay there instead.
    Followed,
    /// What lay there instead has to be overwritten.
    Overtaken,
}

impl<J: Json> Run<J> {
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
                if store.behind.replace(false) {
                    handle.change(|session| session.storage_works(true));
                }
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
                if store.count_contradiction() {
                    self.handle.change(|session| session.storage_works(false));
                }
                match self.take_over(stored) {
                    Taken::Followed => Written::Followed,
                    Taken::HasToGo => Written::Overtaken,
                }
            }
            outcome => {
                let hangs = matches!(outcome, Outcome::Failed(Trouble::Timeout));
                // A store that hangs is not asked again by itself.
                store.silent.set(hangs);
                store.may_come_late.set(hangs || store.may_come_late.get());
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
        store.behind.set(false);
        store.noted.set(Noted::No);
        handle.change(|session| session.storage_works(!store.fickle.get()));
        // After a sign-out, the missing record says all, unless it may still be written by a write that takes too long. And once a login
        // is written, notes of earlier ends are obsolete; but not that of its own end, which may have come while it was being written.
        let note_is_obsolete = if deletes {
            !store.may_come_late.get() && handle.look(Session::is_signed_out_by_user)
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
        // A later write of this handle's deals with it, or has done so.
        if own != store.writes.get() {
            store.unwritten.set(store.unwritten.get() || store.pending.get() > 0);
            return;
        }
        // While another write is under way, or has failed, nobody knows what lies there.
        let sure = !store.unwritten.replace(true) && store.pending.get() == 0;
        handle.change(|session| session.storage_works(false));
        // What lies there is as good as what could not be written, where that is the same tokens: only a pause or a name is missing.
        let there = self.handle.recorded(known.as_deref());
        if sure
            && !overwrites
            && there.zip(handle.held()).is_some_and(|(there, held)| lacks_little(&there, &held))
        {
            store.unwritten.set(false);
            store.behind.set(true);
            store.learn(known);
            return;
        }
        // The other tabs are told only of a change: tabs whose writes all fail would wake each other for ever.
        let mut tells = overwrites;
        // A write that timed out may still be done: where nothing is known to lie there, nothing is deleted before.
        let removes = known.is_some() || overwrites && !store.silent.get();
        if !deletes && removes {
            let own = own.wrapping_add(1);
            store.writes.set(own);
            store.learn(None);
            let unless_changed = if overwrites { None } else { Some(known.clone()) };
            let mut outcome = self.note_and_delete(own, Write { text: None, unless_changed }).await;
            if let Outcome::Overtaken(stored) = outcome {
                let found = stored.record.clone();
                if own != store.writes.get() || self.take_over(stored) == Taken::Followed {
                    outcome = Outcome::Overtaken(Box::default());
                } else {
                    // An older record than was known lies there, as an earlier write of this tab's has failed, too.
                    store.learn(None);
                    outcome =
                        self.note_and_delete(own, Write { text: None, unless_changed: Some(found) }).await;
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
                }
            }
        } else {
            store.learn(known);
        }
        if tells {
            self.see_to(Effect::Tell(Line::Store)).await;
        }
    }

    /// Deletes the record of what could not be written. It is noted before: without the note, another tab that reads in between would
    /// take the missing record for a sign-out.
    async fn note_and_delete(&self, own: u32, write: Write) -> Outcome<J> {
        let overtaken = || own != self.handle.store.writes.get();
        if let Some(login) = self.handle.login() {
            // Not over another tab's note of how the session has ended.
            if let Some(known) = &write.unless_changed
                && let Outcome::Stored(stored) = self.ask(Effect::Read).await
                && (stored.record != *known || self.says_ended(&stored, login))
            {
                return Outcome::Overtaken(stored);
            }
            // This handle has signed in or out meanwhile.
            if overtaken() {
                return Outcome::Overtaken(Box::default());
            }
            self.handle.store.noted.set(Noted::Written);
            self.see_to(Effect::Note(Some(Note::unwritten(login).write()))).await;
            if overtaken() {
                return Outcome::Overtaken(Box::default());
            }
        }
        self.ask(Effect::Write(write)).await
    }
}

/// Whether what lies in the store has the tokens that are held, and is of the same user: another one's name must not be shown to the next
/// page. A check may have told the vendor's spelling of it.
fn lacks_little(there: &Record, held: &Record) -> bool {
    let named = |name: &Secret| held.held.user.as_ref().is_some_and(|now| now.eq_ignore_ascii_case(name));
    there.tokens() == held.tokens() && there.held.user.as_ref().is_none_or(named)
}
