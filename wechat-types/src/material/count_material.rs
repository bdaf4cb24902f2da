//! `GET /cgi-bin/material/get_materialcount`: how much material there is.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_getmaterialcount.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::served::{Incoming, Served};
use crate::text;

/// Asks how much permanent material there is.
#[doc(alias = "get_materialcount")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountMaterial;

impl CountMaterial {
    /// Asks how much permanent material there is.
    pub const fn new() -> Self {
        Self
    }
}

/// How much permanent material there is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CountMaterialResponse {
    /// Voices.
    #[doc(alias = "voice_count")]
    #[serde(rename = "voice_count", deserialize_with = "text::number_or_text")]
    pub voices: u64,
    /// Videos.
    #[doc(alias = "video_count")]
    #[serde(rename = "video_count", deserialize_with = "text::number_or_text")]
    pub videos: u64,
    /// Pictures.
    #[doc(alias = "image_count")]
    #[serde(rename = "image_count", deserialize_with = "text::number_or_text")]
    pub images: u64,
    /// Old news material; drafts are not among it.
    #[doc(alias = "news_count")]
    #[serde(rename = "news_count", deserialize_with = "text::number_or_text")]
    pub news: u64,
}

impl CountMaterialResponse {
    /// So much of each kind.
    pub const fn new(voices: u64, videos: u64, images: u64, news: u64) -> Self {
        Self { voices, videos, images, news }
    }
}

impl Endpoint for CountMaterial {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/material/get_materialcount", Replay::Safe);
    type Response = CountMaterialResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<CountMaterialResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for CountMaterial {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &CountMaterialResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
