//! Whether a request may go, and renewing first where it may not yet.

use alloc::rc::Rc;

use super::ending::{Ending, Halt};
use super::handle::{Handle, paused};
use super::operation::Run;
use crate::dialect::{CallKind, Code, Failure, Json, Secret, Why};
use crate::session::{Moment, Pass, Reason};

/// How many times a request waits for a further renewal because the one that it waited for was overtaken.
const MOST_OVERTAKEN: u32 = 3;

/// The user in whose name something was asked for: it is never sent as another user.
#[derive(Debug, Default)]
pub(super) struct Person {
    user: Option<Secret>,
    database: Option<Secret>,
    /// The login; 0 where a cookie is the session, which may be another user's without a login here.
    login: u32,
}

impl Person {
    /// Whether this is the same user. The same login is the same user, even if the name differs: a check may have replaced the typed
    /// name by the vendor's spelling. Otherwise user and database must be equal; with tokens, the user must also be known.
    fn is(&self, other: &Self) -> bool {
        let by_name = self.user == other.user && self.database == other.database;
        match (self.login, other.login) {
            (0, 0) => by_name,
            (asked, now) => asked == now || self.user.is_some() && by_name,
        }
    }
}

impl<J: Json> Handle<J> {
    /// Whoever is signed in.
    pub(super) fn person(&self) -> Person {
        match self.held() {
            Some(record) => Person {
                user: record.held.user.clone(),
                database: record.held.database.clone(),
                login: if self.carries_token() { record.login } else { 0 },
            },
            None => Person::default(),
        }
    }

    /// Looks at the clock: the session may have come to its end, or its tokens may be due for renewal. Begins what has to be done
    /// about it, and doesn't wait for that.
    pub(super) fn tick(self: &Rc<Self>) {
        let now = self.now();
        self.mark_use(false);
        if self.look(|session| session.is_over(now)) {
            // At once in this tab.
            self.change(|session| session.tick(now));
            let epoch = self.epoch();
            if !self.is_disposed() {
                self.spawn(|run| run.end_unless_newer(epoch, Reason::Expired));
            }
        } else if self.is_disposed() || self.enforce_limits().is_some() {
            // Nothing begins by itself any more, or the session may be ending.
        } else if self.look(|session| session.renewal_due(now)) {
            self.renewal(self.epoch(), false);
        } else if self.store.needs_retry() {
            self.spawn(Run::retry_by_itself);
        }
    }

    /// Looks at the clock before the state is read. Gives back whether the session is over.
    pub fn look_at_clock(self: &Rc<Self>, now: Moment) -> bool {
        self.set_now(now);
        let over = self.look(|session| session.is_over(now)) || self.is_beyond_limits();
        if over {
            self.tick();
        }
        over
    }

    /// Whether a call of a kind may go now, in the name of whoever asked for it; false where the tokens have to be renewed first.
    pub(super) fn pass(self: &Rc<Self>, asked: &Person, kind: CallKind) -> Result<bool, Halt> {
        if self.is_disposed() {
            return Err(Halt::unsupported(Why::Disposed, kind));
        }
        self.tick();
        let now = self.now();
        let goes = match self.look(|session| session.pass(now)) {
            Pass::Go => true,
            Pass::RenewFirst => false,
            Pass::Refused(code) => return Err(self.failure(Failure::new(code), kind)),
            Pass::Wait(code, left_ms) => return Err(paused(code, left_ms, kind)),
        };
        if asked.is(&self.person()) { Ok(goes) } else { Err(Halt::superseded(kind)) }
    }
}

impl<J: Json> Run<J> {
    async fn retry_by_itself(self: Rc<Self>) -> Ending {
        if self.handle.store.needs_retry() {
            self.retry_write().await;
        }
        Ending::Done
    }

    /// Waits until a call of a kind may go, renewing if need be. Gives back whether the vendor was asked for a renewal.
    pub(super) async fn ready(&self, asked: &Person, kind: CallKind) -> Result<bool, Halt> {
        // Another tab may have newer tokens.
        if self.handle.is_stale() {
            self.follow(false).await;
        }
        // Again, even if the caller has just waited for this: meanwhile the session may have reached its other limit.
        self.await_limits().await?;
        let mut renewed = false;
        let mut tries = 0;
        // Checked again after each wait: a logout may have come in between.
        while !self.handle.pass(asked, kind)? {
            // One renewal a request: a vendor whose new tokens have expired already would be asked in a loop.
            if renewed || tries == MOST_OVERTAKEN {
                return Err(self.handle.failure(Failure::new(Code::SessionExpired), kind));
            }
            tries += 1;
            match self.renewed(self.handle.epoch(), false).await {
                Ok(vendor_asked) => renewed = vendor_asked,
                Err(halt) if halt.is_superseded() => {}
                Err(halt) => return Err(halt),
            }
        }
        Ok(renewed)
    }

    /// `accessToken()`: a token that is good now.
    pub(super) async fn token(self: Rc<Self>) -> Ending {
        let asked = self.handle.person();
        match self.ready(&asked, CallKind::Request).await {
            Ok(_) => Ending::Token(self.handle.held().and_then(|record| record.held.access.clone())),
            Err(halt) => halt.into(),
        }
    }
}
