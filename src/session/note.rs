//! The note of how a login came to its end.

use alloc::string::String;

use super::Reason;

/// How a login came to its end, in a few words beside the record's place: the record itself is gone then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The login.
    pub login: u32,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a login whose record is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has come to its end.
    Ended(Reason),
    /// It goes on in a tab that could not write it down.
    Unwritten,
}

const UNWRITTEN: &str = "unwritten";

impl Note {
    /// A login has come to its end.
    #[must_use]
    pub const fn ended(login: u32, reason: Reason) -> Self {
        Self { login, fate: Fate::Ended(reason) }
    }

    /// A login goes on in a tab that could not write it down.
    #[must_use]
    pub const fn unwritten(login: u32) -> Self {
        Self { login, fate: Fate::Unwritten }
    }

    /// The note as a text.
    #[must_use]
    pub fn write(self) -> String {
        let mut text = String::new();
        crate::dialect::write_number(&mut text, i64::from(self.login));
        text.push(' ');
        text.push_str(match self.fate {
            Fate::Ended(reason) => reason.as_str(),
            Fate::Unwritten => UNWRITTEN,
        });
        text
    }

    /// Reads a note. Whoever wrote it, it says no more than how a login ended: `None` where it says nothing.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (login, fate) = text.split_once(' ')?;
        let fate = match fate {
            UNWRITTEN => Fate::Unwritten,
            "logout" => Fate::Ended(Reason::Logout),
            "expired" => Fate::Ended(Reason::Expired),
            "refused" => Fate::Ended(Reason::Refused),
            _ => return None,
        };
        Some(Self { login: login.parse().ok().filter(|login| *login != 0)?, fate })
    }
}
