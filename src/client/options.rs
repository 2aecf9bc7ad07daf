//! What a session is opened with.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use js_sys::{Array, Function};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::{Storage, Vendor};
use crate::export::{put, put_text, without_prototype};

/// What a session is opened with. Checked by [`Session::open`](super::Session::open), which names what is wrong.
///
/// ```
/// use std::time::Duration;
/// use hallpass::{Options, Storage, Vendor};
///
/// let options = Options::new(Vendor::Ocient, "https://sql0.example.com")
///     .storage(Storage::Local)
///     .timeout(Duration::from_secs(5));
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    vendor: Vendor,
    base_url: String,
    storage: Storage,
    account: Option<String>,
    allow: Vec<String>,
    renew: Renew,
    wallet: bool,
    timeout: Option<Duration>,
    endpoints: Endpoints,
    idle: Option<Duration>,
    max_age: Option<Duration>,
    fetch: Option<Function>,
}

/// When a session is renewed.
///
/// ```
/// # use hallpass::{Options, Renew, Vendor};
/// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").renew(Renew::Manual);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Renew {
    /// Ahead of its end, and after a rejected token.
    #[default]
    Auto,
    /// Only by [`Session::refresh`](super::Session::refresh).
    Manual,
}

/// Paths that differ at a deployment, relative to the base URL.
///
/// ```
/// use hallpass::Endpoints;
///
/// let mut endpoints = Endpoints::default();
/// endpoints.logout = Some("api/v1/logout".into());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Endpoints {
    /// Where people sign in.
    pub login: Option<String>,
    /// Where tokens are renewed.
    pub refresh: Option<String>,
    /// Where people sign out.
    pub logout: Option<String>,
    /// Where the vendor tells whether a session is alive.
    pub check: Option<String>,
}

impl Options {
    /// The vendor and its address: https, or http on localhost, 127.0.0.1 and `[::1]`; maybe with a path.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Pegase3, "https://pegase.example.com/api");
    /// ```
    #[must_use]
    pub fn new(vendor: Vendor, base_url: impl Into<String>) -> Self {
        Self {
            vendor,
            base_url: base_url.into(),
            storage: Storage::default(),
            account: None,
            allow: Vec::new(),
            renew: Renew::default(),
            wallet: false,
            timeout: None,
            endpoints: Endpoints::default(),
            idle: None,
            max_age: None,
            fetch: None,
        }
    }

    /// Where tokens live. Default: in memory.
    ///
    /// ```
    /// # use hallpass::{Options, Storage, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").storage(Storage::Encrypted);
    /// ```
    #[must_use]
    pub fn storage(mut self, storage: Storage) -> Self {
        self.storage = storage;
        self
    }

    /// Tells apart several sessions with the same vendor and address. Default: `"default"`.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").account("reporting");
    /// ```
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// One more address whose requests may carry the credential, with all paths below it.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").allow("https://sql1.example.com");
    /// ```
    #[must_use]
    pub fn allow(mut self, prefix: impl Into<String>) -> Self {
        self.allow.push(prefix.into());
        self
    }

    /// When the session is renewed. Default: [`Renew::Auto`].
    ///
    /// ```
    /// # use hallpass::{Options, Renew, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").renew(Renew::Manual);
    /// ```
    #[must_use]
    pub fn renew(mut self, renew: Renew) -> Self {
        self.renew = renew;
        self
    }

    /// ethgas: people sign in with a wallet, by [`Credentials::wallet`](super::Credentials::wallet). Default: by a user name and a password.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Ethgas, "https://ethgas.example.com").wallet();
    /// ```
    #[must_use]
    pub fn wallet(mut self) -> Self {
        self.wallet = true;
        self
    }

    /// How long each call that hallpass makes to the vendor itself may take. Default: ten seconds.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").timeout(std::time::Duration::from_secs(5));
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Paths that differ at this deployment.
    ///
    /// ```
    /// # use hallpass::{Endpoints, Options, Vendor};
    /// let mut endpoints = Endpoints::default();
    /// endpoints.check = Some("health".into());
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").endpoints(endpoints);
    /// ```
    #[must_use]
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = endpoints;
        self
    }

    /// Ends the session when nobody has used it for so long, in any tab. Default: never.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").idle(std::time::Duration::from_secs(900));
    /// ```
    #[must_use]
    pub fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Ends the session so long after the login, whatever is renewed. Default: never.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").max_age(std::time::Duration::from_secs(28_800));
    /// ```
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }

    /// The `fetch` that requests are made with. Default: the page's, as it is at each call.
    ///
    /// ```
    /// # use hallpass::{Options, Vendor};
    /// # fn instrumented(fetch: js_sys::Function) {
    /// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").fetch(fetch);
    /// # }
    /// ```
    #[must_use]
    pub fn fetch(mut self, fetch: Function) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// As the scripts take them.
    pub(super) fn into_js(self) -> JsValue {
        let options = without_prototype();
        put(&options, "vendor", &self.vendor.into_js());
        put_text(&options, "baseUrl", Some(&self.base_url));
        put(&options, "storage", &self.storage.into_js());
        put_text(&options, "account", self.account.as_deref());
        if !self.allow.is_empty() {
            put(
                &options,
                "allow",
                &self.allow.iter().map(|prefix| JsValue::from_str(prefix)).collect::<Array>(),
            );
        }
        if self.renew == Renew::Manual {
            put_text(&options, "renew", Some("manual"));
        }
        if self.wallet {
            put_text(&options, "flow", Some("wallet"));
        }
        for (name, limit) in [("timeoutMs", self.timeout), ("idleMs", self.idle), ("maxAgeMs", self.max_age)]
        {
            if let Some(limit) = limit {
                put(&options, name, &(limit.as_secs_f64() * 1_000.0).into());
            }
        }
        put(&options, "endpoints", &self.endpoints.into_js());
        if let Some(fetch) = self.fetch {
            put(&options, "fetch", &fetch);
        }
        options
    }
}

impl Endpoints {
    fn into_js(self) -> JsValue {
        let paths = without_prototype();
        put_text(&paths, "login", self.login.as_deref());
        put_text(&paths, "refresh", self.refresh.as_deref());
        put_text(&paths, "logout", self.logout.as_deref());
        put_text(&paths, "check", self.check.as_deref());
        paths
    }
}
