//! When tokens are renewed, what a rejection means for that, and what comes of it.

use super::rules::EARLY_MS;
use super::schedule::{backoff_ms, due_after};
use super::{Epoch, Moment, Pause, Reason, Session};
use crate::dialect::{Code, Grant};

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

/// The age, in ms, at which a token that was renewed after a rejection may be renewed after another one; a tenth of its life
/// where that is less. For as long as this, it is also remembered which addresses reject even renewed tokens: so none of them causes
/// a row of renewals.
pub const REJECTION_COOLDOWN_MS: f64 = 35_000.0;

impl Session {
    /// Why a pause is kept, and how much of it is left, in ms. Until it is over, callers get the failure at once instead of
    /// each causing a further try: a vendor that is down is not hammered (R22).
    #[must_use]
    pub fn pause(&self, now: Moment) -> Option<(Code, f64)> {
        let pause = self.held.as_ref()?.pause.filter(|_| self.automatic)?;
        let left = pause.until - pause.since - now.since(self.paused);
        (left >= EARLY_MS).then_some((pause.because, left))
    }

    /// How many renewals in a row have failed for now, here or in other tabs.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.held.as_ref().map_or(0, |held| held.failures())
    }

    /// The network is back: a renewal that failed for the lack of it may be tried at once.
    pub fn reachable(&mut self) {
        if let Some(pause) = self.held_mut().and_then(|held| held.pause.as_mut())
            && matches!(pause.because, Code::Network | Code::Timeout)
        {
            pause.until = pause.since;
        }
    }

    /// What it means that the token of this epoch was rejected. `checked`: by the vendor's own answer to a check, and not by an
    /// endpoint that may reject any token.
    #[must_use]
    pub fn rejected(&self, epoch: Epoch, checked: bool, now: Moment) -> Verdict {
        if self.held.is_none() {
            Verdict::Leave
        } else if self.epoch != epoch.0 {
            Verdict::Replay
        } else if !self.renewable() {
            Verdict::End
        } else if self.automatic
            && (self.running || self.pause(now).is_none() && (checked || !self.is_rejected_anew(now)))
        {
            Verdict::Renew
        } else {
            Verdict::Leave
        }
    }

    /// Whether the token came from a renewal after a rejection, and the vendor has not accepted it yet.
    #[must_use]
    pub fn is_on_trial(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.rejected)
    }

    /// The vendor has accepted the token of this epoch: if it is rejected later, it is renewed for that.
    pub fn accepted(&mut self, epoch: Epoch) {
        self.put_on_trial(epoch, false);
    }

    /// The token of this epoch was rejected, and its renewal has failed for now. Whichever tab tries again has to know.
    pub fn was_rejected(&mut self, epoch: Epoch) {
        self.put_on_trial(epoch, true);
    }

    #[inline(never)]
    pub(super) fn put_on_trial(&mut self, epoch: Epoch, rejected: bool) {
        if epoch.0 == self.epoch
            && let Some(held) = self.held_mut()
        {
            held.rejected = rejected;
        }
    }

    /// Whether the token came from a recent renewal after a rejection, and was not accepted since: another renewal would not
    /// help.
    fn is_rejected_anew(&self, now: Moment) -> bool {
        // With a pause, `rejected` says that the token itself was rejected, and has still to be renewed.
        self.held.as_ref().is_some_and(|held| held.rejected && held.pause.is_none()) && self.is_fresh(now)
    }

    /// Whether the token came so recently that to renew it after a rejection would not help, and no renewal is under way.
    #[must_use]
    pub fn is_fresh(&self, now: Moment) -> bool {
        let Some(held) = self.held.as_ref().filter(|_| !self.running) else { return false };
        let tenth = held.expires_at.map_or(REJECTION_COOLDOWN_MS, |end| (end - held.received_at) / 10.0);
        now.since(self.received) < tenth.min(REJECTION_COOLDOWN_MS)
    }

    /// Whether a renewal in the background is due: the token is still good but not for long, and no pause is kept.
    #[must_use]
    pub fn renewal_due(&self, now: Moment) -> bool {
        self.next_renewal(now).is_some_and(|left| left < EARLY_MS)
    }

    pub(super) fn next_renewal(&self, now: Moment) -> Option<f64> {
        let held = self.held.as_ref()?;
        if !self.automatic || self.running || !self.renewable() {
            return None;
        }
        if let Some(pause) = held.pause {
            return Some(pause.until - pause.since - now.since(self.paused));
        }
        Some(due_after(self.renewal, held.expires_at? - held.received_at)? - now.since(self.received))
    }

    /// A renewal begins.
    pub fn begin_renewal(&mut self) {
        self.running = self.held.is_some();
    }

    /// No renewal is under way any more.
    pub const fn end_renewal(&mut self) {
        self.running = false;
    }

    /// A renewal succeeded. False, and nothing written, when a login or logout overtook it (R18).
    ///
    /// `rejected`: it was begun because the vendor had rejected the tokens.
    pub fn renewed(&mut self, epoch: Epoch, grant: Grant, rejected: bool, now: Moment) -> bool {
        let tried_before = self.held.as_ref().is_some_and(|held| held.rejected && held.pause.is_some());
        let current = self.replace_tokens(epoch, grant, now);
        if current {
            self.put_on_trial(self.epoch(), rejected || tried_before);
            self.settle();
        }
        current
    }

    /// A renewal failed: the vendor's explicit no ends the session, anything else keeps it and tries again later. False,
    /// and nothing written, when a login or logout overtook it.
    ///
    /// `jitter`: from 0 to 1.
    pub fn renewal_failed(
        &mut self,
        epoch: Epoch,
        code: Code,
        retry_after_ms: Option<f64>,
        now: Moment,
        jitter: f64,
    ) -> bool {
        if epoch.0 != self.epoch || self.held.is_none() {
            return false;
        }
        if code.ends_session() {
            self.end_for_good(if self.is_token_over(now) { Reason::Expired } else { Reason::Refused });
            return true;
        }
        let failures = self.failures().saturating_add(1);
        let until = now.wall + backoff_ms(failures, retry_after_ms, jitter);
        // Also where this tab renews only when it is asked to: another one may do so by itself.
        if let Some(record) = self.held_mut() {
            record.pause = Some(Pause { since: now.wall, until, because: code, failures });
        }
        self.paused = now;
        self.running = false;
        self.problem = Some(code);
        true
    }

    /// The vendor takes refresh tokens in the other documented form.
    pub fn use_other_refresh_form(&mut self, epoch: Epoch) {
        if epoch.0 == self.epoch
            && let Some(record) = self.held_mut()
        {
            record.held.refresh_in_body = !record.held.refresh_in_body;
        }
    }
}
