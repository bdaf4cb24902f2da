//! Who gets a mass message. Everyone needs its own word: nothing missing or empty can mean it.

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::{GroupId, OpenId, TagId};
use crate::text;

/// Who a campaign is for. There is no default, and no empty audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience(AudienceKind);

/// What an [`Audience`] is, to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AudienceKind {
    /// All followers. Enters the account's history list.
    Everyone,
    /// The followers with this tag.
    Tag(TagId),
    /// These followers, in this order.
    OpenIds(Vec<OpenId>),
}

impl Audience {
    /// All followers: one call, which enters the account's history list.
    #[doc(alias = "is_to_all")]
    pub const fn everyone() -> Self {
        Self(AudienceKind::Everyone)
    }

    /// All followers with this tag: one call.
    #[doc(alias = "tag_id")]
    pub const fn tag(tag: TagId) -> Self {
        Self(AudienceKind::Tag(tag))
    }

    /// These followers: one call for each 10,000. Verified service accounts only.
    ///
    /// # Errors
    ///
    /// 40130 for fewer than two, since the platform sends to no fewer.
    #[doc(alias = "touser")]
    pub fn open_ids(list: Vec<OpenId>) -> Result<Self, EncodeError> {
        check_at_least_two(list.len())?;
        Ok(Self(AudienceKind::OpenIds(list)))
    }

    /// What it is.
    pub const fn kind(&self) -> &AudienceKind {
        &self.0
    }
}

pub(super) fn check_at_least_two(count: usize) -> Result<(), EncodeError> {
    let problem = match count {
        0 => "the list holds no OpenID",
        1 => {
            "the list holds one single OpenID; a mass message goes to at least two \
             (use preview to reach one person)"
        }
        _ => return Ok(()),
    };
    Err(EncodeError::refused(ErrorCode::TOO_FEW_OPENIDS, problem))
}

/// The audience of [`SendAll`](super::SendAll). Only `"is_to_all": true` is read as everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireFilter")]
#[doc(alias = "filter")]
#[non_exhaustive]
pub enum Filter {
    /// All followers.
    #[doc(alias = "is_to_all")]
    Everyone,
    /// The followers with this tag.
    #[doc(alias = "tag_id")]
    Tag(TagId),
    /// The followers in this group, as clients from before 2016 name them: today it is a tag.
    #[doc(alias = "group_id")]
    LegacyGroup(GroupId),
}

#[derive(Deserialize)]
struct WireFilter {
    is_to_all: Option<bool>,
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    tag_id: Option<u64>,
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    group_id: Option<u64>,
}

impl TryFrom<WireFilter> for Filter {
    type Error = &'static str;

    fn try_from(wire: WireFilter) -> Result<Self, &'static str> {
        match (wire.is_to_all, wire.tag_id, wire.group_id) {
            (Some(true), ..) => Ok(Self::Everyone),
            (_, Some(tag), _) => Ok(Self::Tag(TagId::new(tag))),
            (_, None, Some(group)) => Ok(Self::LegacyGroup(GroupId::new(group))),
            (_, None, None) => Err("the filter names neither everyone nor a tag"),
        }
    }
}

impl Serialize for Filter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Everyone => map.serialize_entry("is_to_all", &true)?,
            Self::Tag(tag) => {
                map.serialize_entry("is_to_all", &false)?;
                map.serialize_entry("tag_id", tag)?;
            }
            Self::LegacyGroup(group) => {
                map.serialize_entry("is_to_all", &false)?;
                map.serialize_entry("group_id", group)?;
            }
        }
        map.end()
    }
}
