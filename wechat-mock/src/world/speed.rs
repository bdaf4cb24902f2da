//! The speed of mass sends: five documented levels.

/// Followers a minute in units of 10 000, by level.
const REAL: [u64; 5] = [80, 60, 45, 30, 10];

/// The level in force; the fastest at first.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Speed(usize);

impl Speed {
    /// A level from the wire; 45083: there is no such level.
    pub(crate) fn new(level: u64) -> Result<Self, i64> {
        let level = usize::try_from(level).map_err(|_| 45083)?;
        if level < REAL.len() { Ok(Self(level)) } else { Err(45083) }
    }

    pub(crate) fn level(self) -> usize {
        self.0
    }

    pub(crate) fn real(self) -> u64 {
        REAL.get(self.0).copied().unwrap_or(10)
    }

    /// How many followers the fastest level serves while this one serves so many.
    pub(crate) fn weight(self, followers: usize) -> usize {
        let real = usize::try_from(self.real()).unwrap_or(80);
        followers.saturating_mul(80) / real
    }
}
