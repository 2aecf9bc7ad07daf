//! Who may be sent the credential.

use alloc::string::String;
use alloc::vec::Vec;

/// The URL prefixes that may be sent the credential: `baseUrl` and `allow`. Each is an origin and a path, as the URL parser
/// spells them (never as they were written), without a slash at the end.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    /// `baseUrl` first.
    prefixes: Vec<String>,
}

impl Audience {
    /// Admits `baseUrl` alone: its origin and path.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let mut audience = Self::default();
        audience.add(base);
        audience
    }

    /// Admits a prefix: an origin and a path in one text.
    pub fn add(&mut self, mut prefix: &str) {
        while let Some(shorter) = prefix.strip_suffix('/') {
            prefix = shorter;
        }
        self.prefixes.push(prefix.into());
    }

    /// Whether an address, as the URL parser spells it, lies at or below one of the prefixes, by whole path segments: `/api`
    /// admits `/api` and `/api/x`, not `/apix`.
    ///
    /// A path that hides a `..` is admitted nowhere but under a bare origin: the URL parser leaves `..%2f` and `..;/` alone,
    /// but many servers understand them and walk out of the prefix.
    #[must_use]
    pub fn admits(&self, address: &str) -> bool {
        let target = without_query(address);
        self.prefixes
            .iter()
            .any(|prefix| is_below(prefix, target) && (is_origin(prefix) || !has_hidden_parent(target)))
    }

    /// Whether an address lies at or below `baseUrl`.
    #[must_use]
    pub fn is_at_base(&self, address: &str) -> bool {
        self.prefixes.first().is_some_and(|base| is_below(base, without_query(address)))
    }
}

/// Whether a target lies at or below a prefix, by whole path segments.
fn is_below(prefix: &str, target: &str) -> bool {
    target.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// An address up to its query or fragment.
#[must_use]
pub fn without_query(address: &str) -> &str {
    // Byte by byte: `split` takes 230 bytes more of the WebAssembly.
    let end = address.bytes().position(|byte| matches!(byte, b'?' | b'#'));
    end.and_then(|end| address.get(..end)).unwrap_or(address)
}

/// Whether a prefix is an origin without a path: `https://host`.
fn is_origin(prefix: &str) -> bool {
    prefix.bytes().filter(|byte| *byte == b'/').count() == 2
}

/// Whether a path has a `..` segment once it is decoded. (The URL parser has resolved those that are written plainly.) A `..;`
/// counts, too: Tomcat and its like cut a segment off at a semicolon.
#[must_use]
pub fn has_hidden_parent(path: &str) -> bool {
    // Twice, as some servers decode twice: %252e%252e%252f.
    let decoded = decode(&decode(path.as_bytes()));
    decoded.split(|byte| matches!(byte, b'/' | b'\\' | b';')).any(|segment| segment == b"..")
}

/// Decodes every `%xx` once.
fn decode(encoded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        let code = match rest.as_slice() {
            [high, low, ..] if *byte == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        decoded.push(if let Some((high, low)) = code {
            rest.nth(1);
            high << 4 | low
        } else {
            *byte
        });
    }
    decoded
}

/// The value of a hexadecimal digit.
fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' | b'A'..=b'F' => Some((letter | 0x20) - b'a' + 10),
        _ => None,
    }
}
