//! Who is measured.

/// What somebody offers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// hallpass itself.
    Own,
    /// Makes requests, and leaves tokens to the application.
    Requests,
    /// Keeps a session, at a server of its own kind.
    Sessions,
    /// No contender, but the best that can be had where a token is over.
    Ideal,
}

/// One of those who are measured.
pub struct Contender {
    /// Its file in `tests/bench/contenders`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// Whose versions are shown: npm's names.
    pub packages: &'static [&'static str],
    /// What it offers.
    pub kind: Kind,
    /// How it learns that a token is over, set up as its documentation says.
    pub notices: &'static str,
}

const fn of(
    name: &'static str,
    title: &'static str,
    packages: &'static [&'static str],
    kind: Kind,
    notices: &'static str,
) -> Contender {
    Contender { name, title, packages, kind, notices }
}

const BOTH: &str = "the clock, a 401";
const CLOCK: &str = "the clock";
const REPLY: &str = "a 401";

/// hallpass's name.
pub const OWN: &str = "hallpass";
/// The name of another build of hallpass, of an earlier commit for example; measured where `--beside` names its folder.
pub const BESIDE: &str = "beside";
/// The name of what requests are measured against.
pub const RAW: &str = "raw-fetch";
/// The name of what renewals are measured against.
pub const IDEAL: &str = "ideal";

/// All of them.
pub const CONTENDERS: [Contender; 14] = [
    of(OWN, "hallpass", &[], Kind::Own, BOTH),
    of(BESIDE, "the build beside it", &[], Kind::Own, BOTH),
    of(RAW, "raw fetch", &[], Kind::Requests, BOTH),
    of("ky", "ky", &["ky"], Kind::Requests, REPLY),
    of("axios", "axios with axios-auth-refresh", &["axios", "axios-auth-refresh"], Kind::Requests, REPLY),
    of("wretch", "wretch", &["wretch"], Kind::Requests, REPLY),
    of("supabase", "supabase auth", &["@supabase/auth-js"], Kind::Sessions, CLOCK),
    of("oidc-client-ts", "oidc-client-ts", &["oidc-client-ts"], Kind::Sessions, CLOCK),
    of("auth0", "auth0-spa-js", &["@auth0/auth0-spa-js"], Kind::Sessions, CLOCK),
    of("msal", "msal-browser", &["@azure/msal-browser"], Kind::Sessions, CLOCK),
    of("keycloak", "keycloak-js", &["keycloak-js"], Kind::Sessions, CLOCK),
    of("firebase", "firebase auth", &["@firebase/auth", "@firebase/app"], Kind::Sessions, CLOCK),
    of("better-auth", "better-auth's client", &["better-auth"], Kind::Sessions, "nothing"),
    of(IDEAL, "the ideal", &[], Kind::Ideal, "being told"),
];

impl Contender {
    /// Its script, from `tests/bench`.
    pub fn script(&self) -> String {
        // Another build is used in the same way.
        format!("contenders/{}.js", if self.name == BESIDE { OWN } else { self.name })
    }
}

/// Those who compete.
pub fn competing() -> impl Iterator<Item = &'static Contender> {
    CONTENDERS.iter().filter(|contender| contender.kind != Kind::Ideal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    #[test]
    fn each_has_its_file() {
        for contender in &CONTENDERS {
            let file = format!("tests/bench/{}", contender.script());
            assert!(workspace::inside(&file).is_file(), "{file}");
        }
    }
}
