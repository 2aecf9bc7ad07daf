//! Sessions that end by themselves: when nobody has used one for too long in any tab, and when it is too old. Renewals put
//! neither off (R36).

use alloc::string::String;

use super::rules::EARLY_MS;
use super::{Moment, Reason, Session};
use crate::dialect::write_number;

/// The part of the time without use after which a use is noted for the other tabs again, and so many ms at most. What is
/// noted is exact; only a tab that is closed in between takes its last use with it.
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

/// When a session was used last, in a few words beside its record: what one tab does counts in the others.
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

    /// Reads a mark. Whoever wrote it, it says no more than a moment: `None` where it says nothing.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let space = text.bytes().position(|byte| byte == b' ')?;
        let (login, used_at) = (whole(text.get(..space)?)?, whole(text.get(space + 1..)?)?);
        #[expect(clippy::cast_precision_loss, reason = "a moment of these days has 41 bits")]
        Some(Self { login: u32::try_from(login).ok()?, used_at: used_at as f64 })
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

/// How long a session has lasted, and what the other tabs know of it.
#[derive(Debug)]
pub(super) struct Lasting {
    limits: Limits,
    /// Whether other tabs use it, too.
    shared: bool,
    /// When its login was, when it was used last, and the use that was noted last for the other tabs.
    began: Moment,
    used: Moment,
    marked: Moment,
    /// The first and the last use that came when nobody seemed to have used it for too long: they count where another tab has.
    late: Option<(Moment, Moment)>,
    /// Whether it is being looked up if another tab has used it, and whether its last use is being noted.
    pub(super) deciding: bool,
    marking: bool,
}

impl Lasting {
    pub(super) const fn new() -> Self {
        let never = Moment { wall: 0.0, steady: 0.0 };
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
    /// The same session, which ends by itself after so long. `shared`: other tabs use it, too, and are to know when.
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
        // The record says it.
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

    /// Ends it, where it has outlasted its limits: as a session that nobody has used, or as one that is over. Uses that have waited
    /// for this count from when they were, however long it took to find out.
    pub fn end_at_limit(&mut self, now: Moment) {
        if let Some((first, last)) = self.lasting.late.take() {
            self.use_at(first);
            self.use_at(last);
        }
        if self.is_too_old(now) {
            self.end(Reason::Expired);
        } else if self.is_idle(now) {
            self.end(Reason::Idle);
        }
    }

    /// Somebody has used it, at a moment; where that seems to be too late, it counts if another tab has used it before. Whether that
    /// is the first use which has still to be noted.
    pub fn use_at(&mut self, at: Moment) -> bool {
        let marked = self.is_use_marked();
        if self.is_idle(at) {
            let first = self.lasting.late.map_or(at, |(first, _)| first);
            self.lasting.late = Some((first, at));
        } else if at.since(self.lasting.used) > 0.0 {
            self.lasting.used = at;
        }
        marked && !self.is_use_marked()
    }

    /// Its last use is being noted for the other tabs: until then nothing is due.
    pub const fn set_marking(&mut self, marking: bool) {
        self.lasting.marking = marking;
    }

    /// Another tab is being asked whether it has used the session: until then nothing is due.
    pub const fn set_deciding(&mut self, deciding: bool) {
        self.lasting.deciding = deciding;
    }

    /// Another tab has noted when it was used last. What was noted before says nothing new, also where the clock has been set
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

    /// Whether the other tabs know when it was used last, or need not.
    fn is_use_marked(&self) -> bool {
        #[expect(clippy::float_cmp, reason = "exactly what was written")]
        let same = self.lasting.marked.wall == whole_ms(self.lasting.used.wall);
        same || self.held.is_none() || !self.lasting.shared
    }

    /// In how many ms the last use is to be noted for the other tabs, if it is not.
    fn mark_left(&self, now: Moment) -> Option<f64> {
        let rest = (self.lasting.limits.idle_ms? / MARKED_EACH).min(LONGEST_UNMARKED_MS);
        (!self.is_use_marked() && !self.lasting.marking).then(|| rest - now.since(self.lasting.marked))
    }

    /// What is to be noted for the other tabs now, if anything. `at_once`: also where it was noted not long ago.
    #[must_use]
    pub fn mark_due(&self, at_once: bool, now: Moment) -> bool {
        self.mark_left(now).is_some_and(|left| at_once || left < EARLY_MS)
    }

    /// The mark to be written now, if what is noted is not the last use.
    pub fn take_mark(&mut self) -> Option<Mark> {
        let login = self.held.as_ref().filter(|_| !self.is_use_marked())?.login;
        let used_at = whole_ms(self.lasting.used.wall);
        self.lasting.marked = Moment { wall: used_at, ..self.lasting.used };
        Some(Mark { login, used_at })
    }

    /// In how many ms one of the limits is reached, or a use is to be noted.
    pub(super) fn next_limit(&self, now: Moment) -> Option<f64> {
        [self.idle_left(now), self.age_left(now), self.mark_left(now)].into_iter().flatten().reduce(f64::min)
    }
}

/// A moment as a mark says it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "parts of a ms are of no interest"
)]
const fn whole_ms(ms: f64) -> f64 {
    ms as i64 as f64
}
