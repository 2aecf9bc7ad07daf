//! What signs somebody in.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use wasm_bindgen::JsValue;
use zeroize::Zeroizing;

use crate::export::{bare, put};

/// A user name and a password, or what else a vendor takes. All of it is zeroed when it goes; the copy that the browser is given can't be.
///
/// ```
/// use hallpass::Credentials;
///
/// let password = String::from("correct horse");
/// let credentials = Credentials::new("jdoe", password).database("retail_analytics");
/// assert!(!format!("{credentials:?}").contains("horse"));
/// ```
#[derive(Clone)]
pub struct Credentials {
    values: Vec<(Cow<'static, str>, Zeroizing<String>)>,
}

impl Credentials {
    /// A user name and a password: what all vendors take. The password is a `String` or a `Zeroizing<String>`.
    ///
    /// ```
    /// # let typed = String::new();
    /// let credentials = hallpass::Credentials::new("jdoe", typed);
    /// ```
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Zeroizing<String>>) -> Self {
        Self {
            values: [("username".into(), username.into().into()), ("password".into(), password.into())]
                .into(),
        }
    }

    /// What a described vendor takes: a value for each place in the templates of its login.
    ///
    /// ```
    /// # let (email, pin) = (String::new(), String::new());
    /// let credentials = hallpass::Credentials::named([("email", email), ("pin", pin)]);
    /// ```
    #[must_use]
    pub fn named<N: Into<String>, V: Into<Zeroizing<String>>>(
        values: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self { values: values.into_iter().map(|(name, value)| (name.into().into(), value.into())).collect() }
    }

    /// ocient: the database. `"system"` at the vendor where none is given.
    ///
    /// ```
    /// # let password = String::new();
    /// let credentials = hallpass::Credentials::new("jdoe", password).database("retail_analytics");
    /// ```
    #[must_use]
    pub fn database(mut self, database: impl Into<String>) -> Self {
        self.values.push(("database".into(), database.into().into()));
        self
    }

    /// lenses: echoed by the vendor, which answers with where to go next.
    ///
    /// ```
    /// # let password = String::new();
    /// let credentials = hallpass::Credentials::new("jdoe", password).redirection_token("abc");
    /// ```
    #[must_use]
    pub fn redirection_token(mut self, token: impl Into<String>) -> Self {
        self.values.push(("redirectionToken".into(), token.into().into()));
        self
    }

    /// As the scripts take them. Rust's copies are zeroed.
    pub(super) fn into_js(self) -> JsValue {
        let object = bare();
        for (name, value) in &self.values {
            put(&object, name, &JsValue::from_str(value));
        }
        object
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials ")?;
        out.debug_set().entries(self.values.iter().map(|(name, _)| name)).finish()
    }
}
