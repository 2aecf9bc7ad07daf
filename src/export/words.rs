//! The words that cross between the scripts and the WebAssembly: texts in JavaScript, where the compiler knows each.
#![allow(missing_docs, reason = "wasm-bindgen adds a variant and functions of its own, without a word")]

use wasm_bindgen::prelude::*;

/// What an operation asks for, or how it has ended. What belongs to it is told by `Machine.argument`; its type stands behind
/// each.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Send a call to the vendor: `VendorCall`.
    Call = "call",
    /// Hand the caller what the person is to be shown: `DevicePrompt`.
    Prompt = "prompt",
    /// Ask the caller's wallet this: JSON, as EIP-1193 has it.
    Wallet = "wallet",
    /// Send the caller's request, with this in the credential's header: a text, or undefined.
    Send = "send",
    /// Send it a second time: likewise.
    SendAgain = "send-again",
    /// Read the store.
    Read = "read",
    /// Write the store: `StoreWrite`.
    Write = "write",
    /// Note this text at once.
    Note = "note",
    /// Forget what was noted.
    Forget = "forget",
    /// Keep beside the record when the session was used last: this text, or none.
    Mark = "mark",
    /// Get in line for the lock of this name.
    Lock = "lock",
    /// Leave the line, or give the lock back.
    Unlock = "unlock",
    /// Give the lock back after the tokens were spent.
    UnlockSpent = "unlock-spent",
    /// Let so many ms pass.
    Wait = "wait",
    /// Tell those who share the store that something has changed.
    TellStore = "tell-store",
    /// Tell those who have sessions of their own under the same name that the user has signed out.
    TellSignOut = "tell-sign-out",
    /// Give a random number of 32 bits.
    Chance = "chance",
    /// Wait for the end of the operation with this id.
    Join = "join",
    /// End what the operation with this id waits for.
    Stop = "stop",
    /// It has ended as it should.
    Done = "done",
    /// Signed in. Where the vendor wants the user to go next, or undefined.
    SignedIn = "signed-in",
    /// Signed out. Whether the vendor confirmed it.
    SignedOut = "signed-out",
    /// The answer is for the caller.
    Answered = "answered",
    /// The answer's JSON is the payload.
    Whole = "whole",
    /// The member of this name of the answer's JSON is the payload.
    Member = "member",
    /// All but the member of this name of the answer's JSON is the payload.
    Without = "without",
    /// A token, or undefined.
    Token = "token",
    /// It has failed: the details of an `AuthError`, as `errors.rs` writes them.
    Failed = "failed",
    /// The caller gave up.
    GaveUp = "gave-up",
}

/// What has come of an effect that brings nothing along.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It was done.
    Done = "done",
    /// The lock is not had yet.
    Waiting = "waiting",
    /// The network broke, or gave no answer that is one.
    Network = "network",
    /// It took too long.
    Timeout = "timeout",
    /// The vendor answered with a redirect.
    Redirect = "redirect",
    /// The store failed.
    Storage = "storage",
    /// The store can't tell what lies there.
    Untold = "untold",
    /// Another operation has ended it.
    Stopped = "stopped",
    /// The caller has given up.
    GaveUp = "gave-up",
}

/// What the body of a reply holds.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// No bytes at all.
    Empty = "empty",
    /// JSON.
    Json = "json",
    /// Anything else, or more than is read.
    Unreadable = "unreadable",
}

/// Where a session's record is kept.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Nowhere.
    Memory = "memory",
    /// Where the handles of one page find it.
    Page = "page",
    /// Where all tabs find it.
    Tabs = "tabs",
    /// Likewise, but what one tab has written shows in another only after a moment.
    Lagging = "lagging",
}

/// Why a machine looks at the world again.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Its timer has come.
    Timer = "timer",
    /// The page is shown or hidden.
    Page = "page",
    /// The network is there again.
    Online = "online",
    /// Something has changed in the store.
    Store = "store",
    /// The user has signed out in another tab.
    SignOut = "sign-out",
}
