//! The browsers that wasm-pack runs tests in: fewer than the end-to-end tests know.

use crate::browsers::Engine;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Browser {
    /// wasm-pack's `--chrome`.
    Chrome,
    /// wasm-pack's `--firefox`.
    Firefox,
}

impl Browser {
    /// All that wasm-pack knows on every system.
    pub const ALL: [Self; 2] = [Self::Chrome, Self::Firefox];

    /// Its engine.
    pub fn engine(self) -> Engine {
        match self {
            Self::Chrome => Engine::Chromium,
            Self::Firefox => Engine::Firefox,
        }
    }

    /// wasm-pack's option for it, and for the path of its driver.
    pub fn options(self) -> [&'static str; 2] {
        match self {
            Self::Chrome => ["--chrome", "--chromedriver"],
            Self::Firefox => ["--firefox", "--geckodriver"],
        }
    }
}
