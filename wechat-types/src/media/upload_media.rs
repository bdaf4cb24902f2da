//! `POST /cgi-bin/media/upload`: a file that the platform keeps for three days.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/temporary/api_uploadtempmedia.html>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::MediaKind;
use crate::codec::multipart::{self, File};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::MediaId;
use crate::served::{Incoming, Served};
use crate::text;

/// Uploads a file for messages. Its id dies after three days.
///
/// 100,000 calls a day. Codes: 40004 kind, 40005 content, 40006 and 40009 to 40012 size, 40113
/// extension, 41005 no file, 44001 empty file, 45001 size, 45007 voice too long.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadMedia {
    /// What the file is.
    #[doc(alias = "type")]
    pub kind: MediaKind,
    /// The file.
    #[doc(alias = "media")]
    pub file: File,
}

impl UploadMedia {
    /// Uploads a file of this kind.
    pub const fn new(kind: MediaKind, file: File) -> Self {
        Self { kind, file }
    }
}

/// The uploaded file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
#[non_exhaustive]
pub struct UploadMediaResponse {
    /// What it is.
    #[doc(alias = "type")]
    pub kind: MediaKind,
    /// Its id, good for three days.
    #[doc(alias = "thumb_media_id")]
    pub media_id: MediaId,
    /// When it was uploaded, in Unix seconds.
    pub created_at: u64,
}

impl UploadMediaResponse {
    /// A file of this kind and id.
    pub const fn new(kind: MediaKind, media_id: MediaId, created_at: u64) -> Self {
        Self { kind, media_id, created_at }
    }
}

/// A thumb's id has a key of its own.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(rename = "type")]
    kind: MediaKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_id: Option<MediaId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thumb_media_id: Option<MediaId>,
    #[serde(deserialize_with = "text::number_or_text")]
    created_at: u64,
}

impl TryFrom<Wire> for UploadMediaResponse {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, &'static str> {
        let media_id = wire.media_id.or(wire.thumb_media_id);
        let media_id = media_id.ok_or("neither media_id nor thumb_media_id")?;
        Ok(Self { kind: wire.kind, media_id, created_at: wire.created_at })
    }
}

impl From<UploadMediaResponse> for Wire {
    fn from(answer: UploadMediaResponse) -> Self {
        let (media_id, thumb_media_id) = match answer.kind {
            MediaKind::Thumb => (None, Some(answer.media_id)),
            _ => (Some(answer.media_id), None),
        };
        Self { kind: answer.kind, media_id, thumb_media_id, created_at: answer.created_at }
    }
}

impl Endpoint for UploadMedia {
    /// [`Replay::Safe`]: a second upload gives a second id, and both die after three days.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/media/upload", Replay::Safe);
    type Response = UploadMediaResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("type", self.kind.as_str().into())]
    }

    fn check(&self) -> Result<(), EncodeError> {
        let Some(max_bytes) = self.kind.max_bytes() else {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_MEDIA_TYPE,
                format!("{:?} is no kind of file", self.kind.as_str()),
            ));
        };
        let what = format!("temporary media of kind {}", self.kind.as_str());
        self.file.check(max_bytes, self.kind.too_large(), &what)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(multipart::encode(&self.file))
    }

    fn decode(reply: Reply<'_>) -> Result<UploadMediaResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for UploadMedia {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let kind = MediaKind::from_wire(request.required("type")?);
        Ok(Self { kind, file: multipart::decode(request)?.file })
    }

    fn encode_response(answer: &UploadMediaResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
