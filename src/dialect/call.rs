//! A request to a vendor, as a value.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::write::write_string;
use super::{Carrier, Held, Secret, template};

/// What a call to a vendor is for. Also says where a failure happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// Credentials become a session.
    Login,
    /// The session gets a new token.
    Refresh,
    /// The vendor is told that the session is over.
    Logout,
    /// The vendor is asked whether the session is alive.
    Check,
    /// A request of the caller's own.
    Request,
}

impl CallKind {
    /// The operation's name in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Refresh => "refresh",
            Self::Check => "check",
            Self::Logout => "logout",
            Self::Request => "request",
        }
    }
}

/// A request that hallpass makes to a vendor. It goes to its operation's address ([`Vendor::path`](super::Vendor::path)), unless `path` or
/// `below` says otherwise, and carries cookies where the session is one ([`Carrier`](super::Carrier)) or where `cookies` says so. May
/// hold a password: its buffers are zeroed when it is dropped.
#[derive(Debug)]
pub struct Call {
    /// What it is for.
    pub operation: CallKind,
    /// The HTTP method.
    pub method: Cow<'static, str>,
    /// The query of the address, encoded, if there is one.
    pub query: Option<Secret>,
    /// Header names and values. Values are Latin-1, checked before they get here.
    pub headers: Vec<(Cow<'static, str>, Secret)>,
    /// The body, if any: JSON or a form.
    pub body: Option<Secret>,
    /// The header of the reply that the token comes in, where it comes in one.
    pub wants: Option<Cow<'static, str>>,
    /// Where it goes, relative to `baseUrl`; `None`: where its operation does.
    pub path: Option<&'static str>,
    /// How much longer than other calls it may take, in ms: the vendor answers only when something has happened.
    pub longer_ms: u32,
    /// What is added to the operation's path.
    pub below: Option<&'static str>,
    /// Whether the browser sends cookies and keeps those that come, even if the session itself is not carried by one.
    pub cookies: bool,
}

impl Call {
    /// A call without headers or body. Boxed, as it is handed from function to function.
    #[must_use]
    pub fn new(operation: CallKind, method: impl Into<Cow<'static, str>>) -> Box<Self> {
        let method = method.into();
        Box::new(Self {
            operation,
            method,
            query: None,
            headers: Vec::new(),
            body: None,
            wants: None,
            path: None,
            longer_ms: 0,
            below: None,
            cookies: false,
        })
    }

    /// To another path than its operation's.
    #[must_use]
    pub fn at(mut self: Box<Self>, path: &'static str) -> Box<Self> {
        self.path = Some(path);
        self
    }

    /// With so many ms more than other calls have.
    #[must_use]
    pub fn longer(mut self: Box<Self>, ms: u32) -> Box<Self> {
        self.longer_ms = ms;
        self
    }

    /// To a path below its operation's.
    #[must_use]
    pub const fn below(mut self: Box<Self>, path: &'static str) -> Box<Self> {
        self.below = Some(path);
        self
    }

    /// With cookies in both directions.
    #[must_use]
    pub const fn with_cookies(mut self: Box<Self>) -> Box<Self> {
        self.cookies = true;
        self
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self: Box<Self>, name: impl Into<Cow<'static, str>>, value: Secret) -> Box<Self> {
        self.headers.push((name.into(), value));
        self
    }

    /// With the credential that a session holds, where a header carries it and the call has none of that name yet.
    #[must_use]
    pub fn credential(self: Box<Self>, carrier: &Carrier, held: &Held) -> Box<Self> {
        let value = held.access.as_deref().and_then(|token| carrier.value(token));
        match (carrier.header(), value) {
            (Some(name), Some(value)) if !self.has(name) => self.header(String::from(name), value),
            _ => self,
        }
    }

    /// Whether it has a header of a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// With a form as the body; members without a value are left out.
    #[must_use]
    pub fn form(mut self: Box<Self>, members: &[(&str, Option<&str>)]) -> Box<Self> {
        self.body = Some(template::plain_form(members));
        self.header("Content-Type", "application/x-www-form-urlencoded".into())
    }

    /// With a JSON object of strings as the body; members without a value are left out.
    #[must_use]
    pub fn json(mut self: Box<Self>, members: &[(&str, Option<&str>)]) -> Box<Self> {
        self.body = Some(write_object(members).into());
        self.header("Content-Type", "application/json".into())
    }
}

/// The longest escape of one byte is `\u00XX`: six bytes. Room for the worst case is reserved up front,
/// because a buffer that grows leaves an unzeroed copy of the password behind.
fn write_object(members: &[(&str, Option<&str>)]) -> String {
    let room: usize =
        members.iter().map(|(name, value)| 8 + (name.len() + value.map_or(0, str::len)) * 6).sum();
    let mut json = String::with_capacity(room + 2);
    json.push('{');
    for (name, value) in members {
        if let Some(value) = value {
            if json.len() > 1 {
                json.push(',');
            }
            write_string(&mut json, name);
            json.push(':');
            write_string(&mut json, value);
        }
    }
    json.push('}');
    json
}

/// What `fetch` sends byte-exact in a header: Latin-1 without control characters, and no blank at either end.
pub(super) fn is_header_value(text: &str) -> bool {
    let bytes = text.as_bytes();
    let blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    // U+00FF, the last of Latin-1, is C3 BF in UTF-8; what comes after it begins with C4 or more.
    bytes.iter().all(|byte| *byte <= 0xc3 && (!byte.is_ascii_control() || *byte == b'\t'))
        && !blank(bytes.first())
        && !blank(bytes.last())
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use alloc::string::String;

    use super::write_object;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bodies_are_json_and_byte_exact(value in any::<String>(), name in "[a-z_]{1,12}") {
            let json = write_object(&[(&name, Some(&value)), ("left_out", None)]);
            let back: serde_json::Value = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(back.get(&name).and_then(|text| text.as_str()), Some(value.as_str()));
            prop_assert_eq!(back.as_object().map(serde_json::Map::len), Some(1));
        }
    }

    /// R30: no buffer with the password in it is moved, which would leave a copy behind.
    #[test]
    fn r30_a_body_never_outgrows_its_first_buffer() {
        let worst = "\u{1}\"\\é".repeat(500);
        let json = write_object(&[("password", Some(&worst))]);
        assert!(json.capacity() <= 8 + ("password".len() + worst.len()) * 6 + 2 + 8);
    }
}
