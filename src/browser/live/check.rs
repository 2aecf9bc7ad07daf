//! Asking the vendor whether the session is alive.

use js_sys::Date;
use web_sys::AbortSignal;

use super::Live;
use crate::browser::Rejection;
use crate::browser::script::Deadline;
use crate::session::{Reason, Verdict};
use crate::vendor::{Carrier, Code, Failure, Held, Operation};

impl Live {
    /// Asks the vendor whether the session is alive, and takes its answer over. Rejects where the vendor gives none.
    ///
    /// A cookie session is asked for also when signed out here: the cookie may be there from an earlier visit, or from a
    /// single sign-on. Without a token there is nothing to ask about, and nothing is sent.
    pub async fn check(&self, signal: Option<AbortSignal>) -> Result<(), Rejection> {
        const HERE: Operation = Operation::Check;
        self.in_use(HERE)?;
        if self.endpoint(HERE).is_none() {
            let sentence = "This vendor has no operation that tells whether a session is alive; name one in endpoints.check.";
            return Err(Rejection::of(Failure::saying(Code::Unsupported, sentence.into()), HERE));
        }
        if self.facts().carrier != Carrier::Cookie {
            match self.ready(signal.as_ref()).await {
                Err(_) if !self.is_signed_in() => return Ok(()),
                ready => ready?,
            };
        }
        let (epoch, held) = {
            let session = self.session.borrow();
            (session.epoch(), session.held().map_or_else(Held::default, |record| record.held.clone()))
        };
        let deadline = Deadline::new(Some(self.setup.timeout_ms), signal.as_ref());
        let reply = self.call(self.setup.vendor.check(&held), &deadline).await?;
        match self.setup.vendor.read_check(&reply) {
            Ok(user) => self.session.borrow_mut().confirmed(epoch, user, Date::now()),
            Err(failure) if failure.code == Code::SessionExpired => {
                let verdict = self.session.borrow().rejected(epoch, Date::now());
                match verdict {
                    // A new token is a better answer than any about the old one.
                    Verdict::Renew => match self.renew(epoch, signal.as_ref()).await {
                        Err(rejection) if self.is_signed_in() => return Err(rejection),
                        _ => {}
                    },
                    Verdict::End => self.session.borrow_mut().refused(epoch, Reason::Refused),
                    Verdict::Leave if self.is_signed_in() => return Err(Rejection::of(failure, HERE)),
                    Verdict::Leave | Verdict::Replay => {}
                }
            }
            Err(failure) => return Err(Rejection::of(failure, HERE)),
        }
        self.save().await;
        Ok(())
    }
}
