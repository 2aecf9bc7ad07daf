//! What the measurements are to show, and whether they do: unvarnished.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::contenders::{CONTENDERS, Kind, OWN, RAW};
use super::samples::{Found, Relation, Samples};
use super::statistics::{figures, median};
use crate::file_sizes::Sizes;

/// The most that all of hallpass is to take, in bytes as gzip.
pub const MOST_GZIP: u64 = 25_000;
/// How long an authorised request may take at most, over raw fetch.
const MOST_OVER_RAW: f64 = 1.05;
/// How long 1 000 requests at an expired token may take at most, over the ideal.
pub const MOST_OVER_IDEAL: f64 = 1.1;

/// A target, what was measured, and whether that meets it. `None`: it could not be told.
struct Target {
    aim: String,
    measured: String,
    met: Option<bool>,
}

/// How some of them are judged, for readers of the table.
pub const HOW: &str = "\nJudged by the medians of the rounds, and none is left out for having been missed. Memory is flat if after 100 000 calls \
    neither the JS heap (garbage collected three times) nor the WebAssembly memory is 5 % larger than after 10 000, in one tab; the \
    ideal at expired tokens is what one refresh and then the same requests by plain fetch take, in turns with hallpass in the same page.\n";

/// The table of the targets.
pub fn table(samples: &Samples, sizes: &BTreeMap<&'static str, Sizes>) -> String {
    let mut text = String::from("| aim | measured | |\n|---|---|---|\n");
    for target in all(samples, sizes) {
        let verdict = target.met.map_or("not measured", |met| if met { "met" } else { "**missed**" });
        let _ = writeln!(text, "| {} | {} | {verdict} |", target.aim, target.measured);
    }
    text
}

/// What was missed, and what was measured instead, a line each.
pub fn missed(samples: &Samples, sizes: &BTreeMap<&'static str, Sizes>) -> Vec<String> {
    let missed = all(samples, sizes).into_iter().filter(|target| target.met == Some(false));
    missed.map(|Target { aim, measured, .. }| format!("missed: {aim}: {measured}")).collect()
}

fn told(value: Option<f64>, unit: &str) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| format!("{}{unit}", figures(value)))
}

/// The times that matter to who chooses, as medians of the rounds.
struct Times {
    /// Of an authorised request, beside raw fetch.
    request: Option<f64>,
    /// The library's own of a call, in µs.
    own: Option<f64>,
    ky: Option<f64>,
    axios: Option<f64>,
    /// Of a cold start without the network, in ms.
    start: Option<f64>,
    /// The same, at the median of the session clients.
    starts: Option<f64>,
}

impl Times {
    fn of(samples: &Samples) -> Self {
        let own = |name| middle(samples, "own-json", name, "/us", Relation::More(RAW));
        let start = |name| middle(samples, "cold", name, "/ms", Relation::Plain);
        let sessions = CONTENDERS.iter().filter(|contender| contender.kind == Kind::Sessions);
        Self {
            request: middle(samples, "request", OWN, "/ms", Relation::Beside),
            own: own(OWN),
            ky: own("ky"),
            axios: own("axios"),
            start: start(OWN),
            starts: median(&sessions.filter_map(|contender| start(contender.name)).collect::<Vec<_>>()),
        }
    }
}

fn middle(samples: &Samples, item: &str, name: &str, place: &str, relation: Relation) -> Option<f64> {
    match samples.found(item, name, place, relation) {
        Found::Values(spread) => Some(spread.median),
        _ => None,
    }
}

/// What the README says of them.
pub fn sentence(samples: &Samples) -> String {
    let Times { request, own, ky, axios, start, starts } = Times::of(samples);
    format!(
        "In Chromium, in one run beside the same others: an authorised request over loopback takes {} the time of raw fetch, a call \
         takes {}\nof the library's own (ky {}, axios {}), and a start without the network {} ({} at the median of the session \
         clients).\n",
        told(request, " ×"),
        told(own, " µs"),
        told(ky, ""),
        told(axios, ""),
        told(start, " ms"),
        told(starts, ""),
    )
}

fn all(samples: &Samples, sizes: &BTreeMap<&'static str, Sizes>) -> Vec<Target> {
    let gzip = sizes.get(OWN).map_or(0, |sizes| sizes.gzip);
    let middle = |item, name, place: &str, relation| middle(samples, item, name, place, relation);
    let Times { request, own, ky, axios, start, starts } = Times::of(samples);
    let refreshes = middle("expired-1000", OWN, "/bySize/1000/refreshes", Relation::Counted);
    let renewal = middle("expired-1000", OWN, "/bySize/1000/ms", Relation::Beside);
    let heap =
        |index: usize, kind: &str| middle("heap", OWN, &format!("/readings/{index}/{kind}"), Relation::Plain);
    let growth = |kind: &str| Some(heap(2, kind)? / heap(1, kind)?);
    let (js, wasm) = (growth("js"), growth("wasm"));
    let both = |one: Option<f64>, other: Option<f64>, holds: fn(f64, f64) -> bool| Some(holds(one?, other?));
    vec![
        Target {
            aim: format!("all of hallpass at most {} kB gzip", MOST_GZIP / 1_000),
            measured: format!("{gzip} bytes"),
            met: Some(gzip <= MOST_GZIP),
        },
        Target {
            aim: format!("an authorised request over loopback at most {MOST_OVER_RAW} × raw fetch"),
            measured: told(request, " ×"),
            met: request.map(|ratio| ratio <= MOST_OVER_RAW),
        },
        Target {
            aim: "the library's own time a call below ky's and axios's".to_owned(),
            measured: format!("{}; ky {}, axios {}", told(own, " µs"), told(ky, " µs"), told(axios, " µs")),
            met: both(own, ky, |a, b| a < b).zip(both(own, axios, |a, b| a < b)).map(|(a, b)| a && b),
        },
        Target {
            aim: "cold start, network excluded, below the median of the session clients".to_owned(),
            measured: format!("{}; their median {}", told(start, " ms"), told(starts, " ms")),
            met: both(start, starts, |a, b| a < b),
        },
        Target {
            aim: format!(
                "1 000 requests at an expired token: one refresh, at most {MOST_OVER_IDEAL} × the ideal"
            ),
            measured: format!("{} refreshes, {}", told(refreshes, ""), told(renewal, " ×")),
            met: both(refreshes, renewal, |calls, ratio| calls < 1.5 && ratio <= MOST_OVER_IDEAL),
        },
        Target {
            aim: "memory flat from 10 000 to 100 000 calls (less than 5 % more)".to_owned(),
            measured: format!("JS heap {}, WebAssembly {}", told(js, " ×"), told(wasm, " ×")),
            met: both(js, wasm, |js, wasm| js < 1.05 && wasm < 1.05),
        },
    ]
}
