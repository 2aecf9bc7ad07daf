//! A strict vendor: it knows who has signed in, which tokens it gave them, and by its own clock until when. A refresh token is
//! dead once used, and one that is used twice ends the login that it came from.

use hallpass::dialect::Json;

use crate::plan::{Brand, Plan};
use crate::support::Value;

pub const USERS: [&str; 2] = ["jdoe", "asmith"];
/// The accounts that wallets sign for.
pub const ACCOUNTS: [&str; 2] =
    ["0x5ef1b2c02f5e39c0ff667611c5d7effb0e7df305", "0x1111111111111111111111111111111111111111"];
pub const PASSWORD: &str = "correct horse";

/// What a call asks the vendor for, as it reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Login {
        user: String,
        password: String,
    },
    /// What a wallet is to sign.
    Message {
        account: String,
    },
    /// Whether the wallet has signed it.
    Signed {
        account: String,
        right: bool,
    },
    /// What a person is to be shown, to say yes on another device.
    Prompt,
    /// What the person has said there.
    Answer {
        user: &'static str,
        says: Person,
    },
    Refresh {
        token: Option<Token>,
        in_body: bool,
    },
    Logout {
        token: Option<Token>,
    },
    Check {
        token: Option<Token>,
    },
    Nonsense,
}

/// What a person has said on another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Person {
    Yes,
    No,
    Nothing,
}

impl Asked {
    /// A renewal as a browser sends it, whose cookie holds the refresh token.
    pub fn with_refresh_cookie(self, cookie: Option<Token>) -> Self {
        match self {
            Self::Refresh { token: None, in_body } => Self::Refresh { token: cookie, in_body },
            other => other,
        }
    }

    /// The same as a browser sends it, whose cookie goes along.
    pub fn with_cookie(self, cookie: Option<Token>) -> Self {
        match self {
            Self::Refresh { in_body, .. } => Self::Refresh { token: cookie, in_body },
            Self::Logout { .. } => Self::Logout { token: cookie },
            Self::Check { .. } => Self::Check { token: cookie },
            other => other,
        }
    }
}

/// What the vendor says to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    Granted { access: Token, refresh: Token, user: &'static str },
    WrongPassword,
    Message,
    Prompt,
    Denied,
    NotYet,
    Unauthorised,
    WrongForm,
    LoggedOut,
    Alive(&'static str),
    Dead,
}

/// A token: the login that it came from, the first letter of its kind, and which of that kind it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    pub family: usize,
    pub number: u32,
    pub kind: char,
}

impl Token {
    pub fn text(self) -> String {
        format!("{}{}.{}", self.kind, self.family, self.number)
    }

    /// Reads a token, or the claim of one that is a JWT.
    pub fn read(text: &str) -> Option<Self> {
        if text.starts_with("ey") {
            return Self::read(&Value::claims(text)?.text_of("t")?);
        }
        let kind = text.chars().next().filter(|kind| matches!(kind, 'a' | 'r'))?;
        let (family, number) = text[1..].split_once('.')?;
        Some(Self { family: family.parse().ok()?, number: number.parse().ok()?, kind })
    }
}

/// What the vendor knows of one login.
#[derive(Clone, Debug)]
pub struct Family {
    pub user: &'static str,
    pub revoked: bool,
    /// The number of the tokens given last, and when each access token ends.
    pub newest: u32,
    ends: Vec<u64>,
}

#[derive(Debug)]
pub struct Vendor {
    brand: Brand,
    lifetime: u64,
    old_dies: bool,
    body_form: bool,
    stateless: bool,
    pub families: Vec<Family>,
}

impl Vendor {
    pub const fn new(plan: &Plan) -> Self {
        Self {
            brand: plan.brand,
            lifetime: plan.lifetime_s * 1_000,
            old_dies: plan.old_dies && !plan.stateless,
            body_form: plan.body_form,
            stateless: plan.stateless,
            families: Vec::new(),
        }
    }

    fn grant(&mut self, family: usize, now: u64) -> Said {
        let known = &mut self.families[family];
        known.newest += 1;
        known.ends.push(now + self.lifetime);
        let (number, user) = (known.newest, known.user);
        let token = |kind| Token { family, number, kind };
        Said::Granted { access: token('a'), refresh: token('r'), user }
    }

    /// Whose an access token is, while it is good.
    pub fn user_of(&self, token: Token, now: u64) -> Option<&'static str> {
        let known = self.families.get(token.family)?;
        let end = *known.ends.get(token.number as usize - 1)?;
        let stands = !known.revoked && (!self.old_dies || token.number == known.newest);
        (token.kind == 'a' && stands && now < end).then_some(known.user)
    }

    /// Whether this is the token that new ones are given for.
    pub fn renews(&self, token: Token) -> bool {
        self.families.get(token.family).is_some_and(|known| !known.revoked && known.newest == token.number)
    }

    /// A call comes to the vendor, which does what it asks for.
    pub fn answer(&mut self, asked: &Asked, now: u64) -> Said {
        match asked {
            Asked::Login { user, password } => {
                let Some(user) = USERS.into_iter().find(|known| known == user && password == PASSWORD) else {
                    return Said::WrongPassword;
                };
                self.signs_in(user, now)
            }
            Asked::Message { .. } => Said::Message,
            Asked::Signed { account, right } => {
                match ACCOUNTS.into_iter().find(|known| known == account).filter(|_| *right) {
                    Some(account) => self.signs_in(account, now),
                    None => Said::WrongPassword,
                }
            }
            Asked::Prompt => Said::Prompt,
            Asked::Answer { user, says: Person::Yes } => self.signs_in(user, now),
            Asked::Answer { says: Person::No, .. } => Said::Denied,
            Asked::Answer { says: Person::Nothing, .. } => Said::NotYet,
            Asked::Refresh { token: Some(token), in_body } => self.renew(*token, *in_body, now),
            Asked::Logout { token: Some(token) } if self.user_of(*token, now).is_some() => {
                self.families[token.family].revoked = !self.stateless;
                Said::LoggedOut
            }
            Asked::Check { token } => {
                token.and_then(|token| self.user_of(token, now)).map_or(Said::Dead, Said::Alive)
            }
            Asked::Refresh { token: None, .. } | Asked::Logout { .. } | Asked::Nonsense => Said::Unauthorised,
        }
    }

    fn signs_in(&mut self, user: &'static str, now: u64) -> Said {
        let family = self.families.len();
        self.families.push(Family { user, revoked: false, newest: 0, ends: Vec::new() });
        self.grant(family, now)
    }

    fn renew(&mut self, token: Token, in_body: bool, now: u64) -> Said {
        if self.brand == Brand::Ethgas && in_body != self.body_form {
            return Said::WrongForm;
        }
        if matches!(self.brand, Brand::Ocient | Brand::Cookie) {
            return match self.user_of(token, now) {
                Some(_) => self.grant(token.family, now),
                None => Said::Unauthorised,
            };
        }
        if token.kind == 'r' && self.renews(token) {
            return self.grant(token.family, now);
        }
        // A refresh token that is used twice has been stolen, for all that the vendor knows.
        if let Some(known) = self.families.get_mut(token.family) {
            known.revoked = true;
        }
        Said::Unauthorised
    }
}

impl Vendor {
    /// A new token comes along with the answer to a request.
    pub fn rotate(&mut self, family: usize, now: u64) -> Said {
        self.grant(family, now)
    }

    /// It forgets who was signed in.
    pub fn forget(&mut self) {
        for known in &mut self.families {
            known.revoked = true;
        }
    }
}
