//! A follower's id, kept where it stands: a list of ten thousand is one piece of memory.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::InvalidId;

/// Bytes that are kept in place; every OpenID seen so far is shorter.
const IN_PLACE: usize = 30;

/// A follower of one account: usually 28 characters starting with `o`, of `[A-Za-z0-9_-]`.
///
/// The same person has another OpenID for each account.
#[doc(alias = "openid")]
#[doc(alias = "touser")]
#[derive(Clone)]
pub struct OpenId(Text);

#[derive(Clone)]
enum Text {
    Short { length: u8, bytes: [u8; IN_PLACE] },
    Long(Box<str>),
}

impl OpenId {
    /// More bytes than this are refused here; the platform documents no limit.
    pub const MAX_BYTES: usize = 128;
    /// Bytes of every OpenID seen so far. Not promised by the platform.
    pub const USUAL_BYTES: usize = 28;

    /// Takes the text as it stands; nothing is trimmed or changed.
    ///
    /// # Errors
    ///
    /// [`InvalidId`] when no OpenID can look like that.
    pub fn new<'a>(text: impl Into<Cow<'a, str>>) -> Result<Self, InvalidId> {
        let text = text.into();
        Self::check(&text)?;
        Ok(Self::checked(text))
    }

    /// Holds a text against what an OpenID can look like.
    pub(crate) fn check(text: &str) -> Result<(), InvalidId> {
        let refused = |problem| Err(InvalidId { kind: "OpenID", problem });
        if text.is_empty() {
            return refused("it is empty");
        }
        if text.len() > Self::MAX_BYTES {
            return refused("it is longer than 128 characters");
        }
        // Without a way out early: a list of millions is checked several bytes at a time.
        if !text.bytes().fold(true, |plain, b| plain & Self::is_plain(b)) {
            return refused("only A-Z, a-z, 0-9, _ and - occur in one");
        }
        Ok(())
    }

    pub(crate) const fn is_plain(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() | (byte == b'_') | (byte == b'-')
    }

    /// Takes a text that [`check`](Self::check) found good.
    pub(crate) fn checked<'a>(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        let mut bytes = [0; IN_PLACE];
        match (u8::try_from(text.len()), bytes.get_mut(..text.len())) {
            (Ok(length), Some(place)) => {
                place.copy_from_slice(text.as_bytes());
                Self(Text::Short { length, bytes })
            }
            _ => Self(Text::Long(text.into())),
        }
    }

    /// The id as it stands on the wire.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            // It was ASCII when it was put there.
            Text::Short { length, bytes } => {
                let bytes = bytes.get(..usize::from(*length)).unwrap_or_default();
                std::str::from_utf8(bytes).unwrap_or_default()
            }
            Text::Long(text) => text,
        }
    }

    /// Has the shape of every OpenID seen so far: 28 characters starting with `o`.
    pub fn is_usual(&self) -> bool {
        let text = self.as_str();
        text.len() == Self::USUAL_BYTES && text.starts_with('o')
    }
}

impl TryFrom<String> for OpenId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::new(text)
    }
}

impl From<OpenId> for String {
    fn from(id: OpenId) -> String {
        id.as_str().to_owned()
    }
}

impl fmt::Debug for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenId").field(&self.as_str()).finish()
    }
}

impl fmt::Display for OpenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq for OpenId {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for OpenId {}

impl PartialOrd for OpenId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for OpenId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for OpenId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Serialize for OpenId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for OpenId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn open_ids_keep_to_their_alphabet() {
        assert!(OpenId::new("oTESTfan48X1xf6krmgnKRPWerco").unwrap().is_usual());
        assert!(!OpenId::new("oShort").unwrap().is_usual());
        for bad in ["", "o a", "o\u{feff}", "o,b", "中文"] {
            assert!(OpenId::new(bad).is_err(), "{bad:?}");
        }
        assert!(OpenId::new("o".repeat(128)).is_ok());
        assert!(OpenId::new("o".repeat(129)).is_err());
    }

    proptest! {
        /// In place or not, an OpenID is its text.
        #[test]
        fn an_open_id_is_like_its_text(a in "[A-Za-z0-9_-]{1,64}", b in "[A-Za-z0-9_-]{1,64}") {
            let (id, other) = (OpenId::new(a.as_str()).unwrap(), OpenId::new(b.as_str()).unwrap());
            prop_assert_eq!(id.as_str(), a.as_str());
            prop_assert_eq!(id.cmp(&other), a.cmp(&b));
            prop_assert_eq!(id == other, a == b);
            prop_assert_eq!(String::from(id.clone()), a.clone());
            prop_assert_eq!(format!("{id:?}"), format!("OpenId({a:?})"));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(&json, &format!("{a:?}"));
            prop_assert_eq!(serde_json::from_str::<OpenId>(&json).unwrap(), id);
        }
    }
}
