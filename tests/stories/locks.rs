//! Locks that tabs queue for. No lock is taken from its holder; a tab that has waited too long goes on without one.

use std::collections::VecDeque;

use hallpass::protocol::{Outcome, Trouble};

use crate::world::{Event, Mark, World};

/// How often a tab that waits looks whether it still has to, in ms.
const POLL: u64 = 60;
/// How long a lock is kept after its work, where what was written shows late, in ms.
const HOLD: u64 = 5_000;
/// How long it is waited for, in ms: `timeoutMs` and a second.
const BOUND: u64 = 11_000;

/// Which lock: its store and its name.
pub type Key = (usize, String);

#[derive(Debug, Default)]
pub struct Lock {
    /// Who has it: an operation, or what is kept after it.
    holder: Option<Mark>,
    line: VecDeque<Mark>,
}

/// What an operation has to do with a lock.
#[derive(Clone, Debug)]
pub struct Turn {
    pub key: Key,
    since: u64,
    /// The lock is its own.
    pub had: bool,
}

impl World {
    pub fn lock(&mut self, mark: Mark, name: String) {
        let place = self.tabs[mark.tab].place.unwrap_or(usize::MAX);
        if !self.plan.locks {
            self.watch.lock_in_vain = true;
            return self.after(0, mark, Outcome::Failed(Trouble::Untold));
        }
        let turn = self.op(mark).and_then(|op| op.turn.clone());
        let since = match turn {
            Some(Turn { had: true, .. }) => return self.after(0, mark, Outcome::Done),
            Some(turn) => turn.since,
            None => {
                let key = (place, name);
                let turn = Turn { key: key.clone(), since: self.now, had: false };
                if let Some(op) = self.op(mark) {
                    op.turn = Some(turn);
                }
                self.locks.entry(key.clone()).or_default().line.push_back(mark);
                self.next_in_line(&key);
                self.now
            }
        };
        if self.op(mark).is_some_and(|op| op.turn.as_ref().is_some_and(|turn| turn.had)) {
            let ms = self.choices.pick(&[0, 1, 5]);
            return self.after(ms, mark, Outcome::Done);
        }
        if self.plan.lags() {
            self.at(self.now + POLL, Event::Outcome { mark, outcome: Outcome::Waiting, spent: None });
        }
        self.at(since + BOUND, Event::InVain { mark });
    }

    /// Gives the lock to the first in the queue.
    fn next_in_line(&mut self, key: &Key) {
        let Some(lock) = self.locks.get_mut(key) else { return };
        if lock.holder.is_some() {
            return;
        }
        let Some(first) = lock.line.pop_front() else { return };
        lock.holder = Some(first);
        let Some(op) = self.op(first) else { return self.free(&key.clone(), first) };
        if let Some(turn) = &mut op.turn {
            turn.had = true;
        }
        let (waits, mark) = (op.waits_for_lock(), Mark { serial: op.serial, ..first });
        if waits {
            let ms = self.choices.pick(&[0, 1, 5]);
            self.after(ms, mark, Outcome::Done);
        }
    }

    pub fn in_vain(&mut self, mark: Mark) {
        let Some(op) = self.op(mark).filter(|op| op.serial == mark.serial) else { return };
        if op.turn.as_ref().is_some_and(|turn| turn.had) {
            return;
        }
        self.watch.lock_in_vain = true;
        self.leave(mark);
        self.outcome(mark, Outcome::Failed(Trouble::Timeout));
    }

    fn leave(&mut self, mark: Mark) {
        let Some(turn) = self.op(mark).and_then(|op| op.turn.take()) else { return };
        if let Some(lock) = self.locks.get_mut(&turn.key) {
            lock.line.retain(|other| other.uid != mark.uid);
        }
    }

    pub fn unlock(&mut self, mark: Mark, spent: bool) {
        let Some(turn) = self.op(mark).and_then(|op| op.turn.clone()) else { return };
        let lags = self.plan.lags();
        self.leave(mark);
        if !turn.had {
            return;
        }
        if spent && lags {
            self.at(self.now + HOLD, Event::Frees { key: turn.key, mark });
        } else {
            self.free(&turn.key, mark);
        }
    }

    pub fn free(&mut self, key: &Key, mark: Mark) {
        let Some(lock) = self.locks.get_mut(key) else { return };
        if lock.holder.is_some_and(|holder| holder.uid == mark.uid) {
            lock.holder = None;
            self.next_in_line(key);
        }
    }

    /// A tab is closed: its locks are free.
    pub fn free_all(&mut self, tab: usize) {
        let keys: Vec<_> = self.locks.keys().cloned().collect();
        for key in keys {
            let Some(lock) = self.locks.get_mut(&key) else { continue };
            lock.line.retain(|other| other.tab != tab);
            if let Some(holder) = lock.holder.filter(|holder| holder.tab == tab) {
                self.free(&key, holder);
            }
        }
    }
}
