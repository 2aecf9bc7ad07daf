//! The credentials one world has issued, and what each of them is still good for.

use std::collections::HashMap;
use std::time::Duration;

use crate::accounts::Account;
use crate::jwt::Key;
use crate::lifetime;

/// What a credential is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Presented with each data call, in a header.
    Access,
    /// Exchanged for new tokens, once.
    Refresh,
    /// A session cookie.
    Cookie,
}

/// All credentials that stem from one sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family(u64);

/// One issued credential.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Whom it stands for.
    pub account: &'static Account,
    /// What it is for.
    pub role: Role,
    /// The sign-in it stems from.
    pub family: Family,
    /// Until when it is good, since the Unix epoch.
    pub expires: Duration,
    /// Until when it may be exchanged for a new one (Ocient), since the Unix epoch.
    pub renewable_until: Duration,
    /// The database it is for (Ocient); empty elsewhere.
    pub database: String,
}

/// What a presented credential is worth.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Good.
    Live(Grant),
    /// Was good, its time is over.
    Expired,
    /// A refresh token presented for the second time.
    Spent(Grant),
    /// Was good, then revoked.
    Revoked,
    /// Never issued in that role.
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Standing,
    Spent,
    Revoked,
}

/// The book of issued credentials.
pub struct Tokens {
    /// Signs this world's JWTs.
    pub key: Key,
    issued: HashMap<String, (Grant, Fate)>,
    families: u64,
}

impl Default for Tokens {
    fn default() -> Self {
        Self { key: Key::random(), issued: HashMap::new(), families: 0 }
    }
}

impl Tokens {
    /// Opens the family of a new sign-in.
    pub fn new_family(&mut self) -> Family {
        self.families += 1;
        Family(self.families)
    }

    /// Enters a credential into the book.
    pub fn enter(&mut self, token: String, grant: Grant) {
        self.issued.insert(token, (grant, Fate::Standing));
    }

    /// What `token`, presented as `role`, is worth now.
    pub fn standing(&self, token: &str, role: Role) -> Standing {
        match self.issued.get(token) {
            Some((grant, _)) if grant.role != role => Standing::Unknown,
            Some((_, Fate::Revoked)) => Standing::Revoked,
            Some((grant, Fate::Spent)) => Standing::Spent(grant.clone()),
            Some((grant, Fate::Standing)) if grant.expires <= lifetime::now() => Standing::Expired,
            Some((grant, Fate::Standing)) => Standing::Live(grant.clone()),
            None => Standing::Unknown,
        }
    }

    /// Marks a refresh token as used.
    pub fn spend(&mut self, token: &str) {
        if let Some((_, fate)) = self.issued.get_mut(token) {
            *fate = Fate::Spent;
        }
    }

    /// Revokes one credential.
    pub fn revoke(&mut self, token: &str) {
        if let Some((_, fate)) = self.issued.get_mut(token) {
            *fate = Fate::Revoked;
        }
    }

    /// Revokes what stems from one sign-in. Spent refresh tokens stay known as spent, so that each replay counts.
    pub fn revoke_family(&mut self, family: Family) {
        for (grant, fate) in self.issued.values_mut() {
            if grant.family == family && *fate == Fate::Standing {
                *fate = Fate::Revoked;
            }
        }
    }

    /// Revokes everything.
    pub fn revoke_all(&mut self) {
        for (_, fate) in self.issued.values_mut() {
            *fate = Fate::Revoked;
        }
    }

    /// Ends the time of all access tokens and session cookies now; refresh tokens live on.
    pub fn expire_access(&mut self) {
        for (grant, _) in self.issued.values_mut() {
            if grant.role != Role::Refresh {
                grant.expires = Duration::ZERO;
            }
        }
    }

    /// Every token ever issued in that role, in no order.
    pub fn issued_as(&self, role: Role) -> impl Iterator<Item = &str> {
        self.issued.iter().filter(move |(_, (grant, _))| grant.role == role).map(|(token, _)| token.as_str())
    }

    /// Whether this very text was issued as a credential of any role.
    pub fn knows(&self, text: &str) -> bool {
        self.issued.contains_key(text)
    }
}
