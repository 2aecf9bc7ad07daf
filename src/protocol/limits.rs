//! Sessions that end by themselves: nobody has used one for too long, or it is too old (R36).

use alloc::rc::Rc;
use alloc::string::String;

use super::effect::{Effect, OperationId, Outcome};
use super::ending::{Ending, Halt};
use super::handle::Handle;
use super::operation::Run;
use super::settings::Keeping;
use crate::dialect::Json;
use crate::session::{Mark, Moment, Record, Session};

/// How often the last use is marked while another tab overwrites the mark.
const TRIES: u32 = 3;

impl<J: Json> Handle<J> {
    /// The operation that is ending the present session at one of its limits.
    pub(super) fn ends_at_limit(&self) -> Option<OperationId> {
        let login = self.login();
        self.ending_at_limit.get().filter(|(_, of)| login == Some(*of)).map(|(id, _)| id)
    }

    /// Whether the session has reached a limit, as far as this tab knows, and no operation is ending it yet.
    pub(super) fn is_beyond_limits(&self) -> bool {
        let now = self.now();
        self.ends_at_limit().is_none() && self.look(|session| session.is_too_old(now) || session.is_idle(now))
    }

    /// Ends the session where it has reached a limit: at once if it is too old; if it is idle, only after a look for another
    /// tab's use. Gives back the operation that does so.
    pub(super) fn enforce_limits(self: &Rc<Self>) -> Option<OperationId> {
        let now = self.now();
        let old = self.look(|session| session.is_too_old(now));
        if !old && !self.look(|session| session.is_idle(now)) {
            return None;
        }
        let certain = old || self.settings.keeping == Keeping::Memory;
        if let under_way @ Some(_) = self.ends_at_limit().filter(|_| !certain) {
            // No timer until it is known.
            self.change(|session| session.set_deciding(true));
            return under_way;
        }
        let (held, received) = (self.held()?, self.received());
        self.change(|session| if certain { session.end_at_limit(now) } else { session.set_deciding(true) });
        let login = held.login;
        let id = self.spawn(|run| run.end_at_limit(held, received));
        self.ending_at_limit.set(Some((id, login)));
        Some(id)
    }

    /// Somebody has used the session, at a moment. A renewal doesn't count as use.
    pub(super) fn used(self: &Rc<Self>, at: Moment) {
        if self.settings.limits.idle_ms.is_none() || self.is_disposed() {
            return;
        }
        // The timer is set when a mark becomes due, and not anew with each request.
        if self.quietly(|session| session.use_at(at)) {
            self.stir();
        }
        self.mark_use(false);
    }

    /// `touch()`: the person is there.
    pub fn touch(self: &Rc<Self>, now: Moment) {
        self.set_now(now);
        self.used(now);
        self.enforce_limits();
    }

    /// Marks for the other tabs when the session was used last, where that is due. `at_once`: however recent the last mark is.
    pub(super) fn mark_use(self: &Rc<Self>, at_once: bool) {
        let now = self.now();
        if self.is_disposed() || !self.look(|session| session.mark_due(at_once, now)) {
            return;
        }
        self.change(|session| session.set_marking(true));
        self.spawn(Run::mark);
    }
}

impl<J: Json> Run<J> {
    /// Where the session seems to have reached a limit, waits until that is certain.
    pub(super) async fn await_limits(&self) -> Result<(), Halt> {
        let Some(deciding) = self.handle.enforce_limits() else { return Ok(()) };
        self.see_to(Effect::Join(deciding)).await;
        self.must_be_wanted()
    }

    /// Writes the mark. Reads the store before and after, as another tab may mark an earlier use in the same moment.
    async fn mark(self: Rc<Self>) -> Ending {
        let handle: &Handle<J> = &self.handle;
        for _ in 0..TRIES {
            self.follow(false).await;
            let Some(mark) = self.take_mark() else { break };
            self.see_to(mark).await;
        }
        handle.change(|session| session.set_marking(false));
        Ending::Done
    }

    /// The effect that marks the last use, where it isn't marked yet.
    fn take_mark(&self) -> Option<Effect> {
        let mark = self.handle.quietly(Session::take_mark).filter(|_| self.is_kept());
        mark.map(|mark| Effect::Mark(Some(mark.write())))
    }

    /// Learns from a mark when another tab used the session.
    pub(super) fn learn_use(&self, mark: Option<String>) {
        let now = self.handle.now();
        if let Some(mark) = mark.and_then(|text| Mark::read(&text)) {
            self.handle.change(|session| session.learn_use(mark, now));
        }
    }

    /// Ends the session at its limit, unless another tab has used it. That is done under the lock under which tokens are renewed,
    /// so that it ends for all tabs, and the vendor is told once.
    async fn end_at_limit(self: Rc<Self>, held: Rc<Record>, received: Moment) -> Ending {
        let handle: &Handle<J> = &self.handle;
        let ended = if handle.settings.keeping == Keeping::Memory {
            self.end_for_all(held, received).await
        } else {
            let ended = self.end_alone(held, received).await;
            self.see_to(Effect::Unlock { spent: false }).await;
            ended
        };
        if let Some((record, received)) = ended {
            self.handle.revoke(record, received);
        }
        if handle.ending_at_limit.get().is_some_and(|(id, _)| id == self.id) {
            handle.ending_at_limit.set(None);
            handle.change(|session| session.set_deciding(false));
        }
        Ending::Done
    }

    /// The same, while no other tab does so or renews the tokens.
    async fn end_alone(&self, mut held: Rc<Record>, mut received: Moment) -> Option<(Rc<Record>, Moment)> {
        let handle: &Handle<J> = &self.handle;
        let login = held.login;
        loop {
            // That it goes on can be told without the lock, which a renewal may hold for long. Meanwhile a tab that has the new
            // tokens decides under another lock, and has to know of the uses that wait here.
            if handle.login() == Some(login) {
                self.follow(false).await;
                if self.goes_on(login).await {
                    return None;
                }
                if let Some(newest) = handle.held().filter(|record| record.login == login) {
                    if newest.tokens() != held.tokens() {
                        // The old ones' lock is held on for a while. They are spent, and nothing is decided by them any more.
                        self.see_to(Effect::Unlock { spent: false }).await;
                    }
                    (held, received) = (newest, handle.received());
                }
            }
            let Outcome::Waiting = self.ask(Effect::Lock(held.tokens().name())).await else { break };
        }
        self.wait_out_lag().await;
        self.end_for_all(held, received).await
    }

    /// Whether a login goes on, by what is known of its uses. If so, those that waited for this are marked for the other tabs.
    async fn goes_on(&self, login: u32) -> bool {
        let handle: &Handle<J> = &self.handle;
        let now = handle.now();
        let goes_on = handle.login() == Some(login) && handle.quietly(|session| session.goes_on(now));
        if goes_on && let Some(mark) = self.take_mark() {
            self.see_to(mark).await;
        }
        goes_on
    }

    /// Ends the session, here and for the other tabs. Gives back what is to be revoked, and when its tokens came; `None` where it
    /// goes on, or another tab has ended it.
    async fn end_for_all(&self, held: Rc<Record>, received: Moment) -> Option<(Rc<Record>, Moment)> {
        let handle: &Handle<J> = &self.handle;
        let store = &handle.store;
        let login = held.login;
        let mut last = (held, received);
        let mut here = true;
        let writes = store.writes.get();
        if self.is_kept()
            && let Outcome::Stored(stored) = self.ask(Effect::Read).await
            && writes == store.writes.get()
        {
            // The tab that has noted the end tells the vendor.
            here = !self.says_ended(&stored, login);
            let found = handle.recorded(stored.record.as_deref());
            // A cookie, or a token that stays the same, belongs to whoever has signed in since.
            let anew = |record: &Record| record.login != login && record.held.access == last.0.held.access;
            here &= !found.as_ref().is_some_and(anew);
            let found = found.filter(|record| record.login == login);
            // Another tab may have renewed the tokens since. (Older ones may be there, too, where a write has failed.)
            if let Some(record) = found.filter(|record| record.renewals > last.0.renewals) {
                let received = handle.now().at_wall(record.received_at);
                last = (Rc::new(record), received);
            }
            self.follow_stored(stored).await;
        }
        if self.goes_on(login).await {
            return None;
        }
        if handle.login() == Some(login) {
            last = (handle.held()?, handle.received());
            let now = handle.now();
            handle.change(|session| session.end_at_limit(now));
        }
        self.keep(false).await;
        here.then_some(last)
    }
}
