//! What is documented, and what was found: the documents that all others are made from.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value as Document;

/// One document of the corpus.
#[derive(Clone, Debug)]
pub struct Seed {
    pub name: String,
    pub text: String,
}

/// The documents of one folder, in the order of their names.
pub fn seeds(folder: &str) -> Vec<Seed> {
    let path = format!("{}/tests/fuzz/corpus/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut seeds: Vec<Seed> = fs::read_dir(path)
        .expect("the corpus is there")
        .map(|entry| {
            let path = entry.expect("the corpus can be listed").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Seed { name, text: fs::read_to_string(path).expect("the corpus is text") }
        })
        .collect();
    seeds.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(!seeds.is_empty(), "the corpus is not empty");
    seeds
}

/// What the corpus is written with: the names of members, and the texts. Readers look for just these.
pub fn words(seeds: &[Seed]) -> Vec<String> {
    let mut words = BTreeSet::new();
    for seed in seeds {
        // What was found may be no JSON at all.
        if let Ok(document) = serde_json::from_str(&seed.text) {
            collect(&document, &mut words);
        }
    }
    words.extend(["__proto__", "constructor", "length", "toString"].map(String::from));
    words.into_iter().collect()
}

fn collect(document: &Document, words: &mut BTreeSet<String>) {
    match document {
        Document::String(text) => {
            words.insert(text.clone());
        }
        Document::Array(elements) => elements.iter().for_each(|element| collect(element, words)),
        Document::Object(members) => {
            for (name, value) in members {
                words.insert(name.clone());
                collect(value, words);
            }
        }
        _ => {}
    }
}
