//! The details of errors. `auth-error.js` makes an `AuthError` of them.

use serde::{Serialize, Serializer};
use wasm_bindgen::prelude::*;

use crate::dialect::{Code, Facts, Failure, Field, VendorCode, Why, to_json};

#[wasm_bindgen(module = "/src/shell/auth-error.js")]
extern "C" {
    /// Makes the error of a mistake of the caller's.
    pub(super) fn mistake(name: &str, expected: &str) -> JsValue;
}

/// `ErrorDetails`: what an `AuthError` carries; and what its sentence depends on beside that.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    code: &'static str,
    vendor: Option<&'a str>,
    operation: &'static str,
    status: Option<f64>,
    vendor_code: Option<CodeAsItCame<'a>>,
    fields: Option<&'a [Field]>,
    sso_url: Option<&'a str>,
    detail: Option<&'a str>,
    request_id: Option<&'a str>,
    retry_after_ms: Option<f64>,
    why: Option<&'static str>,
}

/// The vendor's own code: a number as a number, a text as a text.
struct CodeAsItCame<'a>(&'a VendorCode);

impl Serialize for CodeAsItCame<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            VendorCode::Number(number) => serializer.serialize_f64(*number),
            VendorCode::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// The details of a failure, as JSON.
pub(super) fn details(failure: &Failure, facts: &Facts) -> JsValue {
    let details = Details {
        code: failure.code.as_str(),
        // `unsupported` is hallpass's own finding, not the vendor's.
        vendor: (failure.code != Code::Unsupported).then_some(&*facts.name),
        operation: failure.operation.as_str(),
        status: failure.status.map(f64::from),
        vendor_code: failure.vendor_code.as_ref().map(CodeAsItCame),
        fields: Some(failure.fields.as_slice()).filter(|fields| !fields.is_empty()),
        sso_url: failure.sso_url.as_deref(),
        detail: failure.detail.as_deref(),
        request_id: failure.request_id.as_deref(),
        retry_after_ms: failure.retry_after_ms,
        why: failure.why.map(Why::as_str),
    };
    JsValue::from_str(&to_json(&details, 0))
}
