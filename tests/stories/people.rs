//! What people do with tabs, what programs do with sessions, and what befalls the machine.

use std::rc::Rc;

use hallpass::dialect::Credentials;
use hallpass::protocol::{Effect, OperationId, Outcome, Step, Trouble, Wake, Wish};

use crate::op::{Op, Purpose, Waits};
use crate::plan::Brand;
use crate::tab::BASE;
use crate::vendor::PASSWORD;
use crate::world::World;

impl World {
    /// Where a new tab's record is kept: on a page of its own, or on one that others have.
    pub fn a_place(&mut self) -> Option<usize> {
        use hallpass::protocol::Keeping;
        match self.plan.keeping {
            Keeping::Memory => None,
            Keeping::Tabs { .. } => {
                if self.places.is_empty() {
                    self.places.push(crate::store::Place::new());
                }
                Some(0)
            }
            Keeping::Page => {
                if self.places.is_empty() || self.choices.one_in(3) {
                    self.places.push(crate::store::Place::new());
                    return Some(self.places.len() - 1);
                }
                Some(self.choices.below(self.places.len()))
            }
        }
    }

    pub fn all_are_online(&mut self) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].runs() {
                self.watch.reachable += 1;
                self.wake(tab, Wake::Online);
            }
        }
    }

    pub fn log_in(&mut self, tab: usize, user: &'static str, right: bool) {
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let password = if right { PASSWORD } else { "wrong" };
        let on_device = self.plan.devices && (!self.plan.named || self.choices.one_in(2));
        let name = if self.plan.named { "username" } else { "account" };
        let op = handle.sign_in(if self.plan.brand == Brand::Wallet {
            Credentials::default()
        } else if on_device {
            Credentials { on_device, ..Credentials::of(&[("database", "system")]) }
        } else {
            Credentials::of(&[(name, user), ("password", password)])
        });
        self.begin(tab, op, Purpose::Login { user, right });
    }

    pub fn log_out(&mut self, tab: usize) {
        self.signs_out(tab);
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let op = handle.sign_out(true);
        self.begin(tab, op, Purpose::Logout);
    }

    pub fn request(&mut self, tab: usize) {
        self.uses_session(tab);
        let always_rejected = self.choices.one_in(5);
        // What always rejects is an address of its own, whatever is asked for there.
        let path = if always_rejected { format!("never?at={}", self.now) } else { "data".to_owned() };
        let wish = Wish {
            target: format!("{BASE}/{path}"),
            own_credential: false,
            own_token: None,
            repeatable: !self.choices.one_in(5),
            json: self.choices.one_in(2),
        };
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let op = handle.request(wish);
        self.begin(tab, op, Purpose::Request { always_rejected });
    }

    pub fn asks(&mut self, tab: usize, purpose: Purpose) {
        if purpose != Purpose::Token {
            self.watch.asked.push(self.now);
        }
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let op = match purpose {
            Purpose::Refresh => handle.refresh(),
            Purpose::Check => handle.check(),
            _ => handle.token(),
        };
        self.begin(tab, op, purpose);
    }

    /// A caller gives up, and is answered at once.
    pub fn give_up(&mut self, tab: usize) {
        let callers: Vec<OperationId> = self.tabs[tab]
            .ops
            .iter()
            .filter(|(_, op)| !op.given_up && op.has_caller() && op.waits != Waits::Nothing)
            .map(|(id, _)| *id)
            .collect();
        if callers.is_empty() {
            return;
        }
        let id = self.choices.pick(&callers);
        self.tell(|| format!("tab {tab}: the caller of {id} gives up"));
        if let Some(op) = self.tabs[tab].ops.get_mut(&id) {
            op.given_up = true;
            if op.can_be_ended() {
                op.serial += 1;
                let mark = crate::world::Mark { tab, op: id, uid: op.uid, serial: op.serial };
                self.unheard(mark);
                self.outcome(mark, Outcome::Failed(Trouble::GivenUp));
            }
        }
    }

    pub fn close(&mut self, tab: usize) {
        self.tell(|| format!("tab {tab} closes"));
        self.watch.closes(tab);
        self.watch.taken_along += self.tabs[tab].ops.values().filter(|op| op.granted).count();
        // A reply may have set the cookie, or a sign-out not have reached the store.
        let cut = |op: &Op| op.at_cookie.is_some() || op.purpose == Purpose::Logout;
        self.watch.cut_off |= self.tabs[tab].ops.values().any(cut);
        let here = &mut self.tabs[tab];
        here.open = false;
        here.missed.clear();
        here.desk = crate::store::Desk::default();
        self.free_all(tab);
        self.drain(tab);
    }

    /// What is under way in a closed tab comes to nothing. It is stepped to its end only to free its memory.
    pub fn drain(&mut self, tab: usize) {
        let handle = Rc::clone(&self.tabs[tab].handle);
        let mut under_way: Vec<_> = std::mem::take(&mut self.tabs[tab].ops).into_keys().collect();
        while let Some(id) = under_way.pop() {
            let mut outcome = None;
            while let Some(Step::Asks(effect)) = handle.step(id, outcome.take(), self.moment(tab)) {
                // A sign-out keeps its place in a line when it is stopped.
                let lock = matches!(effect, Effect::Lock(_));
                outcome = Some(Outcome::Failed(if lock { Trouble::Untold } else { Trouble::Stopped }));
            }
            under_way.extend(std::iter::from_fn(|| handle.take_begun()));
        }
    }

    pub fn freeze(&mut self, tab: usize) {
        self.tell(|| format!("tab {tab} is frozen"));
        self.watch.freezes(tab);
        self.tabs[tab].frozen = true;
    }

    pub fn thaw(&mut self, tab: usize) {
        self.tell(|| format!("tab {tab} is thawed"));
        self.tabs[tab].frozen = false;
        self.catch_up(tab);
        self.wake(tab, Wake::Page);
    }

    /// The machine sleeps. Its wall clock goes on; the steady one may stand still.
    pub fn sleep(&mut self) {
        let ms: u64 = self.choices.pick(&[60_000, 5_000, 600_000, 7_200_000]);
        let stands = self.choices.one_in(2);
        self.tell(|| format!("the machine sleeps for {ms}, its steady clock stands: {stands}"));
        self.now += ms;
        self.watch.slept += ms;
        if stands {
            self.stood += ms as f64;
        }
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].runs() {
                self.wake(tab, Wake::Page);
            }
        }
    }
}
