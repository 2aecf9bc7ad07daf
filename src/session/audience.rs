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
    if !path.contains('%') {
        return false;
    }
    let mut decoded = path.to_ascii_lowercase();
    // Twice, as some servers decode twice: %252e%252e%252f.
    for _ in 0..2 {
        decoded = decoded.replace("%25", "%").replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    }
    decoded.split('/').any(|segment| segment == "..")
}
