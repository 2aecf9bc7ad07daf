//! What is published: docs/benchmarks.md with its pictures, and the one picture in the README.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::contenders::{BESIDE, Contender, OWN, RAW, competing};
use super::samples::{Found, Relation, Samples};
use super::statistics::{Spread, figures};
use super::workshop::Workshop;
use super::{machine, tables, targets};
use crate::file_sizes::Sizes;
use crate::job::Job;
use crate::markdown::{between, with_between};
use crate::workspace;

const README: &str = "README.md";
const PAGE: &str = "docs/benchmarks.md";
const MARKS: [&str; 2] = ["<!-- Written by `cargo xtask bench`: -->\n", "<!-- Up to here. -->"];
/// Around what people write on the page, which each run takes over from the page before.
const WORDS: [&str; 2] = ["<!-- Written by hand, and kept: -->\n", "<!-- Up to here. -->"];

/// Writes the page and its pictures into a folder.
pub fn write(folder: &Path, workshop: &Workshop, samples: &Samples, date: &str) -> Result<()> {
    let sizes = workshop.sizes()?;
    let (size, start, call) = (size(&sizes), start(samples), call(samples));
    let pictures = json!({
        "size": [size], "start": [start], "call": [call], "expired": [expired(samples)], "overview": [size, start, call]
    });
    let into = folder.join("benchmarks");
    fs::create_dir_all(&into)?;
    fs::write(workshop.file("pictures.json"), pictures.to_string())?;
    Job::new("node", "bench-pictures")
        .args([workshop.file("pictures.mjs"), workshop.file("pictures.json"), into])
        .must("the pictures could not be drawn")?;
    fs::write(folder.join("benchmarks.md"), text(workshop, &sizes, samples, date)?)?;
    Ok(())
}

/// Puts the one picture that matters, and what it shows, into the README.
pub fn write_readme(samples: &Samples, date: &str) -> Result<()> {
    let path = workspace::inside(README);
    let text = fs::read_to_string(&path)?;
    let picture = format!(
        "\n![Size, start and time of a call, beside others](docs/benchmarks/overview.svg)\n\nMeasured on {date}; \
         [everything that was measured, and how](docs/benchmarks.md).\n\n{}\n",
        targets::sentence(samples)
    );
    let new = with_between(&text, MARKS[0], MARKS[1], &picture)
        .context("the README has no place for the picture")?;
    Ok(fs::write(path, new)?)
}

fn text(
    workshop: &Workshop,
    sizes: &BTreeMap<&'static str, Sizes>,
    samples: &Samples,
    date: &str,
) -> Result<String> {
    let mut text = String::from(
        "# hallpass beside its peers\n\n<!-- Written by `cargo xtask bench`. -->\n\n\
         Each contender is bundled in the same way (esbuild, minified, for production) and set up as its own documentation \
         says; all talk to one server on loopback, in one run, and take turns. Numbers are *least – **median** – most* of the \
         rounds; ratios are taken within each round. In the pictures thin \
         lines reach from the least to the most. Who can't do a task is listed with the reason. The contenders are in \
         `tests/bench`; `cargo xtask bench` measures again, and leaves each sample in `target/xtask/bench`, in a JSON file of \
         the browser's name.\n\n",
    );
    let _ = writeln!(text, "Measured on {date}, {}.\n", machine::description());
    text.push_str("| | version |\n|---|---|\n");
    for contender in competing().filter(|contender| !contender.packages.is_empty()) {
        let _ = writeln!(text, "| {} | {} |", contender.title, workshop.version(contender)?);
    }
    text.push_str(INSTALLED);
    text.push_str(
        "\n## Size\n\nWhat a page downloads to sign in, in bytes.\n\n![Size](benchmarks/size.svg)\n\n",
    );
    text.push_str("| | raw | gzip −9 | brotli 11 |\n|---|---:|---:|---:|\n");
    for contender in competing() {
        let Some(Sizes { raw, gzip, brotli }) = sizes.get(contender.name) else { continue };
        let _ = writeln!(text, "| {} | {raw} | {gzip} | {brotli} |", contender.title);
    }
    let _ = writeln!(text, "\n## In the browser\n\n`{}`\n", samples.browser);
    text.push_str("What was aimed for:\n\n");
    text.push_str(&targets::table(samples, sizes));
    text.push_str(targets::HOW);
    let _ = write!(text, "\n{}{}{}\n", WORDS[0], words(), WORDS[1]);
    text.push_str(
        "\n![Start](benchmarks/start.svg)\n\n![A call](benchmarks/call.svg)\n\n![Expired](benchmarks/expired.svg)\n\n",
    );
    text.push_str(&tables::all(samples));
    Ok(text.trim_end().to_owned() + "\n")
}

/// What the packages' names don't tell.
const INSTALLED: &str = "\nFirebase is measured from `@firebase/app` and `@firebase/auth`: the package `firebase` around them could not be \
    installed from the registry in use. auth0-spa-js is installed with its own dependency `@auth0/auth0-auth-js` set to \
    version 1.16.0, where it asks for 1.16.1.\n";

/// What people have written on the page so far.
fn words() -> String {
    let page = fs::read_to_string(workspace::inside(PAGE)).unwrap_or_default();
    between(&page, WORDS[0], WORDS[1]).unwrap_or("\n").to_owned()
}

/// A panel of a picture: bars with a title, and a line at what was aimed for.
fn panel(title: &str, unit: &str, aim: Option<f64>, of: impl Fn(&str) -> Found) -> Value {
    let bar = |contender: &Contender| {
        let mut bar = json!({ "label": contender.title, "own": contender.name == OWN });
        bar["text"] = match of(contender.name) {
            Found::Values(Spread { least, median, most }) => {
                (bar["least"], bar["median"], bar["most"]) = (least.into(), median.into(), most.into());
                figures(median).into()
            }
            Found::Cant(_) => "can't".into(),
            Found::Failed(_) => "failed".into(),
            Found::Nothing => "not measured".into(),
        };
        bar
    };
    let bars: Vec<Value> = competing().filter(|contender| contender.name != BESIDE).map(bar).collect();
    json!({ "title": title, "unit": unit, "aim": aim, "bars": bars })
}

#[expect(clippy::cast_precision_loss, reason = "sizes of files")]
fn size(sizes: &BTreeMap<&'static str, Sizes>) -> Value {
    let of = |name: &str| {
        let value = sizes.get(name).map_or(0.0, |sizes| sizes.gzip as f64 / 1_000.0);
        Found::Values(Spread { least: value, median: value, most: value })
    };
    panel("What a page downloads", "kB gzip", Some(targets::MOST_GZIP as f64 / 1_000.0), of)
}

fn start(samples: &Samples) -> Value {
    let of = |name: &str| samples.found("cold", name, "/ms", Relation::Plain);
    panel("Cold start, network excluded", "ms", None, of)
}

fn call(samples: &Samples) -> Value {
    let of = |name: &str| samples.found("own-json", name, "/us", Relation::More(RAW));
    panel("The library's own time a call", "µs over raw fetch", None, of)
}

fn expired(samples: &Samples) -> Value {
    let of = |name: &str| samples.found("expired-1000", name, "/bySize/1000/ms", Relation::Beside);
    panel("1 000 requests at an expired token", "× the ideal", Some(targets::MOST_OVER_IDEAL), of)
}
