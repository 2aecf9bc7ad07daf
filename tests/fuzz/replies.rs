//! The readers of replies.

use std::time::Duration;

use cpu_time::ThreadTime;
use hallpass::dialect::{
    Body, CallKind, Carrier, Code, Failure, Grant, Held, Json as _, NAMES, Rejection, Renewal, Reply, Vendor,
    VendorCode, is_token, named,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;
use serde_json::Value as Document;
use url::Url;

use crate::corpus::{Seed, seeds};
use crate::document::{Made, any_document};
use crate::hunt::hunt;
use crate::support::{OPERATIONS, Value, told_status, user};

/// Statuses that decide something, some that none of the vendors sends, and 0: a reply of which the browser tells none.
pub const STATUSES: [u16; 21] =
    [0, 200, 201, 204, 301, 304, 400, 401, 402, 403, 404, 405, 408, 409, 422, 429, 498, 500, 501, 502, 503];

/// A hundred years, in ms.
const CENTURY_MS: f64 = 100.0 * 365.25 * 86_400_000.0;

/// How long the processor may be at it to read one reply in all ways. It takes microseconds, in a debug build up to a second.
const PATIENCE: Duration = Duration::from_secs(5);

/// Secrets of the call, which the replies may echo: see `change::TEXTS`.
pub const PASSWORD: &str = "correct horse";
pub const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.e30.aGVsZA";

/// The longest detail, in units of UTF-16.
const LONGEST_DETAIL: usize = 500;

/// A reply and the moment at which it is read.
#[derive(Clone, Debug)]
struct Case {
    made: Made,
    /// Whether what is no JSON says of itself that it is plain text.
    is_plain: bool,
    status: u16,
    retry_after_ms: Option<f64>,
    date_ms: Option<f64>,
    now_ms: f64,
}

fn any_case(seeds: &[Seed]) -> impl Strategy<Value = Case> + use<> {
    let status = prop_oneof![6 => Just(None), 3 => select(&STATUSES[..]).prop_map(Some), 1 => any::<u16>().prop_map(Some)];
    let clock = prop_oneof![3 => 1.5e12..2e12, 1 => any::<f64>()];
    let date = proptest::option::of(clock.clone());
    (any_document(seeds), any::<bool>(), status, any::<Option<f64>>(), date, clock).prop_map(
        |(made, is_plain, status, retry_after_ms, date_ms, now_ms)| {
            let status = status.unwrap_or_else(|| documented_status(&made.from));
            Case { made, is_plain, status, retry_after_ms, date_ms, now_ms }
        },
    )
}

/// The status in the name of a document, as in `ocient-login.200.json`.
fn documented_status(name: &str) -> u16 {
    name.split('.').nth(1).and_then(|status| status.parse().ok()).unwrap_or(200)
}

#[test]
fn r35_no_reply_gets_more_than_a_failure_or_a_sound_value() {
    let seeds = seeds("replies");
    for Seed { name, text } in seeds.clone() {
        let status = documented_status(&name);
        for is_plain in [false, true] {
            let made = Made { from: name.clone(), text: text.clone() };
            let case = Case { made, is_plain, status, retry_after_ms: None, date_ms: None, now_ms: 1.76e12 };
            if let Err(problem) = read(&case) {
                panic!("{problem}: {case:#?}");
            }
        }
    }
    let name = "r35_no_reply_gets_more_than_a_failure_or_a_sound_value";
    hunt(name, 60_000, &any_case(&seeds), |case| read(&case));
}

/// A body, as the scripts hand it over.
pub fn body_of(text: &str, is_plain: bool) -> Body<Value> {
    match Value::parse(text) {
        Some(json) => Body::Json(json),
        None if text.is_empty() => Body::Empty,
        // Servers call their pages plain text, too.
        None if is_plain && !text.starts_with('<') => Body::Text(Value::from(Document::from(text))),
        None => Body::Unreadable,
    }
}

/// Reads a reply as every vendor's, in every way.
fn read(case: &Case) -> TestCaseResult {
    let begun = ThreadTime::now();
    for name in NAMES {
        let body = body_of(case.made.text.trim(), case.is_plain);
        let (retry_after_ms, date_ms) = (case.retry_after_ms, case.date_ms);
        let reply = Reply { retry_after_ms, date_ms, ..Reply::new(case.status, body) };
        read_as(&*named::<Value>(name).expect("a vendor"), &reply, case.now_ms)?;
    }
    prop_assert!(begun.elapsed() < PATIENCE, "R35: it took {:?}", begun.elapsed());
    Ok(())
}

fn read_as(vendor: &dyn Vendor<Value>, reply: &Reply<Value>, now_ms: f64) -> TestCaseResult {
    let name = &*vendor.facts().name;
    let login = vendor.read_login(reply, &user("jdoe", PASSWORD), now_ms);
    let renewal = vendor.read_refresh(reply, now_ms);
    prop_assert!(vendor.facts().renewal != Renewal::None || renewal.is_err(), "{name} renews");
    for result in [login, renewal] {
        match result {
            Ok(grant) => {
                prop_assert!(reply.is_ok(), "{name}: HTTP {} grants", reply.status);
                check_grant(vendor, &grant)?;
            }
            Err(failure) => check_failure(name, reply, &failure)?,
        }
    }
    let user = Some("user_test".into());
    let held = Held { access: Some(TOKEN.into()), user, ..Held::default() };
    if let Some(grant) = vendor.adopts(reply, &held, now_ms) {
        check_grant(vendor, &grant)?;
        prop_assert!(grant.access.as_deref() != Some(TOKEN), "{name}: the same token is no new one");
    }
    for operation in OPERATIONS {
        // One route of PEGASE3's finds things with HTTP 404.
        let found = name == "pegase3" && operation == CallKind::Request && reply.status == 404;
        match vendor.read(reply, operation) {
            Ok(_) => prop_assert!(reply.is_ok() || found, "{name}: HTTP {} is a success", reply.status),
            Err(failure) => check_failure(name, reply, &failure)?,
        }
    }
    match vendor.read_check(reply) {
        Ok(_) => prop_assert!(reply.is_ok(), "{name}: HTTP {} is a sign of life", reply.status),
        Err(failure) => check_failure(name, reply, &failure)?,
    }
    prop_assert!(!vendor.confirms_logout(reply) || reply.is_ok());
    if vendor.rejects_token(reply) == Rejection::Yes {
        let read = vendor.read(reply, CallKind::Request);
        prop_assert!(read.is_err(), "{name}: what rejects the token is no success");
    }
    let _ = (vendor.says_expired(reply), vendor.expired_unsaid(reply, &held, now_ms));
    Ok(())
}

/// R24: what every grant has, whatever it was read from.
pub fn check_grant(vendor: &dyn Vendor<Value>, grant: &Grant) -> TestCaseResult {
    match vendor.facts().carrier {
        Carrier::Cookie => prop_assert_eq!((&grant.access, &grant.refresh), (&None, &None)),
        _ => prop_assert!(grant.access.as_deref().is_some_and(is_token), "no token: {grant:?}"),
    }
    prop_assert!(grant.refresh.as_deref().is_none_or(is_token), "{grant:?}");
    prop_assert!(grant.lifetime_ms.is_none_or(|ms| ms > 0.0 && ms <= CENTURY_MS), "{grant:?}");
    // R27: wherever the page lies on the vendor's origin, it stays there.
    for base in ["https://vendor.test", "https://vendor.test/a/b/", "http://localhost:1/a"] {
        let base = Url::parse(base).expect("an address");
        let target = grant.redirect_to.as_deref().map(|path| base.join(path));
        let stays = |url: &Url| url.origin() == base.origin() && url.username().is_empty();
        prop_assert!(target.is_none_or(|target| target.is_ok_and(|url| stays(&url))), "R27: {grant:?}");
    }
    Ok(())
}

/// What every failure has, whatever it was read from.
fn check_failure(name: &str, reply: &Reply<Value>, failure: &Failure) -> TestCaseResult {
    prop_assert_eq!(failure.status, told_status(reply), "{} keeps the status", name);
    prop_assert!(
        !matches!(failure.code, Code::InvalidOptions | Code::LoadFailed | Code::Internal | Code::Storage),
        "no reply means {:?}",
        failure.code
    );
    // Rule 10: what can't be read is nobody's word. (That a check's 401 is, in Lenses HQ's bare replies too, is its own rule.)
    let is_read = reply.json().is_some();
    prop_assert!(!failure.ends_session() || is_read || matches!(reply.status, 401 | 498), "{failure:?}");
    check_words(failure)
}

/// What holds of a failure whoever speaks.
pub fn check_words(failure: &Failure) -> TestCaseResult {
    // R2: what the vendor echoes of the call's secrets goes no further.
    let cleared = Box::new(failure.clone()).without_secrets(&[PASSWORD, TOKEN]);
    let told = format!("{cleared:?}");
    prop_assert!(!told.contains(PASSWORD) && !told.contains(TOKEN), "R2: {told}");
    let units = failure.detail.as_ref().map_or(0, |detail| detail.encode_utf16().count());
    prop_assert!(units <= LONGEST_DETAIL, "{units} units of detail");
    if let Some(VendorCode::Number(number)) = failure.vendor_code {
        prop_assert!(number.is_finite());
    }
    prop_assert!(failure.fields.len() <= 100, "R35: {} fields", failure.fields.len());
    if let Some(address) = &failure.sso_url {
        // R27: the application goes there.
        let url = Url::parse(address).map_err(|_| TestCaseError::fail(format!("R27: {address:?}")))?;
        prop_assert!(
            matches!(url.scheme(), "http" | "https") && url.username().is_empty(),
            "R27: {address:?}"
        );
    }
    Ok(())
}
