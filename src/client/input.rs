//! What can be sent.

use alloc::string::String;

use gloo_net::http::{Request, RequestBuilder};

use super::AuthError;

/// What [`Session::fetch`](super::Session::fetch) and [`Session::json`](super::Session::json) send: a path, a [`Request`] or a
/// [`RequestBuilder`].
///
/// ```
/// use hallpass::Input;
///
/// let path = Input::from("/api/v1/topics");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// A path below the base URL or a full address, by `GET`.
    Path(String),
    /// A request of gloo-net's.
    Built(Request),
    /// A request that could not be built; sending it fails with this.
    Unbuilt(AuthError),
}

impl From<&str> for Input {
    fn from(path: &str) -> Self {
        Self::Path(path.into())
    }
}

impl From<String> for Input {
    fn from(path: String) -> Self {
        Self::Path(path)
    }
}

impl From<&String> for Input {
    fn from(path: &String) -> Self {
        Self::Path(path.clone())
    }
}

impl From<Request> for Input {
    fn from(request: Request) -> Self {
        Self::Built(request)
    }
}

impl From<RequestBuilder> for Input {
    fn from(builder: RequestBuilder) -> Self {
        builder.build().map_or_else(|error| Self::Unbuilt(error.into()), Self::Built)
    }
}
