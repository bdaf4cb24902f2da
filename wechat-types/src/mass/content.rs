//! What a mass message says, as `msgtype` and the object that belongs to it.

use serde::ser::SerializeMap;

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::MediaId;

/// The content of a mass message.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// `image`: one picture.
    Image(MediaId),
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

    pub(crate) fn check(&self) -> Result<(), EncodeError> {
        match self {
            Self::Text(text) if text.trim().is_empty() => {
                Err(EncodeError::refused(ErrorCode::EMPTY_CONTENT, "the text is empty"))
            }
            _ => Ok(()),
        }
    }

    /// Writes `msgtype` and the object named after it.
    pub(crate) fn serialize_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let (kind, key, value) = match self {
            Self::Articles { draft, .. } => ("mpnews", "media_id", draft.as_str()),
            Self::Text(text) => ("text", "content", text.as_str()),
            Self::Voice(media) => ("voice", "media_id", media.as_str()),
            Self::Image(media) => ("image", "media_id", media.as_str()),
        };
        map.serialize_entry("msgtype", kind)?;
        map.serialize_entry(kind, &One(key, value))
    }

    /// Writes `send_ignore_reprint`, which only articles have.
    pub(crate) fn serialize_reprint<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::Articles { ignore_reprint, .. } => {
                map.serialize_entry("send_ignore_reprint", &u8::from(*ignore_reprint))
            }
            _ => Ok(()),
        }
    }
}

/// An object of one entry.
struct One<'a>(&'static str, &'a str);

impl serde::Serialize for One<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, self.1)?;
        map.end()
    }
}
