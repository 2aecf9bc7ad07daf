//! A tab: the product's own handle, and what a shell does for each effect that its operations ask for.

use std::collections::BTreeMap;
use std::rc::Rc;

use hallpass::dialect::{CallKind, Described, Vendor};
use hallpass::protocol::{
    Addresses, Effect, Handle, Keeping, Line, OperationId, Outcome, Settings, Step, Trouble, Wake,
};
use hallpass::session::{Audience, Session};

use crate::cookies::AtCookie;
use crate::op::{Op, Purpose, Waits};
use crate::plan::Brand;
use crate::store::{Desk, Work};
use crate::support::Value;
use crate::world::{Event, Mark, World};

pub const BASE: &str = "https://api.test";

#[expect(clippy::struct_excessive_bools, reason = "each is a state of its own")]
pub struct Tab {
    pub handle: Rc<Handle<Value>>,
    pub open: bool,
    pub frozen: bool,
    pub hidden: bool,
    pub disposed: bool,
    /// Which store it has, if any.
    pub place: Option<usize>,
    pub desk: Desk,
    pub ops: BTreeMap<OperationId, Op>,
    /// The timer that counts.
    pub timer: u64,
    /// What has happened while it was frozen.
    pub missed: Vec<Event>,
}

impl Tab {
    pub const fn runs(&self) -> bool {
        self.open && !self.frozen
    }

    pub fn held_login(&self) -> Option<u32> {
        self.handle.look(|session| session.held().map(|record| record.login))
    }
}

impl World {
    /// A tab is opened, on a page of its own or with others.
    pub fn open(&mut self, place: Option<usize>) -> usize {
        let vendor: Rc<dyn Vendor<Value>> = match self.plan.brand {
            Brand::Cookie => {
                let said = crate::wire::described(&self.plan).into();
                Rc::new(Described::of(&said).expect("a description"))
            }
            brand => hallpass::dialect::named::<Value>(brand.name()).expect("a vendor of that name"),
        };
        let path = |operation| vendor.path(operation).map(|path| format!("{BASE}/{path}"));
        // Pages of one site may be of different versions.
        let automatic = self.plan.automatic && !self.choices.one_in(12);
        let settings = Settings {
            automatic,
            addresses: Addresses {
                base: BASE.into(),
                login: path(CallKind::Login),
                refresh: path(CallKind::Refresh),
                logout: path(CallKind::Logout),
                check: path(CallKind::Check),
            },
            audience: Audience::new(BASE),
            keeping: self.plan.keeping,
            limits: self.plan.limits,
        };
        let tab = self.tabs.len();
        if let Some(place) = place {
            self.places[place].enters(tab);
        }
        self.tabs.push(Tab {
            handle: Handle::new(vendor, settings),
            open: true,
            frozen: false,
            hidden: false,
            disposed: false,
            place,
            desk: Desk::default(),
            ops: BTreeMap::new(),
            timer: 0,
            missed: Vec::new(),
        });
        self.tell(|| format!("tab {tab} opens"));
        let moment = self.moment(tab);
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(moment);
        let op = handle.restore();
        self.begin(tab, op, Purpose::Restore);
        tab
    }

    pub fn wake(&mut self, tab: usize, wake: Wake) {
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let op = handle.wake(wake, self.tabs[tab].hidden);
        self.begin(tab, op, Purpose::Wake);
    }

    /// What a tab has given up has been done after all: it looks.
    pub fn wakes_itself(&mut self, tab: usize) {
        self.at(self.now, Event::Told { tab, line: Line::Store });
    }

    /// Takes up an operation that was begun, and steps it.
    pub fn begin(&mut self, tab: usize, id: OperationId, purpose: Purpose) {
        self.enter(tab, id, purpose);
        self.step(tab, id, None);
    }

    fn enter(&mut self, tab: usize, id: OperationId, purpose: Purpose) {
        let uid = self.number();
        self.tell(|| format!("tab {tab} begins {id}: {purpose:?}"));
        let mut op = Op::new(uid, purpose, self.now, self.watch.step);
        op.asked_user = self.user(tab).or_else(|| self.true_user(tab));
        let before = self.tabs[tab].ops.insert(id, op);
        assert!(before.is_none(), "two operations of one number");
    }

    /// Who is signed in in truth, where a token's vendor tells no names.
    fn true_user(&self, tab: usize) -> Option<String> {
        let login = self.tabs[tab].held_login().filter(|_| !self.plan.brand.is_cookie())?;
        self.watch.users.get(&login).map(|user| (*user).to_owned())
    }

    pub fn user(&self, tab: usize) -> Option<String> {
        self.tabs[tab]
            .handle
            .look(|session| session.held().and_then(|record| record.held.user.as_deref().map(Into::into)))
    }

    /// An operation hears what came of what it waits for; of anything else it hears nothing.
    pub fn outcome(&mut self, mark: Mark, outcome: Outcome<Value>) {
        let Some(op) = self.op(mark).filter(|op| op.serial == mark.serial && op.waits != Waits::Nothing)
        else {
            return;
        };
        op.waits = Waits::Nothing;
        // What was to be said of the cookie, or asked, is lost.
        let lost =
            op.at_cookie.is_some() && matches!(outcome, Outcome::Failed(Trouble::Network | Trouble::Timeout));
        if !matches!(op.purpose, Purpose::Login { .. }) && !op.at_cookie.is_some_and(AtCookie::is_check) {
            op.at_cookie = None;
        }
        if matches!(outcome, Outcome::Failed(Trouble::GivenUp)) {
            op.given_up = true;
        }
        self.watch.cut_off |= lost;
        self.step(mark.tab, mark.op, Some(outcome));
    }

    /// Steps an operation until it waits for something.
    pub fn step(&mut self, tab: usize, id: OperationId, mut outcome: Option<Outcome<Value>>) {
        let handle = Rc::clone(&self.tabs[tab].handle);
        loop {
            if let Some(outcome) = &outcome
                && self.trace.is_some()
            {
                let text = crate::trace::outcome(outcome);
                self.tell(|| format!("tab {tab}   {id} hears {text}"));
            }
            let step = handle.step(id, outcome.take(), self.moment(tab));
            self.finds_begun(tab);
            self.look(tab, id);
            match step {
                Some(Step::Asks(effect)) => match self.perform(tab, id, effect) {
                    Some(done) => outcome = Some(done),
                    None => break,
                },
                Some(Step::Ends(ending)) => {
                    self.ends(tab, id, &ending);
                    break;
                }
                None => {
                    self.watch.breaks("rule_2_every_step_asks_or_ends", || format!("tab {tab}, {id}"));
                    break;
                }
            }
        }
        self.set_timer(tab);
    }

    /// What has begun by itself is stepped next.
    pub fn finds_begun(&mut self, tab: usize) {
        let handle = Rc::clone(&self.tabs[tab].handle);
        while let Some(begun) = handle.take_begun() {
            self.enter(tab, begun, Purpose::Own);
            self.at(self.now, Event::Begins { tab, op: begun });
        }
    }

    pub fn set_timer(&mut self, tab: usize) {
        let handle = Rc::clone(&self.tabs[tab].handle);
        if !handle.take_stirred() {
            return;
        }
        let (moment, hidden) = (self.moment(tab), self.tabs[tab].hidden);
        let next = handle.look(|session: &Session| session.next_event(hidden, moment));
        let number = self.number();
        self.tabs[tab].timer = number;
        if let Some(ms) = next.filter(|_| !self.tabs[tab].disposed) {
            let late = if hidden { self.choices.pick(&[0, 900, 60_000]) } else { self.choices.pick(&[0, 4]) };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "no less than zero")]
            let ms = ms.max(0.0).ceil().min(2_147_483_647.0) as u64;
            self.at(self.now + ms + late, Event::Timer { tab, number });
        }
    }

    fn ends(&mut self, tab: usize, id: OperationId, ending: &hallpass::protocol::Ending) {
        self.tell(|| format!("tab {tab}   {id} ends: {ending:?}"));
        let Some(op) = self.tabs[tab].ops.remove(&id) else { return };
        let waiting = self.tabs[tab].ops.iter();
        let waiting: Vec<_> = waiting
            .filter(|(_, other)| other.waits == Waits::Join(id))
            .map(|(other, joined)| Mark { tab, op: *other, uid: joined.uid, serial: joined.serial })
            .collect();
        for mark in waiting {
            if let Some(joiner) = self.op(mark) {
                joiner.renewals_joined += u32::from(op.granted);
            }
            self.after(0, mark, Outcome::Done);
        }
        self.ended(tab, &op, ending);
    }

    /// Does what an operation asks for. Gives back what is done at once.
    fn perform(&mut self, tab: usize, id: OperationId, effect: Effect) -> Option<Outcome<Value>> {
        let interleaved = self.plan.interleaved && self.choices.one_in(4);
        if self.trace.is_some() {
            let text = crate::trace::effect(&effect);
            self.tell(|| format!("tab {tab}   {id} asks {text}"));
        }
        let op = self.tabs[tab].ops.get_mut(&id)?;
        op.serial += 1;
        let mark = Mark { tab, op: id, uid: op.uid, serial: op.serial };
        op.waits = match &effect {
            Effect::Call(_) | Effect::Send(_) => Waits::Network,
            Effect::Read | Effect::Write(_) => Waits::Store,
            Effect::Wallet(_) => Waits::Person,
            Effect::Lock(_) => Waits::Lock,
            Effect::Wait(_) => Waits::Time,
            Effect::Join(other) => Waits::Join(*other),
            _ => Waits::Moment,
        };
        if op.given_up && op.can_be_ended() {
            return Some(Outcome::Failed(Trouble::GivenUp));
        }
        let done = match effect {
            Effect::Call(call) => return self.call(mark, &call),
            Effect::Send(dispatch) => return self.send(mark, &dispatch),
            Effect::Wallet(request) => {
                self.asks_wallet(mark, &request);
                return None;
            }
            Effect::Read => {
                self.store(mark, Work::Read);
                return None;
            }
            Effect::Write(write) => {
                self.asks_to_write(mark, &write);
                self.store(mark, Work::Write(write));
                return None;
            }
            Effect::Lock(name) => {
                self.lock(mark, name);
                return None;
            }
            Effect::Wait(ms) => {
                self.after(u64::from(ms), mark, Outcome::Done);
                return None;
            }
            Effect::Join(other) => {
                if self.tabs[tab].ops.contains_key(&other) {
                    return None;
                }
                Outcome::Done
            }
            Effect::Prompt(_) => return Some(Outcome::Done),
            // A note is there before anything else happens.
            Effect::Note(note) => {
                self.note(tab, note.as_ref());
                return Some(Outcome::Done);
            }
            Effect::Mark(text) => {
                self.mark(tab, text.as_ref());
                let ms = self.choices.below(self.plan.store_ms + 1) as u64;
                self.after(ms, mark, Outcome::Done);
                return None;
            }
            Effect::Unlock { spent } => {
                self.unlock(mark, spent);
                Outcome::Done
            }
            Effect::Tell(line) => {
                self.tell_others(tab, line);
                Outcome::Done
            }
            Effect::Random => Outcome::Random(self.watch.chance()),
            Effect::Stop(other) => {
                self.stop(tab, other, Trouble::Stopped);
                Outcome::Done
            }
        };
        if interleaved {
            self.after(0, mark, done);
            return None;
        }
        Some(done)
    }

    fn tell_others(&mut self, tab: usize, line: Line) {
        if line == Line::SignOut && self.plan.keeping == Keeping::Page {
            self.tell_others(tab, Line::Neighbours);
        }
        for other in 0..self.tabs.len() {
            let shares = match (line, self.plan.keeping) {
                // Where each tab is a page of its own, it has no other handles.
                (Line::Store, Keeping::Memory)
                | (Line::Neighbours, Keeping::Memory | Keeping::Tabs { .. }) => false,
                (Line::Store | Line::Neighbours, _) => self.tabs[other].place == self.tabs[tab].place,
                (Line::SignOut, Keeping::Page) => self.tabs[other].place != self.tabs[tab].place,
                (Line::SignOut, _) => true,
            };
            let there = &self.tabs[other];
            // A frozen tab misses it.
            let lost = there.frozen && self.choices.one_in(2);
            if other != tab && self.tabs[other].open && shares && !lost {
                let ms = if line == Line::Neighbours { 0 } else { self.choices.pick(&[1, 0, 4, 40]) };
                self.at(self.now + ms, Event::Told { tab: other, line });
            }
        }
    }

    /// Ends what an operation waits for, where that can be ended.
    pub fn stop(&mut self, tab: usize, id: OperationId, trouble: Trouble) {
        // It may be too late: what it waits for is on its way to it already.
        let late = self.plan.interleaved && self.choices.one_in(4);
        let Some(op) = self.tabs[tab].ops.get_mut(&id) else { return };
        if late {
            self.watch.cut_off |= op.at_cookie.is_some();
            return;
        }
        if op.can_be_ended() {
            op.serial += 1;
            let mark = Mark { tab, op: id, uid: op.uid, serial: op.serial };
            self.unheard(mark);
            self.after(0, mark, Outcome::Failed(trouble));
        }
    }
}
