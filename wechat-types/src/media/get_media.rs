//! `GET /cgi-bin/media/get`: a file that was uploaded, or that a follower sent.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/temporary/api_getmedia.html>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::codec::download::{self, Download};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Asks for temporary media: of the last three days, uploaded or sent by followers.
///
/// Codes: 40007 no such media, or expired; 41006 no id.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetMedia {
    /// The media.
    pub media_id: MediaId,
}

impl GetMedia {
    /// Asks for this media.
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

/// A file, or where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GetMediaResponse {
    /// An image, a voice, a thumb; a video was seen to come so too.
    File(Download),
    /// A video's address: answers 404 in the first seconds and lives for a short time.
    #[doc(alias = "video_url")]
    VideoUrl(String),
}

#[derive(Serialize, Deserialize)]
struct Video {
    video_url: String,
}

impl Endpoint for GetMedia {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/media/get", Replay::Safe);
    type Response = GetMediaResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        vec![("media_id", self.media_id.as_str().into())]
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetMediaResponse, ReplyError> {
        match download::decode(reply)? {
            Some(file) => Ok(GetMediaResponse::File(file)),
            None => {
                json::decode(reply).map(|Video { video_url }| GetMediaResponse::VideoUrl(video_url))
            }
        }
    }
}

impl Served for GetMedia {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let media_id = MediaId::new(request.required("media_id")?);
        media_id.map(Self::new).map_err(|error| ReplyError::unusable(error.to_string()))
    }

    fn encode_response(answer: &GetMediaResponse) -> Result<Vec<u8>, EncodeError> {
        match answer {
            GetMediaResponse::File(file) => Ok(file.bytes.clone()),
            GetMediaResponse::VideoUrl(url) => json::answer(&Video { video_url: url.clone() }),
        }
    }

    fn response_headers(answer: &GetMediaResponse) -> Vec<(&'static str, String)> {
        match answer {
            GetMediaResponse::File(file) => download::headers(file),
            GetMediaResponse::VideoUrl(_) => Vec::new(),
        }
    }
}
