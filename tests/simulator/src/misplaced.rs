//! Spotting credentials where they don't belong.

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::accounts::ACCOUNTS;
use crate::call::{Call, latin1};
use crate::tokens::{Role, Tokens};

/// Names under which credentials travel, in lowercase and without `-` and `_`.
const CREDENTIAL_NAMES: [&str; 8] = [
    "username",
    "password",
    "token",
    "accesstoken",
    "refreshtoken",
    "authorization",
    "sessionid",
    "ocientsession",
];

/// A password of up to this many bytes (`admin`) is a word that turns up by chance: it counts only as a whole value.
const COMMON_WORD: usize = 6;

/// Whether any user's password is in the query, the headers or the body.
pub fn password(call: &Call) -> bool {
    let holds = |text: &String| {
        ACCOUNTS.iter().filter_map(|account| account.password).any(|password| {
            // Header values lose the blanks around them on the way.
            let password = password.trim();
            text == password || (password.len() > COMMON_WORD && text.contains(password))
        })
    };
    query_texts(call).any(|text| holds(&text))
        || header_texts(&call.headers).iter().any(holds)
        || body_texts(call).iter().any(holds)
}

/// Whether a refresh token is where it doesn't belong. To `refresh_paths` it may go in `Authorization`, in a cookie or in the body;
/// elsewhere it may not go at all.
pub fn refresh_token(call: &Call, tokens: &Tokens, refresh_paths: &[&str]) -> bool {
    let issued: Vec<_> = tokens.issued_as(Role::Refresh).collect();
    if issued.is_empty() {
        return false;
    }
    let holds = |text: &String| issued.iter().any(|token| text.contains(token));
    let mut headers = call.headers.clone();
    let expected = refresh_paths.contains(&call.path.as_str());
    if expected {
        headers.remove(AUTHORIZATION);
        headers.remove(COOKIE);
    }
    query_texts(call).any(|text| holds(&text))
        || header_texts(&headers).iter().any(holds)
        || (!expected && body_texts(call).iter().any(holds))
}

/// Whether the query string carries credentials, by name or by value: URLs end up in histories and logs.
pub fn in_query(call: &Call, tokens: &Tokens) -> bool {
    call.query_pairs().any(|(name, value)| is_credential(&name, &value, tokens))
}

/// Whether the body carries credentials, by name or by value.
pub fn in_body(call: &Call, tokens: &Tokens) -> bool {
    let by_name = match serde_json::from_slice::<Value>(&call.body) {
        Ok(Value::Object(members)) => members.keys().any(|name| is_credential(name, "", tokens)),
        _ => form_urlencoded::parse(&call.body).any(|(name, value)| is_credential(&name, &value, tokens)),
    };
    by_name || body_texts(call).iter().any(|text| is_credential("", text, tokens))
}

fn is_credential(name: &str, value: &str, tokens: &Tokens) -> bool {
    let plain: String = name.chars().filter(|&c| c != '-' && c != '_').flat_map(char::to_lowercase).collect();
    CREDENTIAL_NAMES.contains(&plain.as_str())
        || tokens.knows(value)
        || ACCOUNTS.iter().any(|account| account.password == Some(value))
}

fn query_texts(call: &Call) -> impl Iterator<Item = String> {
    call.query_pairs().flat_map(|(name, value)| [name, value])
}

/// Header values as UTF-8 and as Latin-1; what HTTP Basic hides, too.
fn header_texts(headers: &HeaderMap) -> Vec<String> {
    let mut texts = Vec::new();
    for value in headers.values() {
        texts.push(String::from_utf8_lossy(value.as_bytes()).into_owned());
        texts.push(latin1(value));
        if let Some((_, encoded)) = value.to_str().ok().and_then(|text| text.split_once(' '))
            && let Ok(decoded) = STANDARD.decode(encoded)
            && let Some((_, password)) = String::from_utf8_lossy(&decoded).split_once(':')
        {
            texts.push(password.to_owned());
        }
    }
    texts
}

/// The body as it is, the strings of its JSON, the values of its form.
fn body_texts(call: &Call) -> Vec<String> {
    fn strings(value: &Value, texts: &mut Vec<String>) {
        match value {
            Value::String(text) => texts.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| strings(item, texts)),
            Value::Object(members) => members.values().for_each(|member| strings(member, texts)),
            _ => {}
        }
    }
    let mut texts = vec![String::from_utf8_lossy(&call.body).into_owned()];
    if let Ok(json) = serde_json::from_slice::<Value>(&call.body) {
        strings(&json, &mut texts);
    } else {
        texts.extend(form_urlencoded::parse(&call.body).map(|(_, value)| value.into_owned()));
    }
    texts
}
