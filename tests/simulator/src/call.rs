//! One request to a vendor, read completely.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use cookie::Cookie;
use serde_json::Value;

use crate::instance::Instance;

/// A request.
pub struct Call {
    /// The instance it is for.
    pub instance: Arc<Instance>,
    /// The method.
    pub method: Method,
    /// The path inside the instance.
    pub path: String,
    /// The query as sent, without the question mark.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Call {
    /// The host and the port that it was sent to.
    pub fn host(&self) -> &str {
        self.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost")
    }

    /// The full address of another path of the same instance.
    pub fn address_of(&self, path: &str) -> String {
        format!("http://{}{}{path}", self.host(), self.instance.cookie_path().trim_end_matches('/'))
    }

    /// The token of `Authorization: Bearer …`.
    pub fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(Cookie::split_parse)
            .filter_map(Result::ok)
            .find(|cookie| cookie.name() == name)
            .map(|cookie| cookie.value().to_owned())
    }

    /// Whether `Content-Type` says JSON.
    pub fn is_json(&self) -> bool {
        let media_type =
            self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("application/json")
    }

    /// The body, when `Content-Type` says JSON and it is.
    pub fn json(&self) -> Option<Value> {
        self.is_json().then(|| serde_json::from_slice(&self.body).ok()).flatten()
    }

    /// The decoded members of the query.
    pub fn query_pairs(&self) -> impl Iterator<Item = (String, String)> {
        form_urlencoded::parse(self.query.as_bytes()).into_owned()
    }

    /// A header's bytes read as Latin-1, the way a WSGI server reads them.
    pub fn latin1(&self, name: &HeaderName) -> Option<String> {
        self.headers.get(name).map(latin1)
    }

    /// All headers as the ledger shows them.
    pub fn header_texts(&self) -> BTreeMap<String, String> {
        let mut texts = BTreeMap::<String, String>::new();
        for (name, value) in &self.headers {
            let text = str::from_utf8(value.as_bytes()).map_or_else(|_| latin1(value), str::to_owned);
            texts
                .entry(name.as_str().to_owned())
                .and_modify(|known| {
                    known.push_str(", ");
                    known.push_str(&text);
                })
                .or_insert(text);
        }
        texts
    }
}

/// A header value's bytes as Latin-1.
pub fn latin1(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_1_takes_each_byte_for_a_character() {
        let value = |bytes| HeaderValue::from_bytes(bytes).expect("no control characters");
        assert_eq!(latin1(&value(b"\xfcn\xefcode")), "ünïcode");
        assert_eq!(latin1(&value("ü".as_bytes())), "Ã¼", "UTF-8 is not recognised");
    }
}
