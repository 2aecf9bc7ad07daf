//! The vendors, as the page and the simulator have them.

/// A vendor that is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// Tokens that can be renewed.
    Ocient,
    /// A cookie, and single sign-on.
    Lenses,
    /// Credentials in headers; no renewal and no sign-out.
    Pegase3,
    /// Tokens, each renewed with a refresh token that is good for once.
    Ethgas,
}

impl Vendor {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Ocient, Self::Lenses, Self::Pegase3, Self::Ethgas];

    /// hallpass's name for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ocient => "ocient",
            Self::Lenses => "lenses",
            Self::Pegase3 => "pegase3",
            Self::Ethgas => "ethgas",
        }
    }

    /// The page's name for it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ocient => "Ocient",
            Self::Lenses => "Lenses HQ",
            Self::Pegase3 => "PEGASE3",
            Self::Ethgas => "ETHGAS",
        }
    }

    /// Whether its sessions can be renewed.
    #[must_use]
    pub const fn renews(self) -> bool {
        matches!(self, Self::Ocient | Self::Ethgas)
    }

    /// How far its port is from the page's.
    pub(crate) const fn port_offset(self) -> u16 {
        match self {
            Self::Ocient => 1,
            Self::Lenses => 2,
            Self::Pegase3 => 3,
            Self::Ethgas => 4,
        }
    }
}
