//! Asking the vendor whether the session is alive.

use std::rc::Rc;

use js_sys::Date;
use web_sys::AbortSignal;

use super::{Live, controller};
use crate::browser::Rejection;
use crate::session::{Pass, Reason, Verdict};
use crate::vendor::{Carrier, Code, Failure, Held, Operation};

impl Live {
    /// Asks the vendor whether the session is alive, and takes its answer over. Rejects where the vendor gives none.
    ///
    /// A cookie session is asked for also when signed out here: the cookie may be there from an earlier visit, or from a
    /// single sign-on. Without a token there is nothing to ask about, and nothing is sent.
    pub async fn check(self: &Rc<Self>, signal: Option<&AbortSignal>) -> Result<(), Rejection> {
        const HERE: Operation = Operation::Check;
        self.in_use(HERE)?;
        if self.endpoint(HERE).is_none() {
            let sentence = "This vendor has no operation that tells whether a session is alive; name one in endpoints.check.";
            return Err(Rejection::of(Failure::saying(Code::Unsupported, sentence.into()), HERE));
        }
        let (held, epoch) = if self.facts().carrier == Carrier::Cookie {
            (Held::default(), self.session.borrow().epoch())
        } else {
            let token = match self.pass(HERE, signal).await {
                Ok(pass) => pass,
                Err(_) if self.session.borrow().held().is_none() => return Ok(()),
                Err(rejection) => return Err(rejection),
            };
            (Held { access: token.0, ..Held::default() }, token.1)
        };
        let reply = self.call(self.setup.vendor.check(&held), signal, &controller(HERE)?).await?;
        match self.setup.vendor.read_check(&reply) {
            Ok(user) => self.session.borrow_mut().confirmed(epoch, user, Date::now()),
            Err(failure) if failure.code == Code::SessionExpired => {
                let verdict = self.session.borrow().rejected(epoch, Date::now());
                match verdict {
                    // A new token is a better answer than any about the old one.
                    Verdict::Renew => self.renew_for(epoch, signal).await.or_else(|rejection| {
                        if self.session.borrow().held().is_none() { Ok(()) } else { Err(rejection) }
                    })?,
                    Verdict::End => self.session.borrow_mut().refused(epoch, Reason::Refused),
                    Verdict::Replay => {}
                    Verdict::Leave if self.session.borrow().held().is_none() => {}
                    Verdict::Leave => return Err(Rejection::of(failure, HERE)),
                }
            }
            Err(failure) => return Err(Rejection::of(failure, HERE)),
        }
        self.publish();
        self.save().await;
        Ok(())
    }

    /// A token that is good now, renewed if need be, and its epoch. No token: a cookie session.
    pub(super) async fn pass(
        self: &Rc<Self>,
        operation: Operation,
        signal: Option<&AbortSignal>,
    ) -> Result<(Option<String>, crate::session::Epoch), Rejection> {
        let mut renewed = false;
        loop {
            self.session.borrow_mut().tick(Date::now());
            let pass = self.session.borrow().pass(Date::now());
            match pass {
                Pass::Go(token, epoch) => {
                    self.renew_if_due(Date::now());
                    return Ok((token, epoch));
                }
                // A second renewal in one call would be a loop: the vendor grants tokens that are over at once.
                Pass::RenewFirst if renewed => return Err(Rejection::code(Code::SessionExpired, operation)),
                Pass::RenewFirst => {
                    renewed = true;
                    let epoch = self.session.borrow().epoch();
                    match self.renew_for(epoch, signal).await {
                        Err(rejection) if !rejection.is(Code::Superseded) => return Err(rejection),
                        _ => {}
                    }
                }
                Pass::Wait(code, left_ms) => {
                    let mut failure = Failure::new(code);
                    failure.retry_after_ms = Some(left_ms);
                    return Err(Rejection::of(failure, operation));
                }
                Pass::Refused(code) => {
                    self.publish();
                    return Err(Rejection::code(code, operation));
                }
            }
        }
    }

    /// A token that is good now, for what `fetch` can't reach. `None` for cookie sessions.
    pub async fn access_token(self: &Rc<Self>) -> Result<Option<String>, Rejection> {
        self.in_use(Operation::Request)?;
        Ok(self.pass(Operation::Request, None).await?.0)
    }
}
