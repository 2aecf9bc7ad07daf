//! The session. Each method calls the scripts' method of the same name, and gives it types.

use alloc::rc::Rc;
use alloc::string::String;
use core::fmt;

use gloo_net::http::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use super::abort::AbortOnDrop;
use super::scripts::{self, JsSession};
use super::{AuthError, Code, Credentials, Input, Options, State, Subscription};

/// One person's session with one vendor. Cheap to clone; when the last clone and the last [`Subscription`] are dropped, its timers and
/// listeners stop. Stored tokens stay.
///
/// A future that is dropped before its end gives up what it had begun, as an aborted `fetch` does
/// ([`access_token`](Session::access_token) alone has nothing to give up but its wait). A login that was given up may
/// have reached the vendor all the same; its outcome is dropped, unless only a slow storage was waited for: the state tells.
///
/// ```
/// # use hallpass::{AuthError, Credentials, Options, Session, Storage, Vendor};
/// # async fn sign_in(password: String) -> Result<(), AuthError> {
/// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").storage(Storage::Local);
/// let session = Session::open(options).await?;
/// session.login(Credentials::new("jdoe", password).database("retail_analytics")).await?;
/// assert!(session.state().is_signed_in());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Session {
    inner: Rc<Inner>,
}

/// Two are equal if they are clones of one another. Frameworks compare what they hand to components.
impl PartialEq for Session {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Session {}

/// What the clones share.
pub(super) struct Inner {
    js: JsSession,
    vendor: String,
    base_url: String,
}

/// What a login comes to.
///
/// ```
/// # async fn sign_in(session: &hallpass::Session, credentials: hallpass::Credentials) -> Result<(), hallpass::AuthError> {
/// let signed_in = session.login(credentials).await?;
/// println!("{:?} goes to {:?}", signed_in.state.user, signed_in.redirect_to);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SignedIn {
    /// The session's state, signed in.
    pub state: State,
    /// lenses: where to go next. Only ever a safe path on the base URL's origin.
    pub redirect_to: Option<String>,
}

/// What a logout comes to. The session is signed out here whatever this says.
///
/// ```
/// # async fn sign_out(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
/// if !session.logout().await?.revoked {
///     println!("Signed out here; the vendor has not confirmed it.");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SignedOut {
    /// Whether the vendor confirmed it.
    pub revoked: bool,
}

impl Session {
    /// Opens a session handle, and restores what the storage holds. Sends the vendor nothing, except to revoke a session that has outlasted
    /// [`idle`](Options::idle) or [`max_age`](Options::max_age).
    ///
    /// Fails with [`Code::InvalidOptions`], naming the option; with [`Code::Unsupported`] natively, as on a server that renders pages.
    ///
    /// ```
    /// # use hallpass::{AuthError, Options, Session, Vendor};
    /// # async fn open() -> Result<Session, AuthError> {
    /// Session::open(Options::new(Vendor::Lenses, "https://lenses.example.com")).await
    /// # }
    /// ```
    pub async fn open(options: Options) -> Result<Self, AuthError> {
        scripts::reachable()?;
        crate::export::begin().map_err(|error| AuthError::thrown(&error))?;
        let call = AbortOnDrop::new()?;
        let begun = scripts::opened(&options.into_js(), call.signal());
        let js: JsSession = call.end(begun).await?.unchecked_into();
        let text = |text: Result<String, JsValue>| text.map_err(|error| AuthError::thrown(&error));
        let (vendor, base_url) = (text(js.vendor())?, text(js.base_url())?);
        Ok(Self { inner: Rc::new(Inner { js, vendor, base_url }) })
    }

    /// The vendor's name; of a described one, the name in its description.
    ///
    /// ```
    /// # fn look(session: &hallpass::Session) {
    /// assert_eq!(session.vendor(), "ocient");
    /// # }
    /// ```
    #[must_use]
    pub fn vendor(&self) -> &str {
        &self.inner.vendor
    }

    /// The vendor's address, normalised, without a slash at the end.
    ///
    /// ```
    /// # fn look(session: &hallpass::Session) {
    /// assert_eq!(session.base_url(), "https://sql0.example.com");
    /// # }
    /// ```
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.inner.base_url
    }

    /// The state as it is now.
    ///
    /// ```
    /// # fn show(session: &hallpass::Session) {
    /// println!("{:?}", session.state().user);
    /// # }
    /// ```
    #[must_use]
    pub fn state(&self) -> State {
        let shown = scripts::state_of(self.js()).map_err(|error| AuthError::thrown(&error));
        shown.and_then(State::read).unwrap_or_else(|_| State::unknown())
    }

    /// Signs in. Sent once, never repeated by itself, since vendors lock accounts. The password is zeroed as soon as the scripts have it.
    ///
    /// Fails with [`Code::InvalidCredentials`], [`Code::InvalidRequest`] (see [`AuthError::fields`]), [`Code::Superseded`] by a newer login
    /// or a logout, and what else can happen to a call. A failed login leaves the present session as it is.
    ///
    /// ```
    /// # async fn sign_in(session: &hallpass::Session, password: String) -> Result<(), hallpass::AuthError> {
    /// session.login(hallpass::Credentials::new("jdoe", password)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn login(&self, credentials: Credentials) -> Result<SignedIn, AuthError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Destination {
            redirect_to: Option<String>,
        }
        let call = AbortOnDrop::new()?;
        let handed = credentials.into_js();
        let begun = self.js().login(&handed.value, &call.options());
        let Destination { redirect_to } = read(&call.end(begun).await?)?;
        drop(handed);
        Ok(SignedIn { state: self.state(), redirect_to })
    }

    /// Renews the token now. Callers at the same time share one request.
    ///
    /// Fails with [`Code::NotRenewable`] (lenses, pegase3), [`Code::NotSignedIn`]; with [`Code::SessionExpired`] or [`Code::Forbidden`] where
    /// the vendor refuses, which ends the session. After any other failure it goes on.
    ///
    /// ```
    /// # async fn renew(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// println!("good until {:?}", session.refresh().await?.expires_at);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn refresh(&self) -> Result<State, AuthError> {
        let call = AbortOnDrop::new()?;
        let begun = self.js().refresh(&call.options());
        call.end(begun).await?;
        Ok(self.state())
    }

    /// Asks the vendor whether the session is alive. Also `Ok` where it is over: look at the state.
    ///
    /// Fails with [`Code::Unsupported`] where the vendor has no such operation, unless [`Endpoints::check`](super::Endpoints::check) names
    /// one.
    ///
    /// ```
    /// # async fn look(session: &hallpass::Session) -> Result<bool, hallpass::AuthError> {
    /// Ok(session.check().await?.is_signed_in())
    /// # }
    /// ```
    pub async fn check(&self) -> Result<State, AuthError> {
        let call = AbortOnDrop::new()?;
        let begun = self.js().check(&call.options());
        call.end(begun).await?;
        Ok(self.state())
    }

    /// Signs out here and in the other tabs, whatever the network says. Where its future is dropped, the sign-out goes on.
    ///
    /// ```
    /// # async fn sign_out(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// session.logout().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn logout(&self) -> Result<SignedOut, AuthError> {
        let call = AbortOnDrop::new()?;
        let begun = self.js().logout(&call.options());
        read(&call.end(begun).await?)
    }

    /// A request to the vendor, to be built on and given to [`fetch`](Self::fetch) or [`json`](Self::json). A relative path is appended to
    /// the base URL. (gloo-net's own `send` would send it without the credential.)
    ///
    /// ```
    /// # use hallpass::Method;
    /// # async fn ask(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// let request = session.request(Method::HEAD, "/api/v1/topics").header("X-Trace", "7").build()?;
    /// let reply = session.fetch(request).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = scripts::address_of(self.base_url(), path);
        RequestBuilder::new(address.as_deref().unwrap_or(path)).method(method)
    }

    /// [`request`](Self::request) by `GET`.
    ///
    /// ```
    /// # async fn ask(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// let reply = session.fetch(session.get("/api/v1/topics").query([("page", "2")])).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// [`request`](Self::request) by `POST`.
    ///
    /// ```
    /// # #[derive(serde::Serialize)] struct Query { statement: &'static str }
    /// # async fn ask(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// let request = session.post("/v1/execute/retail_analytics").json(&Query { statement: "SELECT 1" })?;
    /// let reply = session.fetch(request).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// [`request`](Self::request) by `PUT`.
    ///
    /// ```
    /// # async fn put(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// session.fetch(session.put("/api/v1/notes/7").body("new")?).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn put(&self, path: &str) -> RequestBuilder {
        self.request(Method::PUT, path)
    }

    /// [`request`](Self::request) by `PATCH`.
    ///
    /// ```
    /// # async fn patch(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// session.fetch(session.patch("/api/v1/notes/7").body("new")?).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn patch(&self, path: &str) -> RequestBuilder {
        self.request(Method::PATCH, path)
    }

    /// [`request`](Self::request) by `DELETE`.
    ///
    /// ```
    /// # async fn delete(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// session.fetch(session.delete("/api/v1/notes/7")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn delete(&self, path: &str) -> RequestBuilder {
        self.request(Method::DELETE, path)
    }

    /// Sends a request with the session's credential. Renews once after a rejected token, and then sends the request once more. `Ok` also
    /// for replies of 4xx and 5xx. Takes a path (by `GET`), a request or its builder.
    ///
    /// Fails with [`Code::ForbiddenTarget`], [`Code::NotSignedIn`], [`Code::SessionExpired`], [`Code::Network`], [`Code::Superseded`];
    /// [`Code::Aborted`] where the request's own signal ended it.
    ///
    /// ```
    /// # async fn ask(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// let reply = session.fetch("/api/v1/topics").await?;
    /// println!("{}", reply.status());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn fetch(&self, input: impl Into<Input>) -> Result<Response, AuthError> {
        let (call, input, init) = sent(input.into())?;
        let reply = call.end(self.js().fetch(&input, &init)).await?;
        // Unchecked, because it may be of another realm.
        Ok(reply.unchecked_into::<web_sys::Response>().into())
    }

    /// [`fetch`](Self::fetch), and then the vendor's envelope taken off and the payload read. An empty reply is read as `()` or `None`.
    ///
    /// Fails as [`fetch`](Self::fetch) does, with the vendor's refusals, and with [`Code::MalformedReply`] for what is not the vendor's shape
    /// or doesn't fit `T`, or is nested more than 128 deep.
    ///
    /// The payload comes by way of JavaScript's values, so a few types don't fit that `serde_json` would read: whole numbers beyond 2⁵³ (into
    /// a whole number, where they are [`Code::MalformedReply`]; into `f64` or a `Value` they are rounded), `u128` and `i128`, and maps whose
    /// keys are whole numbers. `deny_unknown_fields` has no effect, and `[]` fits a structure whose members may all be left out. Where that
    /// matters, `session.fetch(..).await?.json::<T>()` reads the whole body by `serde_json`: exactly, with the envelope on, and whatever its
    /// status.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Account { username: String }
    ///
    /// # async fn ask(session: &hallpass::Session) -> Result<(), hallpass::AuthError> {
    /// let account: Account = session.json("/api/v1/user/info").await?;
    /// println!("{}", account.username);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn json<T: DeserializeOwned>(&self, input: impl Into<Input>) -> Result<T, AuthError> {
        let (call, input, init) = sent(input.into())?;
        let payload = call.end(self.js().json(&input, &init)).await?;
        let read = scripts::strip_prototypes(payload).ok().map(serde_wasm_bindgen::from_value);
        // serde's own message is left out, as it quotes the value.
        read.and_then(Result::ok).ok_or_else(|| {
            let wanted = core::any::type_name::<T>();
            let message =
                alloc::format!("The reply does not fit {wanted}; compare it with what the vendor documents.");
            AuthError::new(Code::MalformedReply, message)
        })
    }

    /// A token that is good now, renewed if need be, for what [`fetch`](Self::fetch) can't reach, such as a WebSocket. `None` for cookie
    /// sessions.
    ///
    /// ```
    /// # async fn token(session: &hallpass::Session) -> Result<Option<String>, hallpass::AuthError> {
    /// session.access_token().await
    /// # }
    /// ```
    pub async fn access_token(&self) -> Result<Option<String>, AuthError> {
        let call = AbortOnDrop::new()?;
        Ok(call.end(self.js().access_token()).await?.as_string())
    }

    /// Calls the listener at once with the present state, and on every change, until the [`Subscription`] is dropped. Fails with
    /// [`Code::Internal`] where the page is broken.
    ///
    /// ```
    /// # fn listen(session: &hallpass::Session) -> Result<hallpass::Subscription, hallpass::AuthError> {
    /// session.subscribe(|state| println!("{:?}", state.status))
    /// # }
    /// ```
    pub fn subscribe(&self, listener: impl Fn(State) + 'static) -> Result<Subscription, AuthError> {
        Subscription::new(Rc::clone(&self.inner), listener)
    }

    /// The person is there, though no request says so: puts [`Options::idle`] off, in all tabs. Cheap enough for each movement of the mouse.
    ///
    /// ```
    /// # fn moved(session: &hallpass::Session) {
    /// session.touch();
    /// # }
    /// ```
    pub fn touch(&self) {
        // Fails only after `dispose`, which is called when the last clone is dropped.
        let _ = self.js().touch();
    }

    fn js(&self) -> &JsSession {
        &self.inner.js
    }
}

impl Inner {
    pub(super) fn js(&self) -> &JsSession {
        &self.js
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let _ = self.js.dispose();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Session")
            .field("vendor", &self.vendor())
            .field("base_url", &self.base_url())
            .finish_non_exhaustive()
    }
}

/// Makes a request ready: the call, and the input and init that the scripts' `fetch` and `json` take.
fn sent(input: Input) -> Result<(AbortOnDrop, JsValue, JsValue), AuthError> {
    let mut call = AbortOnDrop::new()?;
    let input = match input {
        Input::Path(path) => JsValue::from_str(&path),
        Input::Built(request) => {
            let request: web_sys::Request = request.into();
            call.follow(&request)?;
            request.into()
        }
        Input::Unbuilt(error) => return Err(error),
    };
    let init = call.options();
    Ok((call, input, init))
}

/// Reads the result of a call, which is an ordinary object.
fn read<T: DeserializeOwned>(outcome: &JsValue) -> Result<T, AuthError> {
    let copy = scripts::without_prototype(outcome).map_err(|error| AuthError::thrown(&error))?;
    serde_wasm_bindgen::from_value(copy).map_err(|_| AuthError::internal())
}
