//! What other tabs do to the session that they share with this one.

use alloc::rc::Rc;

use super::{Fate, Moment, Note, Reason, Record, Session};
use crate::dialect::Code;

/// What a tab finds in the store.
#[derive(Clone, Debug, Default)]
pub struct Finding {
    /// The record that lies there; `None`: nothing, or nothing sound.
    pub record: Option<Record>,
    /// The note of what became of a login.
    pub note: Option<Note>,
    /// Whether this tab could not write what it holds.
    pub unwritten: bool,
    /// Whether this tab could not write what it holds, and the user has since signed out or in in another tab.
    pub given_way: bool,
}

/// What becomes of what lies in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The session follows it.
    Followed,
    /// It has to be deleted, or overwritten by what is held here.
    HasToGo,
}

impl Finding {
    /// Why a login is over, where the note says so.
    fn end_of(&self, login: u32) -> Option<Reason> {
        match self.note?.fate {
            Fate::Ended(reason) => self.note.filter(|note| note.login == login).map(|_| reason),
            Fate::Unwritten => None,
        }
    }
}

impl Session {
    /// Whether a note is news: it says that the login held here has ended, or that the one that ended here by itself has ended
    /// elsewhere for another reason.
    #[must_use]
    pub fn is_news(&self, note: Note) -> bool {
        let Fate::Ended(reason) = note.fate else { return false };
        match &self.held {
            Some(held) => held.login == note.login,
            None => {
                self.last.login == note.login
                    && self.reason != reason
                    && self.reason.is_told()
                    && reason.is_told()
            }
        }
    }

    /// Whether a login was held here, and is over or replaced.
    #[must_use]
    pub fn is_past(&self, login: u32) -> bool {
        self.past.has(login)
    }

    /// Takes over what lies in the store: at first what an earlier page left, later what another tab has written.
    pub fn follow(&mut self, found: Finding, now: Moment) -> Taken {
        // The last note counts, so that all tabs tell the same reason.
        if self.held.is_none()
            && let Some(note) = found.note.filter(|note| self.is_news(*note))
            && let Fate::Ended(reason) = note.fate
        {
            self.reason = reason;
            self.take_note();
        }
        // If the store holds a later login, this tab's note of an earlier one isn't written any more.
        if let Some(record) = &found.record {
            self.ordinal = self.ordinal.max(record.ordinal);
            self.stored = record.tokens();
            let dropped = self.note.take_if(|note| note.login != record.login);
            // A leftover is no later login.
            if let Some(note) = dropped.filter(|_| !self.past.has(record.login)) {
                self.past.add(note.login);
            }
        }
        let held = self.held.as_ref().map(|held| held.login);
        let end = held.and_then(|login| found.end_of(login)).or(found.given_way.then_some(Reason::Logout));
        if let (Some(login), Some(reason)) = (held, end) {
            // It has ended in another tab. A login that is under way here goes on, as it is later than that.
            let new = found.record.as_ref().filter(|record| !self.past.has(record.login));
            let replaced = new.zip(self.held.as_ref()).is_some_and(|(new, old)| differs(new, old));
            self.past.add(login);
            self.end_elsewhere(if replaced { Reason::Replaced } else { reason });
        }
        // A leftover of a write that came late, or of another tab's renewal that ended after the sign-out.
        let over = |record: &Record| self.past.has(record.login) || self.has_ended(record);
        if found.record.as_ref().is_some_and(over) {
            return Taken::HasToGo;
        }
        let end = found.record.as_ref().and_then(|record| found.end_of(record.login));
        if let (Some(record), Some(reason)) = (&found.record, end) {
            let Some(held) = &self.held else {
                if reason.is_told() {
                    self.reason = reason;
                }
                return Taken::HasToGo;
            };
            // Another login has replaced this tab's, and has ended by now.
            let reason = if differs(record, held) { Reason::Replaced } else { reason };
            self.past.add(held.login);
            self.end_elsewhere(reason);
            return if reason == Reason::Replaced { Taken::Followed } else { Taken::HasToGo };
        }
        match (found.record, &self.held) {
            // The record is missing because this tab's own write has failed: nobody has signed out.
            (None, Some(_)) if found.unwritten => return Taken::HasToGo,
            // The record is missing because another tab could not write it. It may come back, so its login isn't past.
            (None, Some(held)) if found.note == Some(Note::unwritten(held.login)) => {
                self.end_elsewhere(Reason::Logout);
            }
            // Another tab has signed out.
            (None, Some(held)) => {
                self.past.add(held.login);
                self.end_elsewhere(Reason::Logout);
            }
            (None, None) => {}
            // It is older than what this tab holds: another tab has written its failed renewal over newer tokens, and the old ones may be
            // spent; or this tab could not write that its own renewal has failed. So it is written again.
            (Some(mut record), Some(held)) if record.login == held.login && record.is_behind(held) => {
                if record.renewals == held.renewals {
                    // It may tell a newer name. Only the pause is this tab's.
                    (record.pause, record.rejected) = (held.pause, held.rejected);
                    self.take_over(record, now);
                }
                return Taken::HasToGo;
            }
            // Another user has signed in in another tab. Whoever works in this one must not act as them unawares.
            (Some(record), Some(held)) if differs(&record, held) => self.end_elsewhere(Reason::Replaced),
            (Some(_), None) if self.reason == Reason::Replaced => {}
            (Some(record), _) => self.take_over(record, now),
        }
        Taken::Followed
    }

    /// Another user's session has replaced what was held.
    pub const fn stay_replaced(&mut self) {
        self.reason = Reason::Replaced;
    }

    /// The session has ended in another tab, which has written the note.
    fn end_elsewhere(&mut self, reason: Reason) {
        self.end(reason);
        self.note = None;
    }

    fn take_over(&mut self, record: Record, now: Moment) {
        // A name that is told anew is no other token: what was asked for with it still counts, above all a renewal.
        let same = |old: &Rc<Record>| {
            old.login == record.login
                && old.renewals == record.renewals
                && old.held.access == record.held.access
                && old.held.refresh == record.held.refresh
        };
        // If it had ended here by its clock, it goes on: that end isn't noted yet.
        self.note = None;
        if record.login == 0 || self.last_tokens().login != record.login {
            // It has replaced the earlier one, which may come back: a tab that has not seen it yet may write over it. By their
            // ordinals, no two tabs take each other's login for the earlier one.
            if let Some(held) = self.held.as_ref().filter(|held| held.ordinal < record.ordinal) {
                self.past.add(held.login);
            }
            self.began(now.at_wall(record.signed_in_at));
        }
        if !self.held.as_ref().is_some_and(same) {
            self.epoch += 1;
            self.received = now.at_wall(record.received_at);
            self.end_renewal();
        }
        // Where renewals are manual, a pause holds nobody off, but tells why the last one has failed.
        let pause = record.pause.filter(|pause| self.automatic || now.wall < pause.until);
        self.paused = now.at_wall(pause.map_or(now.wall, |pause| pause.since));
        self.problem =
            pause.map(|pause| pause.because).or(self.problem.filter(|code| *code == Code::Storage));
        self.held = Some(Rc::new(record));
        self.tick(now);
    }
}

/// Whether two records are of different logins, and of different users or databases. Without a name, nobody knows whether a token is
/// the same user's; a cookie is every tab's in any case.
fn differs(one: &Record, other: &Record) -> bool {
    let (one_held, other_held) = (&one.held, &other.held);
    let unnamed = one_held.user.is_none() && one_held.access.is_some();
    one.login != other.login
        && (unnamed || one_held.user != other_held.user || one_held.database != other_held.database)
}
