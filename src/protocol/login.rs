//! Signing in.

use alloc::boxed::Box;
use alloc::rc::Rc;

use super::effect::{Effect, Line, Outcome};
use super::ending::{Ending, Halt};
use super::handle::Handle;
use super::operation::Run;
use super::settings::Keeping;
use crate::dialect::{Call, CallKind, Credentials, Json, Reply};
use crate::session::{Record, Session};

impl<J: Json> Run<J> {
    /// `login()`: sent once, never repeated by itself, since vendors lock accounts.
    pub(super) async fn sign_in(self: Rc<Self>, credentials: Credentials) -> Ending {
        let result = self.try_to_sign_in(credentials).await;
        for under_way in [&self.handle.signing_in, &self.handle.sending_login] {
            if under_way.get() == Some(self.id) {
                under_way.set(None);
            }
        }
        self.end_turn().await;
        result.into()
    }

    /// Makes a login's name, which no other login has, from a random number. The number is asked for before the call: nothing may
    /// be waited for between the vendor's reply and what it changes.
    pub(super) fn name_of_login(drawn: &Outcome<J>) -> u32 {
        // 0 names no login.
        drawn.random().max(1)
    }

    async fn try_to_sign_in(&self, mut credentials: Credentials) -> Result<Ending, Halt> {
        let handle: &Handle<J> = &self.handle;
        // Built first, so that credentials that can't be sent overtake no earlier login.
        let call = handle.vendor.login(&credentials).map_err(|failure| Halt::at(CallKind::Login, failure))?;
        handle.change(Session::overtake_logins);
        let generation = handle.generation();
        if let Some(older) = handle.signing_in.replace(Some(self.id)) {
            self.see_to(Effect::Stop(older)).await;
        }
        // Handles of one page that share a session are one: a login of one of them overtakes those of the others.
        if handle.settings.keeping != Keeping::Memory {
            self.see_to(Effect::Tell(Line::Neighbours)).await;
        }
        if handle.vendor.signing().is_none() {
            self.take_turn(None, generation).await?;
        }
        if handle.carries_token() && handle.look(Session::is_replaced) {
            // The other user's tokens, which this login is to replace, may have been renewed meanwhile.
            self.follow(false).await;
        }
        self.must_be_latest(generation)?;
        let login = Self::name_of_login(&self.ask(Effect::Random).await);
        // Where the platform gives no random number, nothing is sent.
        self.must_be_wanted()?;
        let mut reply = match handle.vendor.signing() {
            Some(signing) => {
                let outcome = self.sign(signing, &mut credentials, generation).await?;
                self.must_be_latest(generation)?;
                outcome.reply(CallKind::Login)?
            }
            None => self.asked_for(call, generation).await?,
        };
        if credentials.on_device {
            reply = self.answered_on_device(&credentials, reply, generation).await?;
        }
        let now = handle.now();
        let mut grant = handle.vendor.read_login(&reply, &credentials, now.wall).map_err(|failure| {
            let failure = failure.without_secrets(&credentials.secrets());
            handle.learn_sso_url(&failure);
            Halt::at(CallKind::Login, failure)
        })?;
        let redirect_to = grant.redirect_to.take();
        let (mut received, mut older) = (handle.received(), handle.held());
        if handle.look(Session::is_replaced) {
            // This login replaces the other user's session, whose tokens lie in the store.
            older = handle.recorded(handle.store.text.borrow().as_deref()).map(Rc::new);
            received = now.at_wall(older.as_ref().map_or(now.wall, |older| older.received_at));
        }
        handle.change(|session| session.signed_in(grant, login, now));
        // The session that it replaces is revoked in the background, which neither delays the login nor makes it fail.
        // Not so where its credential lives on: a cookie is replaced, and some vendors give a person the same token again.
        let gone =
            |older: &Rc<Record>| handle.held().is_none_or(|held| held.held.access != older.held.access);
        if let Some(older) = older.filter(gone) {
            self.handle.revoke(older, received);
        }
        self.keep(true).await;
        self.must_be_wanted()?;
        if handle.generation() == generation {
            Ok(Ending::SignedIn(redirect_to))
        } else {
            Err(Halt::superseded(CallKind::Login))
        }
    }

    /// Another handle of this page has begun a login or a sign-out.
    pub(super) async fn give_way(&self) -> Ending {
        if let Some(under_way) = self.handle.signing_in.take() {
            self.handle.change(Session::overtake_logins);
            self.see_to(Effect::Stop(under_way)).await;
        }
        Ending::Done
    }

    /// The reply to a login's call, unless a newer login or a logout has overtaken it.
    pub(super) async fn asked_for(&self, call: Box<Call>, generation: u32) -> Result<Box<Reply<J>>, Halt> {
        let outcome = self.ask(Effect::Call(call)).await;
        self.must_be_latest(generation)?;
        outcome.reply(CallKind::Login)
    }

    /// Goes on only where no newer login and no logout has overtaken this one.
    pub(super) fn must_be_latest(&self, generation: u32) -> Result<(), Halt> {
        if self.handle.generation() == generation {
            return Ok(());
        }
        self.must_be_wanted()?;
        Err(Halt::superseded(CallKind::Login))
    }
}
