//! What an operation asks the shell to do, and what comes of it.

use alloc::boxed::Box;
use alloc::string::String;

use super::ending::Halt;
use crate::dialect::{Call, CallKind, Code, Failure, Prompt, Reply, Secret, Why};

/// Names an operation of a handle while it is under way.
pub type OperationId = u32;

/// Something that an operation asks for. The shell does it and hands back an [`Outcome`]; it decides nothing.
#[derive(Debug)]
pub enum Effect {
    /// Send a call of hallpass's own to the vendor, within `timeoutMs`: [`Outcome::Reply`].
    Call(Box<Call>),
    /// Hand the caller what the person is to be shown.
    Prompt(Box<Prompt>),
    /// Ask the caller's wallet, in JSON as [`wallet`](crate::dialect::wallet) writes it: [`Outcome::Wallet`]. Only the caller
    /// sets a bound on how long the person may take.
    Wallet(String),
    /// Send the caller's request: [`Outcome::Answer`].
    Send(Dispatch),
    /// Read the store: [`Outcome::Stored`].
    Read,
    /// Write the store: [`Outcome::Done`], or [`Outcome::Overtaken`].
    Write(Write),
    /// Write down at once what became of a login, where the next page finds it; `None`: delete that note.
    Note(Option<String>),
    /// Write down beside the record when the session was used last; `None`: delete that mark.
    Mark(Option<String>),
    /// Queue for the lock on the tokens of this name: [`Outcome::Done`] once it is held. [`Outcome::Waiting`] comes after a while
    /// if it isn't: asking again keeps the place in the queue, and [`Effect::Unlock`] leaves it. A failure means that the wait
    /// has timed out.
    Lock(String),
    /// Release the lock, or leave the queue for it.
    Unlock {
        /// Whether the tokens are spent. Other tabs may still see the old ones, so the lock may be held a while longer.
        spent: bool,
    },
    /// Let so many ms pass.
    Wait(u32),
    /// Tell the other tabs that something has changed.
    Tell(Line),
    /// Give a random number of 32 bits: [`Outcome::Random`].
    Random,
    /// Wait for the end of another operation of this handle.
    Join(OperationId),
    /// End what another operation of this handle waits for, with [`Trouble::Stopped`].
    Stop(OperationId),
}

/// The caller's request, on its way.
#[derive(Debug)]
pub struct Dispatch {
    /// What the credential's header says; `None`: nothing is attached.
    pub credential: Option<Secret>,
    /// Whether it is sent for the second time.
    pub again: bool,
}

/// What the store is to keep.
#[derive(Debug)]
pub struct Write {
    /// The record; `None`: the one that is there is deleted.
    pub text: Option<Secret>,
    /// What the store is expected to hold: where it holds something else, nothing is written. `None`: whatever it holds is
    /// overwritten.
    pub unless_changed: Option<Option<Secret>>,
}

/// Who is to hear that something has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// All who share the store.
    Store,
    /// Those of them in this page: a login or a sign-out has begun here, which overtakes the login that is under way there.
    Neighbours,
    /// The tabs that have a session of their own under the same name, and the neighbours of this one: the user has signed out.
    SignOut,
}

/// What came of an [`Effect`]. What is large in it is boxed: outcomes are handed from function to function.
#[derive(Debug)]
pub enum Outcome<J> {
    /// It was done.
    Done,
    /// The vendor's reply.
    Reply(Box<Reply<J>>),
    /// What the wallet has answered, or with what it has refused.
    Wallet(Result<J, J>),
    /// What the caller's request was answered with.
    Answer(Box<Answer<J>>),
    /// What lies in the store.
    Stored(Box<Stored>),
    /// The store holds something else than was expected, and nothing was written.
    Overtaken(Box<Stored>),
    /// The lock is not held yet.
    Waiting,
    /// A random number.
    Random(u32),
    /// It was not done.
    Failed(Trouble),
}

impl<J> Outcome<J> {
    /// The random number of 32 bits; 0 where none was given.
    pub(super) fn random(&self) -> u32 {
        if let Self::Random(number) = self { *number } else { 0 }
    }

    /// The random number, as one from 0 to 1.
    pub(super) fn fraction(&self) -> f64 {
        f64::from(self.random()) / f64::from(u32::MAX)
    }

    /// The vendor's reply to a call; or why there was none, or none that can be read.
    #[inline(never)]
    pub(super) fn reply(self, kind: CallKind) -> Result<Box<Reply<J>>, Halt> {
        match self {
            Self::Reply(reply) => Ok(reply),
            other => Err(other.halt(kind)),
        }
    }

    /// Why there was no reply to a call, or no answer to a request.
    #[inline(never)]
    pub(super) fn halt(&self, kind: CallKind) -> Halt {
        self.failure().map_or(Halt::GivenUp, |failure| Halt::at(kind, failure))
    }

    /// The same as a failure; `None`: the caller has given up.
    #[inline(never)]
    pub(super) fn failure(&self) -> Option<Box<Failure>> {
        let code = match self {
            Self::Failed(Trouble::GivenUp) => return None,
            Self::Failed(Trouble::Timeout) => Code::Timeout,
            Self::Failed(Trouble::Redirect) => Code::MalformedReply,
            Self::Failed(Trouble::Stopped) => Code::Superseded,
            Self::Failed(Trouble::Network) => Code::Network,
            _ => Code::Internal,
        };
        let mut failure = Failure::new(code);
        if matches!(self, Self::Failed(Trouble::Redirect)) {
            failure.why = Some(Why::Redirected);
        }
        Some(failure)
    }
}

/// What lies in the store: texts that may be anybody's.
#[derive(Debug, Default)]
pub struct Stored {
    /// The record's text.
    pub record: Option<Secret>,
    /// The text of the note of what became of a login.
    pub note: Option<String>,
    /// The text of the mark that says when the session was used last.
    pub mark: Option<String>,
}

/// What the caller's request was answered with.
#[derive(Debug)]
pub struct Answer<J> {
    /// Status, and what of the body was read.
    pub reply: Reply<J>,
    /// Where it came from, as the URL parser spells it.
    pub address: String,
    /// Whether that is somewhere else than where the request was sent.
    pub redirected: bool,
}

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The network failed, or `fetch` gave something that is no response.
    Network,
    /// It took too long.
    Timeout,
    /// The vendor answered with a redirect, which is not followed.
    Redirect,
    /// The store failed.
    Storage,
    /// What lies in the store isn't known: it has never given back a text.
    Untold,
    /// Another operation of this handle has ended it.
    Stopped,
    /// The caller has given up.
    GivenUp,
}
