//! `POST /cgi-bin/draft/batchget`: the drafts, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_batchget.html>

use serde::{Deserialize, Serialize};

use super::StoredArticles;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::paging;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for a page of drafts, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchGetDrafts {
    /// How many to skip.
    #[serde(deserialize_with = "text::number_or_text")]
    pub offset: u64,
    /// How many to list, 1 to 20.
    #[serde(deserialize_with = "text::number_or_text")]
    pub count: u64,
    /// Leaves out the articles' content.
    #[doc(alias = "no_content")]
    #[serde(rename = "no_content", default)]
    #[serde(serialize_with = "text::write_number", deserialize_with = "text::flag_or_false")]
    pub without_content: bool,
}

impl BatchGetDrafts {
    /// Entries of the largest page.
    pub const MAX_COUNT: u64 = paging::MAX_COUNT;

    /// Asks for so many drafts after the first `offset`, with their content.
    pub const fn new(offset: u64, count: u64) -> Self {
        Self { offset, count, without_content: false }
    }
}

/// A page of drafts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "paging::Page<DraftItem>", into = "paging::Page<DraftItem>")]
#[non_exhaustive]
pub struct BatchGetDraftsResponse {
    /// Drafts there are.
    #[doc(alias = "total_count")]
    pub total: u64,
    /// The page, empty past the end.
    #[doc(alias = "item")]
    pub items: Vec<DraftItem>,
}

impl BatchGetDraftsResponse {
    /// This page of so many drafts.
    pub const fn new(total: u64, items: Vec<DraftItem>) -> Self {
        Self { total, items }
    }
}

impl From<paging::Page<DraftItem>> for BatchGetDraftsResponse {
    fn from(page: paging::Page<DraftItem>) -> Self {
        Self { total: page.total_count, items: page.item }
    }
}

impl From<BatchGetDraftsResponse> for paging::Page<DraftItem> {
    fn from(answer: BatchGetDraftsResponse) -> Self {
        Self::new(answer.total, answer.items)
    }
}

/// One draft of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DraftItem {
    /// Its id.
    pub media_id: MediaId,
    /// Its articles.
    pub content: StoredArticles,
    /// When it was changed last, in Unix seconds.
    #[doc(alias = "update_time")]
    #[serde(rename = "update_time", deserialize_with = "text::number_or_text")]
    pub updated_at: u64,
}

impl DraftItem {
    /// A draft of these articles.
    pub const fn new(media_id: MediaId, content: StoredArticles, updated_at: u64) -> Self {
        Self { media_id, content, updated_at }
    }
}

impl Endpoint for BatchGetDrafts {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/draft/batchget", Replay::Safe);
    type Response = BatchGetDraftsResponse;

    fn check(&self) -> Result<(), EncodeError> {
        paging::check(self.count)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<BatchGetDraftsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for BatchGetDrafts {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &BatchGetDraftsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
