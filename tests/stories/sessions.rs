//! What must hold of a tab's session after every step, and of what is written.

use hallpass::protocol::{Ending, Keeping, OperationId, Write};
use hallpass::session::{Reason, Session};

use crate::invariants::{Known, Shown, Stroke};
use crate::op::{Op, Purpose, Waits};
use crate::plan::Brand;
use crate::store::Weather;
use crate::vendor::Token;
use crate::world::{Mark, World};

/// How long a caller may wait, in ms: three renewals, each with its lock, two calls and their store, and two requests.
const PATIENCE: u64 = 240_000;

impl World {
    /// Looks at a tab after a step of one of its operations.
    pub fn look(&mut self, tab: usize, id: OperationId) {
        let handle = &self.tabs[tab].handle;
        let now = handle.look(|session| Shown {
            login: session.held().map(|record| record.login),
            access: session.held().and_then(|record| record.held.access.as_deref().map(Into::into)),
            user: session.held().and_then(|record| record.held.user.as_deref().map(Into::into)),
            reason: session.snapshot().reason,
        });
        self.watch.shown.resize(self.tabs.len(), Shown::default());
        if self.watch.shown[tab] == now {
            return;
        }
        self.tell(|| format!("tab {tab}     is {now:?}"));
        let before = std::mem::replace(&mut self.watch.shown[tab], now.clone());
        if now.access != before.access {
            self.learns(tab, &now);
        }
        match (before.login, now.login) {
            (old, Some(new)) if old != Some(new) => self.signed_in(tab, id, &before, &now, new),
            (Some(old), None) => {
                let last = before.access.as_deref().and_then(Token::read);
                self.watch.last.extend(last.map(|token| ((old, tab), token)));
                if now.reason != Some(Reason::Logout) && !self.can_be_revoked(tab, before.access.as_deref()) {
                    self.watch.run_out.extend(last.map(|token| token.family));
                }
                self.over(tab, id, old, now.reason);
            }
            _ => {}
        }
    }

    fn learns(&mut self, tab: usize, now: &Shown) {
        let Some(token) = now.access.as_deref().and_then(Token::read) else { return };
        let since = self.moment(tab);
        let (received_at, expires_at) = self.tabs[tab].handle.look(|session| {
            let record = session.held();
            (record.map_or(0.0, |held| held.received_at), record.and_then(|held| held.expires_at))
        });
        let known = Known { received_at, lifetime: expires_at.map(|end| end - received_at), since };
        self.watch.known.insert((tab, token), known);
    }

    fn signed_in(&mut self, tab: usize, id: OperationId, before: &Shown, now: &Shown, new: u32) {
        let place = self.tabs[tab].place;
        let step = self.watch.step;
        // While it waits for its turn, a login follows what another tab writes.
        let by_login = !self.watch.began.contains_key(&new)
            && self.tabs[tab].ops.get(&id).is_some_and(|op| matches!(op.purpose, Purpose::Login { .. }));
        if by_login {
            let token = now.access.as_deref().and_then(Token::read);
            let family = token.or(self.cookie).map(|token| token.family);
            self.watch.began.insert(new, self.now);
            self.watch.used.insert(new, self.now);
            if let Some(family) = family {
                self.watch.users.insert(new, self.vendor.families[family].user);
                self.watch.families.insert(new, family);
            }
            let stroke =
                Stroke { login: Some(new), held: None, place, tab, taken: step, written: false, done: None };
            self.watch.strokes.push(stroke);
            let index = self.watch.strokes.len() - 1;
            let begun = self.tabs[tab].ops.get_mut(&id).map(|op| {
                op.stroke = Some(index);
                op.begun_step
            });
            let overtaken = self.watch.strokes.iter().any(|other| {
                other.login.is_none() && other.tab == tab && begun.is_some_and(|begun| other.taken > begun)
            });
            self.watch.must(!overtaken, "r18_a_login_that_a_logout_overtook_signs_nobody_in", || {
                format!("tab {tab}, login {new}")
            });
            let older = before.login.filter(|_| self.can_be_revoked(tab, before.access.as_deref()));
            // The cookie may have renewed it as another login of the same person's.
            let last = before.access.as_deref().and_then(Token::read).map(|token| token.family);
            if let Some(family) = older.and_then(|old| last.or(self.watch.families.get(&old).copied())) {
                self.watch.replaced.insert((tab, family));
            }
        } else {
            let checks = self.tabs[tab].ops.get(&id).is_some_and(|op| op.purpose == Purpose::Check);
            // Who they are in truth, where the vendor tells no names.
            let truly = |login: &u32| self.watch.users.get(login);
            let unnamed = before.login.filter(|_| before.user.is_none() && !self.plan.brand.is_cookie());
            let unnamed = unnamed.is_some_and(|old| truly(&old) != truly(&new));
            let other = unnamed
                || before.user.is_some() && before.user != now.user
                || before.login.is_none() && before.reason == Some(Reason::Replaced);
            if checks && !self.watch.began.contains_key(&new) {
                self.watch.found.insert(new);
                self.watch.began.insert(new, self.now);
                self.watch.used.insert(new, self.now);
            }
            self.watch.must(!other || checks, "r25_nobody_acts_as_another_user_unawares", || {
                format!("tab {tab}: {before:?}, {now:?}")
            });
        }
        let left = self.watch.left.contains(&(tab, new));
        self.watch.must(!left, "r18_what_was_signed_out_here_does_not_come_back", || {
            format!("tab {tab}, login {new}")
        });
    }

    fn over(&mut self, tab: usize, id: OperationId, old: u32, reason: Option<Reason>) {
        let Some(reason) = reason else { return };
        self.watch.ends.insert((old, tab), reason);
        self.watch.ended_at.insert((old, tab), self.now);
        let place = self.tabs[tab].place;
        let family = self.watch.families.get(&old);
        let told_no = family.is_none_or(|family| {
            self.watch.refused.contains(family) || self.vendor.families[*family].revoked
        });
        // If tabs have sessions of their own, all of them are told of a sign-out.
        let own = !matches!(self.plan.keeping, Keeping::Tabs { .. });
        let strokes = &self.watch.strokes;
        let by_user = strokes.iter().any(|stroke| stroke.login.is_none() && (own || stroke.place == place));
        let excused = self.watch.store_failed
            || self.watch.cleared
            || self.watch.late
            || self.watch.found.contains(&old);
        let by_time = reason == Reason::Expired && !self.plan.renewable;
        // What another tab has written may have been taken over and be over in the same step.
        let last = self.tabs[tab].handle.look(Session::last_tokens).login;
        let by_age = self.ends_by_itself(tab, last, reason);
        // Whom a person refuses on another device, or the wallet, or the caller gives up, leaves the older session alone.
        let op = self.tabs[tab].ops.get(&id);
        let by_login =
            op.is_some_and(|op| matches!(op.purpose, Purpose::Login { .. }) && op.stroke.is_none());
        // A login with a wallet, while it waits for its turn, and one on another device, whose answer comes late, follow what another tab has
        // written, or what has become of the store.
        let follows = (self.plan.brand == Brand::Wallet || self.plan.devices)
            && (excused
                || self.watch.strokes.iter().any(|stroke| stroke.tab != tab)
                || self.watch.ends.keys().any(|(login, at)| *login == old && *at != tab));
        self.watch.must(
            !by_login || self.plan.brand.is_cookie() || follows,
            "r25_a_login_that_fails_ends_no_session",
            || format!("tab {tab}, login {old}, {reason:?}"),
        );
        let strokes = &self.watch.strokes;
        let own_logout = self.tabs[tab].ops.get(&id).is_some_and(|op| op.purpose == Purpose::Logout);
        let ok = match reason {
            // A login that replaced this one may have ended since.
            Reason::Logout => {
                let other =
                    |stroke: &Stroke| stroke.place == place && stroke.login.is_some_and(|login| login != old);
                let elsewhere = self.watch.ends.keys().any(|(login, at)| *login == old && *at != tab);
                let by_itself = !self.plan.renewable || self.plan.limited();
                let unnoted = !self.plan.notes && by_itself;
                own_logout || by_user || told_no || elsewhere || unnoted || strokes.iter().any(other)
            }
            // A login that replaced this one may have ended so. And at Lenses, any 401 of `users/me` ends a session.
            Reason::Expired | Reason::Refused => {
                let bare = self.plan.brand.is_cookie() && self.plan.troubles.hostile;
                // The cookie that was to renew it is another login's by now.
                let taken = self.plan.brand == Brand::Wallet
                    && (self.cookie_of_others() || self.watch.cut_off || self.watch.side_by_side);
                let elsewhere = self.watch.ends.iter().any(|((_, at), end)| *at != tab && *end == reason);
                told_no || by_time || by_age || bare || taken || elsewhere
            }
            // A check may have found another user's cookie.
            Reason::Replaced => {
                let other =
                    |stroke: &Stroke| stroke.place == place && stroke.login.is_some_and(|login| login != old);
                !self.watch.found.is_empty() || strokes.iter().any(other)
            }
            Reason::Idle => by_age,
            Reason::Never => false,
        };
        self.watch.must(ok || excused, "rule_10_a_session_ends_only_for_a_reason", || {
            format!("tab {tab}, login {old}, {reason:?}")
        });
    }

    /// A tab is about to note how a login has ended: not where newer tokens of it have been showing there for a while, which are good.
    pub fn ends_nothing_alive(&mut self, tab: usize, note: Option<&String>) {
        let ended = note.and_then(|note| note.strip_suffix(" expired").or(note.strip_suffix(" refused")));
        let Some(login) = ended.and_then(|login| login.parse::<u32>().ok()) else { return };
        let Some(place) = self.tabs[tab].place else { return };
        let (text, since) = self.places[place].record_seen(tab);
        let found = text.as_ref().filter(|text| login_of(text) == Some(login));
        let newer = found.and_then(|text| access_of(text).and_then(Token::read));
        let had = self.watch.last.get(&(login, tab)).copied();
        let newer = newer.zip(had).filter(|(newer, had)| newer.number > had.number);
        // A token's end is told in whole seconds.
        let alive = newer.filter(|(newer, _)| self.vendor.user_of(*newer, self.now + 2_000).is_some());
        let margin = 4 * self.plan.store_ms as u64 + 100;
        let watch = &self.watch;
        let excused = watch.store_failed || watch.cleared || watch.clock_set || self.plan.limited();
        let holds = alive.is_none() || since + margin > self.now || excused;
        self.watch.must(holds, "rule_10_what_is_alive_in_another_tab_is_not_ended", || {
            format!("tab {tab}, login {login}: {alive:?}")
        });
    }

    /// A user signs out in a tab.
    pub fn signs_out(&mut self, tab: usize) {
        let place = self.tabs[tab].place;
        let replaced = self
            .watch
            .shown
            .get(tab)
            .is_some_and(|shown| shown.login.is_none() && shown.reason == Some(Reason::Replaced));
        if let Some(login) = self.tabs[tab].held_login() {
            let key = place.map_or(Some(1_000 + tab), Some);
            self.watch.signed_out.insert((key, login));
            self.watch.left.insert((tab, login));
            let access = self.watch.shown.get(tab).and_then(|shown| shown.access.clone());
            if let Some(token) = access.as_deref().and_then(Token::read) {
                // It may come to its end on the way to the vendor; or another tab has just renewed it, as this one can't know yet.
                let late = self.over_by(tab, token).is_some_and(|ms| (-10_000.0..0.0).contains(&ms));
                if late || self.vendor.families[token.family].newest != token.number {
                    self.watch.run_out.insert(token.family);
                }
            }
        }
        // A tab whose session was replaced has nothing to sign out of.
        if !replaced {
            let taken = self.watch.step;
            let held = self.tabs[tab].held_login();
            self.watch.strokes.push(Stroke {
                login: None,
                held,
                place,
                tab,
                taken,
                written: false,
                done: None,
            });
        }
    }

    /// An operation asks for something to be written.
    pub fn asks_to_write(&mut self, mark: Mark, write: &Write) {
        let Some(login) = write.text.as_ref().and_then(|text| login_of(text)) else { return };
        let left = self.watch.left.contains(&(mark.tab, login));
        self.watch.must(!left, "r18_what_ends_after_a_logout_writes_nothing", || {
            format!("tab {}, login {login}", mark.tab)
        });
    }

    /// Something is written.
    pub fn writes(&mut self, mark: Mark, place: usize, write: &Write) {
        let new = write.text.as_ref().and_then(|text| login_of(text));
        let old = self.places[place].record().as_ref().and_then(|text| login_of(text));
        let over = write.unless_changed.is_none();
        let in_time = !self.resting;
        for stroke in &mut self.watch.strokes {
            stroke.written |=
                in_time && stroke.place == Some(place) && stroke.login == new && stroke.tab == mark.tab;
        }
        let (Some(old), Some(new)) = (old, new) else { return };
        let sees_late = self.plan.lags() || !self.plan.atomic || self.watch.store_failed;
        self.watch.must(
            old == new || over || sees_late || self.watch.found.contains(&new),
            "r25_only_a_login_replaces_a_login",
            || format!("tab {}: {new} over {old}", mark.tab),
        );
    }

    /// An operation has come to its end.
    pub fn ended(&mut self, tab: usize, op: &Op, ending: &Ending) {
        let step = self.watch.step;
        if let Some(stroke) = op.stroke {
            self.watch.strokes[stroke].done = Some(step);
        }
        if op.purpose == Purpose::Logout {
            let mut own = self.watch.strokes.iter_mut().filter(|stroke| {
                stroke.tab == tab && stroke.login.is_none() && stroke.taken == op.begun_step
            });
            if let Some(stroke) = own.next() {
                stroke.done = Some(step);
            }
            if matches!(ending, Ending::SignedOut(true)) {
                self.watch.confirmed = Some(op.begun_step);
            }
        }
        self.watch.must(op.turn.is_none(), "r17_a_lock_is_given_back", || format!("tab {tab}, {op:?}"));
        self.watch.must(op.logins_sent <= 1, "rule_5_a_login_is_sent_once", || format!("tab {tab}"));
        self.watch.must(op.sent <= 2, "r21_a_request_is_replayed_once", || format!("tab {tab}, {op:?}"));
        let alone = self.watch.strokes.iter().all(|stroke| stroke.taken < op.begun_step);
        let is_request = matches!(op.purpose, Purpose::Request { .. });
        self.watch.must(
            !is_request || !alone || self.watch.hides() || op.renewals_joined <= 1,
            "r21_a_request_renews_once",
            || format!("tab {tab}, {op:?}"),
        );
        let place = self.tabs[tab].place.filter(|_| op.refused_over.is_some());
        if let Some(here) = place.map(|place| &self.places[place]) {
            // Another operation of the tab that has written since deals with it.
            let left =
                here.weather == Weather::Full && here.occupied() == op.refused_over && !self.watch.late;
            let alone = self.tabs[tab].ops.values().all(|op| op.waits != Waits::Store);
            self.watch.must(!left || !alone, "rule_15_what_a_failed_write_was_to_replace_is_gone", || {
                format!("tab {tab}, {op:?}")
            });
        }
        self.in_time(tab, op);
        if let (Ending::SignedIn(_), Purpose::Login { right: false, .. }) = (ending, &op.purpose) {
            // A success without a body can come from anybody.
            let told = self.plan.brand.is_cookie() && self.plan.troubles.hostile;
            self.watch.must(told, "r24_a_wrong_password_signs_nobody_in", || format!("tab {tab}"));
        }
    }

    /// Whether whoever waits for an operation has waited too long. A tab that does not run can answer nobody.
    pub fn in_time(&mut self, tab: usize, op: &Op) {
        // A person may take as long as they like.
        let asks_somebody = self.plan.devices || self.plan.brand == Brand::Wallet;
        let person = asks_somebody && matches!(op.purpose, Purpose::Login { .. });
        let excused = self.watch.frozen.contains(&tab) || self.watch.slept > 0 || person;
        let waited = self.now - op.begun;
        self.watch.must(waited <= PATIENCE || excused, "rule_2_every_caller_is_answered", || {
            format!("tab {tab}, {op:?}, after {waited} ms")
        });
    }
}

/// The login of a record's text.
pub fn login_of(text: &str) -> Option<u32> {
    number_of(text, "login")
}

/// The tokens of a record's text: its login, and how often they were renewed.
pub fn tokens_of(text: &str) -> Option<(u32, u32)> {
    Some((login_of(text)?, number_of(text, "renewals").unwrap_or(0)))
}

fn number_of(text: &str, name: &str) -> Option<u32> {
    let (_, rest) = text.split_once(&format!("\"{name}\":"))?;
    rest.split([',', '}']).next()?.parse().ok()
}

/// The access token of a record's text.
pub fn access_of(text: &str) -> Option<&str> {
    text.split_once("\"access\":\"")?.1.split('"').next()
}
