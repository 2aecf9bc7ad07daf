//! The tables for people, in Markdown. A cell never stays empty: it has a value, or says why it has none.

use std::fmt::Write as _;

use super::contenders::{BESIDE, IDEAL, RAW, competing};
use super::samples::Relation::{self, Beside, Counted, Kilo, More, Plain, Times};
use super::samples::{Found, Samples};
use super::statistics::{Spread, figures};

/// The reasons below a table, each told once.
#[derive(Default)]
struct Notes(Vec<String>);

impl Notes {
    /// The number of a reason.
    fn number(&mut self, reason: &str) -> usize {
        if let Some(place) = self.0.iter().position(|known| known == reason) {
            return place + 1;
        }
        self.0.push(reason.to_owned());
        self.0.len()
    }

    fn text(&self) -> String {
        let lines = self.0.iter().enumerate();
        lines.fold(String::new(), |text, (index, reason)| text + &format!("{}. {reason}\n", index + 1))
    }
}

/// A column: its head, and what stands in it.
struct Column {
    head: String,
    item: &'static str,
    place: String,
    relation: Relation,
}

fn column(
    head: impl Into<String>,
    item: &'static str,
    place: impl Into<String>,
    relation: Relation,
) -> Column {
    Column { head: head.into(), item, place: place.into(), relation }
}

/// A value with the least and the most beside it.
fn shown(spread: &Spread) -> String {
    let Spread { least, median, most } = *spread;
    if least.to_bits() == most.to_bits() {
        return figures(median);
    }
    format!("{} – **{}** – {}", figures(least), figures(median), figures(most))
}

/// A table of contenders.
fn table(samples: &Samples, columns: &[Column]) -> String {
    let mut notes = Notes::default();
    let heads: Vec<&str> = columns.iter().map(|column| column.head.as_str()).collect();
    let mut text = format!("| | {} |\n|---|{}\n", heads.join(" | "), "---:|".repeat(columns.len()));
    for contender in competing() {
        let found = columns.iter().map(|Column { item, place, relation, .. }| {
            samples.found(item, contender.name, place, *relation)
        });
        let found: Vec<Found> = found.collect();
        if contender.name == BESIDE && found.iter().all(|found| *found == Found::Nothing) {
            continue;
        }
        let cells: String = found
            .iter()
            .map(|found| match found {
                Found::Values(spread) => format!(" {} |", shown(spread)),
                Found::Cant(why) => format!(" can't ({}) |", notes.number(why)),
                Found::Failed(why) => format!(" failed ({}) |", notes.number(why)),
                Found::Nothing => " – |".to_owned(),
            })
            .collect();
        let _ = writeln!(text, "| {} |{cells}", contender.title);
    }
    let notes = notes.text();
    if notes.is_empty() { text } else { text + "\n" + &notes }
}

/// Everything that was measured in one browser.
pub fn all(samples: &Samples) -> String {
    let start = [
        column("without the network, ms", "cold", "/ms", Plain),
        column("with it, ms", "cold-network", "/ms", Plain),
        column("again, all kept by the browser, ms", "warm", "/ms", Plain),
    ];
    let login = [
        column("ms", "login", "/ms", Plain),
        column("× raw fetch", "login", "/ms", Times(RAW)),
        column("requests", "login", "/requests", Plain),
    ];
    let request = [
        column("loopback, ms", "request", "/ms", Plain),
        column("× raw fetch", "request", "/ms", Beside),
        column("its own, body not read, µs", "own-bare", "/us", More(RAW)),
        column("its own, JSON read, µs", "own-json", "/us", More(RAW)),
        column("the whole call, JSON read, µs", "own-json", "/us", Plain),
    ];
    let bodies = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
        .map(|size| column(thousands(size) + " bytes", "bodies", format!("/bySize/{size}"), Times(RAW)));
    let sessions = [("1 session, µs", "sessions-1"), ("10, µs", "sessions-10"), ("100, µs", "sessions-100")]
        .map(|(head, item)| column(head, item, "/us", Plain));
    let tabs = calls_and_times("tabs", &[1, 2, 4, 8], "× ideal", Times(IDEAL));
    let memory: Vec<Column> = (0..)
        .zip([1_000, 10_000, 100_000])
        .flat_map(|(index, calls)| {
            [("js", "JS heap"), ("wasm", "WebAssembly")].map(|(kind, title)| {
                column(
                    format!("{}: {title}", thousands(calls)),
                    "heap",
                    format!("/readings/{index}/{kind}"),
                    Kilo,
                )
            })
        })
        .collect();
    [
        section("Start", "From the first byte of script to \"ready to sign in\".", &table(samples, &start)),
        section("Sign-in", "A login round trip over the loopback network. A protocol may need several requests.", &table(samples, &login)),
        section("A request with a good token", "Over the loopback network, in turns with raw fetch in the same page; and with `fetch` replaced by an immediate \
                 answer, where what is left over raw fetch's time is the library's own.", &table(samples, &request)),
        section("An expired token", "So many requests at once, after a sleep of two hours: calls of the refresh endpoint (1 is \
                 right), and the time to the last answer as so many times the ideal's: one refresh, then the same requests by plain fetch, each read \
                 as JSON, in turns in the same page. Each request has an address of its own, as the browser sends those to one \
                 address one after another.",
                &renewals(samples, "expired", "expired-1000")),
        section("A token that only the server knows to be over", "The same without the sleep, so that each client learns of it \
                 by a 401. Times: as many times raw fetch's, in turns in the same page.", &renewals(samples, "rejected", "rejected-1000")),
        section("Tabs", "25 requests at once in each of so many tabs that share a session, with an expired token.", &table(samples, &tabs)),
        section("Size of the body", "A call that sends so many bytes of JSON and gets them back, over raw fetch's time.", &table(samples, &bodies)),
        section("Open sessions", "The time of a call with an immediate answer, by the number of open sessions.", &table(samples, &sessions)),
        section("Memory", "After so many calls and a collection of garbage, in kB.", &table(samples, &memory)),
    ]
    .concat()
}

fn section(title: &str, text: &str, table: &str) -> String {
    format!("### {title}\n\n{text}\n\n{table}\n")
}

/// For each size the refresh calls, and the time.
fn calls_and_times(item: &'static str, sizes: &[u32], head: &str, relation: Relation) -> Vec<Column> {
    let both = |size: &u32| {
        let (shown, place) = (thousands(*size), format!("/bySize/{size}"));
        let calls = column(format!("{shown}: refreshes"), item, format!("{place}/refreshes"), Counted);
        [calls, column(format!("{shown}: {head}"), item, format!("{place}/ms"), relation)]
    };
    sizes.iter().flat_map(both).collect()
}

/// Renewals; a thousand requests are an item of their own.
fn renewals(samples: &Samples, item: &'static str, thousand: &'static str) -> String {
    let mut columns = calls_and_times(item, &[1, 10, 100], "×", Beside);
    columns.extend(calls_and_times(thousand, &[1_000], "×", Beside));
    let notices: Vec<String> = competing()
        .filter(|contender| contender.name != BESIDE)
        .map(|contender| format!("{} by {}", contender.title, contender.notices))
        .collect();
    table(samples, &columns) + &format!("\nHow each learns that a token is over: {}.\n", notices.join("; "))
}

/// A number as people write it.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reason_is_told_once() {
        let sample =
            |name: &str| json!({"item": "i", "contender": name, "round": 0, "result": {"cant": "no"}});
        let samples = Samples { browser: String::new(), all: vec![sample("ky"), sample("axios")] };
        let text = table(&samples, &[column("a", "i", "/ms", Plain)]);
        assert_eq!(text.matches("can't (1)").count(), 2);
        assert_eq!(text.matches("1. no\n").count(), 1);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([1, 1_000, 10_000_000].map(thousands), ["1", "1 000", "10 000 000"]);
    }
}
