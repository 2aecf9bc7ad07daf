//! What must hold of what is sent.

use hallpass::dialect::CallKind;

use crate::invariants::Spending;
use crate::plan::Brand;
use crate::vendor::{Asked, Said, Token};
use crate::world::{Mark, World};

impl World {
    /// An operation sends a call.
    pub fn sends_call(&mut self, mark: Mark, operation: CallKind, asked: &Asked) {
        self.watch.must(*asked != Asked::Nonsense, "r3_one_credential_a_request", || format!("{asked:?}"));
        if operation == CallKind::Login {
            self.watch.login_sent = self.watch.step;
        }
        self.is_at_cookie(mark, operation, asked);
        let Some(op) = self.op(mark) else { return };
        match operation {
            CallKind::Login if !matches!(asked, Asked::Answer { .. } | Asked::Message { .. }) => {
                op.logins_sent += 1;
            }
            CallKind::Refresh => op.refreshes += 1,
            _ => {}
        }
        match asked {
            Asked::Refresh { token: Some(token), .. } => {
                op.presented = Some(*token);
                self.watch.revoked.insert(token.family);
                if matches!(self.plan.brand, Brand::Ethgas | Brand::Wallet) {
                    self.spends(mark, *token);
                }
                if self.family_held(mark.tab) == Some(token.family) {
                    self.tries_again(token.family);
                }
            }
            Asked::Logout { token: Some(token) } => {
                self.watch.revoked.insert(token.family);
                self.goes_on_nowhere(mark, *token);
                self.uses(mark, *token);
            }
            Asked::Check { token: Some(token) } => self.uses(mark, *token),
            _ => {}
        }
    }

    /// A session that goes on in a tab isn't ended at the vendor. One that comes to its end by a limit may have, and the tab not have looked.
    fn goes_on_nowhere(&mut self, mark: Mark, token: Token) {
        let limits = self.plan.limits;
        if self.plan.brand.has_cookie()
            || limits.idle_ms.is_some()
            || limits.age_ms.is_some()
            || self.vendor.families[token.family].revoked
        {
            return;
        }
        let watch = &self.watch;
        let Some(login) = watch.login_of(token.family) else { return };
        let strokes = &watch.strokes;
        let later = self.has_later_strokes(login);
        // A tab may not have heard of the end yet.
        let ended = watch.signed_out.iter().any(|(_, of)| *of == login)
            || strokes.iter().any(|stroke| stroke.login.is_none());
        if ended || later || watch.cleared || watch.lied || watch.refused.contains(&token.family) {
            return;
        }
        let mut tabs = 0..self.tabs.len();
        let goes_on = tabs.find(|tab| {
            self.tabs[*tab].open && !self.tabs[*tab].disposed && self.family_held(*tab) == Some(token.family)
        });
        if let Some(other) = goes_on {
            self.watch.breaks("r39_what_goes_on_is_not_revoked", || {
                format!("tab {} revokes {}, tab {other} holds login {login}", mark.tab, token.text())
            });
        }
    }

    /// Whether somebody has signed in or out since a login, where its record lies; or nobody knows.
    fn has_later_strokes(&self, login: u32) -> bool {
        let strokes = &self.watch.strokes;
        let own = strokes.iter().find(|stroke| stroke.login == Some(login));
        own.is_none_or(|own| strokes.iter().any(|other| other.place == own.place && other.taken > own.taken))
    }

    /// A refresh token is presented. A second time it is only where the answer to the first was lost, or where nothing could tell
    /// that tab of the first: no lock, no store, a tab that was frozen or closed in the middle. And tokens that are to be dead,
    /// of a login that somebody has signed out of or in over, may be dead of it; but not in the tab that has spent them itself.
    fn spends(&mut self, mark: Mark, token: Token) {
        let held = self.family_held(mark.tab);
        let before = self.watch.spent.get(&token).copied();
        let new = Spending { tab: mark.tab, granted: false, delivered: false, lost: false };
        self.watch.spent.insert(token, new);
        let Some(before) = before.filter(|before| !before.lost) else { return };
        let watch = &self.watch;
        let to_be_dead = held != Some(token.family)
            || self.cookie_of_others()
            || watch.replaced.iter().any(|(_, family)| *family == token.family)
            || watch.login_of(token.family).is_some_and(|login| self.has_later_strokes(login))
            || watch.signed_out.iter().any(|(_, login)| watch.families.get(login) == Some(&token.family));
        // Without notes, it doesn't know that another handle of its page has ended the session at a limit.
        let by_itself = before.tab == mark.tab && self.plan.notes;
        let excused = watch.hides()
            || watch.slept > 0
            || watch.closed.contains(&before.tab)
            || (to_be_dead && !by_itself);
        self.watch.must(excused, "r16_no_refresh_token_is_spent_twice", || {
            format!("tab {}, {}, {before:?}", mark.tab, token.text())
        });
    }

    /// A renewal that has failed is tried again after a pause: half a second at least, and twice as long each time. Callers who
    /// ask for it, and a network that is there again, are no reason to wait; a pause that could not be told is unknown.
    fn tries_again(&mut self, family: usize) {
        let Some(failed) = self.watch.failures.get(&family) else { return };
        let first = failed.first().copied().unwrap_or_default();
        let asked = self.watch.asked.iter().filter(|at| **at + 60_000 >= first).count();
        let allowed = asked + self.watch.reachable;
        let pauses = failed.len().saturating_sub(allowed).min(7);
        let least: u64 = (0..pauses).map(|pause| 500 << pause).sum();
        let watch = &self.watch;
        // By an empty success, a gateway renews a cookie as well.
        let empty = self.plan.brand.is_cookie() && self.plan.troubles.hostile;
        let excused = watch.hides()
            || watch.clock_set
            || watch.slept > 0
            || !watch.closed.is_empty()
            || empty
            || self.cookie_of_others();
        let elapsed = self.now - first;
        self.watch.must(elapsed + 2 >= least || excused, "r22_a_vendor_that_is_down_is_not_hammered", || {
            format!("login {family}: {pauses} failures in {elapsed} ms")
        });
    }

    /// New tokens were given. A token that is always rejected is renewed for that a few times a minute at most.
    pub fn renews(&mut self, tab: usize, family: usize) {
        let now = self.now;
        self.watch.failures.remove(&family);
        // Tabs with sessions of their own renew the one cookie each for itself.
        let alone = self.plan.brand.has_cookie() && !self.plan.shares_tabs();
        self.watch.renewals.push((now, family, tab));
        let lately = |at: u64| at + 59_000 > now;
        let same = |of: usize, by: usize| of == family && (by == tab || !alone);
        let renewals: Vec<u64> =
            self.watch.renewals.iter().filter(|(_, of, by)| same(*of, *by)).map(|(at, ..)| *at).collect();
        let count = renewals.iter().filter(|at| lately(**at)).count();
        let for_time = usize::from(self.is_for_time(family, &renewals, renewals.len() - count));
        let asked = self.watch.asked.iter().filter(|at| lately(**at)).count();
        let watch = &self.watch;
        let excused = watch.hides() || watch.clock_set || watch.slept > 0 || self.plan.lifetime_s < 600;
        // A renewal for a request that can't be sent again proves nothing, so two more may follow. One that a caller asked for isn't one for
        // a rejection, so its token may still be renewed for one. And a tab that closes between the vendor's answer and its own write takes
        // the new tokens along.
        self.watch.must(
            count <= 3 + for_time + 2 * asked + watch.taken_along || excused,
            "r21_no_row_of_renewals",
            || format!("login {family}: {count} renewals, {asked} asked for"),
        );
    }

    /// Whether a renewal may have been for the sake of the time: the tokens before it were more than half as old as they may become.
    fn is_for_time(&self, family: usize, renewals: &[u64], which: usize) -> bool {
        let login = || self.watch.login_of(family).and_then(|login| self.watch.began.get(&login));
        let before = which.checked_sub(1).and_then(|last| renewals.get(last)).or_else(login);
        before.is_none_or(|before| renewals[which].saturating_sub(*before) > self.plan.lifetime_s * 500)
    }

    /// The vendor's login that a tab holds the tokens of.
    pub fn family_held(&self, tab: usize) -> Option<usize> {
        self.tabs[tab].handle.look(|session| {
            let held = session.held()?;
            match held.held.access.as_deref() {
                Some(access) => Token::read(access).map(|token| token.family),
                None => self.watch.families.get(&held.login).copied(),
            }
        })
    }

    /// The vendor's answer is not going to come. `done`: though the vendor does what it is asked for.
    pub fn reply_is_lost(&mut self, mark: Mark, asked: &Asked, done: bool) {
        if let Asked::Refresh { token: Some(token), .. } = asked {
            if done {
                self.watch.lost.insert(token.family);
            }
            if self.family_held(mark.tab) == Some(token.family) {
                self.watch.failures.entry(token.family).or_default().push(self.now);
            }
            if let Some(spending) = self.watch.spent.get_mut(token) {
                spending.lost = true;
            }
        }
    }

    /// The caller's request goes, with a token.
    pub fn sends_data(&mut self, mark: Mark, credential: Option<Token>, again: bool) {
        let Some(op) = self.op(mark) else { return };
        op.sent += 1;
        let begun = op.begun;
        self.sends_in_time(mark.tab, begun);
        let Some(token) = credential else {
            let carries = !self.plan.brand.is_cookie();
            return self
                .watch
                .must(!carries, "r24_no_request_goes_without_its_token", || format!("{mark:?}"));
        };
        // At PEGASE3, the second request may carry an expired token on purpose: its answer shows that it has expired.
        if !(again && self.plan.brand == Brand::Pegase3) {
            self.uses(mark, token);
        }
        let asked = self.op(mark).and_then(|op| op.asked_user.clone());
        let user = self.vendor.families.get(token.family).map(|family| family.user);
        self.watch.must(asked.as_deref() == user, "r25_one_users_request_is_never_sent_as_another", || {
            format!("tab {}: asked as {asked:?}, sent as {user:?}", mark.tab)
        });
    }

    /// A token is sent: not after its end, as far as this tab's clocks can tell.
    fn uses(&mut self, mark: Mark, token: Token) {
        let over = self.over_by(mark.tab, token).filter(|ms| *ms > 0.0);
        self.watch.must(over.is_none(), "r19_no_token_is_sent_after_its_end", || {
            format!("tab {}, {}: {over:?} ms after its end", mark.tab, token.text())
        });
    }

    /// Whether tabs with sessions of their own have one cookie to renew them with.
    pub fn cookie_of_others(&self) -> bool {
        self.plan.brand.has_cookie() && !self.plan.shares_tabs() && self.tabs.len() > 1
    }

    /// For how long a token has been over, in ms, as far as a tab's clocks can tell. `None`: nobody has told when it ends.
    pub fn over_by(&self, tab: usize, token: Token) -> Option<f64> {
        let now = self.moment(tab);
        let known = self.watch.known.get(&(tab, token))?;
        let aged = (known.since.wall - known.received_at).max(0.0);
        let by_wall = now.wall - known.received_at;
        let by_steady = now.steady - known.since.steady + aged;
        Some(by_wall.max(by_steady) - known.lifetime?)
    }

    /// Whether the vendor can be told that a session is over. An expired token is never sent; and where a cookie renews it, that may belong
    /// to a newer login by then.
    pub fn can_be_revoked(&self, tab: usize, access: Option<&str>) -> bool {
        let token = access.and_then(Token::read);
        let over = token.and_then(|token| self.over_by(tab, token)).is_some_and(|ms| ms >= 0.0);
        self.plan.brand != Brand::Wallet || !over
    }

    /// The vendor says its no to a request's token.
    pub fn refuses(&mut self, credential: Option<Token>) {
        // Whoever has a cookie may think it is another login's.
        let cookie = self.plan.brand.is_cookie() || credential.is_none();
        let families = 0..self.vendor.families.len();
        let refused =
            families.filter(|family| cookie || credential.is_some_and(|token| token.family == *family));
        self.watch.refused.extend(refused);
    }

    /// The vendor answers a call.
    pub fn vendor_says(&mut self, asked: &Asked, said: &Said) {
        let token = match asked {
            Asked::Refresh { token, .. } | Asked::Check { token } => *token,
            _ => None,
        };
        let without = self.plan.brand.has_cookie()
            && !matches!(asked, Asked::Login { .. } | Asked::Message { .. } | Asked::Signed { .. });
        if matches!(said, Said::Unauthorised | Said::Dead) && (token.is_some() || without) {
            // The cookie may be another login's than the one that is held.
            self.refuses(token.filter(|_| self.plan.brand != Brand::Wallet));
        }
        if let Asked::Refresh { token: Some(token), .. } = asked
            && let Some(spending) = self.watch.spent.get_mut(token)
        {
            spending.granted = matches!(said, Said::Granted { .. });
            spending.lost |= !spending.granted;
        }
    }

    /// What an operation waited for is heard of no more, and what it presented may have been spent for nothing.
    pub fn unheard(&mut self, mark: Mark) {
        let Some(op) = self.op(mark) else { return };
        if let Some(token) = op.presented.take()
            && let Some(spending) = self.watch.spent.get_mut(&token)
            && !spending.delivered
        {
            spending.lost = true;
            self.watch.lost.insert(token.family);
        }
    }
}
