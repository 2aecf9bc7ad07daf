//! Signing out.

use js_sys::Date;
use web_sys::AbortSignal;

use super::Live;
use crate::browser::Rejection;
use crate::browser::script::Deadline;
use crate::vendor::Operation;

impl Live {
    /// Signs out here first, whatever the network says, and then tells the vendor. Gives back whether the vendor
    /// confirmed; its silence or its no is no error, since the user is signed out all the same.
    pub async fn logout(&self, signal: Option<AbortSignal>) -> Result<bool, Rejection> {
        self.in_use(Operation::Logout)?;
        if let Some(aborted) = signal.as_ref().filter(|signal| signal.aborted()) {
            return Err(Rejection::reason(aborted.reason()));
        }
        let record = self.session.borrow_mut().sign_out();
        self.supersede_login(None);
        self.save().await;
        let Some(mut record) = record.filter(|_| self.endpoint(Operation::Logout).is_some()) else {
            return Ok(false);
        };
        if record.expires_at.is_some_and(|end| Date::now() >= end) {
            record.held.access = None; // an expired token is sent nowhere
        }
        let call = self.setup.vendor.logout(&record.held);
        match self.call(call, &Deadline::new(Some(self.setup.timeout_ms), signal.as_ref())).await {
            Ok(reply) => Ok(self.setup.vendor.confirms_logout(&reply)),
            Err(rejection) if rejection.is_reason() => Err(rejection),
            Err(_) => Ok(false),
        }
    }
}
