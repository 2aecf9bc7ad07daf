//! The order of things: what comes after what in a login, a renewal, a request, a check and a sign-out, and what other tabs'
//! doings mean in between.
//!
//! Each operation is an `async fn` that waits for nothing but effects: it asks the shell for one ([`Effect`]) and is stepped with
//! what came of it ([`Outcome`]). It has no clock, no random numbers and no platform of its own, so that tests step the very same
//! operations of many tabs, in any order, by the million.

mod check;
mod device;
mod effect;
mod ending;
mod follow;
mod handle;
mod keep;
mod limits;
mod login;
mod logout;
mod operation;
mod pass;
mod renewal;
mod request;
mod session_end;
mod settings;
mod store;
mod turns;
mod wake;
mod wallet;

use alloc::rc::Rc;

pub use effect::{Answer, Dispatch, Effect, Line, OperationId, Outcome, Stored, Trouble, Write};
pub use ending::Ending;
pub use handle::Handle;
pub use operation::Step;
pub use request::Wish;
pub use settings::{Addresses, Keeping, Settings};
pub use wake::Wake;

use crate::dialect::{Credentials, Json};
use operation::Run;

/// What can be begun. Each gives back the operation, which is to be stepped from then on.
impl<J: Json> Handle<J> {
    /// Takes over what the store holds.
    pub fn restore(self: &Rc<Self>) -> OperationId {
        self.begin(Run::restore)
    }

    /// Signs in.
    pub fn sign_in(self: &Rc<Self>, credentials: Credentials) -> OperationId {
        self.begin(|run| run.sign_in(credentials))
    }

    /// Signs out. `tells_vendor`: not where the caller has given up before.
    pub fn sign_out(self: &Rc<Self>, tells_vendor: bool) -> OperationId {
        self.begin(|run| run.sign_out(false, tells_vendor))
    }

    /// Renews the tokens now.
    pub fn refresh(self: &Rc<Self>) -> OperationId {
        self.begin(Run::refresh)
    }

    /// Asks the vendor whether the session is alive.
    pub fn check(self: &Rc<Self>) -> OperationId {
        self.begin(Run::check)
    }

    /// Sends a request of the caller's.
    pub fn request(self: &Rc<Self>, wish: Wish) -> OperationId {
        self.begin(|run| run.request(wish))
    }

    /// Gives a token that is good now.
    pub fn token(self: &Rc<Self>) -> OperationId {
        self.begin(Run::token)
    }

    /// Looks at the clock, and at what other tabs have done. `hidden`: nobody sees the page.
    pub fn wake(self: &Rc<Self>, wake: Wake, hidden: bool) -> OperationId {
        self.begin(|run| run.wake(wake, hidden))
    }
}
