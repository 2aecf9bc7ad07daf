//! The browser's cookie, where that is the session: of all its tabs, whatever store they have.

use hallpass::dialect::CallKind;

use crate::plan::Brand;
use crate::vendor::Token;
use crate::world::{Mark, World};

/// The protocol as it is: a sign-out that had to wait for its turn doesn't look who has signed in meanwhile; nor does a login whose turn
/// was that of older tokens, nor the check of a tab that holds nothing.
const KNOWN: bool = true;

/// A call that has to do with the cookie.
#[derive(Clone, Copy, Debug)]
pub struct AtCookie {
    kind: CallKind,
    /// Whether its tab held a session.
    holds: bool,
    /// Whether it has its turn, for which others wait.
    queued: bool,
}

impl AtCookie {
    /// Whether nothing makes one of two tabs wait for the other. A check doesn't wait for another tab's sign-out.
    fn collides_with(self, other: Self) -> bool {
        let is = |kind| self.kind == kind || other.kind == kind;
        if is(CallKind::Check) && !is(CallKind::Logout) {
            return KNOWN && !(self.holds && other.holds);
        }
        KNOWN || !(self.queued && other.queued)
    }
}

impl World {
    /// A reply has come that sets the cookie, or takes it away. Of one that nobody waits for any more, the browser may have dropped the
    /// head or not.
    pub fn sets_cookie(&mut self, mark: Mark, cookie: Option<Token>) {
        let waits = self.tabs[mark.tab].open && self.op(mark).is_some_and(|op| op.serial == mark.serial);
        if waits || self.choices.one_in(2) {
            self.tell(|| format!("    the cookie is {cookie:?}"));
            self.cookie = cookie;
            self.watch.cut_off |= !waits;
        }
    }

    /// A call is sent that changes the cookie, or asks whose it is. Tabs that share a session wait for each other, but for a check.
    pub fn is_at_cookie(&mut self, mark: Mark, kind: CallKind) {
        if !self.plan.brand.is_cookie() {
            return;
        }
        let others = self.tabs.iter().enumerate().filter(|(tab, _)| *tab != mark.tab);
        let others: Vec<_> =
            others.flat_map(|(_, tab)| tab.ops.values()).filter_map(|op| op.at_cookie).collect();
        let holds = self.tabs[mark.tab].held_login().is_some();
        let begun = self.op(mark).map_or(0, |op| op.begun_step);
        let newer = self.watch.strokes.iter().any(|stroke| stroke.login.is_some() && stroke.taken > begun);
        let Some(op) = self.op(mark) else { return };
        let own = AtCookie { kind, holds, queued: op.turn.as_ref().is_some_and(|turn| turn.had) };
        op.at_cookie = Some(own);
        self.watch.side_by_side |= others.into_iter().any(|other| own.collides_with(other));
        self.watch.side_by_side |= KNOWN && kind == CallKind::Logout && newer;
    }

    /// Whoever is signed in has the cookie for it; and after a sign-out that the vendor has confirmed, nobody has one.
    pub fn the_cookie_is_what_tabs_show(&mut self) {
        if self.plan.brand != Brand::Cookie {
            return;
        }
        let user = self.cookie.and_then(|cookie| self.vendor.user_of(cookie, self.now));
        let last = self.watch.strokes.iter().rfind(|stroke| stroke.login.is_some());
        let last = last.map_or(0, |stroke| stroke.taken).max(self.watch.login_sent);
        let left = user.is_some() && self.watch.confirmed.is_some_and(|confirmed| confirmed > last);
        let excused = self.watch.cut_off || self.watch.hides() || self.plan.troubles.hostile;
        let shared = self.plan.shares_tabs();
        let at_once = self.watch.side_by_side;
        let cookie = self.cookie;
        self.watch.must(
            !left || excused || shared && at_once,
            "r10_no_cookie_is_left_after_a_logout",
            || format!("{cookie:?}"),
        );
        if !shared && self.tabs.len() > 1 {
            return;
        }
        // Whether or not its time is up.
        let user = cookie.map(|cookie| self.vendor.families[cookie.family].user);
        for tab in 0..self.tabs.len() {
            let here = &self.tabs[tab];
            if !here.open || here.disposed || here.held_login().is_none() {
                continue;
            }
            let name = self.user(tab);
            let same = user.is_some() && (name.is_none() || name.as_deref() == user);
            self.watch.must(same || excused || at_once, "r25_who_is_signed_in_has_the_cookie", || {
                format!("tab {tab}: {name:?}, {user:?}")
            });
        }
    }
}
