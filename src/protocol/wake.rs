//! What happens without being asked: time passes, a page is shown again, another tab has something to tell.

use alloc::rc::Rc;

use super::effect::Line;
use super::ending::Ending;
use super::handle::Handle;
use super::operation::Run;
use super::settings::Keeping;
use crate::dialect::Json;
use crate::session::Session;

/// Why a handle looks at the world again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Its timer has fired.
    Timer,
    /// The page is shown or hidden.
    Page,
    /// The network is back.
    Online,
    /// Another tab has something to tell, or this one may have missed it: it comes back from the back/forward cache or a freeze.
    Told(Line),
}

impl<J: Json> Run<J> {
    /// `hidden`: nobody sees the page.
    pub(super) async fn wake(self: Rc<Self>, wake: Wake, hidden: bool) -> Ending {
        let handle: &Handle<J> = &self.handle;
        match wake {
            Wake::Told(Line::Neighbours) => return self.give_way().await,
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
        // This sets the timers anew even if nothing has changed, as a hidden page has others.
        handle.stir();
        if hidden && wake == Wake::Page {
            // A hidden page may be gone in the next moment.
            self.handle.mark_use(true);
        }
        let looks = !hidden || matches!(wake, Wake::Told(_));
        if wake != Wake::Timer && looks {
            self.follow(true).await;
        } else if self.handle.is_stale() {
            // No timer until it is known whether another tab has newer tokens.
            handle.change(|session| session.set_deciding(true));
            self.follow(true).await;
            let ends = handle.ends_at_limit().is_some();
            handle.change(|session| session.set_deciding(ends));
        }
        if wake == Wake::Timer || looks {
            self.handle.tick();
        }
        Ending::Done
    }
}
