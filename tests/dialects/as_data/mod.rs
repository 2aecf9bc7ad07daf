//! The four vendors once more, described in data as their users would. The very tables that hold the built-in vendors hold these, so
//! they show what the form can say; and what it can't is named where a table needs it.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use hallpass::dialect::{
    Call, Credentials, Described, Facts, Failure, Grant, Held, Operation, Paths, Payload, Rejection, Reply,
    Secret, Vendor,
};
use serde_json::Value as Document;

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
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dialects/as_data");

/// The vendor of a name, as the tables of a module are to see it: built in, or described.
pub fn vendor(name: &str, module: &str) -> &'static dyn Vendor<Value> {
    if !is_here(module) {
        return known(name);
    }
    let text = fs::read_to_string(format!("{FOLDER}/{name}.json")).expect("a vendor that is described here");
    let said: Document = serde_json::from_str(&text).expect("JSON");
    let path = |call: &str| said[call]["path"].as_str().map(|path| &*path.to_owned().leak());
    let paths = Paths {
        login: path("login").expect("a path"),
        refresh: path("refresh"),
        logout: path("logout"),
        check: path("check"),
    };
    let described = Described::read(&Value(said)).expect("a description");
    let facts = Facts { paths, ..Vendor::<Value>::facts(&described).clone() };
    Box::leak(Box::new(AsData { described, facts }))
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

/// A described vendor that is given credentials as the built-in one is.
struct AsData {
    described: Described<Value>,
    /// With the paths, which whoever opens a session takes from the description.
    facts: Facts,
}

impl AsData {
    fn described(&self) -> &dyn Vendor<Value> {
        &self.described
    }
}

fn typed(credentials: &Credentials) -> Credentials {
    let given = [
        ("username", Some(&credentials.username)),
        ("password", Some(&credentials.password)),
        ("database", credentials.database.as_ref()),
        ("redirection_token", credentials.redirection_token.as_ref()),
    ];
    let named = given.into_iter().filter_map(|(name, value)| Some((name.into(), value?.clone()))).collect();
    Credentials { named, ..Credentials::default() }
}

impl Vendor<Value> for AsData {
    fn facts(&self) -> &Facts {
        &self.facts
    }
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        self.described().login(&typed(credentials))
    }
    fn read_login(
        &self,
        reply: &Reply<Value>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        self.described().read_login(reply, &typed(credentials), now_ms)
    }
    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        self.described().refresh(held)
    }
    fn read_refresh(&self, reply: &Reply<Value>, now_ms: f64) -> Result<Grant, Box<Failure>> {
        self.described().read_refresh(reply, now_ms)
    }
    fn logout(&self, held: &Held) -> Box<Call> {
        self.described().logout(held)
    }
    fn confirms_logout(&self, reply: &Reply<Value>) -> bool {
        self.described().confirms_logout(reply)
    }
    fn check(&self, held: &Held) -> Box<Call> {
        self.described().check(held)
    }
    fn read_check(&self, reply: &Reply<Value>) -> Result<Option<Secret>, Box<Failure>> {
        self.described().read_check(reply)
    }
    fn read(&self, reply: &Reply<Value>, operation: Operation) -> Result<Payload, Box<Failure>> {
        self.described().read(reply, operation)
    }
    fn rejects_token(&self, reply: &Reply<Value>) -> Rejection {
        self.described().rejects_token(reply)
    }
}
