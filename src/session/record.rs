//! What a storage keeps of a session, as text.

use alloc::string::String;

use super::Moment;
use super::rules::EARLY_MS;
use super::schedule::LONGEST_RETRY_AFTER_MS;
use crate::dialect::{Code, Held, Json, Secret, is_name, is_token, to_json, write_number};
use serde::Serialize;

/// The version of the format. Records of other versions are not read.
pub const VERSION: i32 = 1;

/// A record longer than this was not written by hallpass.
const LONGEST: usize = 64 * 1024;

/// Session tokens, who they are for and until when. Never a password, never a profile (R8).
#[derive(Debug, Default, PartialEq)]
pub struct Record {
    /// What the session holds.
    pub held: Held,
    /// When the access token was received, in ms since the epoch by this machine's clock.
    pub received_at: f64,
    /// When the access token ends, likewise; `None` where the vendor tells no lifetime.
    pub expires_at: Option<f64>,
    /// Names the login that the tokens came from; 0 names none.
    pub login: u32,
    /// When that was, in ms since the epoch by this machine's clock. Renewals leave it as it is.
    pub signed_in_at: f64,
    /// Its place in the order of logins: greater than those that the tab which signed in knew of, and no less than the seconds of its
    /// clock. A clock may be set back; this only goes up.
    pub ordinal: u32,
    /// How often its tokens have been replaced by newer ones.
    pub renewals: u32,
    /// Whether its tokens came from a renewal after a rejection, and were not accepted since. With a pause, it also says that
    /// they were rejected themselves: then the next renewal is one after a rejection, too.
    pub rejected: bool,
    /// The pause that all tabs keep after a renewal has failed for now.
    pub pause: Option<Pause>,
}

/// By hand: the derived one looks into the pause before it copies it, which takes 100 bytes.
impl Clone for Record {
    fn clone(&self) -> Self {
        Self { held: self.held.clone(), ..*self }
    }
}

/// Which tokens: no others in this browser have the same numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Names the login that they came from; 0: none, so there are no tokens.
    pub login: u32,
    /// How often that login's tokens had been replaced by newer ones.
    pub renewals: u32,
}

impl Tokens {
    /// The name of their lock.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        write_number(&mut name, i64::from(self.login));
        name.push(' ');
        write_number(&mut name, i64::from(self.renewals));
        name
    }
}

/// The pause after a failed renewal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pause {
    /// When the renewal failed, in ms since the epoch by this machine's clock.
    pub since: f64,
    /// When the next try may go, likewise.
    pub until: f64,
    /// Why it failed.
    pub because: Code,
    /// How many tries in a row have failed.
    pub failures: u32,
}

/// The record as it lies in a store. Its reader is [`Record::read`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Text<'a> {
    v: i32,
    received_at: f64,
    expires_at: Option<f64>,
    access: Option<&'a str>,
    refresh: Option<&'a str>,
    user: Option<&'a str>,
    database: Option<&'a str>,
    refresh_in_body: bool,
    login: u32,
    signed_in_at: f64,
    ordinal: u32,
    renewals: u32,
    rejected: Option<bool>,
    paused_at: Option<f64>,
    paused_until: Option<f64>,
    paused_for: Option<&'static str>,
    failures: Option<u32>,
}

impl Record {
    /// The record as a text: JSON, in one buffer that is zeroed after use.
    #[must_use]
    pub fn write(&self) -> Secret {
        let Held { access, refresh, user, database, refresh_in_body } = &self.held;
        let text = Text {
            v: VERSION,
            received_at: self.received_at,
            expires_at: self.expires_at,
            access: access.as_deref(),
            refresh: refresh.as_deref(),
            user: user.as_deref(),
            database: database.as_deref(),
            refresh_in_body: *refresh_in_body,
            login: self.login,
            signed_in_at: self.signed_in_at,
            ordinal: self.ordinal,
            renewals: self.renewals,
            rejected: self.rejected.then_some(true),
            paused_at: self.pause.map(|pause| pause.since),
            paused_until: self.pause.map(|pause| pause.until),
            paused_for: self.pause.map(|pause| pause.because.as_str()),
            failures: self.pause.map(|pause| pause.failures),
        };
        let room = [access, refresh, user, database].into_iter().flatten().map(|text| text.len()).sum();
        to_json(&text, room).into()
    }

    /// How much of the access token's life is left, in ms, where it was received at a moment; `None` where the vendor tells no
    /// lifetime.
    #[must_use]
    pub fn left(&self, received: Moment, now: Moment) -> Option<f64> {
        Some(self.expires_at? - self.received_at - now.since(received))
    }

    /// Whether the access token has come to its end, where it was received at a moment. Without a lifetime, it never does by itself.
    #[must_use]
    pub fn is_over(&self, received: Moment, now: Moment) -> bool {
        self.left(received, now).is_some_and(|left| left < EARLY_MS)
    }

    /// How many renewals of these tokens in a row have failed for now.
    pub(super) fn failures(&self) -> u32 {
        self.pause.map_or(0, |pause| pause.failures)
    }

    /// Whether another record of the same login is the later one: it has newer tokens, or more of their renewals have failed. But a longer
    /// pause stays, as the vendor may have asked for it.
    pub(super) fn is_behind(&self, other: &Self) -> bool {
        let until = |record: &Self| record.pause.map_or(0.0, |pause| pause.until);
        let fails_less = self.failures() < other.failures() && until(self) <= until(other);
        self.renewals < other.renewals || self.renewals == other.renewals && fails_less
    }

    /// Which tokens these are.
    #[must_use]
    pub const fn tokens(&self) -> Tokens {
        Tokens { login: self.login, renewals: self.renewals }
    }

    /// Reads a record. What comes out of a storage is untrusted (R11): anything but a whole record of this version is
    /// `None`, which means signed out.
    ///
    /// `carries_token`: whether this vendor's sessions have an access token, and not a cookie.
    #[must_use]
    pub fn read<J: Json>(text: &str, carries_token: bool) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let json = J::parse(text)?;
        (json.code_of("v")? == VERSION).then_some(())?;
        let token = |name| text_member(&json, name, is_token).ok();
        let label = |name| text_member(&json, name, is_name).ok();
        let held = Held {
            access: token("access")?,
            refresh: token("refresh")?,
            user: label("user")?,
            database: label("database")?,
            refresh_in_body: json.member("refreshInBody").map_or(Some(false), |flag| flag.truth())?,
        };
        let received_at = moment(&json, "receivedAt").ok()??;
        let expires_at = moment(&json, "expiresAt").ok()?;
        // Left out, it counts as long ago: so nobody gets a longer session by leaving it out.
        let signed_in_at = moment(&json, "signedInAt").ok()?.unwrap_or_default();
        let (login, ordinal, renewals) =
            (count(&json, "login")?, count(&json, "ordinal")?, count(&json, "renewals")?);
        let pause = if json.member("pausedFor").is_none() { None } else { Some(pause(&json)?) };
        let rejected = json.member("rejected").map_or(Some(false), |flag| flag.truth())?;
        let record =
            Self { held, received_at, expires_at, login, signed_in_at, ordinal, renewals, rejected, pause };
        (record.held.access.is_some() == carries_token).then_some(record)
    }
}

/// The pause of a record that has one.
fn pause<J: Json>(json: &J) -> Option<Pause> {
    let (since, until) = (moment(json, "pausedAt").ok()??, moment(json, "pausedUntil").ok()??);
    let because = Code::of_transient(&json.text_of("pausedFor")?)?;
    let length = until - since;
    // hallpass never waits so long, so it has not written this.
    (0.0..=2.0 * LONGEST_RETRY_AFTER_MS).contains(&length).then_some(())?;
    Some(Pause { since, until, because, failures: count(json, "failures")? })
}

/// A whole number that may be missing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is cut off is noticed")]
fn count<J: Json>(json: &J, name: &str) -> Option<u32> {
    let Some(number) = moment(json, name).ok()? else { return Some(0) };
    let whole = number as u32;
    #[expect(clippy::float_cmp, reason = "exactly the whole number, or it is none")]
    (f64::from(whole) == number).then_some(whole)
}

/// What hallpass never writes.
struct Foreign;

/// A text that may be missing, but must be sound.
fn text_member<J: Json>(json: &J, name: &str, sound: fn(&str) -> bool) -> Result<Option<Secret>, Foreign> {
    let Some(value) = json.member(name) else { return Ok(None) };
    value.text().filter(|text| sound(text)).map(|text| Some(text.into())).ok_or(Foreign)
}

/// The last moment that a date can name, in ms since the epoch.
const LAST_MOMENT_MS: f64 = 8.64e15;

/// A moment that may be missing, in ms since the epoch.
fn moment<J: Json>(json: &J, name: &str) -> Result<Option<f64>, Foreign> {
    let Some(value) = json.member(name) else { return Ok(None) };
    value.number().filter(|ms| (0.0..=LAST_MOMENT_MS).contains(ms)).map(Some).ok_or(Foreign)
}
