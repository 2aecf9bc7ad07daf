//! A document that nobody wrote: one of the corpus, changed, or bytes of any kind.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value as Document;

use crate::change::{any_changes, any_value};
use crate::corpus::{Seed, words};
use crate::cut::any_cuts;

/// A document, and the name of the one that it was made from.
#[derive(Clone, Debug)]
pub struct Made {
    pub from: String,
    pub text: String,
}

/// Any document that can be made from these.
pub fn any_document(seeds: &[Seed]) -> impl Strategy<Value = Made> + use<> {
    let words = words(seeds);
    let changed = (select(seeds.to_vec()), any_changes(&words)).prop_map(|(seed, changes)| {
        let Ok(mut document) = serde_json::from_str::<Document>(&seed.text) else {
            return Made { from: seed.name, text: seed.text };
        };
        for (at, change) in changes {
            change.apply(&mut document, at);
        }
        Made { from: seed.name, text: document.to_string() }
    });
    let invented =
        any_value(&words).prop_map(|value| Made { from: "nothing".into(), text: value.to_string() });
    let noise = any::<Vec<u8>>().prop_map(|bytes| Made {
        from: "nothing".into(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    });
    let whole = prop_oneof![20 => changed, 2 => invented, 1 => noise];
    (whole, any_cuts()).prop_map(|(made, cuts)| {
        if cuts.is_empty() {
            return made;
        }
        let mut bytes = made.text.into_bytes();
        for cut in cuts {
            cut.apply(&mut bytes);
        }
        Made { text: String::from_utf8_lossy(&bytes).into_owned(), ..made }
    })
}

/// Where a value lies: which of the values in the document, which of the values in that, and so on.
pub type Place = Vec<usize>;

/// Where the values of a document lie. Its own place, which is empty, comes first.
pub fn places(document: &Document) -> Vec<Place> {
    /// More than anything in the corpus has, and enough of what has been repeated.
    const MOST: usize = 400;
    let mut found = vec![(Place::new(), document)];
    let mut next = 0;
    while let Some((place, value)) = found.get(next).cloned() {
        let inner: Vec<&Document> = match value {
            Document::Array(elements) => elements.iter().take(MOST).collect(),
            Document::Object(members) => members.values().take(MOST).collect(),
            _ => Vec::new(),
        };
        found
            .extend(inner.into_iter().enumerate().map(|(nth, value)| ([&place[..], &[nth]].concat(), value)));
        next += 1;
        if found.len() > MOST {
            break;
        }
    }
    found.into_iter().map(|(place, _)| place).collect()
}

/// The value at a place.
pub fn value_at<'a>(document: &'a mut Document, place: &[usize]) -> Option<&'a mut Document> {
    place.iter().try_fold(document, |value, nth| match value {
        Document::Array(elements) => elements.get_mut(*nth),
        Document::Object(members) => members.values_mut().nth(*nth),
        _ => None,
    })
}

#[test]
fn each_value_has_a_place_of_its_own() {
    let mut document = serde_json::json!({ "a/b": { "": [1, { "": 2 }] } });
    let places = places(&document);
    assert_eq!(places, [vec![], vec![0], vec![0, 0], vec![0, 0, 0], vec![0, 0, 1], vec![0, 0, 1, 0]]);
    assert!(places.iter().all(|place| value_at(&mut document, place).is_some()));
    assert_eq!(value_at(&mut document, &[0, 0, 1, 0]).cloned(), Some(2.into()));
    assert_eq!(value_at(&mut document, &[1]), None);
}
