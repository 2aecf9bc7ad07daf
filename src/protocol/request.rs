//! The caller's own requests: sent with the credential, judged, and sent once more after a rejection.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

use super::effect::{Answer, Dispatch, Effect, Outcome};
use super::ending::{Ending, Halt};
use super::handle::{Handle, without_tokens};
use super::operation::Run;
use super::pass::Person;
use crate::dialect::{Body, CallKind, Code, Failure, Json, Payload, Rejection, Reply, Secret};
use crate::session::{Epoch, Moment, REJECTION_COOLDOWN_MS, Reason, Record, Session, Verdict, without_query};

/// What the caller wants to be sent.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Where to, as the URL parser spells it.
    pub target: String,
    /// Whether the request has a credential of the caller's own, which wins.
    pub own_credential: bool,
    /// The token in that, where it is a header. No failure may repeat it.
    pub own_token: Option<Secret>,
    /// Whether it can be sent a second time: a stream is gone once read.
    pub repeatable: bool,
    /// Whether the vendor's envelope is to be taken off.
    pub json: bool,
}

/// What has rejected a renewed token of a login: to renew it once more for that would not help.
#[derive(Debug)]
pub(super) struct Rejecting {
    target: String,
    login: Option<u32>,
    at: Moment,
    proof: Proof,
}

/// Whether it is known that the token was not the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// The renewed token was rejected, too.
    Found,
    /// The request can't be sent again with the renewed token: the next one there will tell.
    Awaited,
    /// The next one there was not rejected.
    Refuted,
}

impl Rejecting {
    /// Whether it still counts.
    fn lasts(&self, now: Moment) -> bool {
        now.since(self.at) < REJECTION_COOLDOWN_MS
    }
}

/// What is to be done about an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It is for the caller to see.
    Show,
    /// The token was rejected, but to renew it would not help now: it is for the caller to see, too.
    Leave,
    /// The token has been replaced since: the request is sent again.
    Again,
    /// The token was rejected: it is renewed, and then the request is sent again.
    Renew,
}

impl<J: Json> Run<J> {
    pub(super) async fn request(self: Rc<Self>, wish: Wish) -> Ending {
        let mut sent = None;
        match self.send(&wish, &mut sent).await {
            Ok((answer, halt)) if wish.json => self.unwrap(&wish, &answer, sent, halt),
            Ok(_) => Ending::Answered,
            Err(halt) => halt.into(),
        }
    }

    /// The answer that the caller gets; and what a renewal after it, or the second request, has failed with. `sent`: what was held when
    /// it was asked for, unless it went with a credential of the caller's own.
    async fn send(
        &self,
        wish: &Wish,
        sent: &mut Option<Rc<Record>>,
    ) -> Result<(Box<Answer<J>>, Option<Halt>), Halt> {
        let handle: &Handle<J> = &self.handle;
        if !handle.audience().admits(&wish.target) {
            return Err(Halt::new(Code::ForbiddenTarget, CallKind::Request));
        }
        let asked = handle.person();
        self.handle.used(handle.now());
        self.await_limits().await?;
        if wish.own_credential {
            return Ok((self.dispatch(false, false).await?, None));
        }
        let renewed = self.ready(&asked, CallKind::Request).await?;
        let epoch = handle.epoch();
        *sent = handle.held();
        let answer = self.dispatch(true, false).await?;
        let next = self.judge(epoch, &answer).await;
        if next == Next::Show && answer.reply.is_ok() {
            self.has_taken_token(wish);
        }
        let mut halt = match next {
            Next::Show if wish.repeatable && self.is_expired_unsaid(epoch, &answer) => {
                // If the same answer comes again, the token has expired.
                let second = self.dispatch(true, true).await?;
                if self.judge(epoch, &second).await == Next::Show && self.is_expired_unsaid(epoch, &second) {
                    self.join_end(epoch, Reason::Expired).await;
                }
                return Ok((second, None));
            }
            Next::Show | Next::Leave => return Ok((answer, None)),
            // The token was renewed for this very request and is rejected all the same: another renewal would be a loop.
            Next::Renew if renewed => {
                self.remember_rejecting_address(wish, Proof::Found);
                return Ok((answer, None));
            }
            Next::Renew if self.is_rejecting_address(wish) => return Ok((answer, None)),
            Next::Renew => self.renewed(epoch, true).await.err().filter(|halt| !halt.is_superseded()),
            Next::Again => None,
        };
        if let Some(Halt::GivenUp) = halt {
            return Err(Halt::GivenUp);
        }
        if halt.is_none() {
            // What was found in the store meanwhile may have outlasted its limits.
            self.await_limits().await?;
            halt = self.may_repeat(&asked).err();
        }
        if halt.is_none() && !wish.repeatable && next == Next::Renew {
            self.remember_rejecting_address(wish, Proof::Awaited);
        }
        if halt.is_some() || !wish.repeatable {
            return Ok((answer, halt));
        }
        let epoch = handle.epoch();
        *sent = handle.held();
        let second = self.dispatch(true, true).await?;
        // Judged because it may bring a token. If it is a rejection again, the caller gets it. (Again: what it carried was replaced
        // meanwhile, so that nothing is known of the address.)
        let next = self.judge(epoch, &second).await;
        if matches!(next, Next::Renew | Next::Leave) && handle.is_signed_in() {
            self.remember_rejecting_address(wish, Proof::Found);
        }
        Ok((second, None))
    }

    /// Remembers for a while that an address has rejected a token, which was renewed for that.
    fn remember_rejecting_address(&self, wish: &Wish, proof: Proof) {
        let (target, login, at) = (wish.target.clone(), self.handle.login(), self.handle.now());
        let mut known = self.handle.rejecting_addresses.borrow_mut();
        known.retain(|known| known.lasts(at));
        let again = known.iter().any(|known| known.target == target && known.login == login);
        known.retain(|known| known.target != target);
        known.push(Rejecting { target, login, at, proof: if again { Proof::Found } else { proof } });
    }

    /// An address has taken a token. That says nothing of one that is known to reject what else is asked for there.
    fn has_taken_token(&self, wish: &Wish) {
        for known in self.handle.rejecting_addresses.borrow_mut().iter_mut() {
            if known.proof == Proof::Awaited && known.target == wish.target {
                known.proof = Proof::Refuted;
            }
        }
    }

    /// Whether an address has rejected a renewed token not long ago: another renewal would not help. Where it has done so for two
    /// different queries, it does for any: a page may ask for something else each time.
    fn is_rejecting_address(&self, wish: &Wish) -> bool {
        let (now, login) = (self.handle.now(), self.handle.login());
        let path = without_query(&wish.target);
        let known = self.handle.rejecting_addresses.borrow();
        let mut others = 0;
        for known in known.iter().filter(|known| known.login == login && known.lasts(now)) {
            if known.target == wish.target && known.proof != Proof::Refuted {
                return true;
            }
            others += u32::from(known.proof == Proof::Found && without_query(&known.target) == path);
        }
        others > 1
    }

    fn may_repeat(&self, asked: &Person) -> Result<(), Halt> {
        if self.handle.pass(asked, CallKind::Request)? {
            Ok(())
        } else {
            Err(Halt::new(Code::SessionExpired, CallKind::Request))
        }
    }

    /// Sends the request; `ours`: with the session's credential.
    async fn dispatch(&self, ours: bool, again: bool) -> Result<Box<Answer<J>>, Halt> {
        let handle: &Handle<J> = &self.handle;
        let held = handle.held().and_then(|record| record.held.access.clone());
        let credential = match held.filter(|_| ours) {
            Some(token) => handle.facts().carrier.value(&token),
            None if ours && handle.carries_token() => {
                return Err(Halt::new(Code::NotSignedIn, CallKind::Request));
            }
            None => None,
        };
        let sending = &handle.sending;
        sending.set(sending.get() + 1);
        let outcome = self.ask(Effect::Send(Dispatch { credential, again })).await;
        sending.set(sending.get() - 1);
        match outcome {
            Outcome::Answer(answer) => Ok(answer),
            outcome => Err(outcome.halt(CallKind::Request)),
        }
    }

    /// Judges an answer to a request that carried the credential of an epoch. A token that the answer brings is adopted; a
    /// rejected one that can't be renewed ends the session.
    async fn judge(&self, epoch: Epoch, answer: &Answer<J>) -> Next {
        let handle: &Handle<J> = &self.handle;
        let reply = &answer.reply;
        // After a redirect to another origin, it is not the vendor that answers.
        if answer.redirected && !handle.audience().admits(&answer.address) {
            return Next::Show;
        }
        let from_vendor = handle.audience().is_at_base(&answer.address);
        if from_vendor {
            self.adopt(epoch, reply).await;
        }
        let rejection = handle.vendor.rejects_token(reply);
        if rejection == Rejection::No {
            if reply.is_ok() && handle.look(Session::is_on_trial) {
                handle.change(|session| session.accepted(epoch));
            }
            return Next::Show;
        }
        if from_vendor && let Err(failure) = handle.vendor.read(reply, CallKind::Request) {
            handle.learn_sso_url(&failure);
        }
        let now = handle.now();
        match handle.look(|session| session.rejected(epoch, false, now)) {
            Verdict::Renew => return Next::Renew,
            Verdict::Replay => return Next::Again,
            Verdict::Leave => return Next::Leave,
            Verdict::End if !from_vendor => return Next::Show,
            Verdict::End if rejection == Rejection::Yes => {
                let expired = handle.vendor.says_expired(reply);
                self.join_end(epoch, if expired { Reason::Expired } else { Reason::Refused }).await;
            }
            // Perhaps another server behind the vendor has rejected it: the vendor itself is asked.
            Verdict::End => self.confirm(epoch).await,
        }
        // Another tab, or another request's reply, may have brought newer tokens meanwhile.
        if handle.epoch() != epoch && handle.is_signed_in() { Next::Again } else { Next::Show }
    }

    /// Asks the vendor whether the session of an epoch is alive; once for all requests that doubt it.
    pub(super) async fn confirm(&self, epoch: Epoch) {
        let handle: &Handle<J> = &self.handle;
        if handle.addresses().check.is_none() {
            return;
        }
        let under_way = handle.confirming.get().filter(|(of, _)| *of == epoch);
        let (_, operation) = under_way.unwrap_or_else(|| {
            let begun = (epoch, self.handle.spawn(|run| run.confirmation(epoch)));
            handle.confirming.set(Some(begun));
            begun
        });
        self.see_to(Effect::Join(operation)).await;
    }

    async fn confirmation(self: Rc<Self>, epoch: Epoch) -> Ending {
        let handle: &Handle<J> = &self.handle;
        if let Outcome::Reply(reply) = self.ask(Effect::Call(handle.check_call())).await
            && handle.vendor.read_check(&reply).is_err_and(|failure| failure.ends_session())
        {
            self.join_end(epoch, Reason::Refused).await;
        }
        if handle.confirming.get().is_some_and(|(_, operation)| operation == self.id) {
            handle.confirming.set(None);
        }
        Ending::Done
    }

    /// Whether an answer may mean that the token of an epoch has expired, though it doesn't say so. It says nothing of tokens
    /// that have come since, which may be another user's.
    fn is_expired_unsaid(&self, epoch: Epoch, answer: &Answer<J>) -> bool {
        let handle: &Handle<J> = &self.handle;
        let now = handle.now().wall;
        let held = handle.held().filter(|_| handle.epoch() == epoch);
        held.is_some_and(|record| handle.vendor.expired_unsaid(&answer.reply, &record.held, now))
            && handle.audience().is_at_base(&answer.address)
    }

    /// Adopts a token that a reply brings.
    pub(super) async fn adopt(&self, epoch: Epoch, reply: &Reply<J>) {
        let handle: &Handle<J> = &self.handle;
        let now = handle.now();
        let held = handle.held();
        if let Some(grant) = held.and_then(|record| handle.vendor.adopts(reply, &record.held, now.wall))
            && handle.change(|session| session.adopt(epoch, grant, now))
        {
            self.keep(false).await;
        }
    }

    /// Takes the vendor's envelope off an answer.
    fn unwrap(
        &self,
        wish: &Wish,
        answer: &Answer<J>,
        sent: Option<Rc<Record>>,
        halt: Option<Halt>,
    ) -> Ending {
        let handle: &Handle<J> = &self.handle;
        let reply = &answer.reply;
        // Why the renewal has failed, and not the vendor's rejection: that would sound as if the session had ended.
        if let Some(halt) = halt.filter(|_| handle.is_signed_in()) {
            return halt.into();
        }
        match handle.vendor.read(reply, CallKind::Request) {
            _ if reply.is_ok() && matches!(reply.body, Body::Empty) => Ending::Payload(Payload::Whole),
            Ok(payload) => Ending::Payload(payload),
            Err(mut failure) => {
                if !handle.audience().is_at_base(&answer.address) {
                    failure.sso_url = None; // of another instance, if of any
                }
                let own = wish.own_token.as_deref().unwrap_or_default();
                self.failed_request(failure.without_secrets(&[own]), reply, sent).into()
            }
        }
    }

    fn failed_request(&self, mut failure: Box<Failure>, reply: &Reply<J>, sent: Option<Rc<Record>>) -> Halt {
        let handle: &Handle<J> = &self.handle;
        let Some(sent) = sent else {
            return Halt::at(CallKind::Request, failure);
        };
        // What has ended the session may not say so itself.
        let doubts = handle.vendor.rejects_token(reply) != Rejection::No
            || handle.vendor.expired_unsaid(reply, &sent.held, handle.now().wall);
        if doubts && handle.look(Session::why_signed_out) == Some(Code::SessionExpired) {
            failure.code = Code::SessionExpired;
        }
        // The request's token may have been replaced since.
        handle.failure(without_tokens(failure, Some(&sent)), CallKind::Request)
    }
}
