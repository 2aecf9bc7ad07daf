//! What people do with tabs, and their programs with sessions, as live.js and fetch.js have it. Whoever is answered is no caller
//! any more.

use hallpass::session::{Epoch, Pass, Verdict};

use super::tab::{Caller, Tab, Then, Trip};
use super::world::World;

impl World {
    pub fn request(&mut self, at: usize) {
        self.ready(at, 0);
    }

    pub fn refresh(&mut self, at: usize) {
        if self.tabs[at].session.held().is_some() {
            let flight = self.renew(at, self.tabs[at].session.epoch(), false);
            self.tabs[at].callers.push(Caller::Refresh { flight });
        }
    }

    pub fn pass(&mut self, at: usize) -> Pass {
        self.tick(at);
        self.tabs[at].session.pass(self.at(at))
    }

    pub fn ready(&mut self, at: usize, tries: u32) {
        match self.pass(at) {
            Pass::Go(epoch) => {
                let trip = self.trip(at, epoch);
                self.tabs[at].callers.push(Caller::First(trip));
            }
            Pass::RenewFirst if tries < 2 => {
                let flight = self.renew(at, self.tabs[at].session.epoch(), true);
                self.tabs[at].callers.push(Caller::Ready { flight, tries: tries + 1 });
            }
            Pass::RenewFirst | Pass::Wait(..) | Pass::Refused(_) => {}
        }
    }

    pub fn trip(&mut self, at: usize, epoch: Epoch) -> Trip {
        let token = self.tabs[at].session.held().and_then(|held| held.held.access.clone()).unwrap();
        self.watch.uses(&token, self.now);
        Trip { epoch, token, accepted: None }
    }

    pub fn replay(&mut self, at: usize) {
        if let Pass::Go(epoch) = self.pass(at) {
            let trip = self.trip(at, epoch);
            self.tabs[at].callers.push(Caller::Second(trip));
        }
    }

    pub fn judge(&mut self, at: usize, caller: usize) {
        let now = self.at(at);
        let tab = &mut self.tabs[at];
        let mut caller = tab.callers.remove(caller);
        let Trip { epoch, accepted, .. } = caller.trip().unwrap().clone();
        let verdict = if accepted == Some(true) { Verdict::Leave } else { tab.session.rejected(epoch, now) };
        if tab.session.epoch() != epoch {
            self.keep(at, false, Then::Nothing);
        }
        if let Caller::Second(_) = caller {
            return;
        }
        match verdict {
            Verdict::Renew => {
                let flight = self.renew(at, epoch, true);
                self.tabs[at].callers.push(Caller::Rejected { flight });
            }
            Verdict::Replay => self.replay(at),
            Verdict::Leave | Verdict::End => {}
        }
    }

    // What users do.

    pub fn login(&mut self, at: usize, user: &'static str) {
        let tab = &mut self.tabs[at];
        tab.session.begin_login();
        tab.login = Some((tab.session.attempt(), user));
    }

    pub fn login_reply(&mut self, at: usize) {
        let now = self.at(at);
        let (attempt, user) = self.tabs[at].login.take().unwrap();
        let (login, grant) = self.vendor.sign_in(user, self.now);
        if self.tabs[at].session.attempt() == attempt {
            self.watch.received(grant.access.as_ref().unwrap(), self.now + self.vendor.lifetime);
            self.watch.signs_in(at, login);
            self.tabs[at].session.signed_in(grant, login, now);
            self.keep(at, true, Then::Nothing);
        }
    }

    /// `told`: the vendor hears of it.
    pub fn logout(&mut self, at: usize, told: bool) {
        let tab = &mut self.tabs[at];
        let login = tab.session.sign_out().map(|record| record.login);
        tab.login = None;
        tab.left.extend(login);
        if let Some(login) = login.filter(|_| told) {
            self.vendor.revoke(login);
        }
        self.keep(at, true, Then::SignedOut(login.unwrap_or(0)));
    }

    // What becomes of tabs.

    pub fn open(&mut self) {
        let now = self.at(self.tabs.len());
        let mut tab = Tab::new();
        tab.text.clone_from(&self.stored);
        tab.session.follow(tab.text.clone(), now);
        self.tabs.push(tab);
    }

    /// What waits in it is gone, and new tokens with it.
    pub fn close(&mut self, at: usize) {
        self.lose(at);
        self.watch.closed(at);
        self.lock = self.lock.filter(|(holder, _)| *holder != at);
        for request in self.vendor.requests.iter_mut().filter(|request| request.tab == at) {
            request.in_vain = true;
            request.delivered = true;
        }
        self.tabs[at] = Tab { open: false, ..Tab::new() };
    }

    /// A frozen tab misses what is announced, and is waited for no longer than a lock is.
    pub fn freeze(&mut self, at: usize) {
        self.tabs[at].frozen = true;
    }

    pub fn thaw(&mut self, at: usize) {
        if self.tabs[at].frozen {
            self.tabs[at].frozen = false;
            self.tabs[at].unheard = 0;
            self.hear(at);
        }
    }

    /// The new tokens that wait in a tab to be written down are gone.
    pub fn lose(&mut self, at: usize) {
        let tab = &self.tabs[at];
        let waits = |id| tab.flights.iter().any(|flight| flight.id == id);
        let requests = self.vendor.requests.iter();
        let lost = requests.filter(|request| request.tab == at && request.granted && waits(request.flight));
        for login in lost.map(|request| request.login).collect::<Vec<_>>() {
            self.vendor.lose(login);
        }
    }
}
