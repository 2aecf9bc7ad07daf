//! What other tabs do to the session that they share with this one.

use super::{Moment, Reason, Record, Session};
use crate::dialect::Code;

impl Session {
    /// Takes over what lies in the storage: at first what an earlier page left, later what another tab has written. `None`:
    /// nothing, or nothing sound. False: it belongs to the login that was signed out here, and has to go.
    pub fn follow(&mut self, record: Option<Record>, now: Moment) -> bool {
        match (record, &self.held) {
            // The others signed out. A login that is under way here is later than that.
            (None, Some(held)) => {
                self.signed_out = held.login;
                self.end(Reason::Logout);
            }
            (None, None) => {}
            // A renewal that was under way in another tab has outlived the logout.
            (Some(record), _) if record.login != 0 && record.login == self.signed_out => return false,
            // Another tab's failure has come down on newer tokens of this one's: the old ones may be spent.
            (Some(record), Some(held)) if record.login == held.login && record.renewals < held.renewals => {
                return false;
            }
            // Whoever works in this tab has not signed in as somebody else, and must not act as them unawares.
            (Some(record), Some(held)) if differs(&record, held) => self.end(Reason::Replaced),
            (Some(_), None) if self.reason == Reason::Replaced => {}
            (Some(record), _) => self.take_over(record, now),
        }
        true
    }

    fn take_over(&mut self, record: Record, now: Moment) {
        let same = |held: &Record| held.login == record.login && held.held == record.held;
        if !self.held.as_ref().is_some_and(same) {
            self.epoch += 1;
            self.received = now.noted(record.received_at);
            self.end_renewal();
        }
        let pause = record.pause.filter(|_| self.automatic);
        self.paused = now.noted(pause.map_or(now.wall, |pause| pause.since));
        self.problem =
            pause.map(|pause| pause.because).or(self.problem.filter(|code| *code == Code::Storage));
        self.held = Some(Record { pause, ..record });
        self.tick(now);
    }
}

/// Whether two records are of different people, or of different logins to different databases.
fn differs(record: &Record, held: &Record) -> bool {
    record.login != held.login
        && (record.held.user != held.held.user || record.held.database != held.held.database)
}
