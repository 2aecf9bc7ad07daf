//! The rules of one session: what it may do next, when its token is renewed, what a failure means, and whose
//! result still counts. No effect and no clock: time is a value handed in.

mod audience;
mod limits;
mod moment;
mod note;
mod past;
mod record;
mod renewal;
mod rules;
mod schedule;
mod siblings;
mod snapshot;

pub use audience::{Audience, has_hidden_parent, without_query};
pub use limits::{Limits, Mark};
pub use moment::Moment;
pub use note::{Fate, Note};
pub use record::{Pause, Record, Tokens, VERSION};
pub use renewal::{REJECTION_COOLDOWN_MS, Verdict};
pub use rules::{Epoch, Needs, Pass, Session};
pub use schedule::backoff_ms;
pub use siblings::{Finding, Taken};
pub use snapshot::{Reason, Snapshot};
