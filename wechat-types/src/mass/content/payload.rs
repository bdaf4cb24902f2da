//! The wire shape of a content: `msgtype`, and beside it the object that it names.

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Pictures, Video};
use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::{CardId, MediaId};
use crate::mass::preview::CardExt;
use crate::text;

/// A content on its way out.
pub(in crate::mass) enum Payload<'a> {
    /// A `msgtype` whose object has its name and holds one `media_id`.
    Media(&'static str, &'a MediaId),
    Text(&'a str),
    Pictures(&'a Pictures),
    Video(&'a Video),
    Card(&'a CardId, Option<&'a CardExt>),
}

#[derive(Serialize, Deserialize)]
struct WireMedia<M> {
    media_id: M,
}

#[derive(Serialize, Deserialize)]
struct WireText<T> {
    content: T,
}

#[derive(Serialize, Deserialize)]
struct WireCard<C, E> {
    card_id: C,
    #[serde(skip_serializing_if = "Option::is_none")]
    card_ext: Option<E>,
}

impl Payload<'_> {
    pub(in crate::mass) fn check(&self) -> Result<(), EncodeError> {
        match self {
            Self::Text(text) if text.trim().is_empty() => {
                Err(EncodeError::refused(ErrorCode::EMPTY_CONTENT, "the text is empty"))
            }
            Self::Pictures(pictures) => pictures.check(),
            _ => Ok(()),
        }
    }

    pub(in crate::mass) fn serialize_entries<M: SerializeMap>(
        &self,
        map: &mut M,
    ) -> Result<(), M::Error> {
        match *self {
            Self::Media(kind, media_id) => entries(map, kind, kind, &WireMedia { media_id }),
            Self::Text(content) => entries(map, "text", "text", &WireText { content }),
            Self::Pictures(pictures) => entries(map, "image", "images", pictures),
            Self::Video(video) => entries(map, "mpvideo", "mpvideo", video),
            Self::Card(card_id, card_ext) => {
                entries(map, "wxcard", "wxcard", &WireCard { card_id, card_ext })
            }
        }
    }
}

fn entries<M: SerializeMap>(
    map: &mut M,
    msgtype: &str,
    name: &str,
    object: &impl Serialize,
) -> Result<(), M::Error> {
    map.serialize_entry("msgtype", msgtype)?;
    map.serialize_entry(name, object)
}

/// A content on its way in. Only the object that `msgtype` names is looked at.
#[derive(Deserialize)]
pub(in crate::mass) struct WireContent {
    pub(in crate::mass) msgtype: String,
    #[serde(default, deserialize_with = "text::flag")]
    pub(super) send_ignore_reprint: Option<bool>,
    #[serde(flatten)]
    objects: Map<String, Value>,
}

impl WireContent {
    pub(super) fn has(&self, name: &str) -> bool {
        self.objects.get(name).is_some_and(|object| !object.is_null())
    }

    pub(super) fn object<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let object = self.objects.get(name).ok_or_else(|| format!("no object {name:?}"))?;
        T::deserialize(object).map_err(|e| format!("in {name:?}: {e}"))
    }

    pub(super) fn media(&self, name: &str) -> Result<MediaId, String> {
        self.object::<WireMedia<_>>(name).map(|object| object.media_id)
    }

    pub(super) fn text(&self) -> Result<String, String> {
        self.object::<WireText<_>>("text").map(|object| object.content)
    }

    pub(in crate::mass) fn card(&self) -> Result<(CardId, Option<CardExt>), String> {
        self.object::<WireCard<_, _>>("wxcard").map(|object| (object.card_id, object.card_ext))
    }
}
