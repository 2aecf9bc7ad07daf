//! The four vendors once more, as their users would describe them: by the descriptions of the built-in ones, with the codes in data, too.
//! The very tables that hold the built-in vendors hold these, so they show what the form can say; and what it can't is named where a
//! table needs it: those are the habits that stand in the vendors' files.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hallpass::dialect::{CODES, Described, NAMES, Vendor};
use serde_json::{Value as Document, json};

use crate::support::{Value, known};

#[path = "../ethgas.rs"]
mod ethgas;
#[path = "../lenses.rs"]
mod lenses;
#[path = "../ocient.rs"]
mod ocient;
#[path = "../pegase3.rs"]
mod pegase3;

/// Where the descriptions are, each in a file of its vendor's name.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/dialect");

/// The vendor of a name, as the tables of a module are to see it: built in, or described.
pub fn vendor(name: &str, module: &str) -> &'static dyn Vendor<Value> {
    if !is_here(module) {
        return known(name);
    }
    let text = fs::read_to_string(format!("{FOLDER}/{name}.json")).expect("a vendor that is described");
    let mut said: Document = serde_json::from_str(&text).expect("JSON");
    said["errors"]["codes"] = codes(name);
    Box::leak(Box::new(Described::of(&Value::from(said)).expect("a description")))
}

/// A vendor's table of codes, as a description has it.
fn codes(name: &str) -> Document {
    let place = NAMES.iter().position(|known| *known == name).expect("a vendor of that name");
    let rows = CODES[place].1.iter().flat_map(|row| row.vendor_code.split(", ").map(move |code| (code, row)));
    rows.map(|(code, row)| {
        (code.to_owned(), json!({ "login": row.at_login.as_str(), "elsewhere": row.elsewhere.as_str() }))
    })
    .collect::<serde_json::Map<_, _>>()
    .into()
}

/// What a built-in vendor does beyond the form; `why`: what the form has no word for. Of the description it must not hold, so that
/// nothing stands here that can be said by now.
pub fn habit(module: &str, why: &str, holds: impl Fn()) {
    if !is_here(module) {
        return holds();
    }
    assert!(catch_unwind(AssertUnwindSafe(holds)).is_err(), "the form says it: {why}");
}

fn is_here(module: &str) -> bool {
    module.contains("as_data")
}
