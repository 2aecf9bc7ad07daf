//! A request to a vendor, as a value.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::Secret;
use super::write::write_string;

/// What hallpass does at a vendor. Also says where a failure happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
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

impl Operation {
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

/// A request that hallpass makes to a vendor. Where it goes follows from the operation
/// ([`Paths`](super::Paths)); whether cookies go along follows from the vendor's
/// [`Carrier`](super::Carrier). May hold a password: its buffers are zeroed when it is dropped.
#[derive(Debug)]
pub struct Call {
    /// What it is for.
    pub operation: Operation,
    /// The HTTP method.
    pub method: &'static str,
    /// Header names and values. Values are Latin-1, checked before they get here.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body, if any: JSON.
    pub body: Option<Secret>,
}

impl Call {
    /// A call without headers or body. Boxed, as it is handed from function to function.
    #[must_use]
    pub fn new(operation: Operation, method: &'static str) -> Box<Self> {
        Box::new(Self { operation, method, headers: Vec::new(), body: None })
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self: Box<Self>, name: &'static str, value: Secret) -> Box<Self> {
        self.headers.push((name, value));
        self
    }

    /// With `Authorization: Bearer`, as RFC 6750 writes it.
    #[must_use]
    pub fn bearer(self: Box<Self>, token: &str) -> Box<Self> {
        self.header("Authorization", ["Bearer ", token].concat().into())
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
