//! R36: what must hold of sessions that end by themselves.

use std::rc::Rc;

use hallpass::protocol::Keeping;
use hallpass::session::Reason;

use crate::plan::Brand;
use crate::world::World;

/// So much earlier a timer may fire, in ms.
const EARLY: f64 = 2.0;

impl World {
    /// Somebody is about to use the session of a tab, if it is not too late for that.
    pub fn uses_session(&mut self, tab: usize) {
        let held = self.tabs[tab].held_login().filter(|_| !self.tabs[tab].disposed);
        if let Some(login) = held.filter(|login| !self.outlasted(*login, self.now)) {
            self.watch.used.insert(login, self.now);
        }
    }

    /// A request goes, that was begun at a time: not where it was too late for it then.
    pub fn sends_in_time(&mut self, tab: usize, begun: u64) {
        let Some(login) = self.tabs[tab].held_login() else { return };
        let unused = self.watch.used.get(&login).is_none_or(|used| *used < begun);
        // A clock that was set back, on a machine that slept, hides how long it slept.
        let too_late = unused && self.outlasted(login, begun) && !self.watch.clock_set;
        self.watch.must(!too_late, "r36_nobody_is_signed_in_after_idle_or_age", || {
            format!("tab {tab} sends with login {login}")
        });
    }

    pub fn touch(&mut self, tab: usize) {
        self.tell(|| format!("tab {tab} is touched"));
        self.uses_session(tab);
        let handle = Rc::clone(&self.tabs[tab].handle);
        handle.touch(self.moment(tab));
        self.finds_begun(tab);
        self.set_timer(tab);
    }

    /// Whether a login has outlasted its limits at a time, by all that is known of it in any tab.
    fn outlasted(&self, login: u32, now: u64) -> bool {
        let over = |since: Option<&u64>, limit: Option<f64>| {
            since.zip(limit).is_some_and(|(since, limit)| now.saturating_sub(*since) as f64 >= limit)
        };
        let limits = self.plan.limits;
        over(self.watch.used.get(&login), limits.idle_ms) || over(self.watch.began.get(&login), limits.age_ms)
    }

    /// A session has ended in a tab. Whether it may have done so by itself.
    pub fn ends_by_itself(&mut self, tab: usize, login: u32, reason: Reason) -> bool {
        let since = |since: Option<&u64>| since.map(|since| self.now.saturating_sub(*since) as f64);
        let limits = self.plan.limits;
        let by_age = limits.age_ms.is_some_and(|limit| {
            since(self.watch.began.get(&login)).is_none_or(|age| age >= limit - EARLY) || self.watch.clock_set
        });
        if reason == Reason::Expired {
            if by_age {
                self.watch.outlasted.insert((login, tab));
            }
            return by_age;
        }
        if reason != Reason::Idle {
            return false;
        }
        let elsewhere = self.watch.outlasted.iter().any(|(ended, at)| *ended == login && *at != tab);
        self.watch.outlasted.insert((login, tab));
        let unused = since(self.watch.used.get(&login));
        let limit = limits.idle_ms.unwrap_or(f64::INFINITY);
        // What another tab has just done takes a moment to show in the store, and uses are not marked in quick succession.
        let way = 4.0 * self.plan.store_ms as f64 + 100.0;
        // Where writes show late, a tab may not see that another one marks an earlier use in the same moment.
        let early = if self.plan.lags() { (limit / 8.0).min(60_000.0) } else { EARLY };
        let in_time = unused.is_none_or(|ms| ms >= limit - early || ms <= way);
        let watch = &self.watch;
        let hidden = self.tabs.iter().any(|tab| tab.hidden);
        let alone = self.plan.keeping == Keeping::Memory;
        let lost = watch.hides() || watch.clock_set || watch.slept > 0 || !watch.closed.is_empty() || hidden;
        let excused = watch.clock_set || lost && !alone || elsewhere;
        self.watch.must(in_time || excused, "r36_use_in_any_tab_puts_idle_off", || {
            format!("tab {tab}, login {login}: used {unused:?} ms ago")
        });
        true
    }

    /// Once every tab has looked, nobody is signed in any more whose time was up by then.
    pub fn nobody_outlasts(&mut self, tab: usize) {
        let Some(login) = self.tabs[tab].held_login() else { return };
        let over = self.outlasted(login, self.watch.looked) && !self.watch.clock_set;
        self.watch
            .must(!over, "r36_nobody_is_signed_in_after_idle_or_age", || format!("tab {tab}, login {login}"));
    }

    /// The vendor was told, by one of the tabs.
    pub fn what_has_ended_by_itself_was_revoked(&mut self) {
        let watch = &self.watch;
        // By a cookie that has come late, a session may have been renewed as an older login of the same person's.
        let mixed = self.cookie_of_others() || self.plan.brand == Brand::Wallet && watch.cut_off;
        let revokes = self.plan.brand.revokes() && !mixed;
        if !revokes || watch.hides() || watch.clock_set || !watch.closed.is_empty() {
            return;
        }
        let missing = watch.outlasted.iter().find(|(login, tab)| {
            let family = watch.families.get(login);
            !self.tabs[*tab].disposed
                && family
                    .is_some_and(|family| !watch.revoked.contains(family) && !watch.run_out.contains(family))
        });
        let missing = missing.copied();
        self.watch.must(missing.is_none(), "r36_what_ends_by_itself_is_revoked", || format!("{missing:?}"));
    }
}
