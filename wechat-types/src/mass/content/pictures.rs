//! A picture post, the object `images`.

use serde::{Deserialize, Serialize};

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::MediaId;
use crate::text;

/// Pictures with a few words. Codes: 40215 number of pictures, 40193 and 40194 words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "WirePictures", from = "WirePictures")]
#[doc(alias = "images")]
#[non_exhaustive]
pub struct Pictures {
    /// The pictures in their order: permanent material. At least one (40215).
    pub media_ids: Vec<MediaId>,
    /// A title, which only some documents know.
    pub title: Option<String>,
    /// The words beside the pictures.
    pub recommend: Option<String>,
    /// Who may comment; absent means nobody.
    #[doc(alias = "need_open_comment")]
    #[doc(alias = "only_fans_can_comment")]
    pub comments: Option<Comments>,
}

impl Pictures {
    /// The fewest pictures.
    pub const MIN: usize = 1;

    /// Pictures without words.
    pub fn new(media_ids: Vec<MediaId>) -> Self {
        Self { media_ids, title: None, recommend: None, comments: None }
    }

    pub(super) fn check(&self) -> Result<(), EncodeError> {
        if self.media_ids.len() < Self::MIN {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_IMAGE_COUNT,
                "the picture post has no picture",
            ));
        }
        Ok(())
    }
}

/// Who may comment on a picture post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comments {
    /// Nobody.
    Closed,
    /// All readers.
    Everyone,
    /// Followers only.
    Followers,
}

/// The object with its two flags.
#[derive(Serialize, Deserialize)]
struct WirePictures {
    media_ids: Vec<MediaId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recommend: Option<String>,
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "Option::is_none")]
    need_open_comment: Option<u8>,
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "Option::is_none")]
    only_fans_can_comment: Option<u8>,
}

/// The platform writes flags as 0 and 1.
fn flag<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    Ok(text::flag(deserializer)?.map(u8::from))
}

impl From<Pictures> for WirePictures {
    fn from(pictures: Pictures) -> Self {
        let flags = pictures.comments.map(|comments| match comments {
            Comments::Closed => (0, 0),
            Comments::Everyone => (1, 0),
            Comments::Followers => (1, 1),
        });
        Self {
            media_ids: pictures.media_ids,
            title: pictures.title,
            recommend: pictures.recommend,
            need_open_comment: flags.map(|flags| flags.0),
            only_fans_can_comment: flags.map(|flags| flags.1),
        }
    }
}

impl From<WirePictures> for Pictures {
    fn from(wire: WirePictures) -> Self {
        let comments = match (wire.need_open_comment, wire.only_fans_can_comment) {
            (None, None) => None,
            (Some(1), Some(1)) => Some(Comments::Followers),
            (Some(1), _) => Some(Comments::Everyone),
            _ => Some(Comments::Closed),
        };
        Self { media_ids: wire.media_ids, title: wire.title, recommend: wire.recommend, comments }
    }
}
