//! Sessions that end by themselves: when nobody has used one for too long in any tab, and when it is too old.
//! A renewal puts neither off (R36).

use alloc::string::String;

use super::note::login_and_rest;
use super::rules::EARLY_MS;
use super::{Moment, Reason, Session};
use crate::dialect::write_number;

/// The last use is marked again after `idleMs` / `MARKED_EACH`, but after `LONGEST_UNMARKED_MS` at the latest. A mark is
/// exact, but a tab that is closed in between loses its last use.
const MARKED_EACH: f64 = 8.0;
const LONGEST_UNMARKED_MS: f64 = 60_000.0;

/// How long a session may last, in ms; `None`: as long as the vendor lets it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// Without being used in any tab.
    pub idle_ms: Option<f64>,
    /// Since the login.
    pub age_ms: Option<f64>,
}

/// When a session was used last, as a short text beside its record: so use in one tab counts in the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mark {
    /// The login.
    pub login: u32,
    /// When it was used, in ms since the epoch by this machine's clock.
    pub used_at: f64,
}

impl Mark {
    /// The mark as a text.
    #[must_use]
    pub fn write(self) -> String {
        let mut text = String::new();
        write_number(&mut text, i64::from(self.login));
        text.push(' ');
        #[expect(clippy::cast_possible_truncation, reason = "parts of a ms are of no interest")]
        write_number(&mut text, self.used_at as i64);
        text
    }

    /// Reads a mark; `None`: it is none. Anybody may have written it, but it can say no more than a moment.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (login, rest) = login_and_rest(text)?;
        let used_at = whole(rest)?;
        #[expect(clippy::cast_precision_loss, reason = "a moment of these days has 41 bits")]
        Some(Self { login, used_at: used_at as f64 })
    }
}

/// A whole number of a few digits.
fn whole(digits: &str) -> Option<u64> {
    // Digit by digit: `parse` takes more of the WebAssembly.
    (!digits.is_empty() && digits.len() <= 15).then_some(())?;
    digits
        .bytes()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0')))
}

/// What decides whether a session has reached a limit, and what the other tabs know of it.
#[derive(Debug)]
pub(super) struct Lasting {
    limits: Limits,
    /// Whether other handles may use it, too.
    shared: bool,
    /// When its login was, when it was used last, and the use that was marked last for the other tabs.
    began: Moment,
    used: Moment,
    marked: Moment,
    /// The first and the last use that came when it seemed idle for too long: they count if another tab has used it in time.
    late: Option<(Moment, Moment)>,
    /// Whether the store is being read for another tab's use, and whether the last use is being marked.
    pub(super) deciding: bool,
    marking: bool,
}

impl Lasting {
    pub(super) const fn new() -> Self {
        let never = Moment::NEVER;
        let limits = Limits { idle_ms: None, age_ms: None };
        Self {
            limits,
            shared: false,
            began: never,
            used: never,
            marked: never,
            late: None,
            deciding: false,
            marking: false,
        }
    }
}

impl Session {
    /// The same session with limits. `shared`: other tabs use it, too, and have to know when it is used here.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits, shared: bool) -> Self {
        self.lasting.limits = limits;
        self.lasting.shared = shared;
        self
    }

    /// A login began the session at a moment, and was its first use.
    pub(super) const fn began(&mut self, at: Moment) {
        self.lasting.began = at;
        self.lasting.used = at;
        self.lasting.late = None;
        // What is still being decided is of the session before.
        self.lasting.deciding = false;
        // The record tells the other tabs of this use.
        self.lasting.marked = Moment { wall: whole_ms(at.wall), ..at };
    }

    /// How long it may still last without being used, in ms.
    fn idle_left(&self, now: Moment) -> Option<f64> {
        self.held.as_ref()?;
        Some(self.lasting.limits.idle_ms? - now.since(self.lasting.used))
    }

    /// How long it may still last, used or not, in ms.
    fn age_left(&self, now: Moment) -> Option<f64> {
        self.held.as_ref()?;
        Some(self.lasting.limits.age_ms? - now.since(self.lasting.began))
    }

    /// Whether nobody has used it for too long, as far as is known in this tab.
    #[must_use]
    pub fn is_idle(&self, now: Moment) -> bool {
        self.idle_left(now).is_some_and(|left| left < EARLY_MS)
    }

    /// Whether it is too old.
    #[must_use]
    pub fn is_too_old(&self, now: Moment) -> bool {
        self.age_left(now).is_some_and(|left| left < EARLY_MS)
    }

    /// Whether it has reached no limit. Uses that waited for this decision count from the moment when they happened, however long
    /// it took.
    pub fn goes_on(&mut self, now: Moment) -> bool {
        if let Some((first, last)) = self.lasting.late.take() {
            self.use_at(first);
            self.use_at(last);
        }
        !self.is_too_old(now) && !self.is_idle(now)
    }

    /// Ends the session where it has reached a limit.
    pub fn end_at_limit(&mut self, now: Moment) {
        if !self.goes_on(now) {
            self.end_for_good(if self.is_too_old(now) { Reason::Expired } else { Reason::Idle });
        }
    }

    /// Somebody has used it, at a moment. If that seems too late, it counts only if another tab has used it in time. True if
    /// this is the first use that has still to be marked.
    pub fn use_at(&mut self, at: Moment) -> bool {
        let marked = self.is_use_marked();
        if self.held.is_none() {
            // A caller who was told that nobody is signed in has used nothing, even if the session comes back later.
        } else if self.is_idle(at) {
            let first = self.lasting.late.map_or(at, |(first, _)| first);
            self.lasting.late = Some((first, at));
        } else if at.since(self.lasting.used) > 0.0 {
            self.lasting.used = at;
        }
        marked && !self.is_use_marked()
    }

    /// It counts as used at a moment, whatever was known of earlier uses.
    pub const fn used_for_sure(&mut self, at: Moment) {
        self.lasting.used = at;
    }

    /// Whether its last use is being marked for the other tabs: meanwhile no mark is due.
    pub const fn set_marking(&mut self, marking: bool) {
        self.lasting.marking = marking;
    }

    /// Whether the store is being read for another tab's use: meanwhile nothing is due.
    pub const fn set_deciding(&mut self, deciding: bool) {
        self.lasting.deciding = deciding;
    }

    /// Another tab has marked when it was used last. A mark that is known already says nothing new, even if the clock was set
    /// back since.
    pub fn learn_use(&mut self, mark: Mark, now: Moment) {
        let own = self.held.as_ref().is_some_and(|held| held.login == mark.login);
        #[expect(clippy::float_cmp, reason = "exactly what was written")]
        if !own || mark.used_at == self.lasting.marked.wall {
            return;
        }
        let used = now.at_wall(mark.used_at);
        self.lasting.marked = used;
        if now.since(used) < now.since(self.lasting.used) {
            self.lasting.used = used;
        }
    }

    /// Whether the other tabs know when it was used last, or need not know.
    fn is_use_marked(&self) -> bool {
        #[expect(clippy::float_cmp, reason = "exactly what was written")]
        let same = self.lasting.marked.wall == whole_ms(self.lasting.used.wall);
        same || self.held.is_none() || !self.lasting.shared
    }

    /// In how many ms the last use is to be marked for the other tabs; `None`: it is marked.
    fn mark_left(&self, now: Moment) -> Option<f64> {
        let rest = (self.lasting.limits.idle_ms? / MARKED_EACH).min(LONGEST_UNMARKED_MS);
        (!self.is_use_marked() && !self.lasting.marking).then(|| rest - now.since(self.lasting.marked))
    }

    /// Whether the last use is to be marked for the other tabs now. `at_once`: however recent the last mark is.
    #[must_use]
    pub fn mark_due(&self, at_once: bool, now: Moment) -> bool {
        self.mark_left(now).is_some_and(|left| at_once || left < EARLY_MS)
    }

    /// The mark of the last use, if that isn't marked yet. From now on it counts as marked.
    pub fn take_mark(&mut self) -> Option<Mark> {
        let login = self.held.as_ref().filter(|_| !self.is_use_marked())?.login;
        let used_at = whole_ms(self.lasting.used.wall);
        self.lasting.marked = Moment { wall: used_at, ..self.lasting.used };
        Some(Mark { login, used_at })
    }

    /// In how many ms one of the limits is reached, or a use is to be marked.
    pub(super) fn next_limit(&self, now: Moment) -> Option<f64> {
        [self.idle_left(now), self.age_left(now), self.mark_left(now)].into_iter().flatten().reduce(f64::min)
    }
}

/// A moment in whole ms, as a mark has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "parts of a ms are of no interest"
)]
const fn whole_ms(ms: f64) -> f64 {
    ms as i64 as f64
}
