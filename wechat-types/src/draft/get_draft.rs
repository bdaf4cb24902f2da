//! `POST /cgi-bin/draft/get`: the articles of a draft.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_getdraft.html>

use serde::{Deserialize, Serialize};

use super::StoredArticles;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Asks for a draft. Codes: 40007 no such draft, or one that was sent or published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetDraft {
    /// The draft.
    pub media_id: MediaId,
}

impl GetDraft {
    /// Asks for this draft.
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct GetDraftResponse {
    /// Its articles; their addresses are previews for a short time.
    #[doc(alias = "news_item")]
    pub content: StoredArticles,
}

impl GetDraftResponse {
    /// A draft of these articles.
    pub const fn new(content: StoredArticles) -> Self {
        Self { content }
    }
}

impl Endpoint for GetDraft {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/draft/get", Replay::Safe);
    type Response = GetDraftResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetDraftResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetDraft {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetDraftResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
