//! Signing in.

use std::rc::Rc;

use js_sys::Date;
use web_sys::AbortSignal;

use super::{Live, controller};
use crate::browser::Rejection;
use crate::vendor::{Code, Credentials, Operation};

impl Live {
    /// Signs in with credentials, once: a login is never repeated, as vendors lock accounts. Gives back where the vendor
    /// wants the user to go next, if anywhere.
    pub async fn login(
        self: &Rc<Self>,
        credentials: Credentials,
        signal: Option<&AbortSignal>,
    ) -> Result<Option<String>, Rejection> {
        self.in_use(Operation::Login)?;
        let fail = |failure| Rejection::of(failure, Operation::Login);
        let call = self.setup.vendor.login(&credentials).map_err(fail)?;
        if let Some(reason) = signal.and_then(crate::browser::wait::aborted) {
            return Err(Rejection::reason(reason));
        }
        let controller = controller(Operation::Login)?;
        let attempt = self.session.borrow_mut().begin_login();
        if let Some(older) = self.login.replace(Some(controller.clone())) {
            older.abort();
        }
        let reply = self.call(call, signal, &controller).await;
        if !self.session.borrow().is_latest(attempt) {
            return Err(match reply {
                Err(aborted) if aborted.is_reason() => aborted,
                _ => Rejection::code(Code::Superseded, Operation::Login),
            });
        }
        let now = Date::now();
        let mut grant = self.setup.vendor.read_login(&reply?, &credentials, now).map_err(fail)?;
        drop(credentials);
        let redirect_to = grant.redirect_to.take();
        self.session.borrow_mut().signed_in(attempt, grant, now);
        self.publish();
        self.save().await;
        if !self.session.borrow().is_latest(attempt) {
            return Err(Rejection::code(Code::Superseded, Operation::Login));
        }
        Ok(redirect_to)
    }
}
