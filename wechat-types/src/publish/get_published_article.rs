//! `POST /cgi-bin/freepublish/getarticle`: the articles of a publication.
//!
//! <https://developers.weixin.qq.com/doc/service/api/public/api_freepublishgetarticle.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::StoredArticles;
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::ArticleId;
use crate::served::{Incoming, Served};

/// Asks for what was published. Codes: 53600 no such publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetPublishedArticle {
    /// What was published.
    pub article_id: ArticleId,
}

impl GetPublishedArticle {
    /// Asks for this publication.
    pub const fn new(article_id: ArticleId) -> Self {
        Self { article_id }
    }
}

/// A publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct GetPublishedArticleResponse {
    /// Its articles, the deleted ones too.
    #[doc(alias = "news_item")]
    pub content: StoredArticles,
}

impl GetPublishedArticleResponse {
    /// A publication of these articles.
    pub const fn new(content: StoredArticles) -> Self {
        Self { content }
    }
}

impl Endpoint for GetPublishedArticle {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/freepublish/getarticle", Replay::Safe);
    type Response = GetPublishedArticleResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetPublishedArticleResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetPublishedArticle {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetPublishedArticleResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
