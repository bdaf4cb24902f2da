//! What a preview shows: as a mass message, but a card may carry its extension.

use std::collections::BTreeMap;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::{CardId, MediaId};
use crate::mass::content::{Payload, WireContent};
use crate::mass::{MassContent, Pictures, Video};

/// The content of a preview. Any [`MassContent`] turns into one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireContent")]
#[doc(alias = "msgtype")]
#[non_exhaustive]
pub enum PreviewContent {
    /// `mpnews`: the articles of a draft, which stays.
    #[doc(alias = "mpnews")]
    Articles(MediaId),
    /// `text`, links as `<a href>`.
    Text(String),
    /// `voice`.
    Voice(MediaId),
    /// `image` with the object `image`: one picture.
    Image(MediaId),
    /// `image` with the object `images`: a picture post, which not all documents know here.
    #[doc(alias = "images")]
    Pictures(Pictures),
    /// `mpvideo`.
    #[doc(alias = "mpvideo")]
    Video(Video),
    /// `wxcard`.
    #[doc(alias = "wxcard")]
    Card {
        /// The card.
        card_id: CardId,
        /// Who gets it and its signature.
        card_ext: Option<CardExt>,
    },
    /// `music`.
    Music(MediaId),
}

impl PreviewContent {
    pub(super) fn check(&self) -> Result<(), EncodeError> {
        self.payload().check()
    }

    pub(super) fn serialize_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.payload().serialize_entries(map)
    }

    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Articles(draft) => Payload::Media("mpnews", draft),
            Self::Text(text) => Payload::Text(text),
            Self::Voice(media) => Payload::Media("voice", media),
            Self::Image(media) => Payload::Media("image", media),
            Self::Pictures(pictures) => Payload::Pictures(pictures),
            Self::Video(video) => Payload::Video(video),
            Self::Card { card_id, card_ext } => Payload::Card(card_id, card_ext.as_ref()),
            Self::Music(media) => Payload::Media("music", media),
        }
    }
}

/// Leaves out `ignore_reprint`, which a preview does not have.
impl From<MassContent> for PreviewContent {
    fn from(content: MassContent) -> Self {
        match content {
            MassContent::Articles { draft, .. } => Self::Articles(draft),
            MassContent::Text(text) => Self::Text(text),
            MassContent::Voice(media) => Self::Voice(media),
            MassContent::Image(media) => Self::Image(media),
            MassContent::Pictures(pictures) => Self::Pictures(pictures),
            MassContent::Video(video) => Self::Video(video),
            MassContent::Card(card_id) => Self::Card { card_id, card_ext: None },
            MassContent::Music(media) => Self::Music(media),
        }
    }
}

impl TryFrom<WireContent> for PreviewContent {
    type Error = String;

    fn try_from(wire: WireContent) -> Result<Self, String> {
        if wire.msgtype == "wxcard" {
            let (card_id, card_ext) = wire.card()?;
            return Ok(Self::Card { card_id, card_ext });
        }
        MassContent::try_from(wire).map(Self::from)
    }
}

/// A card's extension (`code`, `openid`, `timestamp`, `signature`): a text that holds a JSON object.
///
/// Older documents show it as a text, the newest table as an object; both are read, the text is
/// written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
#[doc(alias = "card_ext")]
pub struct CardExt(String);

impl CardExt {
    /// Takes the text as it stands.
    ///
    /// # Errors
    ///
    /// 47001 when it is not a JSON object.
    pub fn new(text: impl Into<String>) -> Result<Self, EncodeError> {
        let text = text.into();
        match serde_json::from_str(&text) {
            Ok(Value::Object(_)) => Ok(Self(text)),
            _ => Err(EncodeError::refused(
                ErrorCode::DATA_FORMAT_ERROR,
                "a card's extension is a JSON object as text",
            )),
        }
    }

    /// The text as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<Value> for CardExt {
    type Error = EncodeError;

    fn try_from(value: Value) -> Result<Self, EncodeError> {
        match value {
            Value::String(text) => Self::new(text),
            // Sorted, so that the same object always gives the same bytes.
            Value::Object(map) => {
                let sorted: BTreeMap<String, Value> = map.into_iter().collect();
                serde_json::to_string(&sorted).map(Self).map_err(EncodeError::json)
            }
            other => Self::new(other.to_string()),
        }
    }
}
