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

/// How often a store is read whose content is another one each time.
const TRIES: u32 = 4;
/// How often it is written to: so many tabs without locks may write in one moment.
const WRITES: u32 = 8;

/// How often in a row a store may have something else than it has just told. Another tab may have been quicker, but not so often.
const CONTRADICTIONS: u32 = 12;

/// What a handle knows of its store.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// The record's text that lies there, as far as this handle knows.
    text: RefCell<Option<Secret>>,
    /// Counts what this handle has asked to be written. What was read before says nothing of it.
    writes: Cell<u32>,
    /// What had to go last, and how often in a row it had to.
    had_to_go: RefCell<Option<Secret>>,
    tries: Cell<u32>,
    /// How often in a row it had something else, when it was to be changed, than it had told.
    contradictions: Cell<u32>,
    /// Whether it has told what lies there since it was last found to be something else.
    told: Cell<bool>,
    /// Whether it gives another text at each reading: then it is no store.
    fickle: Cell<bool>,
    /// How many writes are under way, and how many of them take away whatever lies there.
    pending: Cell<u32>,
    clearing: Cell<u32>,
    /// Whether it failed when it was last read: then it is not asked again until it has taken something.
    silent: Cell<bool>,
    /// Whether what is held could not be written, or what is not held any more could not be deleted.
    unwritten: Cell<bool>,
    /// Whether that is being tried again: a store that hangs is not asked by one after the other.
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

    /// Whether what lies there is worth one more try to change it. There are storages that take what they are told, and keep what
    /// they had: then tabs would tell each other of it for ever.
    fn may_change(&self, text: Option<Secret>) -> bool {
        let again = *self.had_to_go.borrow() == text;
        self.tries.set(if again { self.tries.get().saturating_add(1) } else { 0 });
        self.had_to_go.replace(text);
        self.tries.get() < TRIES
    }

    /// How often this handle has asked for something to be written.
    pub(super) const fn writes(&self) -> u32 {
        self.writes.get()
    }

    /// What is to be changed is not what the store has told. True where that was once too often.
    fn contradicts(&self) -> bool {
        // Who can't be read tells nothing: there, other tabs have written since.
        if self.told.replace(false) {
            self.contradictions.set(self.contradictions.get() + 1);
        }
        if self.contradictions.get() >= CONTRADICTIONS {
            self.fickle.set(true);
        }
        self.fickle.get()
    }

    /// Whether whatever lies there is being taken away.
    pub(super) const fn is_being_cleared(&self) -> bool {
        self.clearing.get() > 0
    }

    /// Whether what could not be written or deleted is still to be, and nobody is at it.
    pub(super) const fn needs_retry(&self) -> bool {
        self.unwritten.get() && !self.trying.get() && !self.silent.get()
    }
}

/// What another tab has written, and what it means.
#[derive(PartialEq, Eq)]
enum Taken {
    /// The session follows it.
    Followed,
    /// It has to go, or to be written over.
    HasToGo,
}

/// What has become of a write.
enum Written {
    Done,
    Failed,
    /// The session has followed what lay there instead.
    Followed,
    /// What lies there instead has to be written over.
    Overtaken,
}

impl<J: Json + 'static> Handle<J> {
    /// Takes over a record that another machine of the same handle held.
    pub fn resume(&self, text: &str, now: Moment) {
        self.set_now(now);
        let record = Record::read::<J>(text, self.carries_token());
        self.change(|session| {
            session.follow(Finding { record, ..Finding::default() }, now);
            // When it was used last is not known any more: just now, as a fault seldom comes without a call.
            session.use_at(now)
        });
    }
}

impl<J: Json + 'static> Run<J> {
    pub(super) fn is_kept(&self) -> bool {
        self.handle.settings.keeping != Keeping::Memory && !self.handle.store.fickle.get()
    }

    /// Takes over what another tab has written. `again`: also where the store failed when it was last read.
    pub(super) async fn follow(&self, again: bool) {
        let store = &self.handle.store;
        if !self.is_kept() || store.silent.get() && !again {
            return;
        }
        for _ in 0..TRIES {
            let writes = store.writes.get();
            match self.ask(Effect::Read).await {
                // What was asked to be written since is later than what was read, and whoever is to renew must not go by neither.
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
        // A note says more than the record where that could not be written, or not be taken away.
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

    /// Takes over what lies in the store at first, and takes away what can't be used any more.
    pub(super) async fn restore(self: Rc<Self>) -> Ending {
        if self.is_kept() {
            let writes = self.handle.store.writes.get();
            match self.ask(Effect::Read).await {
                // Somebody has signed in meanwhile.
                Outcome::Stored(_) if writes != self.handle.store.writes.get() => {}
                Outcome::Stored(stored) => {
                    let lies_there = stored.record.is_some();
                    let mark = stored.mark.clone();
                    let taken = self.take_over(stored);
                    self.learn_use(mark);
                    if taken == Taken::HasToGo && lies_there {
                        self.keep(false).await;
                    }
                    // What has ended by itself while nobody was here is not shown as if it went on.
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

    /// Whether what could not be written still counts: where another tab has taken this one's note of it away, or put its own in
    /// its place, the user has signed out there, or in.
    fn goes_on_unwritten(&self, note: Option<Note>) -> bool {
        let noted = &self.handle.store.noted;
        let Some(login) = self.handle.login() else {
            return true;
        };
        if note == Some(Note::unwritten(login)) {
            noted.set(Noted::Seen);
            return true;
        }
        // What was replaced here, and goes on in a tab that doesn't know, is older than this.
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
        // Where its own login lies there, it goes on.
        let held = handle.look(|session| session.held().map(|held| held.login));
        let own = record.as_ref().is_some_and(|record| Some(record.login) == held);
        let given_way = handle.store.unwritten.get() && !own && !self.goes_on_unwritten(note);
        let unwritten = handle.store.unwritten.get() && !given_way;
        handle.store.unwritten.set(unwritten);
        let finding = Finding { record, note, unwritten, given_way };
        let follows = handle.change(|session| session.follow(finding, handle.now()));
        if follows && lies_there && !own {
            // What is held now is what another tab has written.
            handle.store.unwritten.set(false);
        }
        // A record that has come to its end by now is followed to its end, and has to go as well; but not that of another user, who
        // has replaced this one.
        let ended = lies_there && !handle.look(|session| session.held().is_some() || session.is_replaced());
        if follows && !ended { Taken::Followed } else { Taken::HasToGo }
    }

    /// Writes down what is held, or how it has ended. Not before a look: another tab may have noted how it ended, or have signed in or
    /// out since, and its note is not to be written over.
    pub(super) async fn follow_and_keep(&self) {
        self.follow(false).await;
        self.keep(false).await;
    }

    /// Tries again what the store has not done.
    pub(super) async fn retry_write(&self) {
        let trying = &self.handle.store.trying;
        trying.set(true);
        self.keep(false).await;
        trying.set(false);
    }

    /// Writes what is held to the store, or takes away what lies there. `overwrites`: also over what another tab has written since.
    pub(super) async fn keep(&self, overwrites: bool) {
        let handle: &Handle<J> = &self.handle;
        let store = &handle.store;
        // What is signed out is taken away from wherever it may be.
        let taken_away = overwrites && store.fickle.get() && !handle.is_signed_in();
        if !self.is_kept() && !taken_away {
            return;
        }
        for _ in 0..WRITES {
            // Where another user's session has replaced this tab's, that one is not this tab's to change.
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
                // It is being written for somebody else: this caller waits for it, too.
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
            // What was asked to be written since comes upon it by itself.
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
                // What takes too long is not asked again by itself.
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
        // Once the record is gone, its absence says that the user has signed out. And what has come to an end before this login,
        // or before it was written again, is of no interest any more.
        // But not the note of this one's own end, which has come while it was being written.
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

    /// The store has not taken what was written. What that was to replace must not be there any more (rule 15): to delete it
    /// takes no room. `known`: what was known to lie there.
    async fn not_kept(&self, deletes: bool, own: u32, known: Option<Secret>, overwrites: bool) {
        let handle: &Handle<J> = &self.handle;
        let store = &handle.store;
        handle.change(|session| session.storage_works(false));
        store.unwritten.set(true);
        // A later write of this handle's sees to it.
        if own != store.writes.get() {
            return;
        }
        // Told only where there is something to see: tabs whose writes all fail would wake each other for ever.
        let mut tells = overwrites;
        // What takes too long may still land: where nothing is known to lie there, nothing is to be taken away before.
        let removes = known.is_some() || overwrites && !store.silent.get();
        if !deletes && removes {
            let own = own.wrapping_add(1);
            store.writes.set(own);
            store.learn(None);
            let unless_changed = if overwrites { None } else { Some(known.clone()) };
            let mut outcome = self.ask(Effect::Write(Write { text: None, unless_changed })).await;
            if let Outcome::Overtaken(stored) = outcome {
                tells = true;
                let found = stored.record.clone();
                if own != store.writes.get() || self.take_over(stored) == Taken::Followed {
                    outcome = Outcome::Overtaken(Box::default());
                } else {
                    // An older one than was thought, of a write of this tab's that has failed, too.
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
                    // The other tabs are not to take the record's absence for a sign-out that holds.
                    if let Some(login) = handle.login() {
                        store.noted.set(Noted::Written);
                        self.see_to(Effect::Note(Some(Note::unwritten(login).write()))).await;
                    }
                }
            }
        } else if own == store.writes.get() {
            store.learn(known);
        }
        if tells {
            self.see_to(Effect::Tell(Line::Store)).await;
        }
    }
}
