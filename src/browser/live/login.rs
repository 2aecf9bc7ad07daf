//! Signing in.

use js_sys::Date;
use web_sys::AbortSignal;

use super::Live;
use crate::browser::Rejection;
use crate::browser::script::Deadline;
use crate::vendor::{Code, Credentials, Operation};

impl Live {
    /// Signs in with credentials, once: a login is never repeated, as vendors lock accounts. Gives back where the vendor
    /// wants the user to go next, if anywhere.
    pub async fn login(&self, credentials: Credentials, signal: Option<AbortSignal>) -> Result<Option<String>, Rejection> {
        const HERE: Operation = Operation::Login;
        self.in_use(HERE)?;
        let fail = |failure| Rejection::of(failure, HERE);
        let call = self.setup.vendor.login(&credentials).map_err(fail)?;
        let deadline = Deadline::new(Some(self.setup.timeout_ms), signal.as_ref());
        if deadline.ended() == "abort" {
            return Err(Rejection::reason(deadline.reason()));
        }
        let attempt = self.session.borrow_mut().begin_login();
        self.supersede_login(Some(deadline.clone()));
        let reply = self.call(call, &deadline).await?;
        let now = Date::now();
        let grant = self.setup.vendor.read_login(&reply, &credentials, now);
        drop(credentials);
        if !self.session.borrow().is_latest(attempt) {
            return Err(Rejection::code(Code::Superseded, HERE));
        }
        let mut grant = grant.map_err(fail)?;
        let redirect_to = grant.redirect_to.take();
        self.session.borrow_mut().signed_in(attempt, grant, now);
        self.save().await;
        if !self.session.borrow().is_latest(attempt) {
            return Err(Rejection::code(Code::Superseded, HERE));
        }
        Ok(redirect_to)
    }

    /// Ends the login under way: a newer one, or a logout, has overtaken it.
    pub(super) fn supersede_login(&self, by: Option<Deadline>) {
        if let Some(older) = self.login.replace(by) {
            older.end("superseded");
        }
    }
}
