//! The samples of a run, as the driver wrote them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::statistics::{Spread, median};

/// All samples of one browser.
pub struct Samples {
    /// What the browser calls itself.
    pub browser: String,
    /// Each with its item, its contender, its round and its result.
    pub all: Vec<Value>,
}

/// What is known of one contender at one task.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Values of the rounds.
    Values(Spread),
    /// The contender can't, and why.
    Cant(String),
    /// It should have, and didn't.
    Failed(String),
    /// Nobody tried.
    Nothing,
}

/// What the values of a contender's rounds are put into relation to.
#[derive(Clone, Copy)]
pub enum Relation {
    /// Nothing.
    Plain,
    /// Nothing: they are bytes, told in kB.
    Kilo,
    /// Nothing: the server has counted them, which holds also where the answers were wrong.
    Counted,
    /// How many times as much as another contender's same round.
    Times(&'static str),
    /// How much more than another contender's same round.
    More(&'static str),
    /// How many times as much as what took turns with it in the same page.
    Beside,
}

impl Samples {
    /// Reads what the driver wrote.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).context("the driver wrote no samples")?;
        let all: Value = serde_json::from_str(&text).context("the samples aren't JSON")?;
        Ok(Self {
            browser: all["browser"].as_str().unwrap_or_default().to_owned(),
            all: all["samples"].as_array().cloned().unwrap_or_default(),
        })
    }

    /// The results of a contender at an item, by round.
    fn results<'a>(&'a self, item: &'a str, contender: &'a str) -> impl Iterator<Item = (u64, &'a Value)> {
        let of = move |sample: &&Value| sample["item"] == item && sample["contender"] == contender;
        self.all.iter().filter(of).map(|sample| (sample["round"].as_u64().unwrap_or(0), &sample["result"]))
    }

    /// The value of each round at a place in the results; of several values at that place, the median.
    fn rounds(&self, item: &str, contender: &str, place: &str) -> Vec<(u64, f64)> {
        let value = |result: &Value| match result.pointer(place)? {
            Value::Array(several) => median(&several.iter().filter_map(Value::as_f64).collect::<Vec<_>>()),
            one => one.as_f64(),
        };
        self.results(item, contender).filter_map(|(round, result)| Some((round, value(result)?))).collect()
    }

    /// What a contender's rounds have at a place.
    pub fn found(&self, item: &str, contender: &str, place: &str, relation: Relation) -> Found {
        let counts = matches!(relation, Relation::Counted);
        if let Some(trouble) = self.trouble(item, contender, place).filter(|_| !counts) {
            return trouble;
        }
        let bases = match relation {
            Relation::Plain | Relation::Kilo | Relation::Counted => Vec::new(),
            Relation::Times(base) | Relation::More(base) => self.rounds(item, base, place),
            Relation::Beside => {
                let part = place.rsplit_once('/').map_or("", |(part, _)| part);
                self.rounds(item, contender, &format!("{part}/base"))
            }
        };
        let put = |(round, value): (u64, f64)| {
            let base = bases.iter().find(|(other, _)| *other == round).map(|(_, base)| *base);
            match relation {
                Relation::Plain | Relation::Counted => Some(value),
                Relation::Kilo => Some(value / 1e3),
                Relation::Times(_) | Relation::Beside => Some(value / base?),
                Relation::More(_) => Some(value - base?),
            }
        };
        let values: Vec<f64> = self.rounds(item, contender, place).into_iter().filter_map(put).collect();
        let nothing = || self.trouble(item, contender, place).unwrap_or(Found::Nothing);
        Spread::of(&values).map_or_else(nothing, Found::Values)
    }

    /// Why there are no values, or none that count.
    fn trouble(&self, item: &str, contender: &str, place: &str) -> Option<Found> {
        // A size of its own, such as `/bySize/10`, has its own wrong answers.
        let part = place.rsplit_once('/').map_or("", |(part, _)| part);
        self.results(item, contender).find_map(|(_, result)| {
            let text = |name: &str| result[name].as_str().map(str::to_owned);
            let wrong =
                |of: Option<&Value>| of.and_then(|value| value["wrong"].as_u64()).filter(|count| *count > 0);
            if let Some(why) = text("cant") {
                return Some(Found::Cant(why));
            }
            if let Some(why) = text("failed") {
                return Some(Found::Failed(why));
            }
            let count = wrong(Some(result)).or_else(|| wrong(result.pointer(part)))?;
            let why = result
                .pointer(part)
                .and_then(|part| part["why"].as_str())
                .unwrap_or("not the data asked for");
            Some(Found::Failed(format!("{count} wrong answers: {why}")))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn samples() -> Samples {
        let sample = |contender: &str, round: u32, result: Value| json!({"item": "i", "contender": contender, "round": round, "result": result});
        Samples {
            browser: String::new(),
            all: vec![
                sample("a", 0, json!({"ms": [2, 4, 99]})),
                sample("a", 1, json!({"ms": [6]})),
                sample("b", 0, json!({"ms": [2]})),
                sample("b", 1, json!({"ms": [2]})),
                sample("c", 0, json!({"cant": "no"})),
                sample("e", 0, json!({"ms": [2, 4, 6], "base": [1, 2, 3]})),
                sample(
                    "d",
                    0,
                    json!({"bySize": {"1": {"ms": 3, "wrong": 0}, "10": {"ms": 3, "wrong": 2, "why": "x"}}}),
                ),
            ],
        }
    }

    #[test]
    fn each_round_is_put_into_relation_to_the_same_round() {
        let spread = |least, median, most| Found::Values(Spread { least, median, most });
        assert_eq!(samples().found("i", "a", "/ms", Relation::Plain), spread(4.0, 5.0, 6.0));
        assert_eq!(samples().found("i", "a", "/ms", Relation::Times("b")), spread(2.0, 2.5, 3.0));
        assert_eq!(samples().found("i", "a", "/ms", Relation::More("b")), spread(2.0, 3.0, 4.0));
    }

    #[test]
    fn those_who_took_turns_in_a_page_are_compared() {
        let two = Spread { least: 2.0, median: 2.0, most: 2.0 };
        assert_eq!(samples().found("i", "e", "/ms", Relation::Beside), Found::Values(two));
        assert_eq!(samples().found("i", "a", "/ms", Relation::Beside), Found::Nothing);
    }

    #[test]
    fn what_has_no_value_says_why() {
        assert_eq!(samples().found("i", "c", "/ms", Relation::Plain), Found::Cant("no".into()));
        assert_eq!(samples().found("i", "none", "/ms", Relation::Plain), Found::Nothing);
        assert!(matches!(samples().found("i", "d", "/bySize/1/ms", Relation::Plain), Found::Values(_)));
        assert!(matches!(samples().found("i", "d", "/bySize/10/ms", Relation::Counted), Found::Values(_)));
        assert_eq!(
            samples().found("i", "d", "/bySize/10/ms", Relation::Plain),
            Found::Failed("2 wrong answers: x".into())
        );
    }
}
