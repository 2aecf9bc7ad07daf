//! Tabs that share a storage and a lock, moved step by step as the scripts move them (renewal.js, live.js, storage.js, lock.js,
//! fetch.js). Whatever waits in a tab is a step of its own, and any other step may come before it.

use hallpass::session::{Moment, Record};

use super::invariants::Watch;
use super::tab::{Caller, Stage, Tab, Then, Work};
use super::vendor::{Luck, Vendor};

/// When it all begins, in ms since the epoch.
pub const BEGIN: f64 = 1_760_000_000_000.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Locks {
    Work,
    /// A tab may wait in vain, and then goes on without.
    GivenUp,
    None,
}

pub struct World {
    pub now: f64,
    pub tabs: Vec<Tab>,
    pub stored: Option<Record>,
    /// Whose renewal holds the lock: which tab, which flight.
    pub lock: Option<(usize, u32)>,
    pub locks: Locks,
    pub vendor: Vendor,
    pub watch: Watch,
    /// From 0 to 1, as chance gives it.
    pub chance: f64,
    pub serial: u32,
}

/// Something that is waiting to happen by itself.
#[derive(Clone, Copy, Debug)]
pub enum Next {
    Storage(usize),
    Lock(usize, u32),
    Vendor(usize),
    Reply(usize),
    Grace(usize, u32),
    Hear(usize),
    Arrive(usize, usize),
    Return(usize, usize),
    Login(usize),
}

impl World {
    pub fn new(tabs: usize, locks: Locks, lifetime: f64) -> Self {
        Self {
            now: BEGIN,
            tabs: (0..tabs).map(|_| Tab::new()).collect(),
            stored: None,
            lock: None,
            locks,
            vendor: Vendor::new(lifetime),
            watch: Watch::default(),
            chance: 0.0,
            serial: 0,
        }
    }

    /// This moment, as a tab sees it: each counts its steady time from another one.
    pub fn at(&self, tab: usize) -> Moment {
        let start = u32::try_from(tab).map_or(0.0, |tab| 1e6 * f64::from(tab));
        Moment { wall: self.now, steady: self.now - BEGIN + start }
    }

    /// All that could happen next by itself.
    pub fn nexts(&self) -> Vec<Next> {
        let mut nexts = Vec::new();
        for (at, tab) in self.tabs.iter().enumerate().filter(|(_, tab)| tab.runs()) {
            nexts.extend((!tab.works.is_empty()).then_some(Next::Storage(at)));
            nexts.extend((tab.unheard > 0).then_some(Next::Hear(at)));
            nexts.extend(tab.login.is_some().then_some(Next::Login(at)));
            for flight in &tab.flights {
                match &flight.stage {
                    Stage::WaitsForLock if self.lock.is_none() => nexts.push(Next::Lock(at, flight.id)),
                    Stage::Grace(_) if self.written_down(at, flight.id) => {
                        nexts.push(Next::Grace(at, flight.id));
                    }
                    _ => {}
                }
            }
            for (index, caller) in tab.callers.iter().enumerate() {
                if let Caller::First(trip) | Caller::Second(trip) = caller {
                    let next = if trip.accepted.is_some() { Next::Return } else { Next::Arrive };
                    nexts.push(next(at, index));
                }
            }
        }
        for (index, request) in self.vendor.requests.iter().enumerate() {
            if request.reply.is_none() {
                nexts.push(Next::Vendor(index));
            } else if !request.delivered && self.tabs[request.tab].runs() {
                nexts.push(Next::Reply(index));
            }
        }
        nexts
    }

    pub fn happen(&mut self, next: Next, luck: Luck) {
        match next {
            Next::Storage(at) => self.storage_works(at),
            Next::Lock(at, flight) => self.enter(at, flight, self.locks != Locks::None),
            Next::Vendor(request) => self.vendor.answer(request, luck, self.now),
            Next::Reply(request) => self.reply(request),
            Next::Grace(at, flight) => {
                let Stage::Grace(reply) = self.tabs[at].flight(flight).stage.clone() else { unreachable!() };
                // Who is frozen is waited for no longer.
                for other in 0..self.tabs.len() {
                    if self.tabs[other].frozen {
                        self.lose(other);
                    }
                }
                self.follow_reply(at, flight, reply);
            }
            Next::Hear(at) => {
                self.tabs[at].unheard -= 1;
                self.hear(at);
            }
            Next::Arrive(at, caller) => {
                let trip = self.tabs[at].callers[caller].trip().unwrap();
                trip.accepted = Some(self.vendor.accepts(&trip.token, self.now));
            }
            Next::Return(at, caller) => self.judge(at, caller),
            Next::Login(at) => self.login_reply(at),
        }
    }

    // What the storage does.

    pub fn work(&mut self, at: usize, work: Work, then: Then) {
        self.tabs[at].works.push_back((work, then));
    }

    /// Writes what is held to the storage, or deletes it.
    pub fn keep(&mut self, at: usize, over: bool, then: Then) {
        // What has replaced this tab's session is not this tab's to change.
        let over = over && !self.tabs[at].replaced();
        self.work(at, Work::Write { over }, then);
    }

    /// Whether another tab has written.
    pub fn look(&mut self, at: usize) -> bool {
        let tab = &mut self.tabs[at];
        let changed = tab.text != self.stored;
        tab.text.clone_from(&self.stored);
        changed
    }

    pub fn storage_works(&mut self, at: usize) {
        let (work, then) = self.tabs[at].works.pop_front().unwrap();
        let claims = match &work {
            Work::Look => Vec::new(),
            Work::Write { over } => self.tabs[at].take_claims(*over, &then),
        };
        if claims.is_empty() && self.look(at) {
            return self.take_over(at, then);
        }
        if matches!(work, Work::Write { .. }) {
            self.write(at, &claims);
        }
        self.go_on(at, then);
    }

    /// What is held when the turn has come. `claims`: for which logins and logouts, if any, over whatever lies there.
    fn write(&mut self, at: usize, claims: &[Then]) {
        let tab = &mut self.tabs[at];
        let record = if tab.replaced() { tab.text.clone() } else { tab.session.held().cloned() };
        if claims.is_empty() && record == tab.text {
            return;
        }
        self.watch.written(self.stored.as_ref(), record.as_ref(), claims);
        self.stored.clone_from(&record);
        tab.text = record;
        for (other, tab) in self.tabs.iter_mut().enumerate().filter(|(_, tab)| tab.open) {
            tab.unheard += u32::from(other != at);
        }
    }

    pub fn go_on(&mut self, at: usize, then: Then) {
        match then {
            Then::Nothing | Then::SignedOut(_) => {}
            Then::Tick => self.tick(at),
            Then::Begun(flight) => self.begun(at, flight),
            Then::Replied { flight, reply } => self.replied(at, flight, reply),
            Then::Kept(flight) => self.land(at, flight),
        }
    }

    /// Takes over what lies there, but not what it is about to write over itself.
    pub fn take_over(&mut self, at: usize, then: Then) {
        let now = self.at(at);
        let tab = &mut self.tabs[at];
        if tab.claims() {
            return self.go_on(at, then);
        }
        let attempt = tab.session.attempt();
        let sound = tab.session.follow(tab.text.clone(), now);
        if tab.session.attempt() != attempt {
            tab.login = None;
        }
        if sound { self.go_on(at, then) } else { self.keep(at, false, then) }
    }

    pub fn hear(&mut self, at: usize) {
        self.work(at, Work::Look, Then::Tick);
    }
}
