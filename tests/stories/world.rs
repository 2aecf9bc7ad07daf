//! The world of a story: its time, its tabs, their stores and locks, the vendor, and all that is still to happen.

use std::collections::BTreeMap;

use hallpass::protocol::{Line, Outcome, Wake, Write};
use hallpass::session::Moment;

use crate::choices::Choices;
use crate::invariants::Watch;
use crate::locks::{Key, Lock};
use crate::network::Trip;
use crate::op::Op;
use crate::plan::Plan;
use crate::store::{News, Place, Work};
use crate::support::Value;
use crate::tab::Tab;
use crate::vendor::{Token, Vendor};

/// When it all begins, in ms since the epoch, by the machine's clock.
pub const BEGIN: f64 = 1_760_000_000_000.0;

/// How much may happen in a story, and how much more in each second of it.
const MOST_STEPS: u64 = 150_000;
const STEPS_A_SECOND: u64 = 100;

/// Names what an operation waits for: nothing else is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub tab: usize,
    pub op: u32,
    /// The operation's own number, as those of the protocol may be given again.
    pub uid: u64,
    /// Counts what the operation has asked for.
    pub serial: u32,
}

/// Something that happens later.
#[derive(Debug)]
pub enum Event {
    /// An operation hears what came of its effect. `spent`: the token that was presented for what it is granted.
    Outcome {
        mark: Mark,
        outcome: Outcome<Value>,
        spent: Option<Token>,
    },
    Begins {
        tab: usize,
        op: u32,
    },
    Arrives(Box<Trip>),
    StoreDone {
        mark: Mark,
        work: Work,
        fails: bool,
        compared: bool,
    },
    StoreGivenUp {
        mark: Mark,
    },
    Lands {
        place: usize,
        tab: usize,
        write: Write,
    },
    Shows {
        place: usize,
        tab: usize,
        news: News,
    },
    InVain {
        mark: Mark,
    },
    Frees {
        key: Key,
        mark: Mark,
    },
    Timer {
        tab: usize,
        number: u64,
    },
    Told {
        tab: usize,
        line: Line,
    },
    /// A reply has come that sets the browser's cookie, or takes it away.
    CookieSet {
        mark: Mark,
        cookie: Option<Token>,
    },
    VendorUp,
}

pub struct World {
    pub choices: Choices,
    pub plan: Plan,
    /// True time, in ms since the story began. The vendor's clock goes by it.
    pub now: u64,
    /// How much the machine's clock is set wrong, and how long it stood still, in ms.
    pub wrong: f64,
    pub stood: f64,
    pub online: bool,
    pub vendor_down: bool,
    events: BTreeMap<(u64, u64), Event>,
    numbers: u64,
    pub tabs: Vec<Tab>,
    pub places: Vec<Place>,
    pub locks: BTreeMap<Key, Lock>,
    pub vendor: Vendor,
    /// The browser's cookie.
    pub cookie: Option<Token>,
    pub watch: Watch,
    /// Nothing goes wrong any more, and nobody does anything.
    pub resting: bool,
    /// What has happened, for people to read.
    pub trace: Option<Vec<String>>,
    pub steps: u32,
}

impl World {
    pub fn new(choices: Choices, plan: Plan, traced: bool) -> Self {
        let mut world = Self {
            choices,
            now: 0,
            wrong: 0.0,
            stood: 0.0,
            online: true,
            vendor_down: false,
            events: BTreeMap::new(),
            numbers: 0,
            tabs: Vec::new(),
            places: Vec::new(),
            locks: BTreeMap::new(),
            vendor: Vendor::new(&plan),
            cookie: None,
            watch: Watch::default(),
            resting: false,
            trace: traced.then(Vec::new),
            steps: 0,
            plan,
        };
        world.watch.late = world.plan.lags() && world.plan.troubles.long_lags;
        world.tell(|| "the story begins".into());
        world
    }

    pub fn tell(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{now:>9} {}", line()));
        }
    }

    /// This moment, as a tab sees it: each counts its steady time from another one.
    pub fn moment(&self, tab: usize) -> Moment {
        let now = self.now as f64;
        Moment { wall: BEGIN + now + self.wrong, steady: now - self.stood + 1e6 * tab as f64 }
    }

    pub const fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub fn at(&mut self, time: u64, event: Event) {
        let number = self.number();
        self.events.insert((time.max(self.now), number), event);
    }

    pub fn after(&mut self, ms: u64, mark: Mark, outcome: Outcome<Value>) {
        self.at(self.now + ms, Event::Outcome { mark, outcome, spent: None });
    }

    pub fn op(&mut self, mark: Mark) -> Option<&mut Op> {
        self.tabs.get_mut(mark.tab)?.ops.get_mut(&mark.op).filter(|op| op.uid == mark.uid)
    }

    /// When the next thing happens.
    pub fn next(&self) -> Option<u64> {
        self.events.first_key_value().map(|((time, _), _)| *time)
    }

    /// The next thing happens.
    pub fn happen(&mut self) {
        let Some(((time, _), event)) = self.events.pop_first() else {
            // Nothing is to come any more: what is still under way hangs.
            self.watch.breaks("rule_2_everything_comes_to_rest", String::new);
            return;
        };
        self.now = self.now.max(time);
        self.steps += 1;
        self.watch.step += 1;
        let Some(tab) = event.tab().filter(|tab| !self.tabs[*tab].runs()) else { return self.take(event) };
        if self.tabs[tab].open {
            self.tabs[tab].missed.push(event);
        }
    }

    /// What a frozen tab has missed happens, all at once.
    pub fn catch_up(&mut self, tab: usize) {
        for event in std::mem::take(&mut self.tabs[tab].missed) {
            self.at(self.now, event);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Outcome { mark, outcome, spent } => {
                if let Some(token) = spent
                    && self.op(mark).is_some_and(|op| op.serial == mark.serial)
                {
                    self.watch.delivered(token);
                    if let Some(op) = self.op(mark) {
                        op.granted = true;
                    }
                    self.renews(mark.tab, token.family);
                }
                self.outcome(mark, outcome);
            }
            Event::Begins { tab, op } => self.step(tab, op, None),
            Event::Arrives(trip) => self.arrives(*trip),
            Event::StoreDone { mark, work, fails, compared } => self.store_done(mark, work, fails, compared),
            Event::StoreGivenUp { mark } => self.store_given_up(mark),
            Event::Lands { place, tab, write } => self.lands(place, tab, &write),
            Event::Shows { place, tab, news } => {
                let of_record = matches!(news, News::Record(..));
                self.places[place].shows(tab, news, self.now);
                // The platform tells a tab when another one's writes show in it.
                if of_record {
                    self.wakes_itself(tab);
                }
            }
            Event::InVain { mark } => self.in_vain(mark),
            Event::Frees { key, mark } => self.free(&key, mark),
            Event::Timer { tab, number } if self.tabs[tab].timer == number => self.wake(tab, Wake::Timer),
            Event::Timer { .. } => {}
            Event::Told { tab, line } => self.wake(tab, Wake::Told(line)),
            Event::CookieSet { mark, cookie } => self.sets_cookie(mark, cookie),
            Event::VendorUp => self.vendor_down = false,
        }
    }

    /// Lets things happen for so many ms.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        while self.next().is_some_and(|time| time <= end) && self.goes_on() {
            self.happen();
        }
        self.now = self.now.max(end);
    }

    pub fn goes_on(&mut self) -> bool {
        // Tabs that queue behind a frozen one look 16 times a second for as long as it is frozen.
        if u64::from(self.steps) > MOST_STEPS + self.now / 1_000 * STEPS_A_SECOND {
            self.watch.breaks("rule_2_nothing_goes_on_for_ever", String::new);
        }
        self.watch.broken.is_none()
    }

    /// Whether nothing is under way but timers.
    pub fn is_quiet(&self) -> bool {
        // The timeout of a wait that is over concerns nobody any more.
        let waits = |event: &Event| {
            let bound =
                matches!(event, Event::Outcome { .. } | Event::InVain { .. } | Event::StoreGivenUp { .. });
            !bound && !matches!(event, Event::Timer { .. } | Event::Frees { .. } | Event::VendorUp)
        };
        self.tabs.iter().all(|tab| tab.ops.is_empty()) && !self.events.values().any(waits)
    }
}

impl Event {
    /// In which tab something happens.
    const fn tab(&self) -> Option<usize> {
        match self {
            Self::Outcome { mark, .. }
            | Self::StoreDone { mark, .. }
            | Self::StoreGivenUp { mark }
            | Self::InVain { mark } => Some(mark.tab),
            Self::Begins { tab, .. } | Self::Timer { tab, .. } | Self::Told { tab, .. } => Some(*tab),
            Self::Arrives(_)
            | Self::Lands { .. }
            | Self::Shows { .. }
            | Self::Frees { .. }
            | Self::CookieSet { .. }
            | Self::VendorUp => None,
        }
    }
}
