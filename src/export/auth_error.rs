//! `AuthError`, the one kind of error.

use wasm_bindgen::prelude::*;

use super::{bare, put, put_number, put_text};
use crate::dialect::{Facts, Failure, Operation, VendorCode};

#[wasm_bindgen(module = "/src/shell/auth-error.js")]
extern "C" {
    /// A mistake of the caller's.
    pub(super) fn mistake(name: &str, expected: &str) -> JsValue;
    /// An `AuthError` of these details, with its sentence.
    #[wasm_bindgen(js_name = failure)]
    fn make(details: &JsValue, title: &str, operation: &str) -> JsValue;
}

/// The error of a failure.
pub(super) fn thrown(failure: &Failure, operation: Operation, facts: &Facts) -> JsValue {
    let details = details(failure);
    put_text(&details, "vendor", Some(facts.name));
    make(&details, facts.title, operation.as_str())
}

fn details(failure: &Failure) -> JsValue {
    let details = bare();
    put_text(&details, "code", Some(failure.code.as_str()));
    put_number(&details, "status", failure.status.map(f64::from));
    match &failure.vendor_code {
        Some(VendorCode::Number(number)) => put_number(&details, "vendorCode", Some(*number)),
        Some(VendorCode::Text(text)) => put_text(&details, "vendorCode", Some(text)),
        None => {}
    }
    if !failure.fields.is_empty() {
        // By number, but no array: a new member of one may run into what the page put on its prototype.
        let fields = bare();
        for (number, field) in (0_u32..).zip(&failure.fields) {
            let one = bare();
            put_text(&one, "name", Some(&field.name));
            put_text(&one, "code", Some(&field.code));
            put_text(&one, "title", Some(&field.title));
            put_text(&one, "pointer", field.pointer.as_deref());
            put(&fields, number, &one);
        }
        put(&details, "fields", &fields);
    }
    put_text(&details, "ssoUrl", failure.sso_url.as_deref());
    put_text(&details, "requestId", failure.request_id.as_deref());
    put_number(&details, "retryAfterMs", failure.retry_after_ms);
    details.into()
}
