//! Turns at the browser's cookie, where that is the session or renews it. A browser has one for each host, and whichever reply comes last
//! sets it: a login, a renewal and a sign-out that are on their way side by side would undo each other. So one waits for the other; in
//! other tabs, by the lock under which tokens are renewed.

use alloc::boxed::Box;
use alloc::rc::Rc;

use super::effect::{Effect, OperationId, Outcome, Trouble};
use super::ending::Halt;
use super::handle::Handle;
use super::operation::Run;
use super::renewal::Spent;
use super::settings::Keeping;
use crate::dialect::{CallKind, Grant, Json, Renewal};
use crate::session::{Record, Session};

/// A lock that is free is given within this time, in ms.
const AT_ONCE_MS: f64 = 5.0;

impl<J: Json> Handle<J> {
    /// Whether a renewal sets the cookie that a login sets, too.
    pub(super) fn renews_by_cookie(&self) -> bool {
        let cookie = !self.carries_token() || self.vendor.signing().is_some();
        cookie && !matches!(self.facts().renewal, Renewal::None)
    }

    /// Whether something else than a login sets or takes away the cookie that a login sets.
    fn takes_turns(&self) -> bool {
        self.renews_by_cookie() || !self.carries_token() && self.addresses().logout.is_some()
    }

    /// The sign-out, or the renewal, that is on its way to the vendor and changes the cookie.
    pub(super) fn changes_cookie(&self) -> Option<OperationId> {
        let revocation = self.revocation.borrow().as_ref().map(|(id, _)| *id);
        let revocation = revocation.filter(|_| !self.carries_token()).or(self.renews_to_revoke.get());
        revocation.or_else(|| self.renews_cookie())
    }

    /// The renewal that is on its way and changes the cookie.
    fn renews_cookie(&self) -> Option<OperationId> {
        let renewal = self.flight.borrow().as_ref().and_then(|flight| flight.on_its_way());
        renewal.filter(|_| self.renews_by_cookie())
    }
}

impl<J: Json> Run<J> {
    /// Waits for a login's turn, or for that of the sign-out of a record. From then on, until a login ends, no renewal and no sign-out is
    /// sent; and no other tab renews the tokens.
    pub(super) async fn take_turn(
        &self,
        signed_out: Option<&Rc<Record>>,
        generation: u32,
    ) -> Result<(), Halt> {
        let handle: &Handle<J> = &self.handle;
        if !handle.takes_turns() {
            return Ok(());
        }
        let mut queued_for = None;
        let mut queued_at = handle.now();
        let mut may_go = false;
        loop {
            // Sign-outs wait for each other in `revoke`: here, one looks only for a login and a renewal.
            let in_the_way = if signed_out.is_some() {
                handle.sending_login.get().or_else(|| handle.renews_cookie())
            } else {
                self.must_be_latest(generation)?;
                self.must_be_wanted()?;
                self.must_be_in_use(CallKind::Login)?;
                handle.changes_cookie()
            };
            // A sign-out during a login has no tokens of its own yet.
            let own = signed_out.map(|record| record.tokens()).filter(|tokens| tokens.login != 0);
            let tokens = own.unwrap_or_else(|| handle.look(Session::tokens_in_use));
            let tokens =
                Some(tokens).filter(|tokens| tokens.login != 0 && handle.settings.keeping != Keeping::Memory);
            if queued_for.is_some() && (in_the_way.is_some() || queued_for != tokens) {
                (queued_for, may_go) = (None, false);
                self.end_turn().await;
            } else if let Some(under_way) = in_the_way {
                self.see_to(Effect::Join(under_way)).await;
            } else if let Some(wanted) = tokens.filter(|_| !may_go) {
                if queued_for.is_none() {
                    queued_at = handle.now();
                }
                queued_for = tokens;
                self.queued.set(true);
                // If the wait has timed out, the tab that holds the lock is frozen: this one goes on without it.
                let outcome = self.ask(Effect::Lock(wanted.name())).await;
                // A sign-out whose caller gives up goes on in its place in the queue.
                may_go = !matches!(outcome, Outcome::Waiting | Outcome::Failed(Trouble::Stopped));
                // Whoever had the turn before may have signed in or out, or renewed. A sign-out that had to wait for nobody isn't held up:
                // the page may be left in the next moment.
                let waited = handle.now().since(queued_at) >= AT_ONCE_MS;
                if may_go && waited {
                    self.wait_out_lag().await;
                }
                if !may_go || waited || signed_out.is_none() {
                    self.follow(false).await;
                }
            } else {
                if signed_out.is_none() {
                    handle.sending_login.set(Some(self.id));
                }
                return Ok(());
            }
        }
    }

    /// Lets other tabs go on.
    #[inline(never)]
    pub(super) async fn end_turn(&self) {
        if self.queued.replace(false) {
            self.see_to(Effect::Unlock { spent: false }).await;
        }
    }

    /// Hands what a renewal has brought for a session that has ended meanwhile to whoever revokes it; or takes its cookie away, where the user
    /// has signed out in a tab that couldn't wait for it. `here`: in this tab.
    pub(super) fn take_away(&self, mut record: Rc<Record>, grant: Box<Grant>, here: bool) {
        let handle: &Handle<J> = &self.handle;
        let shared = matches!(handle.settings.keeping, Keeping::Tabs { .. });
        let left = if handle.carries_token() {
            let told = handle.take_spent(&record);
            let awaited = matches!(told, Some(Spent::Awaited))
                || handle.renews_to_revoke.get().is_some()
                || handle.ending_at_limit.get().is_some_and(|(_, of)| of == record.login);
            if awaited {
                handle.spent.replace(Some((record.tokens(), Spent::For(grant))));
                return;
            }
            handle.spent.replace(Some((record.tokens(), Spent::Gone)));
            Rc::make_mut(&mut record).held.renew(*grant);
            // Where tabs have sessions of their own, the cookie may be another one's by now. A token alone may be that of a session which goes
            // on in another tab: nobody revokes it who doesn't know better.
            matches!(told, Some(Spent::Unwanted))
                || handle.login().is_none() && handle.renews_by_cookie() && (shared || here)
        } else {
            handle.login().is_none() && handle.revocation.borrow().is_none() && !shared
        };
        if left {
            self.handle.revoke(record, handle.now());
        }
    }
}
