//! What a vendor grants, and the credentials that it grants it for.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{CallKind, Code, Failure, Json, Secret};

/// A user's credentials for one login. Zeroed when dropped; kept nowhere.
#[derive(Debug, Default)]
pub struct Credentials {
    /// What was given, byte-exact, by the names in the vendor's templates. Ocient takes a token of the customer's identity
    /// provider, too, as `idToken` or `accessToken`. With a wallet: `address` and `name`, where they are given.
    pub named: Vec<(String, Secret)>,
    /// Ocient: nobody signs in here; the person says yes on another device.
    pub on_device: bool,
    /// The account of the wallet that signs, once the wallet has told it.
    pub account: Secret,
    /// Its signature, once there is one.
    pub signature: Secret,
}

impl Credentials {
    /// Credentials of these names.
    #[must_use]
    pub fn of(given: &[(&str, &str)]) -> Self {
        let named = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self { named, ..Self::default() }
    }

    /// What was given under a name.
    #[must_use]
    pub fn typed(&self, name: &str) -> Option<Secret> {
        self.named.iter().find(|(typed, _)| typed == name).map(|(_, value)| value.clone())
    }

    /// What no failure may repeat: all but what only says who somebody is.
    #[must_use]
    pub fn secrets(&self) -> Vec<&str> {
        let named = self.named.iter().filter(|(name, _)| !is_public(name)).map(|(_, value)| value.as_str());
        named.chain([self.signature.as_str()]).collect()
    }

    /// Refuses what no vendor accepts, before anything is sent: an attempt with an empty password counts
    /// towards a lock-out like any other.
    pub fn check(&self) -> Result<(), Box<Failure>> {
        self.named.iter().try_for_each(|(name, value)| sendable(name, value))
    }
}

fn sendable(name: &str, value: &str) -> Result<(), Box<Failure>> {
    if value.is_empty() {
        return Err(Failure::field(name, "required", "must not be empty"));
    }
    // Names have to fit into the session's record, and no password is so long either.
    if is_name(value) { Ok(()) } else { Err(Failure::field(name, "not-sendable", "must not be so long")) }
}

/// What the person is shown, to say yes on another device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The code to be typed there, or compared.
    pub user_code: String,
    /// The address to go to: http(s).
    pub verification_uri: String,
    /// The same with the code in it, where the vendor tells one.
    pub verification_uri_complete: Option<String>,
}

/// Whether the value of this name says who somebody is, and is no secret.
fn is_public(name: &str) -> bool {
    matches!(name, "username" | "email" | "database" | "address" | "name")
}

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
        Some(end) => {
            if end < LEAST_MOMENT_MS {
                end * 1000.0
            } else {
                end
            }
        }
        None => J::moment(&told.text()?)?,
    };
    Some(end - clock_ms).filter(|ms| is_lifetime(*ms))
}

/// How long a token lives by its own claims, in ms: until its `exp`, by this clock. A clock that isn't between its `iat` and its
/// `exp` is wrong: then it lives from the one to the other.
pub(super) fn claimed_ms<J: Json>(token: &str, clock_ms: f64) -> Option<f64> {
    let claims = J::claims(token)?;
    let ms = |name| claims.member(name).and_then(|claim| Some(claim.number()? * 1000.0));
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
