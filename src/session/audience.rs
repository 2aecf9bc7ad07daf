//! Who may be sent the credential.

/// A parsed address: what the URL parser made of it, never its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Scheme, host and port, normalised: `https://api.example.com:8443`.
    pub origin: String,
    /// The path, normalised, with its leading slash.
    pub path: String,
}

/// The URL prefixes that may be sent the credential: `baseUrl` and `allow`.
#[derive(Clone, Debug, Default)]
pub struct Audience {
    prefixes: Vec<Place>,
}

impl Audience {
    /// The audience of these prefixes.
    #[must_use]
    pub const fn new(prefixes: Vec<Place>) -> Self {
        Self { prefixes }
    }

    /// Whether a target lies at or below one of the prefixes, by whole path segments: `/api` admits `/api` and
    /// `/api/x`, not `/apix`.
    ///
    /// A path whose encoded slashes hide a `..` is admitted nowhere but under a bare origin: the URL parser leaves
    /// `..%2f` alone, but many servers decode it and walk out of the prefix.
    #[must_use]
    pub fn admits(&self, target: &Place) -> bool {
        self.prefixes.iter().any(|prefix| {
            let folder = prefix.path.trim_end_matches('/');
            prefix.origin == target.origin
                && target.path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                && (folder.is_empty() || !has_hidden_parent(&target.path))
        })
    }
}

/// Whether a path, once its encoded dots, slashes and backslashes are decoded, has a `..` segment. A normalised path
/// has none in the open.
#[must_use]
pub fn has_hidden_parent(path: &str) -> bool {
    // Twice, as some servers decode twice: %252e%252e%252f.
    let decoded = decode(&decode(path.as_bytes()));
    decoded.split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| segment == b"..")
}

/// Decodes every `%xx` once.
fn decode(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escape = match (first, after) {
            (b'%', [high, low, ..]) => digit(high).zip(digit(low)),
            _ => None,
        };
        match escape {
            Some((high, low)) => {
                decoded.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}
