//! What must hold whatever happens, and the memory that it takes to see it.

use std::collections::{BTreeMap, BTreeSet};

use hallpass::session::{Moment, Reason};

use crate::vendor::Token;

/// A requirement that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub name: &'static str,
    pub how: String,
}

/// What became of a refresh token that was presented.
#[derive(Clone, Copy, Debug)]
pub struct Spending {
    pub tab: usize,
    pub granted: bool,
    /// Whoever presented it has got what was granted for it.
    pub delivered: bool,
    /// The answer was lost, or nobody waits for it any more; or the vendor never saw it.
    pub lost: bool,
}

/// What a tab shows after a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    pub login: Option<u32>,
    pub access: Option<String>,
    pub user: Option<String>,
    pub reason: Option<Reason>,
}

/// A token as a tab knows it: when it was received, by the wall clock of whoever received it, how long it lives, and when this
/// tab got it.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    pub received_at: f64,
    pub lifetime: Option<f64>,
    pub since: Moment,
}

/// A login or a logout, and which of all that has happened it was.
#[derive(Clone, Debug)]
pub struct Stroke {
    /// `None`: a logout.
    pub login: Option<u32>,
    /// Which login a tab held that signed out.
    pub held: Option<u32>,
    pub place: Option<usize>,
    pub tab: usize,
    pub taken: u64,
    /// Whether what it had to write was written.
    pub written: bool,
    /// When it was done, and all that it had to write was written or had failed.
    pub done: Option<u64>,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each excuses something else")]
pub struct Watch {
    /// The first requirement that did not hold.
    pub broken: Option<Broken>,
    /// Counts all that happens.
    pub step: u64,
    chances: u32,

    // What excuses some of it.
    pub lock_in_vain: bool,
    pub store_failed: bool,
    /// A store has given another text at each read: a tab that notices goes on in memory.
    pub lied: bool,
    /// What one tab has written may show very late in another, which may overwrite it because it has compared before.
    pub late: bool,
    /// The logins that could not be written, as their tabs noted.
    pub unwritten: BTreeSet<u32>,
    /// A write has come late, maybe over what another tab had written meanwhile.
    pub landed: bool,
    pub cleared: bool,
    pub clock_set: bool,
    pub slept: u64,
    /// The tabs that have been frozen or closed, and when first.
    pub frozen: BTreeSet<usize>,
    pub closed: BTreeSet<usize>,
    /// The logins that lost a reply with new tokens.
    pub lost: BTreeSet<usize>,

    pub spent: BTreeMap<Token, Spending>,
    pub shown: Vec<Shown>,
    pub known: BTreeMap<(usize, Token), Known>,
    /// The logins of cookies that somebody has found by asking the vendor.
    pub found: BTreeSet<u32>,
    /// The user and the vendor's login of a login of this browser.
    pub users: BTreeMap<u32, &'static str>,
    pub families: BTreeMap<u32, usize>,
    /// The logins that users have signed out of, and where.
    pub signed_out: BTreeSet<(Option<usize>, u32)>,
    /// The same, by tab.
    pub left: BTreeSet<(usize, u32)>,
    pub strokes: Vec<Stroke>,
    /// The vendor's logins that it has said its own no to.
    pub refused: BTreeSet<usize>,
    /// How each login has come to its end in each tab.
    pub ends: BTreeMap<(u32, usize), Reason>,
    pub ended_at: BTreeMap<(u32, usize), u64>,
    /// The last token that a tab had of a login that is over there.
    pub last: BTreeMap<(u32, usize), Token>,
    /// The older logins that a login has replaced in a tab, and which of the vendor's were to be revoked, or were.
    pub replaced: BTreeSet<(usize, usize)>,
    pub revoked: BTreeSet<usize>,
    /// The vendor's logins whose session has ended when nothing could tell the vendor of it any more.
    pub run_out: BTreeSet<usize>,
    /// How many renewals have ended with their tab, between the vendor's answer and the tab's own write.
    pub taken_along: usize,
    /// When tokens were renewed, by the vendor's login, and in which tab.
    pub renewals: Vec<(u64, usize, usize)>,
    /// When renewals of a login have failed for now, one after the other.
    pub failures: BTreeMap<usize, Vec<u64>>,
    /// The cookie may have come with a reply that nobody waited for any more, or whose tab could not write it down; or the call was lost that
    /// would have told the vendor of its end, or asked whose it is.
    pub cut_off: bool,
    /// Two tabs have changed the cookie at the same time, of which one had no session whose turn it could wait for.
    pub side_by_side: bool,
    /// Which of all that has happened was the last sign-out that the vendor has confirmed, and when a login was sent last.
    pub confirmed: Option<u64>,
    pub login_sent: u64,
    /// When callers asked for renewals or checks, and how often the pauses were ended because the network was back.
    pub asked: Vec<u64>,
    pub reachable: usize,

    /// When each login was, and when it was used last, in any tab.
    pub began: BTreeMap<u32, u64>,
    pub used: BTreeMap<u32, u64>,
    /// The logins that have ended by themselves, and where.
    pub outlasted: BTreeSet<(u32, usize)>,
    /// When every tab was last asked to look.
    pub looked: u64,
}

impl Watch {
    pub fn breaks(&mut self, name: &'static str, how: impl FnOnce() -> String) {
        if self.broken.is_none() {
            self.broken = Some(Broken { name, how: how() });
        }
    }

    pub fn must(&mut self, holds: bool, name: &'static str, how: impl FnOnce() -> String) {
        if !holds {
            self.breaks(name, how);
        }
    }

    /// A number that no login of this story has had.
    pub const fn chance(&mut self) -> u32 {
        self.chances += 1;
        self.chances.wrapping_mul(0x9e37_79b1)
    }

    /// The login of this browser that one of the vendor's belongs to.
    pub fn login_of(&self, family: usize) -> Option<u32> {
        self.families.iter().find(|(_, of)| **of == family).map(|(login, _)| *login)
    }

    pub fn delivered(&mut self, token: Token) {
        if let Some(spending) = self.spent.get_mut(&token) {
            spending.delivered = true;
        }
    }

    /// Whether what one tab did may have been hidden from another, or not been done at all.
    pub fn hides(&self) -> bool {
        self.store_failed || self.cleared || self.late || self.lock_in_vain || !self.frozen.is_empty()
    }

    pub fn freezes(&mut self, tab: usize) {
        self.frozen.insert(tab);
    }

    pub fn closes(&mut self, tab: usize) {
        self.closed.insert(tab);
    }
}
