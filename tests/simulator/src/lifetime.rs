//! Lifetimes and moments, as JSON numbers and as JWT claims.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long a token lives, from a JSON number of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Lifetime(Duration);

/// About three centuries: keeps every sum of moment and lifetime far from overflow.
const LONGEST_S: f64 = 1e10;

impl TryFrom<f64> for Lifetime {
    type Error = String;

    fn try_from(seconds: f64) -> Result<Self, String> {
        if (0.0..=LONGEST_S).contains(&seconds) {
            Ok(Self(Duration::from_secs_f64(seconds)))
        } else {
            Err(format!("a lifetime is 0 to {LONGEST_S} seconds"))
        }
    }
}

impl From<Lifetime> for f64 {
    fn from(lifetime: Lifetime) -> Self {
        lifetime.0.as_secs_f64()
    }
}

impl Lifetime {
    /// A number of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// The lifetime in seconds, as replies state it.
    pub fn json(self) -> Value {
        json_seconds(self.0)
    }

    /// Whole seconds, rounded up, for a cookie's `Max-Age`.
    pub fn max_age_s(self) -> i64 {
        i64::try_from(round_up(self.0).as_secs()).unwrap_or(i64::MAX)
    }

    /// The moment (since the Unix epoch) at which a token issued now ends. A lifetime of whole seconds ends on a whole
    /// second, up to one late, so that a JWT's `exp` is the integer the vendors send and yet is the truth. A fractional
    /// one ends exactly, for tests in a hurry; one of 0 has ended already.
    pub fn end(self) -> Duration {
        if self.0.is_zero() {
            return Duration::from_secs(now().as_secs());
        }
        let end = now() + self.0;
        if self.0.subsec_nanos() == 0 { round_up(end) } else { end }
    }
}

/// Now, since the Unix epoch.
pub fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Now in milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    u64::try_from(now().as_millis()).unwrap_or(u64::MAX)
}

/// Seconds as a JSON number: an integer where it is one, as all vendors send; otherwise with a fraction, which RFC
/// 7519 allows in a `NumericDate`.
pub fn json_seconds(span: Duration) -> Value {
    if span.subsec_nanos() == 0 { Value::from(span.as_secs()) } else { Value::from(span.as_secs_f64()) }
}

fn round_up(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs() + u64::from(span.subsec_nanos() > 0))
}
