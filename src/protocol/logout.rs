//! Signing out.

use alloc::rc::Rc;
use core::cell::Cell;

use super::effect::{Effect, Line, Outcome, Trouble};
use super::ending::Ending;
use super::handle::{Handle, Keeping};
use super::operation::Run;
use crate::dialect::Json;
use crate::session::{Moment, Note, Reason, Record, Session};

impl<J: Json> Run<J> {
    /// `logout()`: signs out here and in the other tabs first, whatever the network says.
    ///
    /// `elsewhere`: the user has signed out in another tab, which has a session of its own. `told`: the vendor is told.
    pub(super) async fn sign_out(self: Rc<Self>, elsewhere: bool, told: bool) -> Ending {
        let handle: &Handle<J> = &self.handle;
        // The note comes first. Pages often unload right after a sign-out, before the store has deleted the record: without a
        // note, the next page would be signed in.
        let login = handle.look(Session::login_to_end);
        if let Some(login) = login
            && handle.settings.keeping != Keeping::Memory
        {
            handle.store.end_noted.set(login);
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
        // After a sign-out in another tab, the cookie may belong to a newer login by now: so that one isn't told.
        let known = record.filter(|_| {
            told && handle.addresses().logout.is_some() && (!elsewhere || handle.carries_token())
        });
        let confirmed = Rc::new(Cell::new(false));
        let revoking = known.map(|record| {
            let confirmed = Rc::clone(&confirmed);
            self.handle.spawn(|run| run.revoke(record, received, confirmed))
        });
        // A record that is being deleted already isn't deleted again: another tab may have signed in since.
        self.keep(known_here || !handle.store.is_being_cleared()).await;
        if let Some(revoking) = revoking
            && let Outcome::Failed(Trouble::GivenUp) = self.ask(Effect::Join(revoking)).await
        {
            self.see_to(Effect::Stop(revoking)).await;
        }
        // A renewal of another tab's may have written its tokens after the record was deleted.
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
            // An expired token is never sent: it is renewed first, and the new one is revoked. Not so where a cookie renews it,
            // which may belong to a newer login.
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
