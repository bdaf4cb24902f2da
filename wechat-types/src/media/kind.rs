//! The kinds of temporary media.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error_code::ErrorCode;

/// The kinds of temporary media. Unknown words are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaKind {
    /// `image`: png, jpeg, gif of at most 10 MB.
    Image,
    /// `voice`: amr, mp3 of at most 2 MB and 60 seconds.
    Voice,
    /// `video`: mp4 of at most 10 MB.
    Video,
    /// `thumb`: jpeg of at most 64 KB.
    Thumb,
    /// `news`: articles, of the retired call only.
    News,
    /// A word that no document names.
    Other(String),
}

impl MediaKind {
    /// Names the documented words.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "image" => Self::Image,
            "voice" => Self::Voice,
            "video" => Self::Video,
            "thumb" => Self::Thumb,
            "news" => Self::News,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Thumb => "thumb",
            Self::News => "news",
            Self::Other(other) => other,
        }
    }

    /// Bytes of the largest file of this kind; none for what is no file.
    pub const fn max_bytes(&self) -> Option<usize> {
        match self {
            Self::Image | Self::Video => Some(10 * 1024 * 1024),
            Self::Voice => Some(2 * 1024 * 1024),
            Self::Thumb => Some(64 * 1024),
            Self::News | Self::Other(_) => None,
        }
    }

    /// What the platform answers to a file that is too large.
    pub(super) const fn too_large(&self) -> ErrorCode {
        match self {
            Self::Image => ErrorCode::INVALID_IMAGE_SIZE,
            Self::Voice => ErrorCode::INVALID_VOICE_SIZE,
            Self::Video => ErrorCode::INVALID_VIDEO_SIZE,
            Self::Thumb => ErrorCode::INVALID_THUMB_SIZE,
            Self::News | Self::Other(_) => ErrorCode::INVALID_MEDIA_SIZE,
        }
    }
}

impl Serialize for MediaKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for MediaKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_wire(&word))
    }
}
