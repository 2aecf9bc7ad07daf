//! Signing out.

use alloc::rc::Rc;
use core::cell::Cell;

use super::effect::{Effect, Line, Outcome, Trouble};
use super::ending::Ending;
use super::handle::{Handle, Keeping};
use super::operation::Run;
use crate::dialect::Json;
use crate::session::{Moment, Note, Reason, Record, Session};

impl<J: Json + 'static> Run<J> {
    /// `logout()`: signs out here and in the other tabs first, whatever the network says.
    ///
    /// `elsewhere`: the user has signed out in another tab, which has a session of its own. `told`: the vendor is told.
    pub(super) async fn sign_out(self: Rc<Self>, elsewhere: bool, told: bool) -> Ending {
        let handle: &Handle<J> = &self.handle;
        // Before anything else: a page that goes, as after a sign-out, takes with it what the store has not done yet, and the
        // next one would find somebody signed in.
        let login = handle.login();
        if let Some(login) = login
            && handle.settings.keeping != Keeping::Memory
        {
            self.see_to(Effect::Note(Some(Note::ended(login, Reason::Logout).write()))).await;
        }
        let received = handle.received();
        let record = handle.change(Session::sign_out);
        let known_here = record.is_some();
        if let Some(under_way) = handle.signing_in.take() {
            self.see_to(Effect::Stop(under_way)).await;
        }
        let replaced = handle.look(Session::is_replaced);
        if !elsewhere && !replaced && !matches!(handle.settings.keeping, Keeping::Tabs { .. }) {
            self.see_to(Effect::Tell(Line::SignOut)).await;
        }
        // A cookie may be a newer login's by now.
        let known = record.filter(|_| {
            told && handle.addresses().logout.is_some() && (!elsewhere || handle.carries_token())
        });
        let confirmed = Rc::new(Cell::new(false));
        let revoking = known.map(|record| {
            let confirmed = Rc::clone(&confirmed);
            self.handle.spawn(|run| run.revoke(record, received, confirmed))
        });
        // Nothing is taken away twice: another tab may have signed in since.
        self.keep(known_here || !handle.store.is_being_cleared()).await;
        if let Some(revoking) = revoking
            && let Outcome::Failed(Trouble::GivenUp) = self.ask(Effect::Join(revoking)).await
        {
            self.see_to(Effect::Stop(revoking)).await;
        }
        // A renewal of another tab's may have written after all.
        self.handle.spawn(|run| async move {
            run.follow(false).await;
            Ending::Done
        });
        match self.wanted() {
            Ok(()) => Ending::SignedOut(confirmed.get()),
            Err(halt) => halt.into(),
        }
    }

    /// Tells the vendor that a session is over. Its silence or its no is no error: the user is signed out all the same.
    ///
    /// `received`: when its tokens came.
    pub(super) async fn revoke(
        self: Rc<Self>,
        record: Rc<Record>,
        received: Moment,
        confirmed: Rc<Cell<bool>>,
    ) -> Ending {
        confirmed.set(self.try_to_revoke(record, received).await == Some(true));
        Ending::Done
    }

    async fn try_to_revoke(&self, mut record: Rc<Record>, received: Moment) -> Option<bool> {
        let handle: &Handle<J> = &self.handle;
        handle.addresses().logout.as_ref()?;
        if record.left(received, handle.now()).is_some_and(|left| left <= 0.0) {
            // A token that is over is sent nowhere. What can be renewed can be revoked all the same.
            // But not by a cookie: it may be that of a login that came since.
            let call = handle.vendor.refresh(&record.held).filter(|call| !call.cookies)?;
            let Outcome::Reply(reply) = self.ask(Effect::Call(call)).await else { return None };
            let grant = handle.vendor.read_refresh(&reply, handle.now().wall).ok()?;
            let held = &mut Rc::make_mut(&mut record).held;
            held.access = grant.access;
            held.refresh = grant.refresh.or(held.refresh.take());
        }
        let Outcome::Reply(reply) = self.ask(Effect::Call(handle.vendor.logout(&record.held))).await else {
            return None;
        };
        Some(handle.vendor.confirms_logout(&reply))
    }
}
