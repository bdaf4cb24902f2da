//! `POST /cgi-bin/material/add_material`: a permanent file, such as an article's cover.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_addmaterial.html>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::codec::multipart::{self, File};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Adds one file to the account's library (100,000 pictures, 1000 of each other kind).
///
/// Codes: 40004 kind, 40005 and 40137 content, 40009 to 40012 too large, 40113 extension, 41005 no
/// file, 45001 size, 45007 voice too long, 45074 library full, 89006 no videos.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddMaterial {
    /// What the file is.
    #[doc(alias = "type")]
    pub kind: MaterialKind,
    /// The file.
    #[doc(alias = "media")]
    pub file: File,
    /// What a [`MaterialKind::Video`] must have beside it; other kinds may.
    pub description: Option<VideoDescription>,
}

/// A video's title and introduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VideoDescription {
    /// The title.
    pub title: String,
    /// The introduction, which [`GetMaterial`](super::GetMaterial) gives back as `description`.
    pub introduction: String,
}

impl VideoDescription {
    /// Takes both as they stand.
    pub fn new(title: impl Into<String>, introduction: impl Into<String>) -> Self {
        Self { title: title.into(), introduction: introduction.into() }
    }
}

/// The kinds of permanent material.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MaterialKind {
    /// `image`: bmp, png, jpeg, gif of at most 10 MB. Serves as an article's cover.
    Image,
    /// `voice`: mp3, wma, wav, amr of at most 2 MB and 60 seconds.
    Voice,
    /// `video`: mp4 of at most 10 MB, with a description.
    Video,
    /// `thumb`: jpeg of at most 64 KB.
    Thumb,
}

impl MaterialKind {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Thumb => "thumb",
        }
    }

    /// Bytes of the largest file of this kind.
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::Image | Self::Video => 10 * 1024 * 1024,
            Self::Voice => 2 * 1024 * 1024,
            Self::Thumb => 64 * 1024,
        }
    }

    fn from_wire(word: &str) -> Option<Self> {
        [Self::Image, Self::Voice, Self::Video, Self::Thumb]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// What the platform answers to a file that is too large.
    const fn too_large(self) -> ErrorCode {
        match self {
            Self::Image => ErrorCode::INVALID_IMAGE_SIZE,
            Self::Voice => ErrorCode::INVALID_VOICE_SIZE,
            Self::Video => ErrorCode::INVALID_VIDEO_SIZE,
            Self::Thumb => ErrorCode::INVALID_THUMB_SIZE,
        }
    }
}

impl AddMaterial {
    /// Adds a file of this kind.
    pub fn new(kind: MaterialKind, file: File) -> Self {
        Self { kind, file, description: None }
    }

    /// Adds a video.
    pub fn video(file: File, description: VideoDescription) -> Self {
        Self { kind: MaterialKind::Video, file, description: Some(description) }
    }
}

/// The new material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddMaterialResponse {
    /// Its id, which does not expire.
    pub media_id: MediaId,
    /// A picture's address, for use on Tencent's domains only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl AddMaterialResponse {
    /// Material without an address.
    pub fn new(media_id: MediaId) -> Self {
        Self { media_id, url: None }
    }
}

impl Endpoint for AddMaterial {
    /// [`Replay::Never`]: a repeat leaves a second copy in a library of limited size.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/add_material", Replay::Never);
    type Response = AddMaterialResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("type", self.kind.as_str().into())]
    }

    fn check(&self) -> Result<(), EncodeError> {
        let what = format!("permanent material of kind {}", self.kind.as_str());
        self.file.check(self.kind.max_bytes(), self.kind.too_large(), &what)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        let Some(description) = &self.description else {
            return Ok(multipart::encode(&self.file));
        };
        let description = serde_json::to_string(description).map_err(EncodeError::json)?;
        Ok(multipart::encode_with(&self.file, Some(("description", &description))))
    }

    fn decode(reply: Reply<'_>) -> Result<AddMaterialResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for AddMaterial {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let kind = MaterialKind::from_wire(request.required("type")?)
            .ok_or_else(|| ReplyError::unusable("that is no kind of material"))?;
        let form = multipart::decode(request)?;
        let description = form.description.map(|text| json::read_object(text.as_bytes()));
        Ok(Self { kind, file: form.file, description: description.transpose()? })
    }

    fn encode_response(answer: &AddMaterialResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
