//! The tables for people, in Markdown. A cell never stays empty: it has a value, or says why it has none.

use std::fmt::Write as _;

use super::contenders::{BESIDE, CONTENDERS, Contender, IDEAL, Kind, RAW, competing};
use super::samples::{Found, Samples, more, times};
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

/// A column: its head, and what stands in it for a contender.
type Column<'a> = (String, Box<dyn Fn(&Contender) -> Found + 'a>);

/// A value with the least and the most beside it.
fn shown(spread: &Spread) -> String {
    let Spread { least, median, most } = *spread;
    if least.to_bits() == most.to_bits() {
        return figures(median);
    }
    format!("{} – **{}** – {}", figures(least), figures(median), figures(most))
}

/// A table of contenders.
fn table<'a>(rows: impl Iterator<Item = &'a Contender>, columns: &[Column]) -> String {
    let mut notes = Notes::default();
    let heads: Vec<&str> = columns.iter().map(|(head, _)| head.as_str()).collect();
    let mut text = format!("| | {} |\n|---|{}\n", heads.join(" | "), "---:|".repeat(columns.len()));
    for contender in rows {
        let found: Vec<Found> = columns.iter().map(|(_, column)| column(contender)).collect();
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
    let plain = |item: &'static str, place: &'static str| {
        move |contender: &Contender| samples.found(item, contender.name, place)
    };
    let over_raw = |item: &'static str, place: &'static str| {
        move |contender: &Contender| samples.over(item, contender.name, place, RAW, times)
    };
    let own = |item: &'static str| {
        move |contender: &Contender| samples.over(item, contender.name, "/us", RAW, more)
    };
    let start = table(
        competing(),
        &[
            ("without the network, ms".into(), Box::new(plain("cold", "/ms"))),
            ("with it, ms".into(), Box::new(plain("cold-network", "/ms"))),
            ("again, all kept by the browser, ms".into(), Box::new(plain("warm", "/ms"))),
        ],
    );
    let login = table(
        competing(),
        &[
            ("ms".into(), Box::new(plain("login", "/ms"))),
            ("× raw fetch".into(), Box::new(over_raw("login", "/ms"))),
            ("requests".into(), Box::new(plain("login", "/requests"))),
        ],
    );
    let request = table(
        competing(),
        &[
            ("loopback, ms".into(), Box::new(plain("request", "/ms"))),
            ("× raw fetch".into(), Box::new(|contender| samples.beside("request", contender.name, "/ms"))),
            ("its own, body not read, µs".into(), Box::new(own("own-bare"))),
            ("its own, JSON read, µs".into(), Box::new(own("own-json"))),
            ("the whole call, JSON read, µs".into(), Box::new(plain("own-json", "/us"))),
        ],
    );
    let sizes = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
    let bodies = table(competing(), &sizes.map(|size| by_size(samples, "bodies", size, "", RAW)));
    let sessions = table(
        competing(),
        &[
            ("1 session, µs".into(), Box::new(plain("sessions-1", "/us"))),
            ("10, µs".into(), Box::new(plain("sessions-10", "/us"))),
            ("100, µs".into(), Box::new(plain("sessions-100", "/us"))),
        ],
    );
    [
        section("Start", "From the first byte of script to \"ready to sign in\".", &start),
        section("Sign-in", "A login round trip over the loopback network. A protocol may need several requests.", &login),
        section("A request with a good token", "Over the loopback network, in turns with raw fetch in the same page; and with `fetch` replaced by an immediate \
                 answer, where what is left over raw fetch's time is the library's own.", &request),
        section("An expired token", "So many requests at once, after a sleep of two hours: calls of the refresh endpoint (1 is \
                 right), and the time to the last answer as so many times the ideal's: one refresh, then the same requests by plain fetch, each read \
                 as JSON, in turns in the same page. Each request has an address of its own, as the browser sends those to one \
                 address one after another.",
                &renewals(samples, ["expired", "expired-1000"])),
        section("A token that only the server knows to be over", "The same without the sleep, so that each client learns of it \
                 by a 401. Times: as many times raw fetch's, in turns in the same page.", &renewals(samples, ["rejected", "rejected-1000"])),
        section("Tabs", "25 requests at once in each of so many tabs that share a session, with an expired token.", &tabs(samples)),
        section("Size of the body", "A call that sends so many bytes of JSON and gets them back, over raw fetch's time.", &bodies),
        section("Open sessions", "The time of a call with an immediate answer, by the number of open sessions.", &sessions),
        section("Memory", "After so many calls and a collection of garbage, in kB.", &memory(samples)),
    ]
    .concat()
}

fn section(title: &str, text: &str, table: &str) -> String {
    format!("### {title}\n\n{text}\n\n{table}\n")
}

fn by_size<'a>(
    samples: &'a Samples,
    item: &'static str,
    size: u32,
    member: &'static str,
    base: &'static str,
) -> Column<'a> {
    let place = format!("/bySize/{size}{member}");
    let column = move |contender: &Contender| samples.over(item, contender.name, &place, base, times);
    (format!("{} bytes", thousands(size)), Box::new(column))
}

/// Renewals: for each number of requests the refresh calls, and the time.
fn renewals(samples: &Samples, items: [&'static str; 2]) -> String {
    let mut columns: Vec<Column> = Vec::new();
    for size in [1, 10, 100, 1_000] {
        let item = items[usize::from(size == 1_000)];
        let (calls, time) = (format!("/bySize/{size}/refreshes"), format!("/bySize/{size}/ms"));
        let refreshes = move |contender: &Contender| samples.counted(item, contender.name, &calls);
        let over = move |contender: &Contender| samples.beside(item, contender.name, &time);
        columns.push((format!("{}: refreshes", thousands(size)), Box::new(refreshes)));
        columns.push((format!("{}: ×", thousands(size)), Box::new(over)));
    }
    let notices: String = competing()
        .filter(|contender| contender.name != BESIDE)
        .map(|contender| format!("{} by {}", contender.title, contender.notices))
        .collect::<Vec<_>>()
        .join("; ");
    table(competing(), &columns) + &format!("\nHow each learns that a token is over: {notices}.\n")
}

fn tabs(samples: &Samples) -> String {
    let mut columns: Vec<Column> = Vec::new();
    for size in [1, 2, 4, 8] {
        let (calls, time) = (format!("/bySize/{size}/refreshes"), format!("/bySize/{size}/ms"));
        let refreshes = move |contender: &Contender| samples.counted("tabs", contender.name, &calls);
        let over = move |contender: &Contender| samples.over("tabs", contender.name, &time, IDEAL, times);
        columns.push((format!("{size}: refreshes"), Box::new(refreshes)));
        columns.push((format!("{size}: × ideal"), Box::new(over)));
    }
    table(CONTENDERS.iter().filter(|contender| contender.kind != Kind::Ideal), &columns)
}

fn memory(samples: &Samples) -> String {
    let mut columns: Vec<Column> = Vec::new();
    for (index, calls) in [1_000, 10_000, 100_000].into_iter().enumerate() {
        for (kind, title) in [("js", "JS heap"), ("wasm", "WebAssembly")] {
            let place = format!("/readings/{index}/{kind}");
            let column = move |contender: &Contender| match samples.found("heap", contender.name, &place) {
                Found::Values(Spread { least, median, most }) => {
                    Found::Values(Spread { least: least / 1e3, median: median / 1e3, most: most / 1e3 })
                }
                other => other,
            };
            columns.push((format!("{}: {title}", thousands(calls)), Box::new(column)));
        }
    }
    table(competing(), &columns)
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
    use super::*;

    #[test]
    fn a_reason_is_told_once() {
        let column: Column = ("a".into(), Box::new(|_| Found::Cant("no fetch of its own".into())));
        let text = table(competing().take(2), &[column]);
        assert_eq!(text.matches("can't (1)").count(), 2);
        assert_eq!(text.matches("no fetch of its own").count(), 1);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([1, 1_000, 10_000_000].map(thousands), ["1", "1 000", "10 000 000"]);
    }
}
