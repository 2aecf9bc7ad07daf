//! States and transitions.

use alloc::rc::Rc;
use alloc::string::String;

use super::limits::Lasting;
use super::past::Past;
use super::{Moment, Note, Reason, Record, Tokens};
use crate::dialect::{Code, Grant, Renewal, Secret};

/// Names the tokens of one moment. A result that was asked for under an older epoch writes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(pub u32);

/// What a request may do for its credential.
#[derive(Clone, Debug, PartialEq)]
pub enum Pass {
    /// Go, with the token that is held.
    Go,
    /// The token has expired; renew first.
    RenewFirst,
    /// Nothing may be sent: nobody is signed in, or the session is over.
    Refused(Code),
    /// Nothing may be sent yet: the last renewal failed for now with this code, and the next may go in so many ms.
    Wait(Code, f64),
}

/// A wall clock that is more than this before the token's receipt, in ms, was set back: the token's age is unknown.
const SMALL_CORRECTION_MS: f64 = 60_000.0;

/// How much too early a timer may fire, in ms, because it rounds. What is due so soon counts as due.
pub(super) const EARLY_MS: f64 = 1.0;

/// What a vendor's renewal takes beside the access token.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// A refresh token.
    pub refresh_token: bool,
    /// The database.
    pub database: bool,
}

/// One session's state and its rules.
#[derive(Debug)]
pub struct Session {
    pub(super) renewal: Renewal,
    pub(super) automatic: bool,
    /// What renewal takes beside the access token.
    needs: Needs,
    /// Goes up with every change of the tokens: login, renewal, adoption, sign-out.
    pub(super) epoch: u32,
    /// Goes up with every login that begins and with every logout; what was asked for under an older one writes nothing.
    generation: u32,
    /// Shared with the operations that read it. A change copies it first, so that what they read stays as it was.
    pub(super) held: Option<Rc<Record>>,
    /// When the tokens came, and when the pause began.
    pub(super) received: Moment,
    pub(super) paused: Moment,
    pub(super) reason: Reason,
    /// The tokens that were held last.
    pub(super) last: Tokens,
    /// The tokens that lay in the store last, which may be another user's.
    pub(super) stored: Tokens,
    /// The greatest ordinal of a login that this tab has seen.
    pub(super) ordinal: u32,
    /// The logins that are over in this tab: by a sign-out, a newer login, or an end that is noted for the other tabs. A record of one of
    /// them is a leftover.
    pub(super) past: Past,
    /// The tokens that have come to their end here. Another tab may have newer ones of their login, and then it goes on.
    ended: Option<Tokens>,
    /// How the session ended, until that is noted for the other tabs.
    pub(super) note: Option<Note>,
    /// When it reaches its limits.
    pub(super) lasting: Lasting,
    /// Where the people of this instance sign in with single sign-on, if it has told.
    pub(super) sso_url: Option<String>,
    /// Whether a renewal is under way.
    pub(super) running: bool,
    pub(super) problem: Option<Code>,
}

impl Session {
    /// A session that nobody has signed in to. `automatic`: renewed without being asked.
    #[must_use]
    pub const fn new(renewal: Renewal, automatic: bool) -> Self {
        let never = Moment::NEVER;
        Self {
            renewal,
            automatic,
            needs: Needs { refresh_token: false, database: false },
            epoch: 0,
            generation: 0,
            held: None,
            received: never,
            paused: never,
            reason: Reason::Never,
            last: Tokens { login: 0, renewals: 0 },
            stored: Tokens { login: 0, renewals: 0 },
            ordinal: 0,
            past: Past::new(),
            ended: None,
            note: None,
            lasting: Lasting::new(),
            sso_url: None,
            running: false,
            problem: None,
        }
    }

    /// The same at a vendor whose renewal takes more than the access token.
    #[must_use]
    pub const fn with_needs(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }

    /// Whether this vendor's sessions can be renewed at all, and the one that is held was granted what that takes.
    #[must_use]
    pub fn renewable(&self) -> bool {
        let lacks = |record: &Rc<Record>| {
            let held = &record.held;
            self.needs.refresh_token && held.refresh.is_none()
                || self.needs.database && held.database.is_none()
        };
        !matches!(self.renewal, Renewal::None) && !self.held.as_ref().is_some_and(lacks)
    }

    /// A login begins, or a sign-out of another handle of the page, and overtakes every earlier login.
    pub const fn overtake_logins(&mut self) {
        self.generation += 1;
    }

    /// Goes up with every login that begins and with every logout; what was asked for under an older one writes nothing.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }

    /// A login succeeded: what the old session left is replaced whole (R25). `login`: a name for it that no other has.
    pub fn signed_in(&mut self, grant: Grant, login: u32, now: Moment) {
        self.past.add(self.last_tokens().login);
        self.hold_anew(login, grant, now);
        self.settle();
    }

    /// The user signs out. Gives back what was held, for telling the vendor.
    ///
    /// `elsewhere`: in another tab. Then a login that is under way here goes on, as it is later than that.
    pub fn sign_out(&mut self, elsewhere: bool) -> Option<Rc<Record>> {
        if !elsewhere {
            self.generation += 1;
        }
        self.past.add(self.last_tokens().login);
        let held = self.held.take();
        // Who was replaced here has nothing to sign out of: the session is somebody else's.
        let replaced = held.is_none() && self.reason == Reason::Replaced;
        self.end(if replaced { Reason::Replaced } else { Reason::Logout });
        held
    }

    /// The vendor was asked and knows the session. One that is held gets the name that the vendor has told. Else it was not known here: a
    /// cookie from an earlier visit, or from a single sign-on. Writes nothing when a login or logout came between.
    /// `login`: a name for it that no other has.
    pub fn confirmed(&mut self, epoch: Epoch, user: Option<Secret>, login: u32, now: Moment) {
        if epoch.0 != self.epoch {
            return;
        }
        if let Some(record) = self.held_mut() {
            record.held.renew(Grant { user, ..Grant::default() });
        } else {
            self.hold_anew(login, Grant { user, ..Grant::default() }, now);
            self.settle();
        }
    }

    /// The vendor refused the tokens of this epoch for good. False, and nothing written, when they have been replaced.
    pub fn refused(&mut self, epoch: Epoch, reason: Reason) -> bool {
        let current = epoch.0 == self.epoch && self.held.is_some();
        if current {
            self.end_for_good(reason);
        }
        current
    }

    /// A reply brought a new token (PEGASE3). Writes nothing when its request's tokens have been replaced by a login,
    /// a logout or another adoption.
    pub fn adopt(&mut self, epoch: Epoch, grant: Grant, now: Moment) -> bool {
        self.replace_tokens(epoch, grant, now)
    }

    /// New tokens for those of an epoch, if they are still held.
    pub(super) fn replace_tokens(&mut self, epoch: Epoch, grant: Grant, now: Moment) -> bool {
        let current = epoch.0 == self.epoch;
        if let Some(mut held) = self.held.take_if(|_| current) {
            let record = Rc::make_mut(&mut held);
            record.renewals = record.renewals.wrapping_add(1);
            self.hold(held, grant, now);
        }
        current
    }

    /// Holds what a login has granted.
    fn hold_anew(&mut self, login: u32, grant: Grant, now: Moment) {
        // At least the clock's seconds: after the store was cleared, a new login still gets a greater ordinal than those that other
        // tabs remember.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "in s, and never negative"
        )]
        let clock = (now.wall / 1_000.0) as u32;
        self.ordinal = self.ordinal.saturating_add(1).max(clock);
        let record = Record { login, signed_in_at: now.wall, ordinal: self.ordinal, ..Record::default() };
        self.hold(Rc::new(record), grant, now);
        self.began(now);
    }

    /// Holds what a grant names, and of the old only what it doesn't name.
    fn hold(&mut self, mut held: Rc<Record>, grant: Grant, now: Moment) {
        let record = Rc::make_mut(&mut held);
        let last = record.expires_at.map(|end| end - record.received_at).filter(|lifetime| *lifetime > 0.0);
        record.received_at = now.wall;
        record.expires_at = grant.lifetime_ms.or(last).map(|lifetime| now.wall + lifetime);
        record.pause = None;
        record.rejected = false;
        record.held.renew(grant);
        self.epoch += 1;
        self.received = now;
        self.held = Some(held);
    }

    /// What is held, to be changed.
    #[inline(never)]
    pub(super) fn held_mut(&mut self) -> Option<&mut Record> {
        self.held.as_mut().map(Rc::make_mut)
    }

    /// How much of the token's life is left, in ms; `None` where the vendor tells no lifetime.
    pub(super) fn left(&self, now: Moment) -> Option<f64> {
        self.held.as_ref()?.left(self.received, now)
    }

    /// When the tokens came, by both clocks.
    #[must_use]
    pub const fn received(&self) -> Moment {
        self.received
    }

    /// Whether the token has come to its end.
    pub(super) fn is_token_over(&self, now: Moment) -> bool {
        self.held.as_ref().is_some_and(|held| held.is_over(self.received, now))
    }

    /// What a request may do for its credential now.
    #[must_use]
    pub fn pass(&self, now: Moment) -> Pass {
        let held = match (&self.held, self.why_signed_out()) {
            (Some(held), _) => held,
            (None, code) => return Pass::Refused(code.unwrap_or(Code::NotSignedIn)),
        };
        let renews = self.renewable() && self.automatic;
        let set_back = now.wall < held.received_at - SMALL_CORRECTION_MS && renews;
        if held.expires_at.is_none() || !(set_back || self.is_token_over(now)) {
            return Pass::Go;
        }
        match self.pause(now).filter(|_| !self.running) {
            _ if !renews => Pass::Refused(Code::SessionExpired),
            Some((code, left)) => Pass::Wait(code, left),
            None => Pass::RenewFirst,
        }
    }

    /// The code that callers get because nobody is signed in; `None` where somebody is.
    #[must_use]
    pub const fn why_signed_out(&self) -> Option<Code> {
        if self.held.is_some() {
            return None;
        }
        Some(match self.reason {
            Reason::Expired | Reason::Refused | Reason::Idle => Code::SessionExpired,
            Reason::Never | Reason::Logout | Reason::Replaced => Code::NotSignedIn,
        })
    }

    /// The tokens that are held, or were held last before they came to their end.
    #[must_use]
    pub fn last_tokens(&self) -> Tokens {
        self.held.as_ref().map_or(self.last, |held| held.tokens())
    }

    /// The tokens that another tab may be renewing, or signing out of: also where nobody is signed in any more, as that one may be telling the
    /// vendor. Where another user's session has replaced this one, they are that user's.
    #[must_use]
    pub fn tokens_in_use(&self) -> Tokens {
        if self.is_replaced() { self.stored } else { self.last_tokens() }
    }

    /// Whether another user's session has replaced this one.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.held.is_none() && self.reason == Reason::Replaced
    }

    /// Whether the user has signed out.
    #[must_use]
    pub fn is_signed_out_by_user(&self) -> bool {
        self.held.is_none() && self.reason == Reason::Logout
    }

    /// The login that a sign-out ends: the one that is held, or whose end has still to be noted for the other tabs.
    #[must_use]
    pub fn login_to_end(&self) -> Option<u32> {
        self.held.as_ref().map(|held| held.login).or(self.note.map(|note| note.login))
    }

    /// The note of how the session has ended, for the other tabs; given out once. From then on, that is certain.
    pub fn take_note(&mut self) -> Option<Note> {
        let note = self.note.take();
        self.past.add(note.map_or(0, |note| note.login));
        note
    }

    /// Where the people of this instance sign in with single sign-on.
    #[must_use]
    pub const fn sso_url(&self) -> Option<&String> {
        self.sso_url.as_ref()
    }

    /// The instance has told where its people sign in with single sign-on.
    pub fn learn_sso_url(&mut self, address: &str) {
        self.sso_url = Some(address.into());
    }

    /// The present epoch.
    #[must_use]
    pub const fn epoch(&self) -> Epoch {
        Epoch(self.epoch)
    }

    /// What is held, for building the next call.
    #[must_use]
    pub const fn held(&self) -> Option<&Rc<Record>> {
        self.held.as_ref()
    }

    /// In how many ms something is to be done without being asked: a renewal, a further try, the end, a limit, or a mark of the last use.
    ///
    /// `hidden`: nobody sees the page. Then a token is still renewed before it ends, but after its end nothing is tried until
    /// somebody looks, or makes a request.
    #[must_use]
    pub fn next_event(&self, hidden: bool, now: Moment) -> Option<f64> {
        if self.lasting.deciding {
            return None;
        }
        let left = self.left(now);
        let end = left.filter(|_| !self.renewable());
        // With a pause, a token that was rejected is of no use any more; and nobody knows whether one without a lifetime is.
        let useless = |held: &Rc<Record>| held.pause.is_some() && (held.rejected || left.is_none());
        let waits = hidden && self.held.as_ref().is_some_and(useless);
        let renewal = self
            .next_renewal(now)
            .filter(|next| !hidden || !waits && left.is_none_or(|left| left > 0.0 && *next < left));
        [renewal, end, self.next_limit(now)].into_iter().flatten().reduce(f64::min)
    }

    /// Whether the session has come to its end: one that can't be renewed ends with its token.
    #[must_use]
    pub fn is_over(&self, now: Moment) -> bool {
        !self.renewable() && self.is_token_over(now)
    }

    /// Whether the token has come to its end, and nothing is going to renew it here. Another tab may have newer ones.
    #[must_use]
    pub fn is_stale(&self, now: Moment) -> bool {
        self.is_token_over(now) && !(self.automatic && self.renewable())
    }

    /// Time has passed. Gives back whether the session has ended by that, as far as this tab knows.
    pub fn tick(&mut self, now: Moment) -> bool {
        let ends = self.is_over(now);
        if ends {
            self.ended = self.held.as_ref().map(|held| held.tokens());
            self.end(Reason::Expired);
        }
        ends
    }

    /// Whether these are tokens that have come to their end here, or older ones.
    pub(super) fn has_ended(&self, record: &Record) -> bool {
        self.ended.is_some_and(|ended| ended.login == record.login && record.renewals <= ended.renewals)
    }

    /// The storage failed or works again.
    pub fn storage_works(&mut self, works: bool) {
        match (works, self.problem) {
            (false, _) => self.problem = Some(Code::Storage),
            (true, Some(Code::Storage)) => {
                let pause = self.held.as_ref().and_then(|held| held.pause).filter(|_| self.automatic);
                self.problem = pause.map(|pause| pause.because);
            }
            (true, _) => {}
        }
    }

    /// The session has come to its end, whatever another tab holds.
    pub(super) fn end_for_good(&mut self, reason: Reason) {
        self.past.add(self.held.as_ref().map_or(0, |held| held.login));
        self.end(reason);
    }

    pub(super) fn end(&mut self, reason: Reason) {
        self.epoch += 1;
        let held = self.held.take().map(|held| held.tokens());
        self.last = held.unwrap_or(self.last);
        let login = held.map(|tokens| tokens.login).filter(|login| reason.is_told() && *login != 0);
        self.note = login.map(|login| Note::ended(login, reason));
        self.reason = reason;
        self.settle();
    }

    /// No renewal is under way any more, and no problem is left but the storage's.
    pub(super) fn settle(&mut self) {
        self.running = false;
        self.problem = self.problem.filter(|problem| *problem == Code::Storage);
    }
}
