//! `POST /cgi-bin/media/uploadnews`: articles for a mass message, before there were drafts.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_uploadnewsmsg.html>

use serde::{Deserialize, Serialize};

use super::MediaKind;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::{Article, article};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};
use crate::text;

/// Uploads articles for one mass message. Retired: use [`AddDraft`](crate::draft::AddDraft).
///
/// Codes: 40007 cover, 44003 empty, 45003 title, 45004 digest, 45008 too many articles, 45103 and
/// 45106 retired, 88000 comments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadNews {
    /// 1 to 8 articles.
    pub articles: Vec<Article>,
}

impl UploadNews {
    /// Articles of the longest message; 10 in 2014.
    pub const MAX_ARTICLES: usize = 8;

    /// Uploads these articles.
    pub const fn new(articles: Vec<Article>) -> Self {
        Self { articles }
    }
}

/// The uploaded articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadNewsResponse {
    /// [`MediaKind::News`].
    #[doc(alias = "type")]
    #[serde(rename = "type")]
    pub kind: MediaKind,
    /// Their id, for a send.
    pub media_id: MediaId,
    /// When they were uploaded, in Unix seconds.
    #[serde(deserialize_with = "text::number_or_text")]
    pub created_at: u64,
}

impl UploadNewsResponse {
    /// Articles of this id.
    pub const fn new(media_id: MediaId, created_at: u64) -> Self {
        Self { kind: MediaKind::News, media_id, created_at }
    }
}

impl Endpoint for UploadNews {
    /// [`Replay::Never`]: some accounts had ten calls a day.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/media/uploadnews", Replay::Never);
    type Response = UploadNewsResponse;

    fn check(&self) -> Result<(), EncodeError> {
        article::check_all(&self.articles, "the message", Self::MAX_ARTICLES)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<UploadNewsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for UploadNews {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &UploadNewsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
