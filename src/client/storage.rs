//! Where tokens live.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::cell::OnceCell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;

use js_sys::futures::future_to_promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::export::{put, without_prototype};

/// Where tokens live. Never a password, never profile data.
///
/// ```
/// # use hallpass::{Options, Storage, Vendor};
/// let options = Options::new(Vendor::Ocient, "https://sql0.example.com").storage(Storage::Session);
/// ```
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Storage {
    /// In memory: gone on reload.
    #[default]
    Memory,
    /// In `sessionStorage`: for this tab.
    Session,
    /// In `localStorage`: for all tabs.
    Local,
    /// In `IndexedDB`, encrypted with a key that can't be read out: for all tabs.
    Encrypted,
    /// One of your own: see [`Storage::own`].
    Own(OwnStorage),
}

/// A storage of your own, as the scripts know it: see [`Storage::own`]. Its clones are the same storage.
///
/// ```
/// # use hallpass::{Storage, TokenStorage};
/// # fn keep(vault: impl TokenStorage + 'static) {
/// let storage = Storage::own(vault);
/// assert!(matches!(storage, Storage::Own(_)));
/// # }
/// ```
#[derive(Clone)]
pub struct OwnStorage {
    shared: Rc<Shared>,
}

/// What the clones share.
struct Shared {
    storage: Rc<dyn TokenStorage>,
    /// As the scripts call it. Made once, since sessions find each other by it: those over one object write in turn, so that the slow
    /// deletion of one can't undo another's login.
    js: OnceCell<JsValue>,
}

impl Storage {
    /// A storage of your own. Call this once for each, and give each session a clone: sessions with clones of one `Storage` write in turn.
    /// Two calls make two storages, even with clones of one `Rc`, and then a slow deletion by one session can undo what another has just
    /// stored.
    ///
    /// ```
    /// # use hallpass::{Options, Storage, TokenStorage, Vendor};
    /// # fn open(vault: impl TokenStorage + 'static) -> [Options; 2] {
    /// let storage = Storage::own(vault);
    /// let options = || Options::new(Vendor::Ocient, "https://sql0.example.com").storage(storage.clone());
    /// [options(), options()]
    /// # }
    /// ```
    pub fn own(storage: impl TokenStorage + 'static) -> Self {
        Self::Own(OwnStorage { shared: Rc::new(Shared { storage: Rc::new(storage), js: OnceCell::new() }) })
    }

    /// As the scripts take it.
    pub(super) fn into_js(self) -> JsValue {
        match self {
            Self::Memory => "memory".into(),
            Self::Session => "session".into(),
            Self::Local => "local".into(),
            Self::Encrypted => "encrypted".into(),
            Self::Own(OwnStorage { shared }) => shared.js.get_or_init(|| js_storage(&shared.storage)).clone(),
        }
    }
}

impl fmt::Debug for OwnStorage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("..")
    }
}

impl fmt::Debug for Storage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Memory => "Memory",
            Self::Session => "Session",
            Self::Local => "Local",
            Self::Encrypted => "Encrypted",
            Self::Own(_) => "Own(..)",
        })
    }
}

/// The answer of a storage of your own: a future that may fail. It has 2 000 ms.
///
/// ```
/// use hallpass::Stored;
///
/// fn nothing<'a>() -> Stored<'a, Option<String>> {
///     Box::pin(async { Ok(None) })
/// }
/// ```
pub type Stored<'a, T> = Pin<Box<dyn Future<Output = Result<T, Box<dyn core::error::Error>>> + 'a>>;

/// A storage of your own, shared by all that use the same vendor, base URL and account with it. A session that is gone from it
/// counts as signed out elsewhere. Where a method fails, the session goes on in memory, and [`State::problem`](super::State::problem) says
/// so; what the failure was is told to nobody.
///
/// ```
/// use std::cell::RefCell;
/// use std::collections::HashMap;
/// use hallpass::{Stored, TokenStorage};
///
/// struct Vault(RefCell<HashMap<String, String>>);
///
/// impl TokenStorage for Vault {
///     fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
///         Box::pin(async move { Ok(self.0.try_borrow()?.get(key).cloned()) })
///     }
///     fn set<'a>(&'a self, key: &'a str, value: &'a str) -> Stored<'a, ()> {
///         Box::pin(async move {
///             self.0.try_borrow_mut()?.insert(key.to_owned(), value.to_owned());
///             Ok(())
///         })
///     }
///     fn delete<'a>(&'a self, key: &'a str) -> Stored<'a, ()> {
///         Box::pin(async move {
///             self.0.try_borrow_mut()?.remove(key);
///             Ok(())
///         })
///     }
/// }
/// ```
pub trait TokenStorage {
    /// What was set last under the key.
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>>;
    /// Keeps a text under the key, in place of what is there.
    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> Stored<'a, ()>;
    /// Takes away what is kept under the key, if anything is.
    fn delete<'a>(&'a self, key: &'a str) -> Stored<'a, ()>;
}

/// So that the application can share its storage with a session.
impl<T: TokenStorage + ?Sized> TokenStorage for Rc<T> {
    fn get<'a>(&'a self, key: &'a str) -> Stored<'a, Option<String>> {
        T::get(self, key)
    }

    fn set<'a>(&'a self, key: &'a str, value: &'a str) -> Stored<'a, ()> {
        T::set(self, key, value)
    }

    fn delete<'a>(&'a self, key: &'a str) -> Stored<'a, ()> {
        T::delete(self, key)
    }
}

/// A storage as the scripts call it. Its closures are left to the browser's garbage collection, because a session may still call them
/// after it was disposed of.
fn js_storage(storage: &Rc<dyn TokenStorage>) -> JsValue {
    let object = without_prototype();
    let shared = Rc::clone(storage);
    let get: Box<dyn Fn(String) -> JsValue> = Box::new(move |key| {
        let storage = Rc::clone(&shared);
        promise_of(
            async move { storage.get(&key).await.map(|found| found.map_or(JsValue::NULL, JsValue::from)) },
        )
    });
    put(&object, "get", &Closure::wrap(get).into_js_value());
    let shared = Rc::clone(storage);
    let set: Box<dyn Fn(String, String) -> JsValue> = Box::new(move |key, value| {
        let storage = Rc::clone(&shared);
        promise_of(async move { storage.set(&key, &value).await.map(|()| JsValue::UNDEFINED) })
    });
    put(&object, "set", &Closure::wrap(set).into_js_value());
    let shared = Rc::clone(storage);
    let delete: Box<dyn Fn(String) -> JsValue> = Box::new(move |key| {
        let storage = Rc::clone(&shared);
        promise_of(async move { storage.delete(&key).await.map(|()| JsValue::UNDEFINED) })
    });
    put(&object, "delete", &Closure::wrap(delete).into_js_value());
    object
}

/// The promise of a storage's answer. The storage's own error is left out, as it may quote what was to be stored.
fn promise_of(
    answer: impl Future<Output = Result<JsValue, Box<dyn core::error::Error>>> + 'static,
) -> JsValue {
    future_to_promise(async move { answer.await.map_err(|_| JsValue::from_str("the storage failed")) }).into()
}
