//! The engine of described vendors: whatever a description says, and whatever the reply to it, what comes of it is sound (R42).

use hallpass::dialect::{
    CallKind, Credentials, Described, Held, Json as _, Rejection, Renewal, Reply, Vendor, is_token,
};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestCaseResult;

use crate::corpus::seeds;
use crate::document::any_document;
use crate::hunt::hunt;
use crate::replies::{PASSWORD, STATUSES, TOKEN, body_of, check_grant, check_words};
use crate::support::{OPERATIONS, Value};

/// The longest call that a description can make of a few short values, in bytes.
const LONGEST_CALL: usize = 1_000_000;

#[test]
fn r42_no_description_and_no_reply_get_more_than_what_is_sound() {
    let (descriptions, replies) = (seeds("descriptions"), seeds("replies"));
    for seed in &descriptions {
        let said = Value::parse(&seed.text).unwrap();
        assert!(Described::of(&said).is_some(), "{}", seed.name);
    }
    let status = select(&STATUSES[..]);
    // As they are, most often: what reads nothing finds nothing.
    let whole = select(descriptions.clone()).prop_map(|seed| seed.text);
    let description = prop_oneof![1 => whole, 1 => any_document(&descriptions).prop_map(|made| made.text)];
    let text = any_document(&replies).prop_map(|made| made.text);
    let case = (description, text, any::<bool>(), status, 1.5e12..2e12);
    let name = "r42_no_description_and_no_reply_get_more_than_what_is_sound";
    hunt(name, 20_000, &case, |(description, text, is_plain, status, now_ms)| {
        let Some(said) = Value::parse(&description) else { return Ok(()) };
        let Some(vendor) = Described::of(&said) else { return Ok(()) };
        calls(&vendor)?;
        reads(&vendor, &Reply::new(status, body_of(text.trim(), is_plain)), now_ms)
    });
}

fn calls(vendor: &dyn Vendor<Value>) -> TestCaseResult {
    let credentials = Credentials::of(&[("username", "jdoe"), ("password", PASSWORD)]);
    let held = Held { access: Some(TOKEN.into()), refresh: Some("r3fresh".into()), ..Held::default() };
    let made = [
        vendor.login(&credentials).ok(),
        vendor.refresh(&held),
        Some(vendor.logout(&held)),
        Some(vendor.check(&held)),
    ];
    for call in made.into_iter().flatten() {
        let parts = call.headers.iter().map(|(_, value)| value).chain(&call.body).chain(&call.query);
        let length: usize = parts.map(|part| part.len()).sum();
        prop_assert!(length < LONGEST_CALL, "{length} bytes");
        // What is to be JSON is JSON, whatever stands in the templates.
        let json = call.headers.iter().any(|(_, value)| value.as_str() == "application/json");
        let body = call.body.as_deref().filter(|_| json);
        prop_assert!(body.is_none_or(|body| Value::parse(body).is_some()), "{body:?}");
        if call.operation == CallKind::Login {
            let told = call.headers.iter().all(|(_, value)| !value.contains("r3fresh"));
            prop_assert!(told, "nothing is held before a login");
        }
    }
    Ok(())
}

fn reads(vendor: &dyn Vendor<Value>, reply: &Reply<Value>, now_ms: f64) -> TestCaseResult {
    let credentials = Credentials::default();
    for result in [vendor.read_login(reply, &credentials, now_ms), vendor.read_refresh(reply, now_ms)] {
        match result {
            Ok(grant) => {
                prop_assert!(reply.is_ok(), "HTTP {} grants", reply.status);
                check_grant(vendor, &grant)?;
                prop_assert!(grant.access.as_deref().is_none_or(is_token));
            }
            Err(failure) => check_words(&failure)?,
        }
    }
    prop_assert!(vendor.facts().renewal != Renewal::None || vendor.read_refresh(reply, now_ms).is_err());
    for operation in OPERATIONS {
        match vendor.read(reply, operation) {
            Ok(_) => prop_assert!(reply.is_ok()),
            Err(failure) => check_words(&failure)?,
        }
    }
    match vendor.read_check(reply) {
        Ok(_) => prop_assert!(reply.is_ok()),
        Err(failure) => check_words(&failure)?,
    }
    prop_assert!(!vendor.confirms_logout(reply) || reply.is_ok());
    if vendor.rejects_token(reply) == Rejection::Yes {
        prop_assert!(vendor.read(reply, CallKind::Request).is_err(), "what rejects the token is no success");
    }
    Ok(())
}
