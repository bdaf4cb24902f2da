//! The languages in which the platform names places.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A language. Unknown ones are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "lang")]
#[non_exhaustive]
pub enum Language {
    /// `zh_CN`, the default.
    SimplifiedChinese,
    /// `zh_TW`
    TraditionalChinese,
    /// `en`
    English,
    /// One that no document names; empty where the platform no longer tells a person's language.
    Other(String),
}

impl Language {
    /// Names the documented languages.
    pub fn from_wire(text: &str) -> Self {
        match text {
            "zh_CN" => Self::SimplifiedChinese,
            "zh_TW" => Self::TraditionalChinese,
            "en" => Self::English,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::SimplifiedChinese => "zh_CN",
            Self::TraditionalChinese => "zh_TW",
            Self::English => "en",
            Self::Other(other) => other,
        }
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from_wire(&text))
    }
}
