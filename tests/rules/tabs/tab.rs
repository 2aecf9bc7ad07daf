//! What one tab has: its session, what waits in it, and what it knows of the storage.

use std::collections::VecDeque;

use hallpass::dialect::Renewal;
use hallpass::session::{Epoch, Reason, Record, Session};

use super::vendor::Reply;

/// Work of the storage. One comes after the other.
#[derive(Clone, Debug)]
pub enum Work {
    Look,
    /// `over`: also over what another tab has written since.
    Write {
        over: bool,
    },
}

/// What goes on once the storage has worked.
#[derive(Clone, Debug)]
pub enum Then {
    Nothing,
    Tick,
    SignedOut(u32),
    /// The three steps of a renewal that wait for the storage.
    Begun(u32),
    Replied {
        flight: u32,
        reply: Reply,
    },
    Kept(u32),
}

#[derive(Clone, Debug)]
pub enum Stage {
    WaitsForLock,
    WaitsForStorage,
    Sent,
    /// After a no: another tab may be writing down what it got for the same token.
    Grace(Reply),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Done,
    Superseded,
    Failed,
}

/// A renewal under way.
#[derive(Clone, Debug)]
pub struct Flight {
    pub id: u32,
    pub epoch: Epoch,
    pub attempt: u32,
    pub failures: u32,
    /// Nobody called `refresh`.
    pub by_itself: bool,
    pub stage: Stage,
    pub outcome: Outcome,
}

/// A caller's request on its way, and whether the vendor took its token once it came there.
#[derive(Clone, Debug)]
pub struct Trip {
    pub epoch: Epoch,
    pub token: String,
    pub accepted: Option<bool>,
}

/// A caller who waits.
#[derive(Clone, Debug)]
pub enum Caller {
    /// For a good token, the so-maniest time.
    Ready {
        flight: u32,
        tries: u32,
    },
    First(Trip),
    /// For a renewal after a rejection.
    Rejected {
        flight: u32,
    },
    Second(Trip),
    /// Who called `refresh`.
    Refresh {
        flight: u32,
    },
}

impl Caller {
    pub const fn flight(&self) -> Option<u32> {
        match self {
            Self::Ready { flight, .. } | Self::Rejected { flight } | Self::Refresh { flight } => {
                Some(*flight)
            }
            Self::First(_) | Self::Second(_) => None,
        }
    }

    pub const fn trip(&mut self) -> Option<&mut Trip> {
        match self {
            Self::First(trip) | Self::Second(trip) => Some(trip),
            _ => None,
        }
    }
}

pub struct Tab {
    pub session: Session,
    pub open: bool,
    pub frozen: bool,
    /// What it read from the storage, or wrote to it, last.
    pub text: Option<Record>,
    pub works: VecDeque<(Work, Then)>,
    pub flights: Vec<Flight>,
    /// The flight that callers join.
    pub current: Option<u32>,
    pub callers: Vec<Caller>,
    /// Announcements that have still to come.
    pub unheard: u32,
    /// A login under way: its number, and who.
    pub login: Option<(u32, &'static str)>,
    /// The logins that were signed out in this tab.
    pub left: Vec<u32>,
}

impl Tab {
    pub fn new() -> Self {
        Self {
            session: Session::new(Renewal::BeforeEnd, true),
            open: true,
            frozen: false,
            text: None,
            works: VecDeque::new(),
            flights: Vec::new(),
            current: None,
            callers: Vec::new(),
            unheard: 0,
            login: None,
            left: Vec::new(),
        }
    }

    /// Whether it can do anything.
    pub const fn runs(&self) -> bool {
        self.open && !self.frozen
    }

    pub fn flight(&mut self, id: u32) -> &mut Flight {
        self.flights.iter_mut().find(|flight| flight.id == id).expect("a flight ends once")
    }

    /// Whether it is about to write over whatever lies there.
    pub fn claims(&self) -> bool {
        self.works.iter().any(|(work, _)| matches!(work, Work::Write { over: true }))
    }

    /// The logins and logouts for which the next write goes over whatever lies there: they need not do so themselves any more.
    pub fn take_claims(&mut self, over: bool, then: &Then) -> Vec<Then> {
        let mut claims = if over { vec![then.clone()] } else { Vec::new() };
        for (work, then) in &mut self.works {
            if let Work::Write { over: over @ true } = work {
                *over = false;
                claims.push(then.clone());
            }
        }
        claims
    }

    /// Whether another user's session has replaced this tab's.
    pub fn replaced(&self) -> bool {
        self.session.snapshot().reason == Some(Reason::Replaced)
    }

    pub fn held_login(&self) -> Option<u32> {
        self.session.held().map(|held| held.login)
    }
}
