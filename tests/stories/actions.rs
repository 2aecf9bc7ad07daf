//! What is done or happens next in a story, and how often each.

use hallpass::protocol::Wake;

use crate::op::Purpose;
use crate::store::Weather;
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
    Touch,
}

/// What happens how often.
const ACTIONS: [Action; 50] = {
    use Action::{
        Check, Clear, Close, Dispose, Freeze, GiveUp, Hide, LogIn, LogOut, Network, Nothing, Open, Refresh,
        Request, SetClock, Sleep, StoreWeather, Thaw, Token, Touch, VendorDown, VendorForgets,
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
        Touch,
        Touch,
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
                let user = self.choices.pick(&self.plan.brand.people());
                let right = !self.choices.one_in(6);
                self.log_in(tab, user, right);
            }
            Action::LogOut => self.log_out(tab),
            Action::Refresh => self.asks(tab, Purpose::Refresh),
            Action::Check => self.asks(tab, Purpose::Check),
            Action::Token => self.asks(tab, Purpose::Token),
            Action::Touch => self.touch(tab),
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
                self.finds_begun(tab);
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
}
