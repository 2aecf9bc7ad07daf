//! Cross-Origin Resource Sharing, as a vendor that serves browsers has it: the asking origin is echoed, credentials
//! are allowed, and a preflight lists exactly what that vendor needs (Fetch Standard, section 3.2).

use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;

use crate::vendor::Vendor;

/// Lets pages under COEP read replies; every reply has it.
pub const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Whether a request is a preflight.
pub fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The reply to a preflight of a vendor.
pub fn preflight(vendor: Vendor, request: &HeaderMap) -> Response {
    let mut reply = no_content();
    let listed = |list: Option<&'static str>, asked: HeaderName| match list {
        Some(list) => Some(HeaderValue::from_static(list)),
        None => request.get(asked).cloned(),
    };
    let headers = reply.headers_mut();
    if let Some(methods) = listed(vendor.allowed_methods(), ACCESS_CONTROL_REQUEST_METHOD) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    if let Some(names) = listed(vendor.allowed_headers(), ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    share(request, headers);
    reply
}

/// Puts on a vendor's reply what lets the asking origin read it.
pub fn share(request: &HeaderMap, reply: &mut HeaderMap) {
    reply.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    reply.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.get(ORIGIN) {
        reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        reply.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        reply.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After"));
    }
}

/// The reply to a preflight of a `/_sim` route: anything goes, without credentials.
pub fn open_preflight(request: &HeaderMap) -> Response {
    let mut reply = no_content();
    let headers = reply.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
    if let Some(names) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    open(headers);
    reply
}

/// Puts on a reply what lets any origin read it, without credentials.
pub fn open(reply: &mut HeaderMap) {
    reply.insert(RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

fn no_content() -> Response {
    let mut reply = Response::new(Body::empty());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    reply
}
