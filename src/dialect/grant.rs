//! What a vendor grants, and what a session holds of that.

use super::{CallKind, Code, Json, Secret};

/// What a successful login or renewal gives. A cookie session gives no tokens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grant {
    /// The token that requests carry.
    pub access: Option<Secret>,
    /// The token that buys the next access token.
    pub refresh: Option<Secret>,
    /// How long the access token lives from its receipt, in ms. `None`: the reply tells no lifetime, or a renewal's tells one
    /// that can't be used. Then the last lifetime that was told in this session counts.
    pub lifetime_ms: Option<f64>,
    /// Who is signed in.
    pub user: Option<Secret>,
    /// Ocient: the database of the session.
    pub database: Option<Secret>,
    /// Lenses: a safe path on the vendor's origin to go to next.
    pub redirect_to: Option<Secret>,
}

/// What a session holds between calls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Held {
    /// The token that requests carry; none for a cookie session.
    pub access: Option<Secret>,
    /// The token that buys the next access token.
    pub refresh: Option<Secret>,
    /// Who is signed in.
    pub user: Option<Secret>,
    /// Ocient: the database of the session.
    pub database: Option<Secret>,
    /// ETHGAS: this deployment takes the refresh token in the body.
    pub refresh_in_body: bool,
}

impl Held {
    /// Takes over what a grant names, and keeps of the old only what it doesn't name.
    #[inline(never)]
    pub(crate) fn renew(&mut self, grant: Grant) {
        replace(&mut self.access, grant.access);
        replace(&mut self.refresh, grant.refresh);
        replace(&mut self.user, grant.user);
        replace(&mut self.database, grant.database);
    }
}

/// Replaces the old value, where there is a new one.
#[inline(never)]
fn replace(old: &mut Option<Secret>, new: Option<Secret>) {
    if new.is_some() {
        *old = new;
    }
}

/// The longest token, and the longest name of a user or a database, in bytes as JSON writes them. Two of each, and the
/// numbers beside them, stay below the 64 kB of a session's record: what is taken in can be kept and read back.
const LONGEST_TOKEN: usize = 16 * 1024;
const LONGEST_NAME: usize = 12 * 1024;

/// How many bytes JSON takes for a text, without the quotes.
fn json_length(text: &str) -> usize {
    let length = |byte| match byte {
        b'"' | b'\\' => 2,
        0..=0x1f => 6,
        _ => 1,
    };
    text.bytes().map(length).sum()
}

/// A hundred years, in ms: what claims to live longer is no lifetime.
const LONGEST_LIFETIME_MS: f64 = 100.0 * 365.25 * 86_400_000.0;

/// Moments in s since the epoch are below this, and those in ms above it, from 1973 to the year 5138.
const LEAST_MOMENT_MS: f64 = 1e11;

/// A number, which may be written as a text.
#[inline(never)]
fn number<J: Json>(told: &J) -> Option<f64> {
    told.number().or_else(|| J::parse(&told.text()?)?.number())
}

fn is_lifetime(ms: f64) -> bool {
    ms > 0.0 && ms <= LONGEST_LIFETIME_MS
}

/// How long a token lives, in ms, that ends at a moment: in s or ms since the epoch, or as ISO 8601 writes it. `None`: no such
/// moment, or one that is past by this clock, which may be wrong.
pub(super) fn moment_ms<J: Json>(told: &J, clock_ms: f64) -> Option<f64> {
    let end = match number(told) {
        Some(end) => in_ms(end),
        None => J::moment(&told.text()?)?,
    };
    Some(end - clock_ms).filter(|ms| is_lifetime(*ms))
}

/// A moment in s or in ms since the epoch, in ms.
fn in_ms(moment: f64) -> f64 {
    if moment < LEAST_MOMENT_MS { moment * 1000.0 } else { moment }
}

/// How long a token lives by its own claims, in ms: until its `exp`, by this clock. A clock that isn't between its `iat` and its
/// `exp` is wrong: then it lives from the one to the other.
pub(super) fn claimed_ms<J: Json>(token: &str, clock_ms: f64) -> Option<f64> {
    let claims = J::claims(token)?;
    let ms = |name| claims.member(name).and_then(|claim| claim.number().map(in_ms));
    let end = ms("exp")?;
    let whole = ms("iat").map(|begin| end - begin).filter(|ms| is_lifetime(*ms));
    let left = Some(end - clock_ms).filter(|ms| is_lifetime(*ms));
    match (left, whole) {
        (Some(left), Some(whole)) if left > whole => Some(whole),
        (left, whole) => left.or(whole),
    }
}

/// Reads a token: a string that a header can carry. Anything else is malformed, since a request with half a
/// token would be an anonymous one (R24).
#[inline(never)]
pub(super) fn token<J: Json>(value: &J) -> Option<Secret> {
    value.text().filter(|token| is_token(token)).map(Into::into)
}

/// Whether a header can carry this as a token.
#[must_use]
pub fn is_token(token: &str) -> bool {
    !token.is_empty()
        && token.bytes().all(|byte| byte.is_ascii_graphic())
        && json_length(token) <= LONGEST_TOKEN
}

/// Whether this is short enough for the name of a user or a database.
#[must_use]
pub fn is_name(name: &str) -> bool {
    json_length(name) <= LONGEST_NAME
}

/// Reads the name of a user or a database, where there is one. A longer one than a record can keep is malformed.
#[inline(never)]
pub(super) fn name<J: Json>(value: Option<J>) -> Result<Option<Secret>, Code> {
    let name = value.and_then(|value| value.text());
    if name.as_deref().is_none_or(is_name) { Ok(name.map(Into::into)) } else { Err(Code::MalformedReply) }
}

/// Reads a lifetime into ms; `unit`: how many ms its unit has. Missing is fine where the vendor's documents leave it out; zero,
/// negative, not a number, or of another type is malformed. But not at a renewal: the old tokens may be spent, so the new ones
/// have to be taken. There a lifetime that is unusable is as good as not told. `texts`: the number may be written as a text, as at a
/// renewal in any case.
#[inline(never)]
pub(super) fn lifetime_ms<J: Json>(
    told: Option<J>,
    unit: f64,
    operation: CallKind,
    texts: bool,
) -> Result<Option<f64>, Code> {
    let Some(told) = told else { return Ok(None) };
    let renewed = operation == CallKind::Refresh;
    let told = if texts || renewed { number(&told) } else { told.number() };
    match told {
        Some(number) if is_lifetime(number * unit) => Ok(Some(number * unit)),
        _ if renewed => Ok(None),
        _ => Err(Code::MalformedReply),
    }
}
