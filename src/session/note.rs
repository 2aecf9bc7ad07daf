//! The note of what became of a login: it has ended, or its tab could not write it.

use alloc::string::String;

use super::Reason;

/// What became of a login, as a short text beside the place of its record: it has ended, or its tab could not write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// The login.
    pub login: u32,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has come to its end.
    Ended(Reason),
    /// It goes on in a tab that could not write it down.
    Unwritten,
}

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
            Fate::Unwritten => "unwritten",
        });
        text
    }

    /// Reads a note; `None`: it is none. Anybody may have written it, but it can say no more than what became of a login.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (login, rest) = login_and_rest(text)?;
        let fate = match rest {
            "unwritten" => Fate::Unwritten,
            "logout" => Fate::Ended(Reason::Logout),
            "expired" => Fate::Ended(Reason::Expired),
            "refused" => Fate::Ended(Reason::Refused),
            "idle" => Fate::Ended(Reason::Idle),
            _ => return None,
        };
        Some(Self { login, fate })
    }
}

/// Reads a text that begins with a login's number and a blank: that, and the rest. 0 names no login.
#[inline(never)]
pub(super) fn login_and_rest(text: &str) -> Option<(u32, &str)> {
    // Digit by digit: `split_once` and `parse` take 300 bytes more of the WebAssembly.
    let (mut login, mut length) = (0_u32, 0);
    for digit in text.bytes().take_while(u8::is_ascii_digit) {
        login = login.checked_mul(10)?.checked_add(u32::from(digit - b'0'))?;
        length += 1;
    }
    let rest = text.get(length..)?.strip_prefix(' ')?;
    (login != 0).then_some((login, rest))
}
