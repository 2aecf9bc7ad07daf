//! What must hold once nothing is under way any more.

use hallpass::protocol::Keeping;
use hallpass::session::Reason;

use crate::invariants::Stroke;
use crate::sessions::{access_of, login_of};
use crate::vendor::Token;
use crate::world::World;

impl World {
    pub fn at_rest(&mut self) {
        for tab in 0..self.tabs.len() {
            if self.tabs[tab].open && !self.tabs[tab].disposed {
                self.holds_what_is_stored(tab);
                self.holds_nothing_older(tab);
                self.nobody_outlasts(tab);
            }
        }
        self.what_has_ended_by_itself_was_revoked();
        self.nothing_older_is_stored();
        for place in 0..self.places.len() {
            self.the_newest_tokens_are_kept(place);
            self.a_reason_is_the_same_in_every_tab(place);
        }
        self.older_sessions_were_revoked();
        self.the_cookie_is_what_tabs_show();
        self.the_cookie_renews_what_tabs_hold();
        if self.plan.shares_store() && self.goes_on() {
            self.a_new_tab_finds_the_same();
            self.nothing_older_is_stored();
        }
    }

    fn holds_what_is_stored(&mut self, tab: usize) {
        let Some(place) = self.tabs[tab].place else { return };
        let shown = self.watch.shown.get(tab).cloned().unwrap_or_default();
        let stored = self.places[place].record().clone();
        let replaced = shown.login.is_none() && shown.reason == Some(Reason::Replaced);
        let same = match &stored {
            Some(text) => login_of(text) == shown.login && access_of(text) == shown.access.as_deref(),
            None => shown.login.is_none(),
        };
        // A frozen tab may write a record back that could not be deleted. The tab that has signed out of it can do no more.
        let kept = stored.as_ref().and_then(|text| login_of(text));
        let kept =
            self.watch.store_failed && kept.is_some_and(|login| self.watch.left.contains(&(tab, login)));
        // A tab whose store has contradicted itself goes on in memory.
        let landed = (self.watch.landed || kept) && self.tabs.len() > 1 || self.watch.lied;
        self.watch.must(replaced || same || landed, "rule_15_what_is_held_is_what_is_stored", || {
            format!("tab {tab}: {shown:?}, stored {}", crate::trace::record(stored.as_ref()))
        });
    }

    /// The logins and logouts that have come later than a login, beyond doubt.
    fn later_than(&self, login: u32, place: Option<usize>) -> Option<Stroke> {
        let strokes = &self.watch.strokes;
        let own = strokes.iter().find(|stroke| stroke.login == Some(login) && stroke.place == place)?;
        let done = own.done?;
        strokes
            .iter()
            .find(|other| {
                let shares = other.place == place && (place.is_some() || other.tab == own.tab);
                // A logout is noted at once, so it counts even if its tab was closed in the next moment.
                let noted = other.login.is_none() && other.held == Some(login) && self.plan.notes;
                let trouble = self.watch.store_failed || self.watch.cleared;
                let kept =
                    noted && place.is_some() && !trouble || other.done.is_some() && self.tabs[other.tab].open;
                let open = kept || other.done.is_some();
                let later = other.taken > done && other.login != Some(login) && (kept || !trouble);
                // Other tabs can't know of a login that was never written.
                let known = if other.login.is_some() { other.written } else { other.held == Some(login) };
                // A tab whose store failed may bring the older login back unawares.
                let known = (known || other.tab == own.tab && other.login.is_some())
                    && !self.watch.unwritten.contains(&login);
                let alone = self.tabs.iter().filter(|tab| tab.place == place).count() == 1;
                let told = !trouble || known && (!self.watch.landed || alone);
                let told = told && !self.watch.late;
                // If the record can be neither deleted nor noted as over, no other tab hears of a sign-out.
                let told = told && !(trouble && other.login.is_none() && !self.plan.notes);
                shares && open && later && told
            })
            .cloned()
    }

    fn holds_nothing_older(&mut self, tab: usize) {
        let Some(login) = self.tabs[tab].held_login().filter(|_| !self.watch.lied) else { return };
        let place = self.tabs[tab].place;
        if let Some(later) = self.later_than(login, place) {
            let name = if later.login.is_some() {
                "r38_no_older_session_is_held"
            } else {
                "r10_nobody_is_signed_in_after_a_logout"
            };
            self.watch.breaks(name, || format!("tab {tab}, login {login}, {later:?}"));
        }
    }

    fn nothing_older_is_stored(&mut self) {
        for place in 0..self.places.len() {
            // If every tab is closed, the record stays until the next one opens.
            // And a tab whose session was replaced leaves the record alone.
            let mut shown = self.tabs.iter().zip(&self.watch.shown);
            let seen = shown.any(|(tab, shown)| {
                tab.open && tab.place == Some(place) && shown.reason != Some(Reason::Replaced)
            });
            let record = self.places[place].record().as_ref().filter(|_| seen);
            let Some(login) = record.and_then(|text| login_of(text)) else { continue };
            if let Some(later) = self.later_than(login, Some(place)) {
                let name = if later.login.is_some() {
                    "r38_no_older_session_is_stored"
                } else {
                    "r10_no_record_is_left_after_a_logout"
                };
                self.watch.breaks(name, || format!("place {place}, login {login}, {later:?}"));
            }
        }
    }

    fn the_newest_tokens_are_kept(&mut self, place: usize) {
        let access =
            self.places[place].record().as_ref().and_then(|text| access_of(text).and_then(Token::read));
        let Some(token) = access else { return };
        let family = &self.vendor.families[token.family];
        let watch = &self.watch;
        let excused = family.revoked
            || watch.lost.contains(&token.family)
            || watch.hides()
            || watch.slept > 0
            || !watch.closed.is_empty()
            || self.cookie_of_others()
            || watch.side_by_side;
        let newest = family.newest;
        self.watch.must(excused || token.number == newest, "r16_the_newest_tokens_are_kept", || {
            format!("place {place}: {}, the newest is {newest}", token.text())
        });
    }

    /// If no login has come since, all tabs that had the same one tell the same reason.
    fn a_reason_is_the_same_in_every_tab(&mut self, place: usize) {
        if self.places[place].record().is_some() || !self.plan.notes || self.watch.hides() {
            return;
        }
        let strokes = self.watch.strokes.iter().filter(|stroke| stroke.place == Some(place));
        let strokes: Vec<_> = strokes.collect();
        let Some(last) = strokes.iter().filter_map(|stroke| stroke.login).next_back() else { return };
        // A session that can't be renewed is ended by each tab for itself, by its own clock, even in the moment of a sign-out.
        let each = !self.plan.renewable || self.plan.limited();
        if each && (self.watch.clock_set || self.watch.strokes.iter().any(|stroke| stroke.login.is_none())) {
            return;
        }
        // If tabs have sessions of their own, a sign-out in one of them ends only those that are not over by then.
        let own = !matches!(self.plan.keeping, Keeping::Tabs { .. });
        if own
            && self.watch.strokes.iter().any(|stroke| stroke.login.is_none() && stroke.place != Some(place))
        {
            return;
        }
        // A sign-out counts in its own tab, even if the session was over already.
        if strokes.iter().any(|stroke| stroke.login.is_none() && stroke.held != Some(last)) {
            return;
        }
        // A tab that ends the session by its clock in the very moment of the vendor's no can't have heard of that.
        let times = self.watch.ended_at.iter().filter(|((login, _), _)| *login == last).map(|(_, at)| *at);
        let (first, latest) = (times.clone().min().unwrap_or_default(), times.max().unwrap_or_default());
        if each && latest - first <= 4 * self.plan.store_ms as u64 + 50 {
            return;
        }
        let here = |tab: &usize| self.tabs[*tab].open && self.tabs[*tab].place == Some(place);
        let mut reasons: Vec<_> = (0..self.tabs.len())
            .filter(here)
            .filter(|tab| self.watch.ends.contains_key(&(last, *tab)))
            .filter_map(|tab| self.watch.shown.get(tab)?.reason)
            .filter(|reason| *reason != Reason::Replaced)
            .collect();
        // A tab that signs out may not know yet that the session is over in another one: the sign-out counts.
        if reasons.contains(&Reason::Logout) && strokes.iter().any(|stroke| stroke.held == Some(last)) {
            reasons.retain(|reason| *reason == Reason::Logout);
        }
        reasons.dedup();
        self.watch.must(reasons.len() <= 1, "a_reason_is_the_same_in_every_tab", || {
            format!("place {place}, login {last}: {reasons:?}")
        });
    }

    fn older_sessions_were_revoked(&mut self) {
        let missing = self.watch.replaced.iter().find(|(tab, family)| {
            !self.watch.revoked.contains(family) && self.tabs[*tab].open && !self.tabs[*tab].disposed
        });
        let missing = missing.copied().filter(|_| self.plan.brand.revokes());
        self.watch.must(missing.is_none(), "r39_a_login_revokes_the_older_one", || format!("{missing:?}"));
    }

    fn a_new_tab_finds_the_same(&mut self) {
        for place in 0..self.places.len() {
            let tab = self.open(Some(place));
            for _ in 0..1_000 {
                if self.tabs[tab].ops.is_empty() {
                    break;
                }
                self.happen();
            }
            let held = self.tabs[tab].held_login();
            let stored = self.places[place].record().as_ref().and_then(|text| login_of(text));
            self.watch.must(held == stored, "r38_a_new_page_finds_what_is_stored", || {
                format!("place {place}: {stored:?}, found {held:?}")
            });
            self.holds_nothing_older(tab);
        }
    }
}
