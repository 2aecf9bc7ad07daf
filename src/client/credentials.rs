//! What signs somebody in.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use zeroize::Zeroizing;

use super::scripts;
use crate::export::{put, without_prototype};

/// A user name and a password, or what else a vendor takes. The texts are zeroed when they are dropped; the browser's copies can't be.
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
    interactive: Option<Interactive>,
}

/// What asks the person, where texts are not enough.
#[derive(Clone)]
enum Interactive {
    /// Shows the person the prompt.
    Device(Rc<dyn Fn(DevicePrompt)>),
    /// The wallet's provider.
    Wallet(JsValue),
}

/// What the person is shown to sign in on another device: see [`Credentials::device`].
///
/// ```
/// fn show(prompt: hallpass::DevicePrompt) {
///     println!("Open {} and type {}", prompt.verification_uri, prompt.user_code);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct DevicePrompt {
    /// The code to type there, or to compare.
    pub user_code: String,
    /// Where to go: an http(s) address.
    pub verification_uri: String,
    /// The same with the code in it, for a QR code, if the vendor tells one.
    pub verification_uri_complete: Option<String>,
}

/// What the scripts call with a prompt. A prompt that can't be read ends the login.
type Show = dyn Fn(JsValue) -> Result<(), JsValue>;

/// Credentials as the scripts take them, with the closure that they may call. It must not be dropped before the login has ended.
pub(super) struct Handed {
    pub(super) value: JsValue,
    _show: Option<Closure<Show>>,
}

impl Credentials {
    /// A user name and a password: what most vendors take. The password is a `String` or a `Zeroizing<String>`.
    ///
    /// ```
    /// # let typed = String::new();
    /// let credentials = hallpass::Credentials::new("jdoe", typed);
    /// ```
    #[must_use]
    pub fn new(username: impl Into<String>, password: impl Into<Zeroizing<String>>) -> Self {
        Self::texts([("username", username.into().into()), ("password", password.into())])
    }

    /// ocient: a token of the customer's identity provider, an `id_token`, and the database.
    ///
    /// ```
    /// # let token = String::new();
    /// let credentials = hallpass::Credentials::id_token(token, "retail_analytics");
    /// ```
    #[must_use]
    pub fn id_token(token: impl Into<Zeroizing<String>>, database: impl Into<String>) -> Self {
        Self::texts([("idToken", token.into()), ("database", database.into().into())])
    }

    /// ocient: the same by an `access_token`.
    ///
    /// ```
    /// # let token = String::new();
    /// let credentials = hallpass::Credentials::access_token(token, "retail_analytics");
    /// ```
    #[must_use]
    pub fn access_token(token: impl Into<Zeroizing<String>>, database: impl Into<String>) -> Self {
        Self::texts([("accessToken", token.into()), ("database", database.into().into())])
    }

    /// ocient: the person says yes on another device. `show` is called once, with what the person has to open there. The login waits for
    /// the answer as long as its future lives; a no is [`Code::Cancelled`](super::Code::Cancelled). Takes [`database`](Self::database), too.
    ///
    /// ```
    /// let credentials = hallpass::Credentials::device(|prompt| println!("{}: {}", prompt.verification_uri, prompt.user_code));
    /// ```
    #[must_use]
    pub fn device(show: impl Fn(DevicePrompt) + 'static) -> Self {
        Self { values: Vec::new(), interactive: Some(Interactive::Device(Rc::new(show))) }
    }

    /// ethgas, where the session is opened with [`Options::wallet`](super::Options::wallet): a provider of EIP-1193, as pages find it in
    /// `window.ethereum` or by EIP-6963. The account is the first that it offers, or [`address`](Self::address).
    ///
    /// ```
    /// # fn credentials(ethereum: wasm_bindgen::JsValue) -> hallpass::Credentials {
    /// hallpass::Credentials::wallet(ethereum).address("0x52908400098527886E0F7030069857D2E4169EE7")
    /// # }
    /// ```
    #[must_use]
    pub fn wallet(provider: impl Into<JsValue>) -> Self {
        Self { values: Vec::new(), interactive: Some(Interactive::Wallet(provider.into())) }
    }

    fn texts<const N: usize>(values: [(&'static str, Zeroizing<String>); N]) -> Self {
        Self { values: values.map(|(name, value)| (name.into(), value)).into(), interactive: None }
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
        let values = values.into_iter().map(|(name, value)| (name.into().into(), value.into())).collect();
        Self { values, interactive: None }
    }

    /// ocient: the database. `"system"` at the vendor where none is given.
    ///
    /// ```
    /// # let password = String::new();
    /// let credentials = hallpass::Credentials::new("jdoe", password).database("retail_analytics");
    /// ```
    #[must_use]
    pub fn database(self, database: impl Into<String>) -> Self {
        self.with("database", database.into())
    }

    /// lenses: echoed to the vendor, which answers with where to go next.
    ///
    /// ```
    /// # let password = String::new();
    /// let credentials = hallpass::Credentials::new("jdoe", password).redirection_token("abc");
    /// ```
    #[must_use]
    pub fn redirection_token(self, token: impl Into<String>) -> Self {
        self.with("redirectionToken", token.into())
    }

    /// With a [`wallet`](Self::wallet): the account to sign with.
    ///
    /// ```
    /// # fn credentials(ethereum: wasm_bindgen::JsValue) -> hallpass::Credentials {
    /// hallpass::Credentials::wallet(ethereum).address("0x52908400098527886E0F7030069857D2E4169EE7")
    /// # }
    /// ```
    #[must_use]
    pub fn address(self, address: impl Into<String>) -> Self {
        self.with("address", address.into())
    }

    /// With a [`wallet`](Self::wallet): what the vendor is to call a new user.
    ///
    /// ```
    /// # fn credentials(ethereum: wasm_bindgen::JsValue) -> hallpass::Credentials {
    /// hallpass::Credentials::wallet(ethereum).name("J. Doe")
    /// # }
    /// ```
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.with("name", name.into())
    }

    fn with(mut self, name: &'static str, value: String) -> Self {
        self.values.push((name.into(), value.into()));
        self
    }

    /// As the scripts take them. Rust's copies are zeroed.
    pub(super) fn into_js(self) -> Handed {
        let value = without_prototype();
        for (name, text) in &self.values {
            put(&value, name, &JsValue::from_str(text));
        }
        let mut called = None;
        match self.interactive {
            Some(Interactive::Device(show)) => {
                let show: Closure<Show> = Closure::wrap(Box::new(move |prompt: JsValue| {
                    show(serde_wasm_bindgen::from_value(scripts::without_prototype(&prompt)?)?);
                    Ok(())
                }));
                put(&value, "device", show.as_ref());
                called = Some(show);
            }
            Some(Interactive::Wallet(provider)) => put(&value, "wallet", &provider),
            None => {}
        }
        Handed { value, _show: called }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Credentials ")?;
        let interactive = self.interactive.as_ref().map(|member| match member {
            Interactive::Device(_) => "device",
            Interactive::Wallet(_) => "wallet",
        });
        out.debug_set().entries(self.values.iter().map(|(name, _)| &**name).chain(interactive)).finish()
    }
}
