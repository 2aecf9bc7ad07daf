//! The one kind of error.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::{Code, VendorCode, scripts};

/// What happened, as one kind of error for all vendors and operations. Its sentence never holds a token, a password or a full address.
/// Where it is serialized, it has the vendor's words, too: see [`detail`](Self::detail).
///
/// ```
/// use hallpass::{AuthError, Code};
///
/// fn words(error: &AuthError) -> String {
///     match error.code() {
///         Code::InvalidCredentials => "Wrong user name or password.".to_owned(),
///         Code::RateLimited | Code::VendorUnavailable => "Please try again later.".to_owned(),
///         _ => error.to_string(),
///     }
/// }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AuthError {
    /// Boxed, so that a `Result` with it stays small.
    details: Box<Details>,
}

/// What is known of a failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    code: Code,
    message: String,
    vendor: Option<String>,
    status: Option<u16>,
    vendor_code: Option<VendorCode>,
    #[serde(default)]
    fields: Option<Vec<Field>>,
    sso_url: Option<String>,
    detail: Option<String>,
    request_id: Option<String>,
    retry_after_ms: Option<f64>,
    cause: Option<String>,
}

/// A field that was refused. Its title may be the vendor's, and repeat what was typed: show it as text.
///
/// ```
/// # fn show(error: &hallpass::AuthError) {
/// for field in error.fields() {
///     println!("{}: {}", field.name, field.title);
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// What is wrong with it, for programs.
    pub code: String,
    /// What is wrong with it, for people.
    pub title: String,
    /// The field's place in what was sent, if the vendor tells it.
    pub pointer: Option<String>,
}

impl AuthError {
    /// What happened, to match on.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// if error.code() == hallpass::Code::NotSignedIn {
    ///     println!("Please sign in.");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn code(&self) -> Code {
        self.details.code
    }

    /// The vendor's name, where the failure is one of its operations.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// assert_eq!(error.vendor(), Some("lenses"));
    /// # }
    /// ```
    #[must_use]
    pub fn vendor(&self) -> Option<&str> {
        self.details.vendor.as_deref()
    }

    /// The HTTP status, where there was one.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// let is_missing = error.status() == Some(404);
    /// # }
    /// ```
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.details.status
    }

    /// The vendor's own code, where it gave one.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// let is_starting = error.vendor_code() == Some(&hallpass::VendorCode::Number(-908));
    /// # }
    /// ```
    #[must_use]
    pub fn vendor_code(&self) -> Option<&VendorCode> {
        self.details.vendor_code.as_ref()
    }

    /// The fields that were refused.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// let wrong = error.fields().iter().any(|field| field.name == "username");
    /// # }
    /// ```
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        self.details.fields.as_deref().unwrap_or_default()
    }

    /// lenses: an http(s) address that the person may go to instead.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// if let Some(address) = error.sso_url() {
    ///     println!("Sign in at {address}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn sso_url(&self) -> Option<&str> {
        self.details.sso_url.as_deref()
    }

    /// The vendor's own words, at most 500 characters. To show as text, not to log: they may repeat what was typed.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// println!("The vendor says: {}", error.detail().unwrap_or("nothing"));
    /// # }
    /// ```
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.details.detail.as_deref()
    }

    /// lenses: the id under which the vendor logged the request.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// println!("{error} (request {})", error.request_id().unwrap_or("unknown"));
    /// # }
    /// ```
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.details.request_id.as_deref()
    }

    /// How long to wait before trying again, in ms.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// let seconds = error.retry_after_ms().map(|ms| ms / 1_000.0);
    /// # }
    /// ```
    #[must_use]
    pub fn retry_after_ms(&self) -> Option<f64> {
        self.details.retry_after_ms
    }

    /// What the platform, the wallet or the like said, where that is known to quote neither an address nor a header. For whoever looks for
    /// the reason: it is in neither `Display` nor `Debug`, as it may come from the page's own scripts.
    ///
    /// ```
    /// # fn look(error: &hallpass::AuthError) {
    /// println!("{error} (because: {})", error.cause().unwrap_or("unknown"));
    /// # }
    /// ```
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.details.cause.as_deref()
    }

    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        let details = Details {
            code,
            message: message.into(),
            vendor: None,
            status: None,
            vendor_code: None,
            fields: None,
            sso_url: None,
            detail: None,
            request_id: None,
            retry_after_ms: None,
            cause: None,
        };
        Self { details: Box::new(details) }
    }

    /// Reads what the scripts have thrown. Whatever is no `AuthError` of theirs becomes [`Code::Internal`].
    pub(super) fn thrown(error: &JsValue) -> Self {
        let details = scripts::details_of(error).unwrap_or(JsValue::UNDEFINED);
        serde_wasm_bindgen::from_value(details).unwrap_or_else(|_| Self::internal())
    }

    pub(super) fn internal() -> Self {
        Self::new(
            Code::Internal,
            "hallpass met a fault of its own; report it, and reload the page if it goes on.",
        )
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.details.message)
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details {
            code,
            message,
            vendor,
            status,
            vendor_code,
            fields,
            sso_url,
            detail: _,
            request_id,
            retry_after_ms,
            cause: _,
        } = &*self.details;
        // `detail` and `cause` are left out: this gets logged, and the words of others may repeat what was typed.
        out.debug_struct("AuthError")
            .field("code", code)
            .field("message", message)
            .field("vendor", vendor)
            .field("status", status)
            .field("vendor_code", vendor_code)
            .field("fields", &fields.as_ref().map(Vec::len))
            .field("sso_url", sso_url)
            .field("request_id", request_id)
            .field("retry_after_ms", retry_after_ms)
            .finish_non_exhaustive()
    }
}

impl core::error::Error for AuthError {}

/// What gloo-net could not do: build a request, or read a reply that [`Session::fetch`](super::Session::fetch) gave. Its words are left
/// out, as they may quote what was to be sent, or what came.
impl From<gloo_net::Error> for AuthError {
    fn from(error: gloo_net::Error) -> Self {
        let (code, message) = match error {
            // serde_json gives an error of reading a line number. One that a type's own code raises may lack it, in reading and in writing
            // alike. It is taken for one of reading, as most are: each `untagged` enum raises such errors.
            gloo_net::Error::SerdeError(error) if error.line() > 0 || error.is_data() => (
                Code::MalformedReply,
                "The JSON does not fit its type; compare it with what the vendor documents.",
            ),
            gloo_net::Error::JsError(error) if matches!(&*error.name, "AbortError" | "TimeoutError") => (
                Code::Aborted,
                "The reply was given up by its request's own signal; send the request again if it is wanted.",
            ),
            // Browsers throw a TypeError for a request that can't be built, for a reply that is read twice, and for a broken connection.
            // Only the message tells the last one apart.
            gloo_net::Error::JsError(error) if error.name != "TypeError" || is_of_network(&error.message) => {
                (
                    Code::Network,
                    "The reply could not be read to its end; check the connection, and send the request again.",
                )
            }
            gloo_net::Error::JsError(_) => (
                Code::InvalidOptions,
                "The request could not be built, or its reply was read before; check the request's address, headers and body, and \
                 read a reply once.",
            ),
            gloo_net::Error::SerdeError(_) | gloo_net::Error::GlooError(_) => {
                (Code::InvalidOptions, "The request could not be built; check its address, headers and body.")
            }
        };
        Self::new(code, message)
    }
}

/// Whether a message of the platform's speaks of the network: those of Chromium, Firefox, `WebKit` and Node. They have no other mark.
fn is_of_network(message: &str) -> bool {
    matches!(
        message.trim_end_matches('.'),
        "network error"
            | "Failed to fetch"
            | "NetworkError when attempting to fetch resource"
            | "Content-Length header of network response exceeds response Body"
            | "Error in input stream"
            | "Load failed"
            | "The network connection was lost"
            | "A network error occurred"
            | "terminated"
            | "fetch failed"
    )
}
