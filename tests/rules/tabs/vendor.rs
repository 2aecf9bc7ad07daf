//! A vendor whose refresh tokens are dead once spent, and the requests for new ones that are on their way to it.

use hallpass::dialect::{Code, Grant};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Luck {
    Fine,
    /// The vendor never sees it.
    LostOnTheWay,
    /// The vendor does what it asks for, but nobody hears of it.
    LostOnTheWayBack,
    /// The vendor is down, and may say for how long.
    Busy(Option<f64>),
}

/// What a tab gets for it.
#[derive(Clone, Debug)]
pub enum Reply {
    Yes(Grant),
    No,
    Busy(Option<f64>),
    Lost(Code),
}

/// A request for new tokens.
pub struct Request {
    pub tab: usize,
    pub flight: u32,
    pub login: u32,
    /// Which of the login's refresh tokens it spends.
    pub serial: u32,
    pub reply: Option<Reply>,
    /// The vendor has given new tokens for it.
    pub granted: bool,
    /// It ended without a yes or a no: the token may be sent again.
    pub in_vain: bool,
    pub delivered: bool,
}

/// What the vendor knows of a login.
struct Login {
    user: &'static str,
    /// The number of the tokens given last.
    serial: u32,
    /// When they end.
    end: f64,
    revoked: bool,
    /// New tokens got lost where no session could help it: with a reply, or with a tab.
    lost: bool,
}

pub struct Vendor {
    pub lifetime: f64,
    pub requests: Vec<Request>,
    logins: Vec<Login>,
}

/// The login and the number of a token.
pub fn named(token: &str) -> (u32, u32) {
    let mut numbers = token[1..].split('.').map(|number| number.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

impl Vendor {
    pub const fn new(lifetime: f64) -> Self {
        Self { lifetime, requests: Vec::new(), logins: Vec::new() }
    }

    fn login(&mut self, login: u32) -> &mut Login {
        &mut self.logins[login as usize - 1]
    }

    fn grant(&mut self, login: u32, now: f64) -> Grant {
        let lifetime = self.lifetime;
        let known = self.login(login);
        known.serial += 1;
        known.end = now + lifetime;
        Grant {
            access: Some(format!("a{login}.{}", known.serial)),
            refresh: Some(format!("r{login}.{}", known.serial)),
            user: Some(known.user.into()),
            lifetime_ms: Some(lifetime),
            ..Grant::default()
        }
    }

    /// A user signs in: the login's name, and its first tokens.
    pub fn sign_in(&mut self, user: &'static str, now: f64) -> (u32, Grant) {
        self.logins.push(Login { user, serial: 0, end: now, revoked: false, lost: false });
        let login = u32::try_from(self.logins.len()).unwrap();
        (login, self.grant(login, now))
    }

    pub fn revoke(&mut self, login: u32) {
        self.login(login).revoked = true;
    }

    /// New tokens of this login are gone, through nobody's fault.
    pub fn lose(&mut self, login: u32) {
        self.login(login).lost = true;
    }

    /// Whether an access token is good: neither over nor revoked, nor replaced by the next.
    pub fn accepts(&mut self, access: &str, now: f64) -> bool {
        let (login, serial) = named(access);
        let known = self.login(login);
        !known.revoked && known.serial == serial && now < known.end
    }

    /// Whether this is the refresh token that is good now.
    pub fn accepts_refresh(&mut self, login: u32, serial: u32) -> bool {
        let known = self.login(login);
        !known.revoked && known.serial == serial
    }

    /// Whether no session could have been kept: it was revoked, or its tokens are gone.
    pub fn excuses(&mut self, login: u32) -> bool {
        let known = self.login(login);
        known.revoked || known.lost
    }

    /// A request comes to the vendor.
    pub fn answer(&mut self, request: usize, luck: Luck, now: f64) {
        let Request { login, serial, delivered: nobody_waits, .. } = self.requests[request];
        let reaches = matches!(luck, Luck::Fine | Luck::LostOnTheWayBack);
        let known = self.login(login);
        let granted = reaches && !known.revoked && known.serial == serial;
        known.lost |= granted && (nobody_waits || luck != Luck::Fine);
        let reply = match luck {
            Luck::LostOnTheWay => Reply::Lost(Code::Network),
            Luck::Busy(asked) => Reply::Busy(asked),
            _ if granted => Reply::Yes(self.grant(login, now)),
            _ => Reply::No,
        };
        let request = &mut self.requests[request];
        request.granted = granted;
        request.in_vain |= luck != Luck::Fine;
        request.reply = Some(if luck == Luck::LostOnTheWayBack { Reply::Lost(Code::Timeout) } else { reply });
    }
}
