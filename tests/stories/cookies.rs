//! The browser's cookie, where that is the session: of all its tabs, whatever store they have.

use hallpass::dialect::CallKind;
use hallpass::session::Session;

use crate::plan::Brand;
use crate::vendor::{Asked, Token};
use crate::world::{Mark, World};

/// A call that has to do with the cookie.
#[derive(Clone, Copy, Debug)]
pub struct AtCookie {
    kind: CallKind,
    /// Whether it has its turn, for which others wait.
    queued: bool,
}

impl AtCookie {
    /// A check counts until its answer has been taken over, for which the store is read.
    pub const fn is_check(self) -> bool {
        matches!(self.kind, CallKind::Check)
    }

    /// Whether nothing makes one of two tabs wait for the other. A check doesn't wait for another tab's sign-out.
    fn collides_with(self, other: Self) -> bool {
        let is = |kind| self.kind == kind || other.kind == kind;
        if is(CallKind::Check) && !is(CallKind::Logout) {
            return false;
        }
        !(self.queued && other.queued)
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
    pub fn is_at_cookie(&mut self, mark: Mark, kind: CallKind, asked: &Asked) {
        let renews = matches!(asked, Asked::Signed { .. } | Asked::Refresh { .. });
        if !(self.plan.brand.is_cookie() || self.plan.brand.has_cookie() && renews) {
            return;
        }
        let others = self.tabs.iter().enumerate().filter(|(tab, _)| *tab != mark.tab);
        let others: Vec<_> =
            others.flat_map(|(_, tab)| tab.ops.values()).filter_map(|op| op.at_cookie).collect();
        let here = &self.tabs[mark.tab];
        let knows = here.held_login().is_some() || here.handle.look(Session::is_replaced);
        let Some(op) = self.op(mark) else { return };
        // A login in a tab that holds nothing can only wait for what it held last, or for what has replaced that.
        let queued = op.turn.as_ref().is_some_and(|turn| turn.had) && (knows || kind != CallKind::Login);
        let own = AtCookie { kind, queued };
        op.at_cookie = Some(own);
        self.watch.side_by_side |= others.into_iter().any(|other| own.collides_with(other));
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
