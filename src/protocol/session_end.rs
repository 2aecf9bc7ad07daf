//! The end of a session whose tokens nothing renews: their time is up, or the vendor has refused them. Another tab, or a reply that is
//! still on its way, may have brought newer ones.

use alloc::rc::Rc;

use super::effect::Effect;
use super::ending::Ending;
use super::handle::Handle;
use super::operation::Run;
use super::renewal::GRACE_MS;
use super::settings::Keeping;
use crate::dialect::Json;
use crate::session::{Epoch, Reason};

impl<J: Json> Run<J> {
    /// Ends the session of an epoch whose tokens the vendor has refused, and waits for that. A caller who gives up ends only the wait.
    pub(super) async fn join_end(&self, epoch: Epoch, reason: Reason) {
        let operation = self.handle.spawn(|run| run.end_unless_newer(epoch, reason));
        self.see_to(Effect::Join(operation)).await;
    }

    /// Ends the session of an epoch for all tabs, unless newer tokens have come. In this tab, it may have ended by its clock already.
    pub(super) async fn end_unless_newer(self: Rc<Self>, epoch: Epoch, reason: Reason) -> Ending {
        let handle: &Handle<J> = &self.handle;
        let elsewhere = handle.is_signed_in() && handle.settings.keeping != Keeping::Memory;
        let others = elsewhere || handle.sending.get() > 0;
        if handle.vendor.brings_tokens() && others {
            self.see_to(Effect::Wait(GRACE_MS)).await;
        } else {
            self.wait_out_lag().await;
        }
        self.follow(true).await;
        handle.change(|session| session.refused(epoch, reason));
        self.keep(false).await;
        Ending::Done
    }
}
