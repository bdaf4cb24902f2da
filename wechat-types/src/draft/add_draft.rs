//! `POST /cgi-bin/draft/add`: a new draft of 1 to 8 articles.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add.html>

use serde::{Deserialize, Serialize};

use super::article::{self, Article};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Adds a draft. It disappears, and its id dies, with the send or publication that uses it.
///
/// 1000 calls a day. Codes: 40007 cover, 44003 empty, 45003 title, 45004 digest, 45008 articles,
/// 45110 author, 88000 comments, 53404 to 53406 products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddDraft {
    /// 1 to 8 articles.
    pub articles: Vec<Article>,
}

impl AddDraft {
    /// Articles of the longest draft; no current page names it, all older ones do.
    pub const MAX_ARTICLES: usize = 8;

    /// A draft of these articles.
    pub fn new(articles: Vec<Article>) -> Self {
        Self { articles }
    }
}

/// The new draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddDraftResponse {
    /// Its id, good for one send.
    pub media_id: MediaId,
}

impl AddDraftResponse {
    /// A draft of this id.
    pub fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

impl Endpoint for AddDraft {
    /// [`Replay::Never`]: a repeat leaves a second draft in the account's draft box.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/draft/add", Replay::Never);
    type Response = AddDraftResponse;

    fn check(&self) -> Result<(), EncodeError> {
        article::check_all(&self.articles, "the draft", Self::MAX_ARTICLES)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<AddDraftResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for AddDraft {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &AddDraftResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
