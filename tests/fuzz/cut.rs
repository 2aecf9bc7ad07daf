//! What is done to the bytes of a document.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// A change to the bytes of a text.
#[derive(Clone, Debug)]
pub enum Cut {
    Removed(Index, usize),
    /// A piece a second time: members and brackets that stand twice.
    Doubled(Index, usize),
    Inserted(Index, Vec<u8>),
    Flipped(Index, u8),
    EndsAt(Index),
    /// A number spelt as JSON allows it, or just not.
    Number(Index, &'static str),
}

const SPELLINGS: [&str; 12] = [
    "1e400",
    "-1e400",
    "1E+2",
    "-0",
    "00",
    ".5",
    "1.",
    "NaN",
    "Infinity",
    "0x10",
    "1e-400",
    "18446744073709551616",
];

/// Changes to the bytes; mostly none, since what is no JSON soon teaches nothing new.
pub fn any_cuts() -> impl Strategy<Value = Vec<Cut>> {
    let cut = prop_oneof![
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Cut::Removed(at, length)),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Cut::Doubled(at, length)),
        (any::<Index>(), any::<Vec<u8>>()).prop_map(|(at, bytes)| Cut::Inserted(at, bytes)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Cut::Flipped(at, byte)),
        any::<Index>().prop_map(Cut::EndsAt),
        (any::<Index>(), select(&SPELLINGS[..])).prop_map(|(at, spelling)| Cut::Number(at, spelling)),
    ];
    prop_oneof![6 => Just(Vec::new()), 1 => prop::collection::vec(cut, 1..4)]
}

impl Cut {
    pub fn apply(self, bytes: &mut Vec<u8>) {
        let place = |at: Index| at.index(bytes.len() + 1);
        match self {
            Self::Removed(at, length) => {
                let start = place(at);
                bytes.drain(start..bytes.len().min(start + length));
            }
            Self::Doubled(at, length) => {
                let start = place(at);
                let piece = bytes[start..bytes.len().min(start + length)].to_vec();
                bytes.splice(start..start, piece);
            }
            Self::Inserted(at, more) => {
                let start = place(at);
                bytes.splice(start..start, more);
            }
            Self::Flipped(at, byte) => {
                let start = place(at);
                if let Some(old) = bytes.get_mut(start) {
                    *old ^= byte;
                }
            }
            Self::EndsAt(at) => bytes.truncate(place(at)),
            Self::Number(at, spelling) => {
                let start = place(at);
                let digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'-';
                let Some(first) = bytes[start..].iter().position(digit).map(|offset| start + offset) else {
                    return;
                };
                let length = bytes[first..].iter().take_while(|byte| digit(byte)).count();
                bytes.splice(first..first + length, spelling.bytes());
            }
        }
    }
}
