//! What is done to a document of the corpus: one of its values becomes another, or goes elsewhere.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value as Document, json};

use crate::document::{places, value_at};

/// A change to one of the values in a document.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another value, often of another type.
    Replaced(Document),
    /// Another value of its type: what decides something of numbers and texts, or the other truth.
    Turned(Index),
    /// The same, told in another type: a number as text, a text as number, anything as a list of one.
    Retold(u8),
    /// A value from elsewhere in the same document.
    Borrowed(Index),
    Removed,
    Renamed(String),
    /// A copy beside it; in an object, under another name.
    Doubled(String),
    /// So many lists or objects around it.
    Nested(u16, Option<String>),
    /// So many times as long.
    Repeated(u16),
    /// A member more, if it's an object.
    Joined(String, Document),
}

const NUMBERS: [f64; 22] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    200.0,
    201.0,
    401.0,
    404.0,
    498.0,
    500.0,
    3600.0,
    -304.0,
    -733.0,
    1e-300,
    1e300,
    2_147_483_648.0,
    4_294_967_295.0,
    4_294_967_296.0,
    9_007_199_254_740_993.0,
    1_754_003_600.0,
    1_754_003_600_000.0,
];

const TEXTS: [&str; 22] = [
    "",
    " ",
    "\0",
    "a\r\nb: c",
    "a b",
    "\u{7f}",
    "é",
    "\u{2028}",
    "\u{feff}t",
    "🦀",
    "3600",
    "-1",
    "1e400",
    "a.b.c",
    "a.eyJleHAiOjFlMzAwfQ.b",
    "a.eyJleHAiOi0xfQ.b",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "https://user:pass@idp.test/",
    // Secrets of the call, as `replies` has them.
    "wrong: correct horse",
    "eyJhbGciOiJIUzI1NiJ9.e30.aGVsZA",
];

/// A value that decides something, or is of an unexpected type. `words`: those of the corpus.
pub fn any_value(words: &[String]) -> impl Strategy<Value = Document> + Clone + use<> {
    let text = prop_oneof![
        3 => select(words.to_vec()),
        3 => select(&TEXTS[..]).prop_map(String::from),
        1 => any::<String>(),
    ];
    let leaf = prop_oneof![
        1 => Just(Document::Null),
        1 => any::<bool>().prop_map(Document::from),
        2 => select(&NUMBERS[..]).prop_map(Document::from),
        1 => any::<f64>().prop_map(Document::from),
        1 => any::<i64>().prop_map(Document::from),
        4 => text.clone().prop_map(Document::from),
    ];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Document::from),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|members| Document::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Changes at any places of a document.
pub fn any_changes(words: &[String]) -> impl Strategy<Value = Vec<(Index, Change)>> + use<> {
    let (value, word) = (any_value(words), select(words.to_vec()));
    let change = prop_oneof![
        6 => any::<Index>().prop_map(Change::Turned),
        4 => value.clone().prop_map(Change::Replaced),
        3 => any::<u8>().prop_map(Change::Retold),
        2 => any::<Index>().prop_map(Change::Borrowed),
        3 => Just(Change::Removed),
        1 => word.clone().prop_map(Change::Renamed),
        1 => word.clone().prop_map(Change::Doubled),
        1 => (1..200_u16, proptest::option::of(word.clone())).prop_map(|(depth, name)| Change::Nested(depth, name)),
        1 => prop_oneof![4 => 2..40_u16, 1 => 40..5000_u16].prop_map(Change::Repeated),
        2 => (word, value).prop_map(|(name, value)| Change::Joined(name, value)),
    ];
    let change = (any::<Index>(), change);
    prop_oneof![3 => prop::collection::vec(change.clone(), 1..3), 1 => prop::collection::vec(change, 3..6)]
}

impl Change {
    /// Does it at one place of a document; where it makes no sense there, nothing.
    pub fn apply(self, document: &mut Document, at: Index) {
        let places = places(document);
        // Not the whole of it, where there is a part.
        let whole = usize::from(places.len() > 1);
        let place = &places[whole + at.index(places.len() - whole)];
        let Some(value) = value_at(document, place).cloned() else { return };
        match self {
            Self::Replaced(other) => put(document, place, other),
            Self::Turned(to) => put(document, place, turned(value, to)),
            Self::Retold(way) => put(document, place, retold(&value, way)),
            Self::Borrowed(from) => {
                let other = value_at(document, &places[from.index(places.len())]).cloned();
                put(document, place, other.unwrap_or_default());
            }
            Self::Removed => take_out(document, place),
            Self::Renamed(name) => {
                take_out(document, place);
                beside(document, place, name, value);
            }
            Self::Doubled(name) => beside(document, place, name, value),
            Self::Nested(depth, name) => {
                let around = |inner| match &name {
                    Some(name) => Document::from(Map::from_iter([(name.clone(), inner)])),
                    None => json!([inner]),
                };
                put(document, place, (0..depth).fold(value, |inner, _| around(inner)));
            }
            Self::Repeated(times) => put(document, place, repeated(value, times.into())),
            Self::Joined(name, other) => {
                if let Some(Document::Object(members)) = value_at(document, place) {
                    members.insert(name, other);
                }
            }
        }
    }
}

fn put(document: &mut Document, place: &[usize], value: Document) {
    if let Some(old) = value_at(document, place) {
        *old = value;
    }
}

fn take_out(document: &mut Document, place: &[usize]) {
    let Some((nth, parent)) = place.split_last() else { return };
    match value_at(document, parent) {
        Some(Document::Object(members)) => {
            let name = members.keys().nth(*nth).cloned().unwrap_or_default();
            members.remove(&name);
        }
        Some(Document::Array(elements)) => drop(elements.remove(*nth)),
        _ => {}
    }
}

fn beside(document: &mut Document, place: &[usize], name: String, value: Document) {
    let Some((_, parent)) = place.split_last() else { return };
    match value_at(document, parent) {
        Some(Document::Object(members)) => drop(members.insert(name, value)),
        Some(Document::Array(elements)) => elements.push(value),
        _ => {}
    }
}

fn turned(value: Document, to: Index) -> Document {
    match value {
        Document::Bool(truth) => Document::from(!truth),
        Document::Number(_) => Document::from(*to.get(&NUMBERS)),
        Document::String(_) => Document::from(*to.get(&TEXTS)),
        other => other,
    }
}

fn retold(value: &Document, way: u8) -> Document {
    match (value, way % 4) {
        (_, 0) => json!([value]),
        (_, 1) => json!({ "value": value }),
        (Document::String(text), 2) => text.parse::<f64>().map_or(json!(text.len()), Document::from),
        (Document::String(text), _) => json!(text.split('.').collect::<Vec<_>>()),
        (Document::Number(number), _) => json!(number.to_string()),
        (Document::Bool(truth), 2) => json!(u8::from(*truth)),
        (Document::Bool(truth), _) => json!(truth.to_string()),
        (other, _) => json!(other.to_string()),
    }
}

/// How long a value may get, in bytes of its text: longer than any reader allows, and short enough to try many.
const LONGEST: usize = 100_000;

fn repeated(value: Document, times: usize) -> Document {
    let times = times.min(LONGEST / value.to_string().len()).max(1);
    match value {
        Document::String(text) => Document::from(text.repeat(times)),
        Document::Array(elements) => {
            let length = elements.len() * times.min(300);
            Document::from(elements.into_iter().cycle().take(length).collect::<Vec<_>>())
        }
        other => Document::from(vec![other; times.min(300)]),
    }
}
