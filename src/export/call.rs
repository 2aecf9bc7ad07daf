//! A call of hallpass's own, as the platform's `Request` takes it.

use alloc::string::String;

use wasm_bindgen::prelude::*;

use super::object::{put, put_text, text_or_undefined, without_prototype};
use crate::dialect::{Call, CallKind, Carrier, Facts};
use crate::protocol::Addresses;
use crate::session::without_query;

/// `VendorCall`: the members of a `RequestInit`; `url`; `query`; `wants`, the header whose value is read; `longerMs`, how much longer
/// than other calls it may take; and `inTime`, whether a reply that comes too late counts for nothing, even where no timer has fired: a login's
/// token may have ended by then, and somebody else may have signed in. (What has set a cookie counts whenever it comes; so does a renewal's
/// reply, as the token before is spent. Of a person's answer on another device, the login itself judges.)
pub(super) fn object(call: &Call, facts: &Facts, addresses: &Addresses) -> JsValue {
    // No Headers object is needed: Request checks names and values, too.
    let headers = without_prototype();
    for (name, value) in &call.headers {
        put_text(&headers, name, Some(value.as_str()));
    }
    let init = without_prototype();
    let usual = || {
        let address = address(call.operation, addresses)?;
        Some(call.below.map_or_else(|| address.into(), |path| below(address, path)))
    };
    let url = call.path.map(|path| [&*addresses.base, "/", path].concat()).or_else(usual);
    put(&init, "url", &text_or_undefined(url.as_deref()));
    put(&init, "headers", &headers);
    put_text(&init, "method", Some(&call.method));
    put_text(&init, "cache", Some("no-store"));
    let cookies = call.cookies || facts.carrier == Carrier::Cookie;
    put_text(&init, "credentials", cookies.then_some("include"));
    put_text(&init, "body", call.body.as_deref());
    put_text(&init, "query", call.query.as_deref());
    put_text(&init, "wants", call.wants.as_deref());
    if call.longer_ms > 0 {
        put(&init, "longerMs", &call.longer_ms.into());
    } else if call.operation == CallKind::Login && !cookies {
        put(&init, "inTime", &JsValue::TRUE);
    }
    init
}

fn address(operation: CallKind, addresses: &Addresses) -> Option<&str> {
    let address = match operation {
        CallKind::Login => &addresses.login,
        CallKind::Refresh => &addresses.refresh,
        CallKind::Logout => &addresses.logout,
        CallKind::Check => &addresses.check,
        CallKind::Request => &None,
    };
    address.as_deref()
}

/// An address with a path behind its own, before its query or fragment.
fn below(address: &str, path: &str) -> String {
    let own = without_query(address);
    let rest = address.get(own.len()..).unwrap_or_default();
    [own.strip_suffix('/').unwrap_or(own), path, rest].concat()
}
