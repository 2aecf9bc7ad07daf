//! Signing out.

use alloc::rc::Rc;
use core::cell::Cell;

use super::effect::{Effect, Line, OperationId, Outcome};
use super::ending::Ending;
use super::handle::Handle;
use super::operation::Run;
use super::renewal::Spent;
use super::settings::Keeping;
use crate::dialect::Json;
use crate::session::{Moment, Note, Reason, Record, Session};

/// A sign-out at the vendor that is under way: the operation, and whether the vendor has confirmed it.
pub(super) type Revocation = (OperationId, Rc<Cell<bool>>);

impl<J: Json> Handle<J> {
    /// Begins to tell the vendor that a session is over. Its silence or its no is no error: the user is signed out all the same.
    ///
    /// `received`: when its tokens came.
    pub(super) fn revoke(self: &Rc<Self>, record: Rc<Record>, received: Moment) -> Revocation {
        let confirmed = Rc::new(Cell::new(false));
        let answer = Rc::clone(&confirmed);
        let earlier = self.revocation.borrow().as_ref().map(|(id, _)| *id);
        let revocation = (self.spawn(|run| run.revoke(record, received, earlier, answer)), confirmed);
        self.revocation.replace(Some(revocation.clone()));
        revocation
    }

    /// Whether only a cookie can renew what has to be renewed to be revoked. It may be that of a newer login.
    #[inline(never)]
    fn renews_to_be_revoked(&self, record: &Record, received: Moment) -> bool {
        self.carries_token() && self.renews_by_cookie() && record.is_over(received, self.now())
    }
}

impl<J: Json> Run<J> {
    /// `logout()`: signs out here and in the other tabs first, whatever the network says.
    ///
    /// `elsewhere`: the user has signed out in another tab, which has a session of its own. `tells_vendor`: the vendor
    /// is told.
    pub(super) async fn sign_out(self: Rc<Self>, elsewhere: bool, tells_vendor: bool) -> Ending {
        let handle: &Handle<J> = &self.handle;
        // Told at once, so that what another handle of the page begins from now on is newer.
        if !elsewhere && !handle.look(Session::is_replaced) {
            let shared = matches!(handle.settings.keeping, Keeping::Tabs { .. });
            self.see_to(Effect::Tell(if shared { Line::Neighbours } else { Line::SignOut })).await;
        }
        // The note comes before all else that waits. Pages often unload right after a sign-out, before the store has deleted the record: without a
        // note, the next page would be signed in.
        let login = handle.look(Session::login_to_end);
        if let Some(login) = login
            && handle.settings.keeping != Keeping::Memory
        {
            handle.store.end_noted.set(login);
            self.see_to(Effect::Note(Some(Note::ended(login, Reason::Logout).write()))).await;
        }
        let received = handle.received();
        let record = handle.change(|session| session.sign_out(elsewhere));
        let (known_here, generation) = (record.is_some(), handle.generation());
        // A login that is on its way may have set its cookie already. One sign-out takes it away.
        let sets_cookie = handle.sending_login.get().is_some() && !handle.carries_token();
        let is_first = handle.revocation.borrow().is_none();
        let record = record.or_else(|| (sets_cookie && is_first && !elsewhere).then(Rc::default));
        if !elsewhere && let Some(under_way) = handle.signing_in.take() {
            self.see_to(Effect::Stop(under_way)).await;
        }
        // After a sign-out in another tab the cookie may already be a newer login's, so the vendor is not asked to end it.
        let known = record.filter(|record| {
            let by_cookie = !handle.carries_token() || self.handle.renews_to_be_revoked(record, received);
            tells_vendor && handle.addresses().logout.is_some() && !(elsewhere && by_cookie)
        });
        let revocation = match known {
            Some(record) => Some(self.handle.revoke(record, received)),
            // Another call may just have begun to sign out.
            None if !known_here => handle.revocation.borrow().clone(),
            None => None,
        };
        // A record that is being deleted already isn't deleted again: another tab may have signed in since.
        self.keep(known_here || !handle.store.is_being_cleared()).await;
        if let Some((under_way, _)) = revocation {
            self.see_to(Effect::Join(under_way)).await;
            if known_here && self.must_be_wanted().is_err() {
                self.see_to(Effect::Stop(under_way)).await;
            }
        }
        self.handle.spawn(|run| run.catch_up(generation));
        match self.must_be_wanted() {
            Ok(()) => Ending::SignedOut(revocation.is_some_and(|(_, confirmed)| confirmed.get())),
            Err(halt) => halt.into(),
        }
    }

    /// Reads what other tabs did during the sign-out. A renewal there may have written its tokens after the record was deleted: they are
    /// deleted, too. With a cookie, this sign-out may have ended the session of somebody who signed in there meanwhile: the vendor is asked.
    async fn catch_up(self: Rc<Self>, generation: u32) -> Ending {
        self.follow(false).await;
        let elsewhere = self.handle.is_signed_in() && self.handle.generation() == generation;
        if elsewhere && !self.handle.carries_token() {
            self.confirm(self.handle.epoch()).await;
        }
        Ending::Done
    }

    async fn revoke(
        self: Rc<Self>,
        record: Rc<Record>,
        received: Moment,
        earlier: Option<OperationId>,
        confirmed: Rc<Cell<bool>>,
    ) -> Ending {
        if let Some(earlier) = earlier.filter(|_| !self.handle.carries_token()) {
            // A login waits for the newest sign-out alone. So each waits for the one before it: then the newest changes the cookie last.
            self.see_to(Effect::Join(earlier)).await;
        }
        confirmed.set(self.try_to_revoke(record, received).await == Some(true));
        self.handle.revocation.borrow_mut().take_if(|(id, _)| *id == self.id);
        Ending::Done
    }

    async fn try_to_revoke(&self, mut record: Rc<Record>, received: Moment) -> Option<bool> {
        let handle: &Handle<J> = &self.handle;
        handle.addresses().logout.as_ref()?;
        let mut others = false;
        // An expired token is never sent: it is renewed first, and the new one is revoked. (Also where renewals are manual: what is renewed
        // here is gone at once.)
        let by_cookie = handle.renews_to_be_revoked(&record, received);
        if by_cookie || !handle.carries_token() {
            if by_cookie {
                handle.renews_to_revoke.set(Some(self.id));
            }
            self.take_turn(Some(&record), 0).await.ok()?;
            // The cookie is that of whoever has signed in since, here or in the tab that has replaced this one's session. And where tabs
            // have sessions of their own, one that ends by itself leaves the others' cookie alone.
            others = handle.look(Session::is_replaced)
                || handle.login().is_some_and(|login| login != record.login)
                || by_cookie
                    && !matches!(handle.settings.keeping, Keeping::Tabs { .. })
                    && !handle.look(Session::is_signed_out_by_user);
        }
        let over = record.is_over(received, handle.now());
        // A renewal that isn't needed isn't waited for. What it brings is revoked when it comes (for a cookie, see `take_away`); and what it
        // has brought already, in place of the older tokens.
        if !over {
            if let Some(Spent::For(grant)) = handle.take_spent(&record) {
                Rc::make_mut(&mut record).held.renew(*grant);
            } else if !handle.renews_by_cookie() && handle.spending(&record).is_some() {
                handle.spent.replace(Some((record.tokens(), Spent::Unwanted)));
            }
        }
        let confirmed = if others { None } else { self.send_revocation(Rc::clone(&record), over).await };
        if over {
            // Nobody waits any more for what a renewal brings.
            handle.take_spent(&record);
        }
        if by_cookie {
            handle.renews_to_revoke.set(None);
        }
        self.end_turn().await;
        confirmed
    }

    async fn send_revocation(&self, mut record: Rc<Record>, over: bool) -> Option<bool> {
        let handle: &Handle<J> = &self.handle;
        if over {
            // A refresh token isn't spent twice: what it has brought is revoked, unless that is done. Where this tab's renewal fails, the
            // caller has waited long enough.
            if let Some(renewal) = handle.spending(&record) {
                handle.spent.replace(Some((record.tokens(), Spent::Awaited)));
                let Outcome::Done = self.ask(Effect::Join(renewal)).await else { return None };
            }
            let grant = match handle.take_spent(&record) {
                Some(Spent::For(grant)) => grant,
                Some(_) => return None,
                None => {
                    handle.spent.replace(Some((record.tokens(), Spent::Gone)));
                    let call = handle.vendor.refresh(&record.held)?;
                    let Outcome::Reply(reply) = self.ask(Effect::Call(call)).await else { return None };
                    handle.read_refresh(&reply, &record).ok()?
                }
            };
            Rc::make_mut(&mut record).held.renew(*grant);
        }
        // Some vendors give a person the same token again: it is that of whoever has signed in since.
        if record.held.access.is_some()
            && handle.held().is_some_and(|now| now.held.access == record.held.access)
        {
            return None;
        }
        let Outcome::Reply(reply) = self.ask(Effect::Call(handle.vendor.logout(&record.held))).await else {
            return None;
        };
        Some(handle.vendor.confirms_logout(&reply))
    }
}
