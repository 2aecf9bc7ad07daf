//! Replies and requests as the tests write them.

use std::fmt::Debug;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hallpass::dialect::{
    Body, Call, CallKind, Credentials, Failure, Json, Renewal, Reply, Row, Vendor, named,
};
use proptest::prelude::ProptestConfig;

/// The vendors' window on JSON, over what `serde_json` reads. As cheap to clone as the browser's values are.
#[derive(Clone, Debug)]
pub struct Value(Rc<Tree>);

#[derive(Debug)]
enum Tree {
    Scalar(serde_json::Value),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        Self(Rc::new(match json {
            serde_json::Value::Array(list) => Tree::List(list.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(members) => {
                Tree::Object(members.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            scalar => Tree::Scalar(scalar),
        }))
    }
}

impl Value {
    fn scalar(&self) -> Option<&serde_json::Value> {
        if let Tree::Scalar(scalar) = &*self.0 { Some(scalar) } else { None }
    }

    fn members(&self) -> &[(String, Self)] {
        if let Tree::Object(members) = &*self.0 { members } else { &[] }
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        match &*value.0 {
            Tree::Scalar(scalar) => scalar.clone(),
            Tree::List(list) => list.iter().map(Self::from).collect(),
            Tree::Object(members) => {
                let members = members.iter().map(|(name, value)| (name.clone(), value.into()));
                Self::Object(members.collect())
            }
        }
    }
}

impl Json for Value {
    fn parse(text: &str) -> Option<Self> {
        serde_json::from_str::<serde_json::Value>(text).ok().map(Self::from)
    }

    fn is_web_address(text: &str) -> bool {
        let spelt = text.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
        let names_host = spelt.is_some_and(|host| !host.is_empty() && !host.contains('@'));
        names_host && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
    }

    fn claims(token: &str) -> Option<Self> {
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
        serde_json::from_slice::<serde_json::Value>(&payload).ok().map(Self::from)
    }

    fn member(&self, name: &str) -> Option<Self> {
        let (_, value) = self.members().iter().find(|(known, _)| known == name)?;
        (!value.scalar().is_some_and(serde_json::Value::is_null)).then(|| value.clone())
    }

    fn names(&self, limit: usize) -> Vec<String> {
        self.members().iter().map(|(name, _)| name.clone()).take(limit).collect()
    }

    /// Only as the tests write them.
    fn moment(text: &str) -> Option<f64> {
        let number = |from: usize, to: usize| text.get(from..to)?.parse::<f64>().ok();
        let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
        let (year, month) = if month > 2.0 { (year, month - 3.0) } else { (year - 1.0, month + 9.0) };
        let leaps = (year / 4.0).floor() - (year / 100.0).floor() + (year / 400.0).floor();
        let days = year * 365.0 + leaps + ((month * 153.0 + 2.0) / 5.0).floor() + day - 719_469.0;
        Some(((days * 24.0 + number(11, 13)?) * 60.0 + number(14, 16)?) * 60_000.0 + number(17, 19)? * 1000.0)
    }

    fn written(number: f64) -> String {
        // As JavaScript does: whole numbers without a point.
        serde_json::to_string(&number).unwrap().trim_end_matches(".0").to_owned()
    }

    fn text(&self) -> Option<String> {
        self.scalar()?.as_str().map(Into::into)
    }

    fn number(&self) -> Option<f64> {
        self.scalar()?.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.scalar()?.as_bool()
    }

    fn elements(&self, limit: usize) -> Option<Vec<Self>> {
        match &*self.0 {
            Tree::List(list) => Some(list.iter().take(limit).cloned().collect()),
            _ => None,
        }
    }

    fn is_object(&self) -> bool {
        matches!(&*self.0, Tree::Object(_))
    }
}

/// The vendor of a name, for as long as the tests run.
pub fn known<J: Json>(name: &str) -> &'static dyn Vendor<J> {
    &**Box::leak(Box::new(named::<J>(name).expect("a vendor of that name")))
}

/// A reply with a body as the browser reads it: nothing, JSON, or something else.
pub fn reply(status: u16, text: &str) -> Reply<Value> {
    Reply::new(
        status,
        match text {
            "" => Body::Empty,
            text => Value::parse(text).map_or(Body::Unreadable, Body::Json),
        },
    )
}

/// The status that a failure tells of this reply: 0 is what browsers say of a reply of which they show nothing, and none.
pub fn told_status<J: Json>(reply: &Reply<J>) -> Option<u16> {
    (reply.status != 0).then_some(reply.status)
}

/// A page of a gateway or a front end, in place of a reply.
pub const HTML: &str = "<!doctype html><title>Sign in</title>";

pub fn user(username: &str, password: &str) -> Credentials {
    Credentials::of(&[("username", username), ("password", password)])
}

/// A request as HTTP writes it, without the host: all that goes over the wire.
pub fn wire(vendor: &dyn Vendor<Value>, call: &Call) -> String {
    let path = call
        .path
        .map(Into::into)
        .or_else(|| vendor.path(call.operation))
        .map_or("-".into(), |path: String| format!("/{path}"));
    let headers = call.headers.iter().map(|(name, value)| format!("{name}: {}", value.as_str()));
    let path = call.query.as_ref().map_or(path.clone(), |query| format!("{path}?{}", query.as_str()));
    let body = call.body.iter().map(|body| format!("\n{}", body.as_str()));
    [format!("{} {path}", call.method)].into_iter().chain(headers).chain(body).collect::<Vec<_>>().join("\n")
}

/// The failure of a result that must be one.
#[track_caller]
pub fn refusal<T: Debug>(result: Result<T, Box<Failure>>) -> Failure {
    *result.expect_err("a refusal")
}

pub const OPERATIONS: [CallKind; 5] =
    [CallKind::Login, CallKind::Refresh, CallKind::Logout, CallKind::Check, CallKind::Request];

/// Reads a reply as the one to an operation.
pub fn read(
    vendor: &dyn Vendor<Value>,
    operation: CallKind,
    reply: &Reply<Value>,
) -> Result<(), Box<Failure>> {
    match operation {
        CallKind::Login => vendor.read_login(reply, &user("jdoe", "secret"), 0.0).map(drop),
        CallKind::Refresh if vendor.facts().renewal != Renewal::None => {
            vendor.read_refresh(reply, 0.0).map(drop)
        }
        CallKind::Check => vendor.read_check(reply).map(drop),
        _ => vendor.read(reply, operation).map(drop),
    }
}

/// Holds a vendor's table to what its replies become: every code of every row, at every operation.
pub fn hold_to_table(vendor: &dyn Vendor<Value>, rows: &[Row], replies: impl Fn(&str) -> Vec<Reply<Value>>) {
    assert!(!rows.is_empty());
    for row in rows {
        for code in row.vendor_code.split(", ") {
            for (reply, operation) in replies(code).iter().flat_map(|reply| OPERATIONS.map(|at| (reply, at)))
            {
                let expected = if operation == CallKind::Login { row.at_login } else { row.elsewhere };
                let failure = refusal(read(vendor, operation, reply));
                assert_eq!(failure.code, expected, "{code}, HTTP {}, {operation:?}", reply.status);
                assert_eq!(failure.status, told_status(reply));
                assert!(failure.vendor_code.is_some(), "{code} is kept for the caller");
            }
        }
    }
}

/// How many cases a property is tried with. Nothing is written beside the tests: what fails is printed.
pub fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

/// A JWT with these claims and a signature that nobody checks.
pub fn jwt(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"typ":"JWT","alg":"HS256"}"#), part(claims), part("signature"))
}
