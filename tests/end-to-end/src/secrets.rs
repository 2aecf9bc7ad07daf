//! Finds the secrets among what a vendor received.

use std::collections::BTreeSet;

use serde_json::Value;

/// Members of a body and headers that hold a secret.
const NAMES: [&str; 5] = ["password", "refreshToken", "accessToken", "token", "authorization"];

/// The credentials in the requests of a ledger.
pub(crate) fn of_ledger(ledger: &Value) -> BTreeSet<String> {
    ledger["requests"].as_array().into_iter().flatten().flat_map(of_request).collect()
}

fn of_request(request: &Value) -> Vec<String> {
    let body: Value =
        request["body"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let named = [&request["headers"], &body].into_iter().flat_map(|place| {
        NAMES
            .iter()
            .filter_map(|name| place[*name].as_str())
            .map(|value| value.strip_prefix("Bearer ").unwrap_or(value))
    });
    let cookies = request["headers"]["cookie"].as_str().unwrap_or_default();
    let cookies =
        cookies.split(';').filter_map(|cookie| cookie.trim().split_once('=')).map(|(_, value)| value);
    named.chain(cookies).map(str::to_owned).collect()
}
