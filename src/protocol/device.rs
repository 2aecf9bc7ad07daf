//! Signing in on another device: the vendor is polled until the person has answered there.

use alloc::boxed::Box;

use super::effect::{Effect, Outcome};
use super::ending::Halt;
use super::handle::Handle;
use super::operation::Run;
use crate::dialect::{CallKind, Code, Credentials, Json, Reply};
use crate::session::{Session, backoff_ms};

/// A long poll that times out sooner than this, in ms, has not waited: the vendor is asked again only after a pause.
const AT_ONCE_MS: f64 = 1_000.0;

impl<J: Json> Run<J> {
    /// Shows the caller the vendor's prompt, once. Then polls the vendor until the person has answered or the caller gives up,
    /// as a person may take minutes. Gives back the reply with the answer.
    pub(super) async fn answered_on_device(
        &self,
        credentials: &Credentials,
        reply: Box<Reply<J>>,
        generation: u32,
    ) -> Result<Box<Reply<J>>, Halt> {
        let vendor = &self.handle.vendor;
        let prompt = vendor.read_prompt(&reply).map_err(|failure| Halt::at(CallKind::Login, failure))?;
        self.see_to(Effect::Prompt(Box::new(prompt.clone()))).await;
        let mut failures = 0;
        loop {
            self.must_be_wanted()?;
            self.must_be_in_use(CallKind::Login)?;
            let call = vendor.poll_device(credentials, &prompt);
            let call = call.ok_or_else(|| Halt::new(Code::Internal, CallKind::Login))?;
            let (asked_at, longest) = (self.handle.now(), f64::from(call.longer_ms));
            let before = self.handle.look(Session::tokens_in_use).login;
            let took = || self.handle.now().since(asked_at);
            let no_answer = match self.asked_for(call, generation).await {
                Ok(reply) => match self.no_answer_in(&reply, credentials) {
                    Some(no_answer) => no_answer,
                    None if took() < longest => return Ok(reply),
                    // It waited in a page that was frozen. Whoever has signed in in another tab since was answered later.
                    None => {
                        self.follow(false).await;
                        self.must_be_latest(generation)?;
                        let same = self.handle.look(Session::tokens_in_use).login == before;
                        return if same { Ok(reply) } else { Err(Halt::superseded(CallKind::Login)) };
                    }
                },
                Err(Halt::Failed(failure)) if is_transient(failure.code) => NoAnswer::NotAsked(None),
                Err(halt) => {
                    self.must_be_in_use(CallKind::Login)?;
                    return Err(halt);
                }
            };
            let retry_after_ms = match no_answer {
                NoAnswer::TimedOut if took() >= AT_ONCE_MS => {
                    failures = 0;
                    continue;
                }
                NoAnswer::TimedOut => None,
                NoAnswer::NotAsked(retry_after_ms) => retry_after_ms,
            };
            failures += 1;
            let jitter = self.ask(Effect::Random).await.fraction();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a day at most")]
            let pause = backoff_ms(failures, retry_after_ms, jitter) as u32;
            let waited = self.ask(Effect::Wait(pause)).await;
            self.must_be_latest(generation)?;
            // Where nobody uses the handle any more, the next poll says so.
            if let Outcome::Failed(_) = waited
                && !self.handle.is_disposed()
            {
                return Err(waited.halt(CallKind::Login));
            }
        }
    }

    /// Why a reply holds no answer of the person's. `None`: it holds one, or says why there can be none.
    fn no_answer_in(&self, reply: &Reply<J>, credentials: &Credentials) -> Option<NoAnswer> {
        let handle: &Handle<J> = &self.handle;
        let failure = handle.vendor.read_login(reply, credentials, handle.now().wall).err()?;
        if handle.vendor.is_unanswered(&failure) {
            return Some(NoAnswer::TimedOut);
        }
        is_transient(failure.code).then_some(NoAnswer::NotAsked(failure.retry_after_ms))
    }
}

/// Why there is no answer yet.
enum NoAnswer {
    /// The long poll has timed out at the vendor.
    TimedOut,
    /// The vendor could not be asked, which says nothing of the person's answer; with its `Retry-After`, in ms, if it sent one.
    NotAsked(Option<f64>),
}

/// Whether a failure says nothing of the person's answer, so that the vendor is asked again.
const fn is_transient(code: Code) -> bool {
    matches!(code, Code::Network | Code::Timeout | Code::RateLimited | Code::VendorUnavailable)
}
