//! What must hold whatever happens, and the memory that it takes to see it.

use std::collections::{HashMap, HashSet};

use hallpass::dialect::Code;
use hallpass::session::{Reason, Record, backoff_ms};

use super::tab::{Tab, Then};
use super::vendor::{Request, named};
use super::world::World;

/// Renewals that have failed for now, one after the other.
struct Failures {
    tab: usize,
    at: f64,
    count: u32,
    asked: Option<f64>,
}

/// What a tab showed before the present step.
#[derive(Clone, Default)]
struct Shown {
    held: Option<(u32, String)>,
    reason: Option<Reason>,
}

#[derive(Default)]
pub struct Watch {
    /// The first requirement that did not hold.
    pub broken: Option<&'static str>,
    /// A renewal has gone on without the lock.
    pub without_lock: bool,
    /// When each access token ends.
    ends: HashMap<String, f64>,
    /// The logins that the vendor has said its explicit no to, and those that were signed out.
    refused: HashSet<u32>,
    signed_out: HashSet<u32>,
    failures: HashMap<u32, Failures>,
    /// How many requests for new tokens were sent.
    pub sent: u32,
    shown: Vec<Shown>,
    /// Who has signed in last, and as what.
    newest: Option<(usize, u32)>,
    /// Who has signed in, in this step.
    newcomer: Option<(usize, u32)>,
}

impl Watch {
    fn must(&mut self, holds: bool, requirement: &'static str) {
        if !holds {
            self.broken.get_or_insert(requirement);
        }
    }

    /// A tab has got a token.
    pub fn received(&mut self, access: &str, end: f64) {
        self.ends.insert(access.into(), end);
        self.failures.remove(&named(access).0);
    }

    /// A tab sends a token.
    pub fn uses(&mut self, access: &str, now: f64) {
        let good = self.ends.get(access).is_some_and(|end| now < *end);
        self.must(good, "R19: never a token after its end");
    }

    /// A tab sends a request for new tokens. `pause`: what its session knows of one.
    pub fn sends(
        &mut self,
        requests: &[Request],
        token: (u32, u32),
        by_itself: bool,
        pause: Option<(Code, f64)>,
        now: f64,
    ) {
        self.sent += 1;
        let same = |request: &&Request| (request.login, request.serial) == token;
        let again = requests.iter().filter(same).any(|request| !(request.delivered && request.in_vain));
        self.must(!again || self.without_lock, "R16: a refresh token is sent once, under a lock");
        self.must(pause.is_none() || !by_itself, "R22: nothing is sent by itself in a pause");
        let held_off = self.failures.get(&token.0).is_some_and(|failures| {
            now < failures.at + backoff_ms(failures.count, failures.asked, 0.0) - 0.001
        });
        self.must(!held_off || !by_itself || self.without_lock, "R22: many tabs send no more than one");
    }

    pub fn failed(&mut self, login: u32, tab: usize, at: f64, asked: Option<f64>) {
        let count = self.failures.get(&login).map_or(0, |failures| failures.count) + 1;
        self.failures.insert(login, Failures { tab, at, count, asked });
    }

    /// The vendor's no has ended a session. `excused`: its tokens were revoked or lost.
    pub fn refused(&mut self, login: u32, excused: bool) {
        self.refused.insert(login);
        self.must(excused, "R16: no session is lost to a refresh token that was spent twice");
    }

    pub fn signs_in(&mut self, tab: usize, login: u32) {
        self.newcomer = Some((tab, login));
        self.newest = self.newcomer;
    }

    pub fn closed(&mut self, tab: usize) {
        self.newest = self.newest.filter(|newest| newest.0 != tab);
        self.failures.retain(|_, failures| failures.tab != tab); // it may not have told anybody
        self.shown[tab] = Shown::default();
    }

    /// A tab has written to the storage. `claims`: for which logins and logouts, if any, over whatever lay there.
    pub fn written(&mut self, old: Option<&Record>, new: Option<&Record>, claims: &[Then]) {
        let left = |then: &Then| if let Then::SignedOut(login) = then { Some(*login) } else { None };
        let left: Vec<_> = claims.iter().filter_map(left).collect();
        if !left.is_empty() {
            self.signed_out.extend(left);
            let gone = old.filter(|old| new.is_none_or(|new| new.login != old.login));
            self.signed_out.extend(gone.map(|old| old.login));
        } else if let (Some(old), None) = (old, new) {
            let ended = self.refused.contains(&old.login) || self.signed_out.contains(&old.login);
            self.must(ended, "rule 10: only what has ended is deleted");
        } else if let (Some(old), Some(new), false) = (old, new, !claims.is_empty()) {
            self.must(old.login == new.login, "R25: only a login replaces a login");
        }
    }

    /// What holds after every step.
    pub fn look(&mut self, tabs: &[Tab]) {
        self.shown.resize(tabs.len(), Shown::default());
        for (at, tab) in tabs.iter().enumerate() {
            let held = tab.session.held();
            let now = Shown {
                held: held.map(|held| (held.login, held.held.user.clone().unwrap_or_default())),
                reason: tab.session.snapshot().reason,
            };
            let before = std::mem::replace(&mut self.shown[at], now.clone());
            let signs_in = self.newcomer.is_some_and(|(tab, _)| tab == at);
            match (before.held, now.held) {
                (old, Some(new)) => {
                    self.must(!tab.left.contains(&new.0), "R18: signed out is signed out");
                    let other =
                        old.is_some_and(|old| old.1 != new.1) || before.reason == Some(Reason::Replaced);
                    self.must(!other || signs_in, "R25: nobody acts as another user unawares");
                }
                (Some((login, user)), None) if tab.open => self.must(
                    match now.reason {
                        Some(Reason::Logout) => tab.left.contains(&login) || tab.text.is_none(),
                        Some(Reason::Replaced) => {
                            tab.text.as_ref().is_some_and(|text| text.held.user != Some(user))
                        }
                        _ => self.refused.contains(&login),
                    },
                    "rule 10: a session ends with a logout, another login, or the vendor's no",
                ),
                _ => {}
            }
        }
        self.newcomer = None;
    }

    /// What holds once nothing is under way any more.
    pub fn rest(world: &mut World) {
        let World { tabs, stored, vendor, watch, .. } = world;
        for tab in tabs.iter().filter(|tab| tab.open) {
            let held = tab.session.held();
            watch.must(tab.callers.is_empty(), "rule 2: every caller is answered");
            watch.must(tab.flights.is_empty() && tab.current.is_none(), "rule 2: every renewal ends");
            watch.must(tab.session.snapshot().renewal != "running", "rule 2: every renewal ends");
            let of = |record: &Record| (record.login, record.held.clone());
            let replaced = tab.session.snapshot().reason == Some(Reason::Replaced);
            watch.must(
                replaced && held.is_none() || held.map(of) == stored.as_ref().map(of),
                "R25: all tabs hold what is stored",
            );
            let gone = held.is_some_and(|held| watch.signed_out.contains(&held.login));
            watch.must(!gone, "R18: what was signed out is signed out everywhere");
        }
        let Some(record) = stored else { return };
        let signs_in = watch.newest.filter(|newest| newest.1 == record.login);
        let held = signs_in.is_none_or(|(tab, login)| tabs[tab].held_login() == Some(login));
        watch.must(held, "R25: whoever signs in is signed in");
        watch.must(!watch.signed_out.contains(&record.login), "R18: what was signed out is stored no more");
        let (login, serial) = named(record.held.refresh.as_ref().unwrap());
        let good = vendor.accepts_refresh(login, serial) || vendor.excuses(login);
        watch.must(good, "R16: the newest tokens are kept");
    }
}
