//! How fast the platform delivers a job.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

/// A documented level of speed. Unknown numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Speed {
    /// 0: 800,000 a minute.
    Fastest,
    /// 1: 600,000 a minute.
    Fast,
    /// 2: 450,000 a minute.
    Medium,
    /// 3: 300,000 a minute.
    Slow,
    /// 4: 100,000 a minute.
    Slowest,
    /// A number that no document names.
    Other(u64),
}

impl Speed {
    /// Names the documented numbers.
    pub const fn from_wire(number: u64) -> Self {
        match number {
            0 => Self::Fastest,
            1 => Self::Fast,
            2 => Self::Medium,
            3 => Self::Slow,
            4 => Self::Slowest,
            other => Self::Other(other),
        }
    }

    /// The number as it stands on the wire.
    pub const fn to_wire(self) -> u64 {
        match self {
            Self::Fastest => 0,
            Self::Fast => 1,
            Self::Medium => 2,
            Self::Slow => 3,
            Self::Slowest => 4,
            Self::Other(other) => other,
        }
    }

    /// The documented messages a minute, in units of 10,000 as `realspeed` has them.
    #[doc(alias = "realspeed")]
    pub const fn ten_thousands_a_minute(self) -> Option<u64> {
        match self {
            Self::Fastest => Some(80),
            Self::Fast => Some(60),
            Self::Medium => Some(45),
            Self::Slow => Some(30),
            Self::Slowest => Some(10),
            Self::Other(_) => None,
        }
    }
}

impl Serialize for Speed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.to_wire())
    }
}

impl<'de> Deserialize<'de> for Speed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::number_or_text(deserializer).map(Self::from_wire)
    }
}
