//! Addresses, as the browser's URL parser understands them.

use web_sys::Url;

use crate::session::Place;

/// A host that exists nowhere (RFC 2606): what is still on it after parsing named no host of its own.
const NOWHERE: &str = "hallpass.invalid";

/// The vendor's address: an origin and a path prefix.
#[derive(Clone, Debug)]
pub struct Base {
    scheme: String,
    place: Place,
}

impl Base {
    /// Parses and checks an address (R4). `Err` says what was expected.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::new(text).map_err(|_| "an absolute URL, such as https://api.example.com")?;
        let scheme = url.protocol();
        let loopback = matches!(url.hostname().as_str(), "localhost" | "127.0.0.1" | "[::1]");
        if scheme != "https:" && !(scheme == "http:" && loopback) {
            return Err("an https address (http only on localhost, 127.0.0.1 and [::1])");
        }
        if !url.username().is_empty() || !url.password().is_empty() {
            return Err("an address without user name and password");
        }
        if url.href().contains(['?', '#']) {
            return Err("an address without query and fragment");
        }
        let path = url.pathname();
        let place = Place { origin: origin(&url), path: path.trim_end_matches('/').into() };
        Ok(Self { scheme, place })
    }

    /// The origin and the prefix; the prefix is empty or starts with a slash and ends without one.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// The address as text, without a trailing slash.
    #[must_use]
    pub fn text(&self) -> String {
        [self.place.origin.as_str(), &self.place.path].concat()
    }

    /// What an input means: its full address and its place, as the URL parser says. An input that names no host is
    /// appended to this address, prefix kept: its dot segments end at the prefix. `None`: not a URL, one with a user
    /// name or password in it, or one of another scheme than http(s).
    #[must_use]
    pub fn resolve(&self, input: &str) -> Option<(String, Place)> {
        let nowhere = [&self.scheme, "//", NOWHERE].concat();
        let url = Url::new_with_base(input, &nowhere).ok()?;
        if url.host() != NOWHERE {
            return Some((url.href(), place(&url)?));
        }
        let path = [self.place.path.as_str(), &url.pathname()].concat();
        let href = [&self.place.origin, path.as_str(), &url.search(), &url.hash()].concat();
        Some((href, Place { origin: self.place.origin.clone(), path }))
    }
}

/// The place of a parsed URL. `None` for other schemes than http(s): a `blob:` URL claims the origin of the page that
/// made it. `None` also for user info, which `fetch` refuses.
#[must_use]
pub fn place(url: &Url) -> Option<Place> {
    let web = matches!(url.protocol().as_str(), "https:" | "http:");
    let anonymous = url.username().is_empty() && url.password().is_empty();
    (web && anonymous).then(|| Place { origin: origin(url), path: url.pathname() })
}

fn origin(url: &Url) -> String {
    [&url.protocol(), "//", &url.host()].concat()
}
