//! What happens without being asked: time passes, a page is shown again, another tab has something to tell.

use alloc::rc::Rc;

use super::effect::Line;
use super::ending::Ending;
use super::handle::{Handle, Keeping};
use super::operation::Run;
use crate::dialect::Json;
use crate::session::Session;

/// Why a handle looks at the world again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Its timer has come.
    Timer,
    /// The page is shown, or hidden; or it was taken up again after it had been put aside.
    Page,
    /// The network is there again.
    Online,
    /// Another tab has something to tell.
    Told(Line),
}

impl<J: Json + 'static> Run<J> {
    /// `hidden`: nobody sees the page.
    pub(super) async fn wake(self: Rc<Self>, wake: Wake, hidden: bool) -> Ending {
        let handle: &Handle<J> = &self.handle;
        match wake {
            Wake::Told(Line::SignOut) => {
                let own = !matches!(handle.settings.keeping, Keeping::Tabs { .. });
                return if own && handle.is_signed_in() {
                    self.sign_out(true, true).await
                } else {
                    Ending::Done
                };
            }
            Wake::Online => handle.change(Session::reachable),
            Wake::Timer | Wake::Page | Wake::Told(Line::Store) => {}
        }
        // Timers are set anew also where nothing has changed: a page that nobody sees has others.
        handle.change(|_| ());
        if hidden && wake == Wake::Page {
            // It may be gone in the next moment.
            self.handle.mark_use(true);
        }
        if wake != Wake::Timer && (!hidden || matches!(wake, Wake::Told(_))) {
            self.follow(true).await;
        }
        if wake == Wake::Timer || !hidden || matches!(wake, Wake::Told(_)) {
            self.handle.tick();
        }
        Ending::Done
    }
}
