//! Asking the vendor whether the session is alive.

use alloc::rc::Rc;

use super::effect::Effect;
use super::ending::{Ending, Halt};
use super::handle::{Handle, without_tokens};
use super::operation::Run;
use crate::dialect::{CallKind, Code, Json, Why};
use crate::session::{Moment, Reason, Session, Verdict};

/// How many renewals in a minute the noes to `check()` may begin right after each other, for one login. A further one has to wait until its
/// tokens are no longer fresh.
const MOST_RENEWALS_A_MINUTE: u32 = 3;
const MINUTE_MS: f64 = 60_000.0;

/// How many renewals noes have begun, for which login, and since when that is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted {
    login: Option<u32>,
    since: Moment,
    times: u32,
}

impl Counted {
    pub(super) const NONE: Self = Self { login: None, since: Moment::NEVER, times: 0 };
}

impl<J: Json> Run<J> {
    /// `check()`: asks the vendor, and updates the session by its answer.
    pub(super) async fn check(self: Rc<Self>) -> Ending {
        self.try_to_check().await.map(|()| Ending::Done).into()
    }

    async fn try_to_check(&self) -> Result<(), Halt> {
        let handle: &Handle<J> = &self.handle;
        if handle.addresses().check.is_none() {
            return Err(Halt::unsupported(Why::NoCheck, CallKind::Check));
        }
        self.await_limits().await?;
        // A cookie's session can be checked although nobody is signed in here; a token's only where there is a token.
        if handle.carries_token() {
            let asked = handle.person();
            if let Err(halt) = self.ready(&asked, CallKind::Check).await {
                return self.unless_over(halt);
            }
        }
        loop {
            // A cookie whose time is up is asked for as one that nobody knows of. One that has reached a limit is revoked before: else it
            // would seem to be alive.
            self.handle.tick();
            let ends = || handle.ending_at_limit.get().filter(|_| !handle.is_signed_in()).map(|(id, _)| id);
            let in_the_way = handle.changes_cookie().or_else(ends).filter(|_| !handle.carries_token());
            let Some(under_way) = in_the_way else { break };
            self.see_to(Effect::Join(under_way)).await;
            self.must_be_wanted()?;
            self.must_be_in_use(CallKind::Check)?;
        }
        let (epoch, sent) = (handle.epoch(), handle.held());
        let stored = handle.store.text.borrow().clone();
        let login =
            if handle.is_signed_in() { 0 } else { Self::name_of_login(&self.ask(Effect::Random).await) };
        // Where the platform gives no random number, nothing is sent.
        self.must_be_wanted()?;
        let outcome = self.ask(Effect::Call(handle.check_call())).await;
        let reply = outcome.reply(CallKind::Check)?;
        self.adopt(epoch, &reply).await;
        let read = handle.vendor.read_check(&reply).map_err(|failure| {
            // The tokens of this call, which may have been replaced since.
            let failure = without_tokens(failure, sent.as_deref());
            handle.learn_sso_url(&failure);
            failure
        });
        if read.is_ok() && !handle.carries_token() {
            // What another tab has written meanwhile is newer than this answer.
            self.follow(false).await;
            let lies_there = handle.store.text.borrow().is_some();
            if lies_there && handle.look(Session::is_replaced) {
                return self.must_be_wanted();
            }
            if sent.is_none() && handle.epoch() == epoch && lies_there && !handle.store.knows(stored.as_ref())
            {
                return self.must_be_wanted();
            }
        }
        let now = handle.now();
        match read {
            Ok(user) => handle.change(|session| {
                session.accepted(epoch);
                session.confirmed(epoch, user, login, now);
            }),
            Err(failure) if failure.code == Code::SessionExpired => {
                // A renewal tells more than a no about the old token: if it succeeds, the session is alive. But where the vendor says no
                // to every token, renewals would never stop, so they are counted.
                let counted = handle.renewed_for_checks.get();
                let counts = counted.login == handle.login() && now.since(counted.since) < MINUTE_MS;
                let counted =
                    if counts { counted } else { Counted { login: handle.login(), since: now, times: 0 } };
                let often = counted.times >= MOST_RENEWALS_A_MINUTE;
                let too_often = often && handle.look(|session| session.is_fresh(now));
                match handle.look(|session| session.rejected(epoch, !often, now)) {
                    Verdict::Leave | Verdict::Renew
                        if too_often && handle.look(|session| session.pause(now).is_none()) =>
                    {
                        self.follow_and_keep().await;
                        return self.must_be_wanted();
                    }
                    Verdict::Renew => {
                        handle.renewed_for_checks.set(Counted { times: counted.times + 1, ..counted });
                        if let Err(halt) = self.renewed(epoch, true).await {
                            self.unless_over(halt)?;
                        }
                    }
                    Verdict::End if failure.ends_session() => {
                        self.join_end(epoch, Reason::Refused).await;
                        return self.must_be_wanted();
                    }
                    Verdict::End | Verdict::Leave | Verdict::Replay => {}
                }
                if handle.epoch() == epoch && handle.is_signed_in() {
                    return Err(handle.failure(failure, CallKind::Check));
                }
            }
            Err(failure) => return Err(handle.failure(failure, CallKind::Check)),
        }
        // Another tab may have renewed or ended the session meanwhile: the caller is to see that, too.
        self.follow_and_keep().await;
        self.must_be_wanted()
    }

    /// To `check()`, a session that is over is an answer, and no error.
    fn unless_over(&self, halt: Halt) -> Result<(), Halt> {
        let over = !matches!(halt, Halt::GivenUp) && !self.handle.is_signed_in();
        if over { Ok(()) } else { Err(halt) }
    }
}
