//! Which servers there are, and what differs between them on the floor below their routes.

use axum::response::Response;

use crate::call::Call;
use crate::instance::World;
use crate::{ethgas, ethgas_wallet, lenses, ocient, pegase3, stranger};

/// One of the five servers beside the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Ocient's HTTP Query API.
    Ocient,
    /// Lenses HQ.
    Lenses,
    /// `PEGASE3_API`.
    Pegase3,
    /// ETHGAS, both families.
    Ethgas,
    /// A server that is nobody's vendor: no credential may ever reach it.
    Stranger,
}

impl Vendor {
    /// All of them in the order of their ports.
    pub const ALL: [Self; 5] = [Self::Ocient, Self::Lenses, Self::Pegase3, Self::Ethgas, Self::Stranger];

    /// The name used in `/config.json` and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ocient => "ocient",
            Self::Lenses => "lenses",
            Self::Pegase3 => "pegase3",
            Self::Ethgas => "ethgas",
            Self::Stranger => "stranger",
        }
    }

    /// The port when the page is at `base`.
    pub fn port(self, base: u16) -> u16 {
        let offset = match self {
            Self::Ocient => 1,
            Self::Lenses => 2,
            Self::Pegase3 => 3,
            Self::Ethgas => 4,
            Self::Stranger => 5,
        };
        base.saturating_add(offset)
    }

    /// The path to which, and only to which, a password belongs.
    pub fn login_path(self) -> Option<&'static str> {
        match self {
            Self::Ocient => Some(ocient::LOGIN),
            Self::Lenses => Some(lenses::LOGIN),
            Self::Pegase3 => Some(pegase3::LOGIN),
            Self::Ethgas => Some(ethgas::LOGIN),
            Self::Stranger => None,
        }
    }

    /// The paths to which, and only to which, a refresh token belongs: where tokens are renewed, and where the browser attaches the
    /// cookie of an earlier sign-in.
    pub fn refresh_paths(self) -> &'static [&'static str] {
        match self {
            Self::Ethgas => &[ethgas::REFRESH, ethgas_wallet::REFRESH, ethgas_wallet::VERIFY],
            _ => &[],
        }
    }

    /// The request methods a browser may use across origins; `None` stands for any.
    pub fn allowed_methods(self) -> Option<&'static str> {
        match self {
            Self::Ocient | Self::Lenses | Self::Ethgas => Some("GET, POST"),
            Self::Pegase3 => Some("GET"),
            Self::Stranger => None,
        }
    }

    /// The request headers a browser may send across origins; `None` stands for any. `x-test` is for tests.
    pub fn allowed_headers(self) -> Option<&'static str> {
        match self {
            Self::Ocient | Self::Lenses | Self::Ethgas => Some("content-type, accept, authorization, x-test"),
            Self::Pegase3 => Some(
                "user-name, password, token, name-company, id-company, id-establishments, id-employees, years, months, \
                 offset, starting-date, ending-date, fields, limit, content-type, accept, x-test",
            ),
            Self::Stranger => None,
        }
    }

    /// The reply when no fault is in the way.
    pub fn answer(self, call: &Call, world: &mut World) -> Response {
        match self {
            Self::Ocient => ocient::answer(call, world),
            Self::Lenses => lenses::answer(call, world),
            Self::Pegase3 => pegase3::answer(call, world),
            Self::Ethgas if call.path.starts_with("/v1/") => ethgas_wallet::answer(call, world),
            Self::Ethgas => ethgas::answer(call, world),
            Self::Stranger => stranger::answer(),
        }
    }
}
