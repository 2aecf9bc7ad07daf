//! The users every instance has, and the lock that three wrong passwords in a row put on an account.

use std::collections::HashMap;

/// A user as every vendor knows it.
#[derive(Debug)]
pub struct Account {
    /// The name to sign in with.
    pub name: &'static str,
    /// The vendor's own identifier.
    pub id: &'static str,
    /// `None` for a user who signs in through single sign-on only.
    pub password: Option<&'static str>,
    /// An administrator.
    pub admin: bool,
    locked: bool,
}

impl Account {
    /// One without a name and a password.
    pub const fn nameless(id: &'static str) -> Self {
        Self { name: "", id, password: None, admin: false, locked: false }
    }
}

/// The users. `ünïcode` has a password that ends in a blank and is Latin-1, the two things request headers mangle.
pub static ACCOUNTS: [Account; 5] = [
    Account { name: "jdoe", id: "user_123", password: Some("correct horse"), admin: false, locked: false },
    Account { name: "admin", id: "user_1", password: Some("admin"), admin: true, locked: false },
    Account { name: "ünïcode", id: "user_252", password: Some("pässwörd "), admin: false, locked: false },
    Account { name: "locked", id: "user_423", password: Some("correct horse"), admin: false, locked: true },
    Account { name: "sso", id: "user_303", password: None, admin: false, locked: false },
];

/// Wrong passwords in a row after which an account is locked.
const WRONG_LIMIT: u8 = 3;

/// What a vendor makes of a name and a password.
#[derive(Debug, Clone, Copy)]
pub enum Verdict {
    /// They match.
    Welcome(&'static Account),
    /// Unknown name, or wrong password.
    Wrong,
    /// The account is locked, whatever the password.
    Locked,
    /// The user has no password here; only Lenses tells.
    SingleSignOn,
}

/// The accounts of one world: who tried wrong passwords, and how often in a row.
#[derive(Debug, Default)]
pub struct Accounts {
    wrong: HashMap<&'static str, u8>,
    unlocked: bool,
}

impl Accounts {
    /// As an administrator would: all accounts are open again, and their wrong passwords forgotten.
    pub fn unlock(&mut self) {
        *self = Self { unlocked: true, ..Self::default() };
    }

    /// Judges a sign-in, and remembers it.
    pub fn judge(&mut self, name: &str, password: &str) -> Verdict {
        let Some(account) = ACCOUNTS.iter().find(|account| account.name == name) else {
            return Verdict::Wrong;
        };
        let Some(expected) = account.password else { return Verdict::SingleSignOn };
        let wrong = self.wrong.entry(account.name).or_default();
        if (account.locked && !self.unlocked) || *wrong >= WRONG_LIMIT {
            return Verdict::Locked;
        }
        if password == expected {
            *wrong = 0;
            Verdict::Welcome(account)
        } else {
            *wrong += 1;
            Verdict::Wrong
        }
    }
}
