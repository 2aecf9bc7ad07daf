//! Following what other tabs write to the store.

use alloc::boxed::Box;
use alloc::rc::Rc;

use super::effect::{Effect, Outcome, Stored, Trouble};
use super::ending::Ending;
use super::handle::Handle;
use super::operation::Run;
use super::settings::Keeping;
use super::store::Noted;
use crate::dialect::Json;
use crate::session::{Fate, Finding, Moment, Note, Reason, Record, Session, Taken};

/// How many times the store is read again because this handle wrote to it during the read.
const READS: u32 = 4;
/// What another tab has written takes a moment to show in localStorage, in ms.
const LAG_MS: u32 = 40;

impl<J: Json> Handle<J> {
    /// Takes over a record that another machine of the same handle held.
    pub fn resume(&self, text: &str, now: Moment) {
        self.set_now(now);
        let record = self.recorded(Some(text));
        self.change(|session| {
            session.follow(Finding { record, ..Finding::default() }, now);
            // The last use was lost with the other machine. It counts as used now, as a fault seldom comes without a call.
            session.used_for_sure(now);
        });
    }

    /// The record that a text holds, if it is a sound one.
    #[inline(never)]
    pub(super) fn recorded(&self, text: Option<&str>) -> Option<Record> {
        Record::read::<J>(text?, self.carries_token())
    }

    /// Another user's session had replaced that of the other machine: it isn't followed.
    pub fn stay_replaced(&self) {
        self.change(Session::stay_replaced);
    }
}

impl<J: Json> Run<J> {
    /// Gives what another tab has just written the time to show.
    pub(super) async fn wait_out_lag(&self) {
        if let Keeping::Tabs { lags: true } = self.handle.settings.keeping {
            self.see_to(Effect::Wait(LAG_MS)).await;
        }
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
                    store.was_read.set(true);
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
        if has_to_go && store.may_change_once_more(text) {
            // Not before what another tab has written since can show: its newer login would be deleted.
            self.wait_out_lag().await;
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
    pub(super) fn take_over(&self, stored: Box<Stored>) -> Taken {
        let handle: &Handle<J> = &self.handle;
        let text = stored.record.as_deref();
        let lies_there = text.is_some();
        let record = handle.recorded(text);
        let note = stored.note.as_deref().and_then(Note::read);
        handle.store.learn(stored.record);
        // While the store holds this tab's own login, nobody has signed out or in elsewhere.
        let held = handle.look(|session| session.held().map(|held| held.login));
        let own = record.as_ref().is_some_and(|record| Some(record.login) == held);
        let given_way = handle.store.unwritten.get() && !own && !self.goes_on_unwritten(note);
        let unwritten = handle.store.unwritten.get() && !given_way;
        handle.store.unwritten.set(unwritten);
        let finding = Finding { record, note, unwritten, given_way };
        let taken = handle.change(|session| session.follow(finding, handle.now()));
        if taken == Taken::Followed && lies_there && !own {
            // The session is now what another tab has written: nothing is left to write.
            handle.store.unwritten.set(false);
        }
        // If the record turns out to be over, the session has ended with it, and it has to be deleted; but not if it is of
        // another user, who has replaced this one.
        let ended = lies_there && !handle.look(|session| session.held().is_some() || session.is_replaced());
        if ended { Taken::HasToGo } else { taken }
    }
}
