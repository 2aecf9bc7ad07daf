//! States and transitions.

use super::schedule::{backoff_ms, due_at};
use super::{Reason, Record, Snapshot};
use crate::vendor::{Code, Grant, Held, Renewal};

/// Names the tokens of one moment. A result that was asked for under an older epoch writes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub u32);

/// What a request may do for its credential.
#[derive(Clone, Debug, PartialEq)]
pub enum Pass {
    /// Go, with the token of this epoch.
    Go(Epoch),
    /// The token is over; renew first.
    RenewFirst,
    /// Nothing may be sent: nobody is signed in, or the session is over.
    Refused(Code),
    /// Nothing may be sent yet: the last renewal failed for now with this code, and of the pause before the next this
    /// much is left, in ms.
    Wait(Code, f64),
}

/// What a rejected token means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The token has been replaced since: replay with the present one.
    Replay,
    /// Renew, then replay.
    Renew,
    /// The session stays as it is, and so does the reply.
    Leave,
    /// It was the session's only credential: the session is over.
    End,
}

#[derive(Clone, Debug, PartialEq)]
enum Renewing {
    Idle,
    Running,
    /// Failed for now.
    Waiting(Pause),
}

/// The pause after a failed renewal. A clock that was set back to before its beginning ends it (R19).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Pause {
    since: f64,
    until: f64,
    because: Code,
}

/// How far back a clock may be set, in ms, before the age of a token that it received can't be told any more.
const SMALL_CORRECTION_MS: f64 = 60_000.0;

/// One session's state and its rules.
#[derive(Debug)]
pub struct Session {
    renewal: Renewal,
    automatic: bool,
    /// Goes up with every change of the tokens: login, renewal, adoption, sign-out.
    epoch: u32,
    /// Goes up with every login that begins and with every logout.
    attempt: u32,
    held: Option<Record>,
    reason: Reason,
    renewing: Renewing,
    failures: u32,
    problem: Option<Code>,
}

impl Session {
    /// A session that nobody has signed in to. `automatic`: renewed without being asked.
    #[must_use]
    pub const fn new(renewal: Renewal, automatic: bool) -> Self {
        Self {
            renewal,
            automatic,
            epoch: 0,
            attempt: 0,
            held: None,
            reason: Reason::Never,
            renewing: Renewing::Idle,
            failures: 0,
            problem: None,
        }
    }

    /// Takes up what a storage held.
    pub fn restore(&mut self, record: Record, now: f64) {
        self.epoch += 1;
        self.held = Some(record);
        self.tick(now);
    }

    /// A login begins; it makes every login before it the older one.
    pub const fn begin_login(&mut self) {
        self.attempt += 1;
    }

    /// The number of the latest login or logout: what is asked for under an older one writes nothing.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// A login succeeded: what the old session left is replaced whole (R25).
    pub fn signed_in(&mut self, grant: Grant, now: f64) {
        self.epoch += 1;
        self.held = Some(record(Held::default(), grant, now));
        self.settle();
    }

    /// The user signs out. Gives back what was held, for telling the vendor.
    pub fn sign_out(&mut self) -> Option<Record> {
        self.attempt += 1;
        let held = self.held.take();
        self.end(Reason::Logout);
        held
    }

    /// The vendor was asked and knows the session, which was not known here: a cookie from an earlier visit, or from a
    /// single sign-on. Writes nothing when a login or logout came between.
    pub fn confirmed(&mut self, epoch: Epoch, user: Option<String>, now: f64) {
        if epoch.0 != self.epoch {
            return;
        }
        if let Some(held) = &mut self.held {
            held.held.user = user.or(held.held.user.take());
        } else {
            self.epoch += 1;
            self.held = Some(record(Held::default(), Grant { user, ..Grant::default() }, now));
        }
        self.settle();
    }

    /// The vendor refused the tokens of this epoch for good. Writes nothing when they have been replaced.
    pub fn refused(&mut self, epoch: Epoch, reason: Reason) {
        if epoch.0 == self.epoch && self.held.is_some() {
            self.end(reason);
        }
    }

    /// A reply brought a new token (PEGASE3). Writes nothing when its request's tokens have been replaced by a login,
    /// a logout or another adoption.
    pub fn adopt(&mut self, epoch: Epoch, grant: Grant, now: f64) -> bool {
        self.exchange(epoch, grant, now)
    }

    /// New tokens for those of an epoch, if they are still held.
    fn exchange(&mut self, epoch: Epoch, grant: Grant, now: f64) -> bool {
        let current = epoch.0 == self.epoch;
        if let Some(held) = self.held.take_if(|_| current) {
            self.epoch += 1;
            self.held = Some(record(held.held, grant, now));
        }
        current
    }

    /// What a request may do for its credential now.
    #[must_use]
    pub fn pass(&self, now: f64) -> Pass {
        let Some(held) = &self.held else {
            return Pass::Refused(match self.reason {
                Reason::Expired | Reason::Refused => Code::SessionExpired,
                Reason::Never | Reason::Logout | Reason::Replaced => Code::NotSignedIn,
            });
        };
        let set_back = now < held.received_at - SMALL_CORRECTION_MS && self.renewable() && self.automatic;
        if held.expires_at.is_none_or(|end| now < end && !set_back) {
            return Pass::Go(Epoch(self.epoch));
        }
        match self.pause(now) {
            _ if !self.renewable() || !self.automatic => Pass::Refused(Code::SessionExpired),
            Some(pause) => Pass::Wait(pause.because, pause.until - now),
            None => Pass::RenewFirst,
        }
    }

    /// The pause after a failed renewal. Until it is over, callers get the failure at once
    /// instead of each causing a further try: a vendor that is down is not hammered (R22).
    fn pause(&self, now: f64) -> Option<Pause> {
        match self.renewing {
            Renewing::Waiting(pause) if pause.since <= now && now < pause.until => Some(pause),
            _ => None,
        }
    }

    /// What it means that the token of this epoch was rejected.
    #[must_use]
    pub fn rejected(&self, epoch: Epoch, now: f64) -> Verdict {
        if self.held.is_none() {
            Verdict::Leave
        } else if self.epoch != epoch.0 {
            Verdict::Replay
        } else if !self.renewable() {
            Verdict::End
        } else if self.automatic && self.pause(now).is_none() {
            Verdict::Renew
        } else {
            Verdict::Leave
        }
    }

    /// The present epoch.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// What is held, for building the next call.
    #[must_use]
    pub const fn held(&self) -> Option<&Record> {
        self.held.as_ref()
    }

    /// Whether this vendor's sessions can be renewed at all.
    #[must_use]
    pub const fn renewable(&self) -> bool {
        !matches!(self.renewal, Renewal::None)
    }

    /// Whether a renewal in the background is due: the token is still good but not for long, and no pause is kept.
    #[must_use]
    pub fn renewal_due(&self, now: f64) -> bool {
        let set_back = matches!(self.renewing, Renewing::Waiting(pause) if now < pause.since);
        self.next_renewal().is_some_and(|due| now >= due || set_back)
    }

    /// The moment at which something is to be done without being asked: a renewal, a further try, or the end.
    #[must_use]
    pub fn next_event(&self) -> Option<f64> {
        let end = self.held.as_ref()?.expires_at.filter(|_| !self.renewable());
        [self.next_renewal(), end].into_iter().flatten().reduce(f64::min)
    }

    fn next_renewal(&self) -> Option<f64> {
        if !self.automatic {
            return None;
        }
        let held = self.held.as_ref()?;
        match self.renewing {
            Renewing::Running => None,
            Renewing::Waiting(pause) => Some(pause.until),
            Renewing::Idle => due_at(self.renewal, held.received_at, held.expires_at?),
        }
    }

    /// Time has passed: a session that can't be renewed ends with its token. Whether it did.
    pub fn tick(&mut self, now: f64) -> bool {
        let over = self.held.as_ref().is_some_and(|held| held.expires_at.is_some_and(|end| now >= end));
        let ends = over && !self.renewable();
        if ends {
            self.end(Reason::Expired);
        }
        ends
    }

    /// A renewal begins.
    pub fn begin_renewal(&mut self) {
        if self.held.is_some() {
            self.renewing = Renewing::Running;
        }
    }

    /// A renewal succeeded. False, and nothing written, when a login or logout overtook it (R18).
    pub fn renewed(&mut self, epoch: Epoch, grant: Grant, now: f64) -> bool {
        let current = self.exchange(epoch, grant, now);
        if current {
            self.settle();
        }
        current
    }

    /// A renewal failed: the vendor's explicit no ends the session, anything else keeps it and tries again later. False,
    /// and nothing written, when a login or logout overtook it.
    ///
    /// `chance`: from 0 to 1, for the jitter.
    pub fn renewal_failed(
        &mut self,
        epoch: Epoch,
        code: Code,
        retry_after_ms: Option<f64>,
        now: f64,
        chance: f64,
    ) -> bool {
        if epoch.0 != self.epoch || self.held.is_none() {
            return false;
        }
        if code.ends_session() {
            let over = self.held.as_ref().is_some_and(|held| held.expires_at.is_some_and(|end| now >= end));
            self.end(if over { Reason::Expired } else { Reason::Refused });
        } else {
            self.failures = self.failures.saturating_add(1);
            self.problem = Some(code);
            self.renewing = if self.automatic {
                Renewing::Waiting(Pause {
                    since: now,
                    until: now + backoff_ms(self.failures, retry_after_ms, chance),
                    because: code,
                })
            } else {
                Renewing::Idle
            };
        }
        true
    }

    /// The vendor takes refresh tokens in the other documented form.
    pub fn use_other_refresh_form(&mut self, epoch: Epoch) {
        if let Some(held) = self.held.as_mut().filter(|_| epoch.0 == self.epoch) {
            held.held.refresh_in_body = !held.held.refresh_in_body;
        }
    }

    /// The storage failed or works again.
    pub fn storage_works(&mut self, works: bool) {
        match (works, self.problem) {
            (false, _) => self.problem = Some(Code::Storage),
            (true, Some(Code::Storage)) => self.problem = None,
            (true, _) => {}
        }
    }

    /// What the outside sees.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let held = self.held.as_ref();
        Snapshot {
            status: if held.is_some() { "signed-in" } else { "signed-out" },
            reason: if held.is_some() { None } else { Some(self.reason) },
            user: held.and_then(|held| held.held.user.clone()),
            database: held.and_then(|held| held.held.database.clone()),
            expires_at: held.and_then(|held| held.expires_at),
            renewable: held.is_some() && self.renewable(),
            renewal: match self.renewing {
                Renewing::Idle => "idle",
                Renewing::Running => "running",
                Renewing::Waiting(..) => "waiting",
            },
            problem: self.problem.map(Code::as_str),
        }
    }

    fn end(&mut self, reason: Reason) {
        self.epoch += 1;
        self.held = None;
        self.reason = reason;
        self.settle();
    }

    /// Back to rest: no renewal under way, no pause, no trouble but the storage's.
    fn settle(&mut self) {
        self.renewing = Renewing::Idle;
        self.failures = 0;
        self.problem = self.problem.filter(|problem| *problem == Code::Storage);
    }
}

/// What is held after a grant: its tokens, and of the old ones only what it doesn't name.
fn record(old: Held, grant: Grant, now: f64) -> Record {
    Record {
        received_at: now,
        expires_at: grant.lifetime_ms.map(|lifetime| now + lifetime),
        held: Held {
            access: grant.access.or(old.access),
            refresh: grant.refresh.or(old.refresh),
            user: grant.user.or(old.user),
            database: grant.database.or(old.database),
            refresh_in_body: old.refresh_in_body,
        },
    }
}
