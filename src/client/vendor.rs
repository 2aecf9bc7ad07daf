//! Which API a session is with.

use alloc::string::String;

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use super::{AuthError, Code, scripts};

/// Which API a session is with: one that hallpass knows, or any other with a login, which is described.
///
/// ```
/// use hallpass::Vendor;
///
/// let vendor = Vendor::Ethgas;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Vendor {
    /// Ocient.
    Ocient,
    /// Lenses HQ.
    Lenses,
    /// PEGASE3.
    Pegase3,
    /// ETHGAS, by user name and password; or by a wallet, with [`Options::wallet`](super::Options::wallet).
    Ethgas,
    /// Any other API with a login: see [`Vendor::described`].
    Described(Description),
}

/// A description that was checked: see [`Vendor::described`].
///
/// ```
/// # fn look(vendor: &hallpass::Vendor) {
/// if let hallpass::Vendor::Described(description) = vendor {
///     println!("{}", description.name());
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Description {
    name: String,
    described: JsValue,
}

impl Description {
    /// The name that the description gives the API.
    ///
    /// ```
    /// # fn look(description: &hallpass::Description) {
    /// assert_eq!(description.name(), "acme");
    /// # }
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Vendor {
    /// An API that is described in data: anything that serializes to a `VendorDescription`, with the member names of the JavaScript API
    /// ("An API of your own" in the documentation). A member that is `None` or null counts as left out; in a call's `json`, it is sent as
    /// null.
    ///
    /// Fails with [`Code::InvalidOptions`], naming the member; with [`Code::Unsupported`] natively, as on a server that renders pages.
    ///
    /// ```
    /// # use hallpass::{AuthError, Vendor};
    /// # fn describe() -> Result<Vendor, AuthError> {
    /// Vendor::described(&serde_json::json!({
    ///     "name": "acme",
    ///     "credential": "bearer",
    ///     "login": { "path": "login", "json": { "user": "{username}", "pass": "{password}" } },
    ///     "grant": { "access": "token" },
    /// }))
    /// # }
    /// ```
    pub fn described<T: Serialize + ?Sized>(description: &T) -> Result<Self, AuthError> {
        scripts::reachable()?;
        // Maps become Maps of JavaScript's, of which the scripts make objects: an object's keys must be texts, and those of
        // `errors.statuses` are numbers. They also take null for what is left out; as undefined, it would be lost in a call's body.
        let serializer = Serializer::new().serialize_missing_as_null(true);
        let description = description.serialize(&serializer).map_err(|_| {
            AuthError::new(
                Code::InvalidOptions,
                "The description must be one that serializes to an object of texts and numbers.",
            )
        })?;
        let described = scripts::described(&description).map_err(|error| AuthError::thrown(&error))?;
        let name = js_sys::Reflect::get(&described, &"name".into()).ok().and_then(|name| name.as_string());
        Ok(Self::Described(Description { name: name.unwrap_or_default(), described }))
    }

    /// As the scripts take it.
    pub(super) fn into_js(self) -> JsValue {
        match self {
            Self::Ocient => "ocient".into(),
            Self::Lenses => "lenses".into(),
            Self::Pegase3 => "pegase3".into(),
            Self::Ethgas => "ethgas".into(),
            Self::Described(description) => description.described,
        }
    }
}
