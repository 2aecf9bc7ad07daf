//! One operation under way, as a shell keeps it.

use hallpass::protocol::OperationId;

use crate::cookies::AtCookie;
use crate::locks::Turn;
use crate::vendor::Token;

/// What an operation was begun for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    Restore,
    Login {
        user: &'static str,
        right: bool,
    },
    Logout,
    Refresh,
    Check,
    Request {
        always_rejected: bool,
    },
    Token,
    Wake,
    /// It has begun by itself.
    Own,
}

/// What it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    Nothing,
    Network,
    Store,
    Lock,
    Time,
    Join(OperationId),
    /// For the person at the wallet.
    Person,
    /// For something that is done at once.
    Moment,
}

#[derive(Debug)]
pub struct Op {
    pub uid: u64,
    pub purpose: Purpose,
    pub serial: u32,
    pub waits: Waits,
    pub given_up: bool,
    pub turn: Option<Turn>,
    pub begun: u64,
    /// Its place among all that has happened.
    pub begun_step: u64,
    /// Who was signed in when it was asked for.
    pub asked_user: Option<String>,
    /// What lay in the store when it refused to take something else.
    pub refused_over: Option<u64>,
    pub logins_sent: u32,
    pub sent: u32,
    pub renewals_joined: u32,
    /// How many calls for new tokens it has made itself.
    pub refreshes: u32,
    /// Whether it has got new tokens.
    pub granted: bool,
    pub presented: Option<Token>,
    /// Its call that has to do with the browser's cookie, until the answer comes; a login's until its end.
    pub at_cookie: Option<AtCookie>,
    /// The login that it has made, as a place among [`Watch::strokes`](crate::invariants::Watch).
    pub stroke: Option<usize>,
}

impl Op {
    pub const fn new(uid: u64, purpose: Purpose, begun: u64, begun_step: u64) -> Self {
        Self {
            uid,
            purpose,
            serial: 0,
            waits: Waits::Nothing,
            given_up: false,
            turn: None,
            begun,
            begun_step,
            asked_user: None,
            refused_over: None,
            logins_sent: 0,
            sent: 0,
            renewals_joined: 0,
            refreshes: 0,
            granted: false,
            presented: None,
            at_cookie: None,
            stroke: None,
        }
    }

    /// Whether somebody waits for its end.
    pub const fn has_caller(&self) -> bool {
        !matches!(self.purpose, Purpose::Restore | Purpose::Wake | Purpose::Own)
    }

    pub fn waits_for_lock(&self) -> bool {
        self.waits == Waits::Lock
    }

    /// Whether a caller who gives up, or another operation, can end what it waits for.
    pub const fn can_be_ended(&self) -> bool {
        matches!(self.waits, Waits::Network | Waits::Time | Waits::Person | Waits::Join(_))
    }
}
