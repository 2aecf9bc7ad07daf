//! `AuthError`, the one kind of error.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::browser::{Kind, Rejection, put};
use crate::vendor::{Facts, Failure, VendorCode};

#[wasm_bindgen(module = "/src/js/auth-error.js")]
extern "C" {
    type AuthError;
    #[wasm_bindgen(constructor)]
    fn new(message: &str, details: &JsValue) -> AuthError;
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Details<'a> {
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vendor_code: Option<Printed<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sso_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<f64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Printed<'a> {
    Number(f64),
    Text(&'a str),
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    code: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
}

/// What a promise is rejected with, as JavaScript sees it. `facts`: the vendor, where it is known.
pub(super) fn thrown(rejection: &Rejection, facts: Option<&Facts>) -> JsValue {
    let (failure, operation, cause) = match rejection.kind() {
        Kind::Reason(reason) => return reason.clone(),
        Kind::Failure(failure, operation, cause) => (failure, *operation, cause),
    };
    let message = failure.message(facts.map_or("hallpass", |facts| facts.title), operation);
    let details = details(failure, facts).serialize(&Serializer::new()).unwrap_or_default();
    if !cause.is_undefined() {
        put(&details, "cause", cause);
    }
    AuthError::new(&message, &details).into()
}

fn details<'a>(failure: &'a Failure, facts: Option<&'a Facts>) -> Details<'a> {
    Details {
        code: failure.code.as_str(),
        vendor: facts.map(|facts| facts.name),
        status: failure.status,
        vendor_code: failure.vendor_code.as_ref().map(|code| match code {
            VendorCode::Number(number) => Printed::Number(*number),
            VendorCode::Text(text) => Printed::Text(text),
        }),
        fields: failure
            .fields
            .iter()
            .map(|field| Field {
                name: &field.name,
                code: &field.code,
                title: &field.title,
                pointer: field.pointer.as_deref(),
            })
            .collect(),
        sso_url: failure.sso_url.as_deref(),
        request_id: failure.request_id.as_deref(),
        retry_after_ms: failure.retry_after_ms,
    }
}
