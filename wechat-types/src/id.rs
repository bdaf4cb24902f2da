//! Names and numbers that identify things: newtypes, the secret ones with a redacted `Debug`.

mod open_id;

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::text;

pub use open_id::OpenId;

/// Why a text cannot be an id of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidId {
    /// The kind of id, such as `OpenID`.
    pub kind: &'static str,
    /// What is wrong with the text.
    pub problem: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {}: {}", self.kind, self.problem)
    }
}

impl std::error::Error for InvalidId {}

/// Refuses what no id of this platform contains: nothing at all, blanks, control characters.
fn check_plain(kind: &'static str, text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId { kind, problem: "it is empty" });
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(InvalidId { kind, problem: "it contains blanks or control characters" });
    }
    Ok(())
}

macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it stands; nothing is trimmed or changed.
            ///
            /// # Errors
            ///
            /// [`InvalidId`] when no id of this kind can look like that.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let check: fn(&'static str, &str) -> Result<(), InvalidId> = $check;
                check($kind, &text)?;
                Ok(Self(text))
            }

            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}

text_id! {
    /// An account's public id, usually `wx` and 16 hexadecimal digits.
    #[doc(alias = "appid")]
    AppId, "AppID", check_plain
}

text_id! {
    /// A person across all accounts bound to one open-platform account.
    #[doc(alias = "unionid")]
    UnionId, "UnionID", check_plain
}

text_id! {
    /// Material on the platform: temporary media, permanent material, or a draft.
    ///
    /// 43 or 64 characters, up to 128.
    #[doc(alias = "media_id")]
    MediaId, "media_id", check_plain
}

text_id! {
    /// A follower's WeChat name, accepted by preview instead of an OpenID.
    #[doc(alias = "towxname")]
    WeChatName, "WeChat name", check_plain
}

text_id! {
    /// The key under which the platform remembers a send for 24 hours.
    ///
    /// Documents name 64 bytes (old) and 32 (new), and a UUID of 36 characters was refused, so
    /// 32 ASCII characters are the limit here. Codes: 45065 exists, 45066 repeated too fast,
    /// 45067 too long.
    #[doc(alias = "clientmsgid")]
    ClientMsgId, "clientmsgid", |kind, text| {
        check_plain(kind, text)?;
        if !text.is_ascii() {
            return Err(InvalidId { kind, problem: "only ASCII is safe in it" });
        }
        if text.len() > ClientMsgId::MAX_BYTES {
            return Err(InvalidId {
                kind,
                problem: "would be refused with 45067 (clientmsgid size out of limit): more than 32 bytes",
            });
        }
        Ok(())
    }
}

impl ClientMsgId {
    /// Bytes, the newer and smaller of the two documented limits.
    pub const MAX_BYTES: usize = 32;

    /// A key of 32 hexadecimal digits, from a hash.
    pub fn from_hash(hash: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(hash)))
    }
}

text_id! {
    /// What was published, one article or several: `freepublish` has it from its job on.
    #[doc(alias = "article_id")]
    ArticleId, "article_id", check_plain
}

text_id! {
    /// A card or coupon.
    #[doc(alias = "card_id")]
    CardId, "card_id", check_plain
}

macro_rules! secret {
    ($(#[$meta:meta])* $name:ident, $kind:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it stands.
            ///
            /// # Errors
            ///
            /// [`InvalidId`] when it is empty or contains blanks; the text itself is not repeated.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                check_plain($kind, &text)?;
                Ok(Self(text))
            }

            /// The secret itself: for the wire only, never for a log or an error.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    };
}

secret! {
    /// An account's secret, usually 32 hexadecimal digits.
    #[doc(alias = "secret")]
    #[doc(alias = "appsecret")]
    AppSecret, "AppSecret"
}

secret! {
    /// What every call but the token calls carries in its query; lives up to 7200 seconds.
    #[doc(alias = "access_token")]
    AccessToken, "access_token"
}

macro_rules! number_id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// Takes the number as it stands.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number as it stands on the wire.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text::number_or_text(deserializer).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id! {
    /// A mass-send job. Larger than 2^31 for sends by tag or OpenID; written as a number, read as
    /// number or text.
    #[doc(alias = "msg_id")]
    #[doc(alias = "MsgID")]
    MsgId
}

number_id! {
    /// Joins a job's articles with the statistics, as `msg_data_id` + `_` + article index.
    #[doc(alias = "msg_data_id")]
    MsgDataId
}

number_id! {
    /// A publication job. Written as text, read as number or text; events have a number.
    #[doc(alias = "publish_id")]
    PublishId
}

number_id! {
    /// A tag of followers. 0, 1 and 2 are the platform's own (2 = starred).
    #[doc(alias = "tag_id")]
    #[doc(alias = "tagid")]
    TagId
}

impl TagId {
    /// One of the platform's own tags, which can be neither renamed nor deleted (45058).
    pub const fn is_reserved(self) -> bool {
        self.0 <= 2
    }
}

number_id! {
    /// A group of followers, what tags were before 2016. An old group's id is its tag's id.
    #[doc(alias = "group_id")]
    #[doc(alias = "groupid")]
    GroupId
}

impl GroupId {
    /// 0 ungrouped, 1 blacklist, 2 starred, which can be neither renamed nor deleted (45016).
    pub const fn is_reserved(self) -> bool {
        self.0 <= 2
    }
}

impl<'de> Deserialize<'de> for AccessToken {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for AppSecret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_show() {
        let secret = AppSecret::new("0123456789abcdef0123456789abcdef").unwrap();
        assert_eq!(format!("{secret:?}"), "AppSecret([redacted])");
        let token = AccessToken::new("75_verySecret").unwrap();
        assert_eq!(format!("{token:#?}"), "AccessToken([redacted])");
        let error = AccessToken::new("75_very Secret").unwrap_err().to_string();
        assert!(!error.contains("Secret"), "{error}");
    }

    #[test]
    fn client_msg_ids_stop_at_32_bytes() {
        assert!(ClientMsgId::new("k".repeat(32)).is_ok());
        let error = ClientMsgId::new("k".repeat(33)).unwrap_err().to_string();
        assert!(error.contains("45067"), "{error}");
        assert!(ClientMsgId::new("钥匙").is_err());
        let key = ClientMsgId::from_hash([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);
        assert_eq!(key.as_str(), "000102030405060708090a0b0c0d0eff");
        assert_eq!(ClientMsgId::new(key.as_str()), Ok(key));
    }

    #[test]
    fn job_ids_come_as_number_or_text() {
        for json in ["3147483907", "\"3147483907\"", "3147483907.0"] {
            let id: MsgId = serde_json::from_str(json).unwrap();
            assert_eq!(id, MsgId::new(3_147_483_907), "{json}");
        }
        assert_eq!(serde_json::to_string(&MsgId::new(3_147_483_907)).unwrap(), "3147483907");
        for bad in ["-1", "1.5", "\"x\"", "null", "[]"] {
            assert!(serde_json::from_str::<MsgId>(bad).is_err(), "{bad}");
        }
    }
}
