//! What is fixed for a story: which vendor, where records are kept, what the platform has, and what may go wrong at all.

use hallpass::protocol::Keeping;
use hallpass::session::Limits;

use crate::choices::Choices;
use crate::vendor::{ACCOUNTS, USERS};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brand {
    Ethgas,
    /// The same vendor's other login: a wallet signs, and a cookie renews what that has bought.
    Wallet,
    Ocient,
    Pegase3,
    Lenses,
    /// An API that somebody has described: its session is a cookie, which is prolonged, and signed out of.
    Cookie,
}

impl Brand {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ethgas => "ethgas",
            Self::Wallet => "ethgas wallet",
            Self::Ocient => "ocient",
            Self::Pegase3 => "pegase3",
            Self::Lenses => "lenses",
            Self::Cookie => "acme",
        }
    }

    /// Whether the session is a cookie: of that, a browser has one for all of its tabs.
    pub const fn is_cookie(self) -> bool {
        matches!(self, Self::Lenses | Self::Cookie)
    }

    /// Whether a cookie is the session, or renews it.
    pub const fn has_cookie(self) -> bool {
        self.is_cookie() || matches!(self, Self::Wallet)
    }

    /// Whether the session that a login replaces is ended at the vendor.
    pub const fn revokes(self) -> bool {
        matches!(self, Self::Ethgas | Self::Wallet | Self::Ocient)
    }

    /// Who may sign in.
    pub const fn people(self) -> [&'static str; 2] {
        if matches!(self, Self::Wallet) { ACCOUNTS } else { USERS }
    }
}

/// What may go wrong. Each is left out of many stories, so that what holds only without it is tried as well.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a kind of trouble of its own")]
pub struct Troubles {
    pub network: bool,
    pub hostile: bool,
    pub store: bool,
    pub clocks: bool,
    pub freezes: bool,
    pub closes: bool,
    pub aborts: bool,
    pub vendor: bool,
    pub long_lags: bool,
    pub cleared: bool,
}

#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Plan {
    pub brand: Brand,
    pub keeping: Keeping,
    pub tabs: usize,
    /// How long an access token lives, in s.
    pub lifetime_s: u64,
    /// Whether tokens are renewed without being asked.
    pub automatic: bool,
    /// Whether there are locks at all.
    pub locks: bool,
    /// Whether there is a place for notes.
    pub notes: bool,
    /// Whether the store compares and writes in one go.
    pub atomic: bool,
    /// The longest time that the store takes for one thing, in ms.
    pub store_ms: usize,
    /// Whether other operations may be stepped before an operation hears of what is done at once.
    pub interleaved: bool,
    /// Whether a new token is the end of the one before it.
    pub old_dies: bool,
    /// Whether the vendor takes refresh tokens in the body.
    pub body_form: bool,
    /// Whether it gives what renewal takes.
    pub renewable: bool,
    /// Whether it tells who has signed in, and tabs know the name.
    pub named: bool,
    /// Whether people say yes on another device, too.
    pub devices: bool,
    /// Whether it tells how long a cookie lives.
    pub told: bool,
    /// Whether a cookie is good until its end, whoever has signed out: the vendor only takes it away from the browser.
    pub stateless: bool,
    pub troubles: Troubles,
    /// After how long sessions end by themselves.
    pub limits: Limits,
    pub actions: usize,
}

impl Plan {
    pub fn draw(choices: &mut Choices, brands: &[Brand]) -> Self {
        let brand = choices.pick(brands);
        let keeping = choices.pick(&[
            Keeping::Tabs { lags: false },
            Keeping::Tabs { lags: true },
            Keeping::Tabs { lags: false },
            Keeping::Tabs { lags: true },
            Keeping::Page,
            Keeping::Memory,
        ]);
        let mut may = |times| choices.one_in(times);
        let troubles = Troubles {
            network: may(2),
            hostile: may(3),
            store: may(3),
            clocks: may(4),
            freezes: may(3),
            closes: may(3),
            aborts: may(3),
            vendor: may(3),
            long_lags: may(6),
            cleared: may(8),
        };
        let mut plan = Self {
            brand,
            keeping,
            tabs: 1 + choices.below(4),
            lifetime_s: choices.pick(&[3_600, 60, 5, 600]),
            automatic: !choices.one_in(10),
            locks: !choices.one_in(6),
            notes: !choices.one_in(6),
            atomic: !choices.one_in(4),
            store_ms: choices.pick(&[0, 2, 20, 150]),
            interleaved: choices.one_in(2),
            old_dies: choices.one_in(2),
            body_form: choices.one_in(4),
            renewable: matches!(brand, Brand::Ethgas | Brand::Wallet | Brand::Ocient | Brand::Cookie)
                && !choices.one_in(10),
            named: true,
            devices: false,
            told: true,
            stateless: false,
            troubles,
            limits: match choices.below(8) {
                0 => Limits {
                    idle_ms: Some(choices.pick(&[20_000.0, 60_000.0, 5_000.0, 1.8e6])),
                    age_ms: None,
                },
                1 => Limits { idle_ms: None, age_ms: Some(choices.pick(&[60_000.0, 20_000.0, 7.2e6])) },
                2 if choices.one_in(2) => Limits {
                    idle_ms: Some(choices.pick(&[20_000.0, 5_000.0])),
                    age_ms: Some(choices.pick(&[60_000.0, 20_000.0])),
                },
                _ => Limits::default(),
            },
            actions: 2 + choices.below(40),
        };
        if brand == Brand::Ocient {
            plan.devices = choices.one_in(3);
            plan.named = !plan.devices || !choices.one_in(3);
        }
        if brand == Brand::Cookie {
            plan.named = !choices.one_in(4);
            plan.told = !choices.one_in(4);
            plan.stateless = choices.one_in(2);
        }
        plan
    }

    /// Whether sessions end by themselves.
    pub fn limited(&self) -> bool {
        self.limits != Limits::default()
    }

    pub const fn shares_store(&self) -> bool {
        !matches!(self.keeping, Keeping::Memory)
    }

    /// Whether all tabs have one session.
    pub const fn shares_tabs(&self) -> bool {
        matches!(self.keeping, Keeping::Tabs { .. })
    }

    pub const fn lags(&self) -> bool {
        matches!(self.keeping, Keeping::Tabs { lags: true })
    }
}
