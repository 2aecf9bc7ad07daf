//! When a token that is still good is renewed, and when a renewal that failed is tried again.

use crate::dialect::Renewal;

/// The widest margin before the end of a token's life, in ms: five minutes, as the vendors' own samples have it.
const WIDEST_MARGIN_MS: f64 = 300_000.0;

/// The shortest time from a token's receipt to its renewal, in ms: so tokens that expire at once aren't renewed in a loop.
const SHORTEST_LIFE_MS: f64 = 250.0;

/// The first pause after a failed renewal, in ms; each further one doubles.
const FIRST_PAUSE_MS: f64 = 1_000.0;

/// The longest pause that hallpass chooses by itself, in ms.
const LONGEST_PAUSE_MS: f64 = 60_000.0;

/// The longest pause that a vendor's `Retry-After` is followed for, in ms: a day.
pub(super) const LONGEST_RETRY_AFTER_MS: f64 = 86_400_000.0;

/// At which age a token of a lifetime is due for renewal, both in ms. The margin scales with the lifetime, so that neither
/// a token of five seconds nor one of a day is renewed in a loop.
pub(super) fn due_after(renewal: Renewal, lifetime: f64) -> Option<f64> {
    let age = match renewal {
        Renewal::None => return None,
        Renewal::BeforeEnd => lifetime - (lifetime / 4.0).min(WIDEST_MARGIN_MS),
        Renewal::AtPart(part) => lifetime * part,
        Renewal::Before(margin) => lifetime - margin.min(lifetime / 2.0),
    };
    Some(age.max(SHORTEST_LIFE_MS))
}

/// How long to wait before the next try, in ms: what the vendor asked for, or else twice as long as the last time
/// with half of it random, so that many tabs don't come back in step.
///
/// `failures`: how many tries in a row have failed, at least one. `jitter`: from 0 to 1.
#[must_use]
pub fn backoff_ms(failures: u32, retry_after_ms: Option<f64>, jitter: f64) -> f64 {
    let doubled = FIRST_PAUSE_MS * f64::from(2u32.saturating_pow(failures.saturating_sub(1).min(16)));
    let own = doubled.min(LONGEST_PAUSE_MS) * (0.5 + jitter / 2.0);
    let Some(asked) = retry_after_ms else { return own };
    // Not `clamp`: its panic message formats floats, which adds 10 kB to the WebAssembly.
    let longest = LONGEST_RETRY_AFTER_MS;
    let asked =
        if asked > longest { longest } else { asked.max(0.0) } + own * 0.1 + own.min(FIRST_PAUSE_MS) * jitter;
    // Never sooner than hallpass would by itself: a `Retry-After` of 0 would cause a storm.
    asked.max(own)
}
