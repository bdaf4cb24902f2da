//! `POST /cgi-bin/media/uploadvideo`: a video with a title, for mass messages.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_uploadvideo.html>

use serde::{Deserialize, Serialize};

use super::MediaKind;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};
use crate::text;

/// Gives an uploaded video title and description; a mass message takes the new id only.
///
/// Codes: 40007 no such temporary media (permanent material is refused), 48013 old upload, 48014
/// review, 48022 not allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadVideo {
    /// A video of [`UploadMedia`](super::UploadMedia).
    pub media_id: MediaId,
    /// Shown with it.
    #[serde(default, deserialize_with = "text::or_default")]
    pub title: String,
    /// Shown with it.
    #[serde(default, deserialize_with = "text::or_default")]
    pub description: String,
}

impl UploadVideo {
    /// Gives this video a title and a description.
    pub fn new(
        media_id: MediaId,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self { media_id, title: title.into(), description: description.into() }
    }
}

/// The video as a mass message takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadVideoResponse {
    /// [`MediaKind::Video`].
    #[doc(alias = "type")]
    #[serde(rename = "type")]
    pub kind: MediaKind,
    /// Its new id.
    pub media_id: MediaId,
    /// When it was made, in Unix seconds.
    #[serde(deserialize_with = "text::number_or_text")]
    pub created_at: u64,
}

impl UploadVideoResponse {
    /// A video of this id.
    pub const fn new(media_id: MediaId, created_at: u64) -> Self {
        Self { kind: MediaKind::Video, media_id, created_at }
    }
}

impl Endpoint for UploadVideo {
    /// [`Replay::Safe`]: a second id for the same video uses up nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/media/uploadvideo", Replay::Safe);
    type Response = UploadVideoResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<UploadVideoResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for UploadVideo {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &UploadVideoResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
