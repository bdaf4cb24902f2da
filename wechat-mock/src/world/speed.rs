//! The speed of mass sends: five documented levels.

use crate::settings::Settings;
use serde::{Deserialize, Serialize};

/// How many levels there are.
const LEVELS: usize = 5;

/// The level in force; the fastest at first.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Speed(usize);

impl Speed {
    /// A level from the wire; 45083: there is no such level.
    pub(crate) fn new(level: u64) -> Result<Self, i64> {
        let level = usize::try_from(level).map_err(|_| 45083)?;
        if level < LEVELS { Ok(Self(level)) } else { Err(45083) }
    }

    pub(crate) fn level(self) -> usize {
        self.0
    }

    /// Followers a minute in units of 10 000.
    pub(crate) fn real(self, settings: &Settings) -> u64 {
        settings.speeds.get(self.0).copied().unwrap_or(1).max(1)
    }

    /// How many followers the fastest level serves while this one serves so many.
    pub(crate) fn weight(self, followers: usize, settings: &Settings) -> usize {
        let number = |speed: Self| usize::try_from(speed.real(settings)).unwrap_or(usize::MAX);
        followers.saturating_mul(number(Self::default())) / number(self)
    }
}
