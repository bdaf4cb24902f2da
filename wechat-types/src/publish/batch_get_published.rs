//! `POST /cgi-bin/freepublish/batchget`: what was published, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/public/api_freepublish_batchget.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::StoredArticles;
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::ArticleId;
use crate::paging;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for a page of publications, newest first; mass messages are not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchGetPublished {
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

impl BatchGetPublished {
    /// Entries of the largest page.
    pub const MAX_COUNT: u64 = paging::MAX_COUNT;

    /// Asks for so many publications after the first `offset`, with their content.
    pub const fn new(offset: u64, count: u64) -> Self {
        Self { offset, count, without_content: false }
    }
}

/// A page of publications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "paging::Page<PublishedItem>", into = "paging::Page<PublishedItem>")]
#[non_exhaustive]
pub struct BatchGetPublishedResponse {
    /// Publications there are.
    #[doc(alias = "total_count")]
    pub total: u64,
    /// The page, empty past the end.
    #[doc(alias = "item")]
    pub items: Vec<PublishedItem>,
}

impl BatchGetPublishedResponse {
    /// This page of so many publications.
    pub const fn new(total: u64, items: Vec<PublishedItem>) -> Self {
        Self { total, items }
    }
}

impl From<paging::Page<PublishedItem>> for BatchGetPublishedResponse {
    fn from(page: paging::Page<PublishedItem>) -> Self {
        Self { total: page.total_count, items: page.item }
    }
}

impl From<BatchGetPublishedResponse> for paging::Page<PublishedItem> {
    fn from(answer: BatchGetPublishedResponse) -> Self {
        Self::new(answer.total, answer.items)
    }
}

/// One publication of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublishedItem {
    /// Its id.
    pub article_id: ArticleId,
    /// Its articles.
    pub content: StoredArticles,
    /// When it was changed last, in Unix seconds.
    #[doc(alias = "update_time")]
    #[serde(rename = "update_time", deserialize_with = "text::number_or_text")]
    pub updated_at: u64,
}

impl PublishedItem {
    /// A publication of these articles.
    pub const fn new(article_id: ArticleId, content: StoredArticles, updated_at: u64) -> Self {
        Self { article_id, content, updated_at }
    }
}

impl Endpoint for BatchGetPublished {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/freepublish/batchget", Replay::Safe);
    type Response = BatchGetPublishedResponse;

    fn check(&self) -> Result<(), EncodeError> {
        paging::check(self.count)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<BatchGetPublishedResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for BatchGetPublished {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &BatchGetPublishedResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
