//! What people do with tabs, what programs do with sessions, and what befalls the machine.

use std::rc::Rc;

use hallpass::dialect::Credentials;
use hallpass::protocol::{OperationId, Outcome, Step, Trouble, Wake, Wish};

use crate::op::{Purpose, Waits};
use crate::store::Weather;
use crate::tab::BASE;
use crate::vendor::{PASSWORD, USERS};
use crate::world::{Event, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Nothing,
    Request,
    LogIn,
    LogOut,
    Refresh,
    Check,
    Token,
    GiveUp,
    Open,
    Close,
    Freeze,
    Thaw,
    Hide,
    StoreWeather,
    Clear,
    SetClock,
    Sleep,
    Network,
    VendorDown,
    VendorForgets,
    Dispose,
}

/// What happens how often.
const ACTIONS: [Action; 48] = {
    use Action::{
        Check, Clear, Close, Dispose, Freeze, GiveUp, Hide, LogIn, LogOut, Network, Nothing, Open, Refresh,
        Request, SetClock, Sleep, StoreWeather, Thaw, Token, VendorDown, VendorForgets,
    };
    [
        Nothing,
        Nothing,
        Nothing,
        Nothing,
        Nothing,
        Nothing,
        Request,
        Request,
        Request,
        Request,
        Request,
        Request,
        Request,
        Request,
        Request,
        LogIn,
        LogIn,
        LogIn,
        LogIn,
        LogOut,
        LogOut,
        LogOut,
        Refresh,
        Refresh,
        Check,
        Token,
        GiveUp,
        GiveUp,
        GiveUp,
        Open,
        Open,
        Close,
        Close,
        Freeze,
        Freeze,
        Thaw,
        Thaw,
        Hide,
        StoreWeather,
        StoreWeather,
        StoreWeather,
        Clear,
        SetClock,
        Sleep,
        Network,
        VendorDown,
        VendorForgets,
        Dispose,
    ]
};

const MOST_TABS: usize = 8;

impl World {
    /// Somebody does something, or something befalls the machine; then some time passes.
    pub fn act(&mut self) {
        let action = self.choices.pick(&ACTIONS);
        let running: Vec<_> = (0..self.tabs.len()).filter(|tab| self.tabs[*tab].runs()).collect();
        if !running.is_empty() {
            let tab = self.choices.pick(&running);
            self.act_in(tab, action);
        }
        self.act_outside(action);
        let life = self.plan.lifetime_s * 1_000;
        let ms = self.choices.pick(&[1, 0, 3, 10, 30, 100, 400, 2_000, 9_000, life / 2, life, 40, 5, 70]);
        self.pass(ms);
    }

    fn act_in(&mut self, tab: usize, action: Action) {
        let troubles = self.plan.troubles;
        match action {
            Action::Request => self.request(tab),
            Action::LogIn => {
                let user = self.choices.pick(&USERS);
                let right = !self.choices.one_in(6);
                self.log_in(tab, user, right);
            }
            Action::LogOut => self.log_out(tab),
            Action::Refresh => self.asks(tab, Purpose::Refresh),
            Action::Check => self.asks(tab, Purpose::Check),
            Action::Token => self.asks(tab, Purpose::Token),
            Action::GiveUp if troubles.aborts => self.give_up(tab),
            Action::Close if troubles.closes && self.tabs.len() > 1 => self.close(tab),
            Action::Freeze if troubles.freezes => self.freeze(tab),
            Action::Hide => {
                self.tabs[tab].hidden ^= true;
                self.wake(tab, Wake::Page);
            }
            Action::Dispose if troubles.closes => {
                self.tell(|| format!("tab {tab} is disposed of"));
                self.tabs[tab].disposed = true;
                self.tabs[tab].handle.dispose();
            }
            _ => {}
        }
    }

    fn act_outside(&mut self, action: Action) {
        let troubles = self.plan.troubles;
        match action {
            Action::Open if self.tabs.len() < MOST_TABS => {
                let place = self.a_place();
                self.open(place);
            }
            Action::Thaw => {
                if let Some(tab) = self.tabs.iter().position(|tab| tab.open && tab.frozen) {
                    self.thaw(tab);
                }
            }
            Action::StoreWeather if troubles.store && !self.places.is_empty() => {
                let place = self.choices.below(self.places.len());
                let weather = self.choices.pick(&[
                    Weather::Works,
                    Weather::Full,
                    Weather::ReadsFail,
                    Weather::RemovesFail,
                    Weather::Broken,
                    Weather::Hangs,
                    Weather::Flaky,
                    Weather::Works,
                    Weather::Lies,
                ]);
                self.tell(|| format!("store {place}: {weather:?}"));
                self.places[place].weather = weather;
            }
            Action::Clear if troubles.cleared && !self.places.is_empty() => {
                let place = self.choices.below(self.places.len());
                self.tell(|| format!("store {place} is cleared"));
                self.watch.cleared = true;
                self.clear(place);
            }
            Action::SetClock if troubles.clocks => {
                let by = self
                    .choices
                    .pick(&[60_000.0, -60_000.0, 5_000.0, -5_000.0, 3.6e6, -3.6e6, 8.64e7, -8.64e7]);
                self.tell(|| format!("the clock is set by {by}"));
                self.wrong += by;
                self.watch.clock_set = true;
            }
            Action::Sleep if troubles.clocks => self.sleep(),
            Action::Network if troubles.network => {
                self.online ^= true;
                let online = self.online;
                self.tell(|| format!("online: {online}"));
                if online {
                    self.all_are_online();
                }
            }
            Action::VendorDown if troubles.vendor => {
                self.vendor_down = true;
                self.tell(|| "the vendor is down".into());
                let ms = self.choices.pick(&[1_000, 30_000, 120_000]);
                self.at(self.now + ms, Event::VendorUp);
            }
            Action::VendorForgets if troubles.vendor => {
                self.tell(|| "the vendor forgets who was signed in".into());
                self.vendor.forget();
            }
            _ => {}
        }
    }

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
        let op = handle.sign_in(Credentials {
            username: user.to_owned().into(),
            password: if right { PASSWORD.to_owned() } else { "wrong".to_owned() }.into(),
            ..Credentials::default()
        });
        self.begin(tab, op, Purpose::Login { user, right });
    }

    fn log_out(&mut self, tab: usize) {
        self.signs_out(tab);
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let op = handle.sign_out();
        self.begin(tab, op, Purpose::Logout);
    }

    fn request(&mut self, tab: usize) {
        let always_rejected = self.choices.one_in(5);
        let wish = Wish {
            target: format!("{BASE}/data"),
            callers: false,
            repeatable: !self.choices.one_in(5),
            json: self.choices.one_in(2),
        };
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.set_now(self.moment(tab));
        let op = handle.request(wish);
        self.begin(tab, op, Purpose::Request { always_rejected });
    }

    fn asks(&mut self, tab: usize, purpose: Purpose) {
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
    fn give_up(&mut self, tab: usize) {
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
            while let Some(Step::Asks(_)) = handle.step(id, outcome.take(), self.moment(tab)) {
                outcome = Some(Outcome::Failed(Trouble::Stopped));
            }
            under_way.extend(std::iter::from_fn(|| handle.begun()));
        }
    }

    fn freeze(&mut self, tab: usize) {
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
    fn sleep(&mut self) {
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
