//! Time, by the two clocks that a machine has.

/// A moment. A wall clock may be wrong, and be set while the session lives; a steady one only goes on, but on some machines
/// it stands still while they sleep. Each makes up for what the other misses (R19).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// In ms since the epoch, by this machine's clock.
    pub wall: f64,
    /// In ms since some moment in the life of this page.
    pub steady: f64,
}

impl Moment {
    /// Before anything has happened.
    pub const NEVER: Self = Self { wall: 0.0, steady: 0.0 };

    /// How long ago an earlier moment was, in ms: by the clock that says longer.
    #[must_use]
    pub fn since(self, earlier: Self) -> f64 {
        let (wall, steady) = (self.wall - earlier.wall, self.steady - earlier.steady);
        if wall > steady { wall } else { steady }
    }

    /// A moment of which only the wall clock is known. If it is ahead of this one, the steady clock counts it as now.
    #[must_use]
    pub fn at_wall(self, wall: f64) -> Self {
        let ago = self.wall - wall;
        Self { wall, steady: if ago > 0.0 { self.steady - ago } else { self.steady } }
    }
}
