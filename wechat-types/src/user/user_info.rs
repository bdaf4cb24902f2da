//! What the platform tells of one person.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Language, SubscribeScene};
use crate::id::{GroupId, OpenId, TagId, UnionId};
use crate::text;

/// One person. Of those who do not follow, only [`open_id`](Self::open_id) and
/// [`union_id`](Self::union_id) are told; absent fields were absent on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserInfo {
    /// Follows the account.
    #[doc(alias = "subscribe")]
    #[serde(rename = "subscribe")]
    #[serde(serialize_with = "flag", deserialize_with = "read_flag")]
    pub is_follower: bool,
    /// The person.
    #[doc(alias = "openid")]
    #[serde(rename = "openid")]
    pub open_id: OpenId,
    /// The language of the person's WeChat; no longer told by the newest documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// When the person last followed, in Unix seconds.
    #[doc(alias = "subscribe_time")]
    #[serde(rename = "subscribe_time", default)]
    #[serde(deserialize_with = "text::optional_number_or_text")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed_at: Option<u64>,
    /// Told if the account is bound to an open-platform account.
    #[doc(alias = "unionid")]
    #[serde(rename = "unionid", default, deserialize_with = "text::empty_as_none")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub union_id: Option<UnionId>,
    /// The account's own note, set by [`UpdateRemark`](super::UpdateRemark).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// The first tag, or 0: what was the group before tags.
    #[doc(alias = "groupid")]
    #[serde(rename = "groupid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The tags.
    #[doc(alias = "tagid_list")]
    #[serde(rename = "tagid_list")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
    /// Where the person pressed "follow".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribe_scene: Option<SubscribeScene>,
    /// The number in the QR code, 0 without one.
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_scene: Option<u64>,
    /// The text in the QR code, empty without one.
    #[doc(alias = "qr_scene_str")]
    #[serde(rename = "qr_scene_str")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qr_scene_text: Option<String>,
    /// Empty since December 2021, as are all fields below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// Unknown since December 2021.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sex: Option<Sex>,
    /// Empty since December 2021.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// Empty since December 2021.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Empty since December 2021.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The portrait's address; empty since December 2021.
    #[doc(alias = "headimgurl")]
    #[serde(rename = "headimgurl")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portrait_url: Option<String>,
}

impl UserInfo {
    /// Somebody of whom nothing else is told.
    pub const fn new(open_id: OpenId, is_follower: bool) -> Self {
        Self {
            is_follower,
            open_id,
            language: None,
            followed_at: None,
            union_id: None,
            remark: None,
            group: None,
            tags: None,
            subscribe_scene: None,
            qr_scene: None,
            qr_scene_text: None,
            nickname: None,
            sex: None,
            city: None,
            province: None,
            country: None,
            portrait_url: None,
        }
    }
}

/// The platform writes flags as 0 and 1.
fn flag<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8((*flag).into())
}

fn read_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    text::number_or_text(deserializer).map(|number| number != 0)
}

/// What a person told of themselves. Unknown numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sex {
    /// 0: not told.
    Unknown,
    /// 1
    Male,
    /// 2
    Female,
    /// A number that no document names.
    Other(u64),
}

impl Sex {
    /// Names the documented numbers.
    pub const fn from_wire(number: u64) -> Self {
        match number {
            0 => Self::Unknown,
            1 => Self::Male,
            2 => Self::Female,
            other => Self::Other(other),
        }
    }

    /// The number as it stands on the wire.
    pub const fn to_wire(self) -> u64 {
        match self {
            Self::Unknown => 0,
            Self::Male => 1,
            Self::Female => 2,
            Self::Other(other) => other,
        }
    }
}

impl Serialize for Sex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.to_wire())
    }
}

impl<'de> Deserialize<'de> for Sex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::number_or_text(deserializer).map(Self::from_wire)
    }
}
