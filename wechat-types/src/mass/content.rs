//! What a mass message says, as `msgtype` and the object that belongs to it.

mod payload;
mod pictures;
mod video;

use serde::Deserialize;
use serde::ser::SerializeMap;

use crate::codec::EncodeError;
use crate::id::{CardId, MediaId};

pub(super) use payload::{Payload, WireContent};
pub use pictures::{Comments, Pictures};
pub use video::Video;

/// The content of a mass message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireContent")]
#[doc(alias = "msgtype")]
#[non_exhaustive]
pub enum MassContent {
    /// `mpnews`: the articles of a draft, which the send uses up.
    #[doc(alias = "mpnews")]
    Articles {
        /// The draft.
        draft: MediaId,
        /// Send on when the originality check finds a reprint that is allowed.
        #[doc(alias = "send_ignore_reprint")]
        ignore_reprint: bool,
    },
    /// `text`, links as `<a href>`.
    Text(String),
    /// `voice`.
    Voice(MediaId),
    /// `image` with the object `image`: one picture.
    Image(MediaId),
    /// `image` with the object `images`: a picture post.
    #[doc(alias = "images")]
    Pictures(Pictures),
    /// `mpvideo`.
    #[doc(alias = "mpvideo")]
    Video(Video),
    /// `wxcard`. The newest documents answer 45113: no longer supported.
    #[doc(alias = "wxcard")]
    Card(CardId),
    /// `music`. Only preview documents the object.
    Music(MediaId),
}

impl MassContent {
    /// The articles of a draft; a reprint stops the send.
    #[doc(alias = "mpnews")]
    pub const fn articles(draft: MediaId) -> Self {
        Self::Articles { draft, ignore_reprint: false }
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A picture post without text.
    #[doc(alias = "images")]
    pub fn pictures(media_ids: Vec<MediaId>) -> Self {
        Self::Pictures(Pictures::new(media_ids))
    }

    /// A video without title and description.
    #[doc(alias = "mpvideo")]
    pub fn video(media_id: MediaId) -> Self {
        Self::Video(Video::new(media_id))
    }

    pub(super) fn check(&self) -> Result<(), EncodeError> {
        self.payload().check()
    }

    /// Writes `msgtype` and the object that belongs to it.
    pub(super) fn serialize_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        self.payload().serialize_entries(map)
    }

    /// Writes `send_ignore_reprint`, which only articles have.
    pub(super) fn serialize_reprint<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Articles { ignore_reprint, .. } => {
                map.serialize_entry("send_ignore_reprint", &u8::from(*ignore_reprint))
            }
            _ => Ok(()),
        }
    }

    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Articles { draft, .. } => Payload::Media("mpnews", draft),
            Self::Text(text) => Payload::Text(text),
            Self::Voice(media) => Payload::Media("voice", media),
            Self::Image(media) => Payload::Media("image", media),
            Self::Pictures(pictures) => Payload::Pictures(pictures),
            Self::Video(video) => Payload::Video(video),
            Self::Card(card) => Payload::Card(card, None),
            Self::Music(media) => Payload::Media("music", media),
        }
    }
}

impl TryFrom<WireContent> for MassContent {
    type Error = String;

    fn try_from(wire: WireContent) -> Result<Self, String> {
        Ok(match wire.msgtype.as_str() {
            "mpnews" => {
                let ignore_reprint = wire.send_ignore_reprint.unwrap_or(false);
                Self::Articles { draft: wire.media("mpnews")?, ignore_reprint }
            }
            "text" => Self::Text(wire.text()?),
            "voice" => Self::Voice(wire.media("voice")?),
            // Where a client writes both objects, the current one counts.
            "image" if wire.has("images") => Self::Pictures(wire.object("images")?),
            "image" => Self::Image(wire.media("image")?),
            // The current parameter text says `video`; the object is `mpvideo` all the same.
            "mpvideo" | "video" => Self::Video(wire.object("mpvideo")?),
            "wxcard" => Self::Card(wire.card()?.0),
            "music" => Self::Music(wire.media("music")?),
            other => return Err(format!("no msgtype is called {other:?}")),
        })
    }
}
