//! The caller's own requests: sent with the credential, judged, and sent once more after a rejection.

use alloc::boxed::Box;
use alloc::string::String;

use super::effect::{Answer, Dispatch, Effect, Outcome};
use super::ending::{Ending, Halt};
use super::handle::Run;
use super::pass::Person;
use crate::dialect::{Code, Failure, Json, Operation as Kind, Reply};
use crate::session::{Epoch, Reason, Verdict};

/// What the caller wants to be sent.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Where to, as the URL parser spells it, without query and fragment.
    pub target: String,
    /// Whether the request has a credential of the caller's own, which wins.
    pub callers: bool,
    /// Whether it can be sent a second time: a stream is gone once read.
    pub repeatable: bool,
    /// Whether the vendor's envelope is to be taken off.
    pub json: bool,
}

/// What is to be done about an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// It is for the caller to see.
    Show,
    /// The token has been replaced since: the request is sent again.
    Again,
    /// The token was rejected: it is renewed, and then the request is sent again.
    Renew,
}

impl<J: Json + 'static> Run<J> {
    pub(super) async fn request(self, wish: Wish) -> Ending {
        match self.send(&wish).await {
            Ok((answer, trouble)) if wish.json => self.unwrap(&answer.reply, wish.callers, trouble),
            Ok(_) => Ending::Answered,
            Err(halt) => halt.into(),
        }
    }

    /// The answer that the caller gets; and what a renewal after it, or the second request, has failed with.
    async fn send(&self, wish: &Wish) -> Result<(Answer<J>, Option<Halt>), Halt> {
        let handle = &self.handle;
        if !handle.audience().admits(&wish.target) {
            return Err(Halt::new(Code::ForbiddenTarget, Kind::Request));
        }
        if wish.callers {
            return Ok((self.dispatch(None, false).await?, None));
        }
        let asked = handle.person();
        let renewed = self.ready(&asked).await?;
        let epoch = handle.epoch();
        let answer = self.dispatch(Some(epoch), false).await?;
        let next = self.judge(epoch, &answer).await;
        let trouble = match next {
            Next::Show => return Ok((answer, None)),
            // A token that was renewed for this very request, and is rejected: to renew it again would be a loop.
            Next::Renew if renewed => return Ok((answer, None)),
            Next::Renew => self.renewed(epoch, true).await.err().filter(|halt| !halt.is_superseded()),
            Next::Again => None,
        };
        if let Some(Halt::GivenUp) = trouble {
            return Err(Halt::GivenUp);
        }
        let trouble = trouble.or_else(|| self.may_repeat(&asked).err());
        if trouble.is_some() || !wish.repeatable {
            return Ok((answer, trouble));
        }
        let epoch = handle.epoch();
        let second = self.dispatch(Some(epoch), true).await?;
        // Judged for a token that it brings; a second rejection is the caller's to see.
        self.judge(epoch, &second).await;
        Ok((second, None))
    }

    fn may_repeat(&self, asked: &Person) -> Result<(), Halt> {
        if self.handle.pass(asked)? { Ok(()) } else { Err(Halt::new(Code::SessionExpired, Kind::Request)) }
    }

    /// Sends the request, with the credential of an epoch.
    async fn dispatch(&self, epoch: Option<Epoch>, again: bool) -> Result<Answer<J>, Halt> {
        let handle = &self.handle;
        let held = handle.look(|session| session.held().and_then(|record| record.held.access.clone()));
        let credential = match (epoch, held) {
            (Some(_), Some(token)) => handle.vendor.facts().carrier.value(&token),
            (Some(_), None) if handle.carries_token() => {
                return Err(Halt::new(Code::NotSignedIn, Kind::Request));
            }
            _ => None,
        };
        let outcome = self.ask(Effect::Send(Dispatch { credential, again })).await;
        match outcome {
            Outcome::Answer(answer) => Ok(answer),
            outcome => Err(Self::unanswered(&outcome, Kind::Request)),
        }
    }

    /// Judges an answer to a request that carried the credential of an epoch. A token that it brings is taken over; a rejected
    /// one that can't be renewed ends the session.
    async fn judge(&self, epoch: Epoch, answer: &Answer<J>) -> Next {
        let (handle, reply) = (&self.handle, &answer.reply);
        // What another origin says after a redirect is no word of the vendor's.
        if answer.redirected && !handle.audience().admits(&answer.address) {
            return Next::Show;
        }
        let from_vendor = handle.audience().is_at_base(&answer.address);
        if from_vendor {
            self.adopt(epoch, reply).await;
        }
        if !handle.vendor.rejects_token(reply) {
            return Next::Show;
        }
        let now = handle.now();
        match handle.look(|session| session.rejected(epoch, now)) {
            Verdict::Renew => Next::Renew,
            Verdict::Replay => Next::Again,
            Verdict::Leave => Next::Show,
            Verdict::End => {
                if from_vendor {
                    let expired = handle.vendor.says_expired(reply);
                    let reason = if expired { Reason::Expired } else { Reason::Refused };
                    handle.change(|session| session.refused(epoch, reason));
                    self.keep(false).await;
                }
                Next::Show
            }
        }
    }

    /// Takes over a token that a reply brings.
    pub(super) async fn adopt(&self, epoch: Epoch, reply: &Reply<J>) {
        let handle = &self.handle;
        let now = handle.now();
        if let Some(grant) = handle.vendor.adopts(reply, now.wall)
            && handle.change(|session| session.adopt(epoch, grant, now))
        {
            self.keep(false).await;
        }
    }

    /// Takes the vendor's envelope off an answer.
    fn unwrap(&self, reply: &Reply<J>, callers: bool, trouble: Option<Halt>) -> Ending {
        let handle = &self.handle;
        // Not the vendor's rejection, which sounds as if the session had ended: it waits for a better moment to be renewed.
        if let Some(halt) = trouble.filter(|_| handle.is_signed_in()) {
            return halt.into();
        }
        match handle.vendor.read(reply, Kind::Request) {
            Ok(payload) => Ending::Payload(payload),
            Err(failure) => self.refused(failure, callers).into(),
        }
    }

    fn refused(&self, failure: Box<Failure>, callers: bool) -> Halt {
        if callers {
            Halt::Failed(failure, Kind::Request)
        } else {
            self.handle.failure(failure, Kind::Request)
        }
    }
}
