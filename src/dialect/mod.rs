//! What each vendor says on the wire, and nothing else: which request to send, how to read the reply, which
//! credential to attach, which reply says "expired". No clock, no promise, no browser: all of it runs natively.
//!
//! A vendor is data: its description, in the form in which anybody describes an API of their own, with its table of codes beside it.
//! [`Described`] does what it says. What the form has no word for is a habit of the vendor's, and stands in its file. To add a vendor,
//! write its description, its file and its line in `vendors!`; `tests/vendors.rs` names what else has to know it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;

mod call;
mod codes;
mod credentials;
mod described;
mod description;
mod ethgas;
mod ethgas_wallet;
mod failure;
mod fields;
mod grant;
mod granted;
mod lenses;
mod ocient;
mod path;
mod pegase3;
mod reply;
mod secret;
mod template;
mod told;
pub mod wallet;
mod write;

pub use call::{Call, CallKind};
pub use codes::Row;
pub use credentials::{Credentials, Prompt};
pub use described::Described;
pub use ethgas_wallet::EthgasWallet;
pub use failure::{Code, Failure, Field, VendorCode, Why};
pub use grant::{Grant, Held, is_name, is_token};
pub use reply::{Body, Json, Rejection, Reply};
pub use secret::Secret;
pub use write::to_json;
pub(crate) use write::write_number;

/// Makes of one list of the vendors: their types, how one is found by its name, and their tables of codes.
macro_rules! vendors {
    ($($file:ident::$vendor:ident, $codes:literal;)*) => {
        $(pub use $file::$vendor;)*

        /// The vendor of a name, as `SessionOptions.vendor` spells it; where people sign in otherwise than usual, with
        /// `SessionOptions.flow` behind it.
        #[must_use]
        pub fn named<J: Json>(name: &str) -> Option<Rc<dyn Vendor<J>>> {
            Some(match name {
                "ethgas wallet" => Rc::new(EthgasWallet::new()?),
                $(stringify!($file) => Rc::new($vendor::new()?),)*
                _ => return None,
            })
        }

        /// The vendors' names.
        pub const NAMES: &[&str] = &[$(stringify!($file)),*];

        /// Every vendor's table of codes, for the documentation: its title, and the rows.
        pub const CODES: &[(&str, &[Row])] = &[$(($codes, $file::CODES)),*];
    };
}

vendors! {
    ocient::Ocient, "Ocient `status.vendor_code`";
    lenses::Lenses, "Lenses HQ `type`";
    pegase3::Pegase3, "PEGASE3 `code`";
    ethgas::Ethgas, "ETHGAS `errorCode`, else `code`";
}

/// How a request carries the session's credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// `Authorization: Bearer <token>`.
    Bearer,
    /// A header of the vendor's own, with the token behind a prefix, which may be empty.
    Header(String, String),
    /// A cookie that script can't read: the browser attaches it.
    Cookie,
}

impl Carrier {
    /// The header that carries the credential, if one does.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        match self {
            Self::Bearer => Some("Authorization"),
            Self::Header(name, _) => Some(name),
            Self::Cookie => None,
        }
    }

    /// What that header says with a token.
    #[must_use]
    pub fn value(&self, token: &str) -> Option<Secret> {
        let begin = match self {
            Self::Bearer => "Bearer ",
            Self::Header(_, prefix) => prefix,
            Self::Cookie => return None,
        };
        Some([begin, token].concat().into())
    }
}

/// When a token that is still good is renewed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Renewal {
    /// The vendor has no renewal.
    None,
    /// A margin before the end: a quarter of the lifetime, five minutes at most.
    BeforeEnd,
    /// At a part of the lifetime, between 0 and 1.
    AtPart(f64),
    /// So many ms before the end; at half of the lifetime where that is later.
    Before(f64),
}

/// What is fixed for a vendor.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The name in `SessionOptions.vendor`, or in a description.
    pub name: String,
    /// The name in sentences.
    pub title: String,
    /// How requests carry the credential.
    pub carrier: Carrier,
    /// When to renew.
    pub renewal: Renewal,
    /// Whether a reply to any request may say inside its JSON that the token was rejected, or bring a new one.
    pub speaks_inside: bool,
}

/// Which part of a reply's JSON is the payload.
///
/// A member is named by its path: names and indexes with dots between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// All of it.
    Whole,
    /// One member.
    Member(String),
    /// All but one member.
    Without(String),
}

/// A vendor: requests as values out, replies as values in. What isn't said otherwise is what its description says.
pub trait Vendor<J: Json> {
    /// The engine that does what this vendor's description says. `self.described().read(…)` is that alone; `self.read(…)` has the vendor's
    /// habits, too.
    fn described(&self) -> &Described<J>;

    /// What is fixed.
    fn facts(&self) -> &Facts {
        self.described().facts()
    }

    /// The documented path of an operation, relative to `baseUrl`. `None`: the vendor has none.
    fn path(&self, operation: CallKind) -> Option<String> {
        self.described().path(operation)
    }

    /// The request that signs in. Refuses what can't be sent.
    fn login(&self, credentials: &Credentials) -> Result<Box<Call>, Box<Failure>> {
        self.described().login(credentials)
    }

    /// Reads the reply to [`login`](Self::login). `now_ms`: this machine's clock, ms since the epoch.
    fn read_login(
        &self,
        reply: &Reply<J>,
        credentials: &Credentials,
        now_ms: f64,
    ) -> Result<Grant, Box<Failure>> {
        self.read(reply, CallKind::Login)?;
        self.described().signs_in(reply, credentials, now_ms)
    }

    /// Reads the reply to a [`login`](Self::login) on another device: what the person is to be shown.
    fn read_prompt(&self, reply: &Reply<J>) -> Result<Prompt, Box<Failure>> {
        Err(reply.failure(Code::VendorError))
    }

    /// The request that waits for the person's answer on another device; its reply is that of a login.
    fn poll_device(&self, _credentials: &Credentials, _prompt: &Prompt) -> Option<Box<Call>> {
        None
    }

    /// Whether a failure of [`poll_device`](Self::poll_device) says only that the person has not answered yet.
    fn is_unanswered(&self, _failure: &Failure) -> bool {
        false
    }

    /// What a wallet does in a login, where people sign in with one.
    fn signing(&self) -> Option<&dyn wallet::Signing<J>> {
        None
    }

    /// The request that renews; `None` where the vendor has no renewal, or where what is held lacks something that it takes.
    fn refresh(&self, held: &Held) -> Option<Box<Call>> {
        self.described().refresh(held)
    }

    /// Reads the reply to [`refresh`](Self::refresh). `now_ms`: as for [`read_login`](Self::read_login).
    fn read_refresh(&self, reply: &Reply<J>, now_ms: f64) -> Result<Grant, Box<Failure>> {
        self.read(reply, CallKind::Refresh)?;
        self.described().grants(reply, CallKind::Refresh, now_ms)
    }

    /// Whether a renewal gave tokens of the session that holds these, and not of another one.
    fn renews(&self, _grant: &Grant, _held: &Held) -> bool {
        true
    }

    /// Whether a refused renewal is worth one more try in the vendor's other documented form.
    fn other_refresh_form(&self, _failure: &Failure) -> bool {
        false
    }

    /// The request that signs out.
    fn logout(&self, held: &Held) -> Box<Call> {
        self.described().with_credential(CallKind::Logout, held)
    }

    /// Reads the reply to [`logout`](Self::logout): whether the vendor confirmed.
    fn confirms_logout(&self, reply: &Reply<J>) -> bool {
        self.read(reply, CallKind::Logout).is_ok()
    }

    /// The request that asks whether the session is alive.
    fn check(&self, held: &Held) -> Box<Call> {
        self.described().with_credential(CallKind::Check, held)
    }

    /// Reads the reply to [`check`](Self::check): alive, with the user's name where the reply tells it.
    fn read_check(&self, reply: &Reply<J>) -> Result<Option<Secret>, Box<Failure>> {
        self.read(reply, CallKind::Check)?;
        self.described().is_alive(reply)
    }

    /// Reads the reply to any request: where its payload lies, or the failure it tells.
    fn read(&self, reply: &Reply<J>, operation: CallKind) -> Result<Payload, Box<Failure>> {
        self.described().read(reply, operation)
    }

    /// What the reply to a request says of the token that it carried. Of a reply whose body was not looked into, only the
    /// status is known: a 401 is then doubtful.
    fn rejects_token(&self, reply: &Reply<J>) -> Rejection {
        if self.described().says_rejected(reply) {
            return Rejection::Yes;
        }
        if reply.status != 401 {
            return Rejection::No;
        }
        match self.read(reply, CallKind::Request) {
            Err(failure) if !failure.explicit => Rejection::Doubtful,
            Err(failure) if failure.code == Code::SessionExpired => Rejection::Yes,
            _ => Rejection::No,
        }
    }

    /// Whether a reply may mean that the token has expired, though it doesn't say so: a vendor's code may crash on an expired
    /// token. It does mean that if the same request is answered so again.
    fn expired_unsaid(&self, _reply: &Reply<J>, _held: &Held, _now_ms: f64) -> bool {
        false
    }

    /// Whether a rejection says that the token's time was up, and not that it was never good.
    fn says_expired(&self, _reply: &Reply<J>) -> bool {
        false
    }

    /// Whether the replies to requests bring tokens, which replace those before.
    fn brings_tokens(&self) -> bool {
        false
    }

    /// A token that the reply to a request brought along for the session that holds these.
    fn adopts(&self, _reply: &Reply<J>, _held: &Held, _now_ms: f64) -> Option<Grant> {
        None
    }
}
