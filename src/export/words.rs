//! The words that cross between the scripts and the WebAssembly. In JavaScript they are strings, of types that the compiler checks.
//!
//! In a front end in Rust they are private: its exports share one namespace with hallpass's, and it may have a `Content` of its own.
#![allow(missing_docs, reason = "wasm-bindgen adds a variant and functions without documentation")]

use wasm_bindgen::prelude::*;

use crate::protocol::{Keeping, Line, Wake};

/// What an operation asks for, or how it has ended. `Machine.argument` tells the argument, whose type is named here for each.
#[cfg_attr(feature = "npm", wasm_bindgen)]
#[cfg_attr(not(feature = "npm"), wasm_bindgen(private))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Send a call to the vendor: `VendorCall`.
    Call = "call",
    /// Hand the caller the prompt for the person: `DevicePrompt`.
    Prompt = "prompt",
    /// Send the caller's wallet this request: JSON, as EIP-1193 defines it.
    Wallet = "wallet",
    /// Send the caller's request. With the value of the credential's header, or undefined.
    Send = "send",
    /// Send the caller's request a second time. With the same.
    SendAgain = "send-again",
    /// Read the store.
    Read = "read",
    /// Write the store: `StoreWrite`.
    Write = "write",
    /// Write this text as the note, or delete that (undefined), before anything else is done.
    Note = "note",
    /// Keep beside the record when the session was used last: this text, or none.
    Mark = "mark",
    /// Queue for the lock of this name.
    Lock = "lock",
    /// Leave the queue, or release the lock.
    Unlock = "unlock",
    /// The same after the tokens were spent: the lock may be held a while longer.
    UnlockSpent = "unlock-spent",
    /// Wait for so many ms.
    Wait = "wait",
    /// Tell those who share the store that something has changed.
    TellStore = "tell-store",
    /// Tell those of them in this page that a login or a sign-out has begun.
    TellNeighbours = "tell-neighbours",
    /// Tell those who have sessions of their own under the same name that the user has signed out, and those who share this one in this page.
    TellSignOut = "tell-sign-out",
    /// Give a random number of 32 bits.
    Random = "random",
    /// Wait for the end of the operation with this id.
    Join = "join",
    /// End what the operation with this id waits for.
    Stop = "stop",
    /// It has succeeded.
    Done = "done",
    /// Signed in. With the place where the vendor wants the user to go next, or undefined.
    SignedIn = "signed-in",
    /// Signed out. With whether the vendor confirmed it.
    SignedOut = "signed-out",
    /// The answer is for the caller.
    Answered = "answered",
    /// The answer's JSON is the payload.
    Whole = "whole",
    /// The member of this name of the answer's JSON is the payload.
    Member = "member",
    /// All but the member of this name of the answer's JSON is the payload.
    Without = "without",
    /// The token is this, or undefined.
    Token = "token",
    /// It has failed. With the details of an `AuthError`, as `errors.rs` writes them.
    Failed = "failed",
    /// The caller has given up.
    GivenUp = "given-up",
}

/// What has come of an effect, where a word says it all.
#[cfg_attr(feature = "npm", wasm_bindgen)]
#[cfg_attr(not(feature = "npm"), wasm_bindgen(private))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It was done.
    Done = "done",
    /// The lock is still another's.
    Waiting = "waiting",
    /// The network failed, or what came is no response.
    Network = "network",
    /// It took too long.
    Timeout = "timeout",
    /// The vendor answered with a redirect.
    Redirect = "redirect",
    /// The store failed.
    Storage = "storage",
    /// The store can't be relied on to tell what it keeps.
    Untold = "untold",
    /// Another operation has ended it.
    Stopped = "stopped",
    /// The caller has given up.
    GivenUp = "given-up",
}

/// What the body of a reply holds.
#[cfg_attr(feature = "npm", wasm_bindgen)]
#[cfg_attr(not(feature = "npm"), wasm_bindgen(private))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// No bytes at all.
    Empty = "empty",
    /// JSON.
    Json = "json",
    /// Words that say of themselves that they are plain text.
    Text = "text",
    /// Anything else, or too much to be read.
    Unreadable = "unreadable",
}

/// Where a session's record is kept.
#[cfg_attr(feature = "npm", wasm_bindgen)]
#[cfg_attr(not(feature = "npm"), wasm_bindgen(private))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nowhere.
    Memory = "memory",
    /// Where the handles of one page find it.
    Page = "page",
    /// Where all tabs find it.
    Tabs = "tabs",
    /// Where all tabs find it, but what one tab has written shows in another only after a moment.
    Lagging = "lagging",
}

impl Kept {
    /// The place as the protocol knows it.
    pub(super) const fn keeping(self) -> Keeping {
        match self {
            Self::Page => Keeping::Page,
            Self::Tabs => Keeping::Tabs { lags: false },
            Self::Lagging => Keeping::Tabs { lags: true },
            _ => Keeping::Memory,
        }
    }
}

/// Why a machine looks at the world again.
#[cfg_attr(feature = "npm", wasm_bindgen)]
#[cfg_attr(not(feature = "npm"), wasm_bindgen(private))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Its timer has fired.
    Timer = "timer",
    /// The page is shown or hidden.
    Page = "page",
    /// The network is there again.
    Online = "online",
    /// Something may have changed in the store.
    Store = "store",
    /// Another handle of this page has begun a login or a sign-out.
    Neighbours = "neighbours",
    /// The user has signed out in another tab.
    SignOut = "sign-out",
}

impl Woken {
    /// The reason as the protocol knows it.
    pub(super) const fn wake(self) -> Wake {
        match self {
            Self::Timer => Wake::Timer,
            Self::Online => Wake::Online,
            Self::Store => Wake::Told(Line::Store),
            Self::Neighbours => Wake::Told(Line::Neighbours),
            Self::SignOut => Wake::Told(Line::SignOut),
            _ => Wake::Page,
        }
    }
}
