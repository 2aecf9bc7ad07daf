//! What the measurements are to show, and whether they do: unvarnished.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::contenders::{CONTENDERS, Kind, OWN, RAW};
use super::samples::{Found, Relation, Samples};
use super::statistics::{figures, median};
use crate::file_sizes::Sizes;

/// The most that all of hallpass is to take, in bytes as gzip.
pub const MOST_GZIP: u64 = 25_000;
/// How long 1 000 requests at an expired token may take at most, over the ideal.
pub const MOST_OVER_IDEAL: f64 = 1.1;

/// A target, what was measured, and whether that meets it. `None`: it could not be told.
struct Target {
    aim: &'static str,
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

fn all(samples: &Samples, sizes: &BTreeMap<&'static str, Sizes>) -> Vec<Target> {
    let gzip = sizes.get(OWN).map_or(0, |sizes| sizes.gzip);
    let middle = |item, name, place: &str, relation| match samples.found(item, name, place, relation) {
        Found::Values(spread) => Some(spread.median),
        _ => None,
    };
    let request = middle("request", OWN, "/ms", Relation::Beside);
    let own = |name| middle("own-json", name, "/us", Relation::More(RAW));
    let (ours, ky, axios) = (own(OWN), own("ky"), own("axios"));
    let cold = |name| middle("cold", name, "/ms", Relation::Plain);
    let sessions = CONTENDERS.iter().filter(|contender| contender.kind == Kind::Sessions);
    let peers = median(&sessions.filter_map(|contender| cold(contender.name)).collect::<Vec<_>>());
    let refreshes = middle("expired-1000", OWN, "/bySize/1000/refreshes", Relation::Counted);
    let renewal = middle("expired-1000", OWN, "/bySize/1000/ms", Relation::Beside);
    let heap =
        |index: usize, kind: &str| middle("heap", OWN, &format!("/readings/{index}/{kind}"), Relation::Plain);
    let growth = |kind: &str| Some(heap(2, kind)? / heap(1, kind)?);
    let (js, wasm) = (growth("js"), growth("wasm"));
    let both = |one: Option<f64>, other: Option<f64>, holds: fn(f64, f64) -> bool| Some(holds(one?, other?));
    vec![
        Target {
            aim: "all of hallpass at most 25 kB gzip",
            measured: format!("{gzip} bytes"),
            met: Some(gzip <= MOST_GZIP),
        },
        Target {
            aim: "an authorised request over loopback at most 1.05 × raw fetch",
            measured: told(request, " ×"),
            met: request.map(|ratio| ratio <= 1.05),
        },
        Target {
            aim: "the library's own time a call below ky's and axios's",
            measured: format!("{}; ky {}, axios {}", told(ours, " µs"), told(ky, " µs"), told(axios, " µs")),
            met: both(ours, ky, |a, b| a < b).zip(both(ours, axios, |a, b| a < b)).map(|(a, b)| a && b),
        },
        Target {
            aim: "cold start, network excluded, below the median of the session clients",
            measured: format!("{}; their median {}", told(cold(OWN), " ms"), told(peers, " ms")),
            met: both(cold(OWN), peers, |a, b| a < b),
        },
        Target {
            aim: "1 000 requests at an expired token: one refresh, at most 1.1 × the ideal",
            measured: format!("{} refreshes, {}", told(refreshes, ""), told(renewal, " ×")),
            met: both(refreshes, renewal, |calls, ratio| calls < 1.5 && ratio <= MOST_OVER_IDEAL),
        },
        Target {
            aim: "memory flat from 10 000 to 100 000 calls (less than 5 % more)",
            measured: format!("JS heap {}, WebAssembly {}", told(js, " ×"), told(wasm, " ×")),
            met: both(js, wasm, |js, wasm| js < 1.05 && wasm < 1.05),
        },
    ]
}
