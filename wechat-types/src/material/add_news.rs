//! `POST /cgi-bin/material/add_news`: permanent articles, before there were drafts.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Adding_Permanent_Assets.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::{Article, article};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};

/// Adds articles to the library. Closed since February 2022 (45103, 45106): use
/// [`AddDraft`](crate::draft::AddDraft).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddNews {
    /// 1 to 8 articles.
    pub articles: Vec<Article>,
}

impl AddNews {
    /// Articles of the longest piece.
    pub const MAX_ARTICLES: usize = 8;

    /// Adds these articles.
    pub const fn new(articles: Vec<Article>) -> Self {
        Self { articles }
    }
}

/// The new articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddNewsResponse {
    /// Their id, which does not expire.
    pub media_id: MediaId,
}

impl AddNewsResponse {
    /// Articles of this id.
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

impl Endpoint for AddNews {
    /// [`Replay::Never`]: a repeat leaves a second copy in the library.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/add_news", Replay::Never);
    type Response = AddNewsResponse;

    fn check(&self) -> Result<(), EncodeError> {
        article::check_all(&self.articles, "the material", Self::MAX_ARTICLES)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<AddNewsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for AddNews {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &AddNewsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
