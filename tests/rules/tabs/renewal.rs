//! A tab's renewals, step by step as renewal.js has them.

use hallpass::dialect::Code;
use hallpass::session::Epoch;

use super::tab::{Caller, Flight, Outcome, Stage, Tab, Then, Work};
use super::vendor::{Reply, Request, named};
use super::world::{Locks, World};

impl World {
    pub fn tick(&mut self, at: usize) {
        let session = &self.tabs[at].session;
        if session.renewal_due(self.at(at)) {
            self.renew(at, session.epoch(), true);
        }
    }

    /// Joins the renewal of an epoch, or begins it.
    pub fn renew(&mut self, at: usize, epoch: Epoch, by_itself: bool) -> u32 {
        let tab = &mut self.tabs[at];
        let joined =
            tab.flights.iter().find(|flight| Some(flight.id) == tab.current && flight.epoch == epoch);
        if let Some(flight) = joined {
            return flight.id;
        }
        self.serial += 1;
        tab.current = Some(self.serial);
        tab.flights.push(Flight {
            id: self.serial,
            epoch,
            attempt: tab.session.attempt(),
            failures: tab.session.failures(),
            by_itself,
            stage: Stage::WaitsForLock,
            outcome: Outcome::Done,
        });
        tab.session.begin_renewal();
        self.serial
    }

    /// A tab has waited for the lock in vain.
    pub fn give_up(&mut self, pick: usize) {
        let waiting = |tab: &Tab, flight: &Flight| tab.runs() && matches!(flight.stage, Stage::WaitsForLock);
        let all = self.tabs.iter().enumerate().flat_map(|(at, tab)| {
            tab.flights.iter().filter(move |flight| waiting(tab, flight)).map(move |flight| (at, flight.id))
        });
        let all: Vec<_> = all.collect();
        if self.locks == Locks::GivenUp && self.lock.is_some() && !all.is_empty() {
            let (at, flight) = all[pick % all.len()];
            self.enter(at, flight, false);
        }
    }

    pub fn enter(&mut self, at: usize, flight: u32, locked: bool) {
        if locked {
            self.lock = Some((at, flight));
        }
        self.watch.without_lock |= !locked;
        let entered = self.tabs[at].flight(flight);
        entered.stage = Stage::WaitsForStorage;
        self.work(at, Work::Look, Then::Begun(flight));
    }

    pub fn begun(&mut self, at: usize, flight: u32) {
        let now = self.at(at);
        let tab = &mut self.tabs[at];
        let Flight { epoch, failures, by_itself, .. } = *tab.flight(flight);
        let session = &tab.session;
        // What has just failed in another tab fails here; what another tab has renewed is not renewed again.
        if session.pause(now).is_some() && session.failures() > failures {
            tab.flight(flight).outcome = Outcome::Failed;
            return self.land(at, flight);
        }
        if session.epoch() != epoch {
            return self.land(at, flight);
        }
        let token = session.held().and_then(|held| held.held.refresh.clone()).expect("the vendor gives one");
        let (login, serial) = named(&token);
        self.watch.sends(&self.vendor.requests, (login, serial), by_itself, session.pause(now), self.now);
        tab.flight(flight).stage = Stage::Sent;
        self.vendor.requests.push(Request {
            tab: at,
            flight,
            login,
            serial,
            reply: None,
            granted: false,
            in_vain: false,
            delivered: false,
        });
    }

    pub fn reply(&mut self, request: usize) {
        let Request { tab: at, flight, ref mut delivered, ref reply, .. } = self.vendor.requests[request];
        *delivered = true;
        let reply = reply.clone().unwrap();
        match reply {
            Reply::Lost(code) => {
                self.fails(at, flight, code, None);
                self.keep(at, false, Then::Kept(flight));
            }
            Reply::No => self.tabs[at].flight(flight).stage = Stage::Grace(reply),
            _ => self.follow_reply(at, flight, reply),
        }
    }

    /// Whether those who were given tokens for the same one have written them down, and so the grace can be over.
    pub fn written_down(&self, at: usize, flight: u32) -> bool {
        let requests = &self.vendor.requests;
        let mine = requests.iter().find(|request| request.tab == at && request.flight == flight).unwrap();
        !requests.iter().any(|other| {
            let tab = &self.tabs[other.tab];
            let renews = tab.flights.iter().any(|flight| flight.id == other.flight);
            // Over a failure of another tab's, which has come down on them, they are written once more.
            let writes = tab.works.iter().any(|(work, _)| matches!(work, Work::Write { .. }));
            (other.login, other.serial, other.granted) == (mine.login, mine.serial, true)
                && tab.runs()
                && (renews || writes)
        })
    }

    pub fn follow_reply(&mut self, at: usize, flight: u32, reply: Reply) {
        let tab = &mut self.tabs[at];
        tab.flight(flight).stage = Stage::WaitsForStorage;
        self.work(at, Work::Look, Then::Replied { flight, reply });
    }

    pub fn replied(&mut self, at: usize, flight: u32, reply: Reply) {
        let now = self.at(at);
        let tab = &mut self.tabs[at];
        let Flight { epoch, attempt, .. } = *tab.flight(flight);
        let session = &mut tab.session;
        let overtaken = session.epoch() != epoch && session.held().is_some() && session.attempt() == attempt;
        if !overtaken {
            match reply {
                Reply::Yes(grant) => {
                    let access = grant.access.clone().unwrap();
                    let counts = session.renewed(epoch, grant, now);
                    tab.flight(flight).outcome = if counts { Outcome::Done } else { Outcome::Superseded };
                    if counts {
                        self.watch.received(&access, self.now + self.vendor.lifetime);
                    }
                }
                Reply::No => self.fails(at, flight, Code::SessionExpired, None),
                Reply::Busy(asked) => self.fails(at, flight, Code::VendorUnavailable, asked),
                Reply::Lost(_) => unreachable!(),
            }
        }
        self.keep(at, false, Then::Kept(flight));
    }

    pub fn fails(&mut self, at: usize, flight: u32, code: Code, asked: Option<f64>) {
        let (now, chance) = (self.at(at), self.chance);
        let tab = &mut self.tabs[at];
        let epoch = tab.flight(flight).epoch;
        let refresh = tab.session.held().and_then(|held| held.held.refresh.clone());
        let counts = tab.session.renewal_failed(epoch, code, asked, now, chance);
        tab.flight(flight).outcome = if counts { Outcome::Failed } else { Outcome::Superseded };
        let (login, serial) = named(&refresh.filter(|_| counts).unwrap_or_else(|| "r0.0".into()));
        if counts && code.ends_session() {
            self.watch
                .refused(login, self.vendor.excuses(login) && !self.vendor.accepts_refresh(login, serial));
        } else if counts {
            self.watch.failed(login, at, self.now, asked);
        }
    }

    /// A renewal is over: those who waited for it go on.
    pub fn land(&mut self, at: usize, flight: u32) {
        self.lock = self.lock.filter(|holder| *holder != (at, flight));
        let tab = &mut self.tabs[at];
        if tab.current == Some(flight) {
            tab.current = None;
            tab.session.end_renewal();
        }
        let Flight { attempt, mut outcome, .. } = *tab.flight(flight);
        if outcome == Outcome::Done && tab.session.attempt() != attempt {
            outcome = Outcome::Superseded;
        }
        tab.flights.retain(|other| other.id != flight);
        let waited: Vec<_> = tab.callers.extract_if(.., |caller| caller.flight() == Some(flight)).collect();
        for caller in waited.into_iter().filter(|_| outcome != Outcome::Failed) {
            match caller {
                Caller::Ready { tries, .. } => self.ready(at, tries),
                Caller::Rejected { .. } => self.replay(at),
                _ => {}
            }
        }
    }
}
