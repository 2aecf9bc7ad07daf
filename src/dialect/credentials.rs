//! What a person signs in with, and is shown.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Failure, Secret, is_name};

/// A user's credentials for one login. Zeroed when dropped; kept nowhere.
#[derive(Debug, Default)]
pub struct Credentials {
    /// What was given, byte-exact, by the names in the vendor's templates. Ocient takes a token of the customer's identity
    /// provider, too, as `idToken` or `accessToken`. With a wallet: `address` and `name`, where they are given.
    pub named: Vec<(String, Secret)>,
    /// Ocient: nobody signs in here; the person says yes on another device.
    pub on_device: bool,
    /// The account of the wallet that signs, once the wallet has told it.
    pub account: Secret,
    /// Its signature, once there is one.
    pub signature: Secret,
}

impl Credentials {
    /// Credentials of these names.
    #[must_use]
    pub fn of(given: &[(&str, &str)]) -> Self {
        let named = given.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Self { named, ..Self::default() }
    }

    /// What was given under a name.
    #[must_use]
    pub fn typed(&self, name: &str) -> Option<Secret> {
        self.named.iter().find(|(typed, _)| typed == name).map(|(_, value)| value.clone())
    }

    /// What no failure may repeat: all but what only says who somebody is.
    #[must_use]
    pub fn secrets(&self) -> Vec<&str> {
        let named = self.named.iter().filter(|(name, _)| !is_public(name)).map(|(_, value)| value.as_str());
        named.chain([self.signature.as_str()]).collect()
    }

    /// Refuses what no vendor accepts, before anything is sent: an attempt with an empty password counts towards a lock-out like any
    /// other. All fields at once, so that the person sees all that is to be mended. `fits`: whether headers can carry the value of a name,
    /// where they have to.
    pub(super) fn check(&self, fits: &dyn Fn(&str, &str) -> bool) -> Result<(), Box<Failure>> {
        let mut refused: Option<Box<Failure>> = None;
        for (name, value) in &self.named {
            let next = unsendable(name, value)
                .or_else(|| (!fits(name, value)).then(|| Failure::no_header_value(name)));
            match (&mut refused, next) {
                (Some(all), Some(mut next)) => all.fields.append(&mut next.fields),
                (None, next) => refused = next,
                _ => {}
            }
        }
        refused.map_or(Ok(()), Err)
    }
}

fn unsendable(name: &str, value: &str) -> Option<Box<Failure>> {
    if value.is_empty() {
        return Some(Failure::field(name, "required", "must not be empty"));
    }
    // Names have to fit into the session's record, and no password is so long either.
    (!is_name(value)).then(|| Failure::field(name, "not-sendable", "must take at most 12288 bytes as JSON"))
}

/// What the person is shown, to say yes on another device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The code to be typed there, or compared.
    pub user_code: String,
    /// The address to go to: http(s).
    pub verification_uri: String,
    /// The same with the code in it, where the vendor tells one.
    pub verification_uri_complete: Option<String>,
}

/// Whether the value of this name says who somebody is, and is no secret.
fn is_public(name: &str) -> bool {
    matches!(name, "username" | "email" | "database" | "address" | "name")
}
