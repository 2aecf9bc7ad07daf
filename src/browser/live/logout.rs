//! Signing out.

use std::rc::Rc;

use js_sys::Date;
use web_sys::AbortSignal;

use super::{Live, controller};
use crate::browser::Rejection;
use crate::browser::wait::aborted;
use crate::vendor::Operation;

impl Live {
    /// Signs out here first, whatever the network says, and then tells the vendor. Gives back whether the vendor
    /// confirmed; its silence or its no is no error, since the user is signed out all the same.
    pub async fn logout(self: &Rc<Self>, signal: Option<&AbortSignal>) -> Result<bool, Rejection> {
        self.in_use(Operation::Logout)?;
        if let Some(reason) = signal.and_then(aborted) {
            return Err(Rejection::reason(reason));
        }
        let record = self.session.borrow_mut().sign_out();
        if let Some(login) = self.login.take() {
            login.abort();
        }
        self.publish();
        self.save().await;
        let Some(mut record) = record else { return Ok(false) };
        if self.endpoint(Operation::Logout).is_none() {
            return Ok(false);
        }
        if record.expires_at.is_some_and(|end| Date::now() >= end) {
            record.held.access = None; // an expired token is sent nowhere
        }
        let call = self.setup.vendor.logout(&record.held);
        match self.call(call, signal, &controller(Operation::Logout)?).await {
            Ok(reply) => Ok(self.setup.vendor.confirms_logout(&reply)),
            Err(rejection) if rejection.is_reason() => Err(rejection),
            Err(_) => Ok(false),
        }
    }
}
