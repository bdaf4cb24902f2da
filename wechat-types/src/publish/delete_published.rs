//! `POST /cgi-bin/freepublish/delete`: published articles, gone for good.
//!
//! <https://developers.weixin.qq.com/doc/service/api/public/api_freepublishdelete.html>

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::ArticleId;
use crate::served::{Incoming, Served};
use crate::text;

/// Deletes what was published; there is no way back. Codes: 53600 no such publication.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeletePublished {
    /// What was published.
    pub article_id: ArticleId,
    /// How much of it goes.
    #[doc(alias = "index")]
    pub part: PublishedPart,
}

impl DeletePublished {
    /// Deletes one article or all.
    pub const fn new(article_id: ArticleId, part: PublishedPart) -> Self {
        Self { article_id, part }
    }
}

/// How much of a publication is meant. On the wire 0 and nothing at all mean everything, so that
/// the two have words of their own here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishedPart {
    /// All its articles.
    All,
    /// One article, from 1.
    One(NonZeroU64),
}

#[derive(Serialize, Deserialize)]
struct Wire {
    article_id: ArticleId,
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
}

impl Endpoint for DeletePublished {
    /// [`Replay::Never`]: it cannot be undone, and a repeat may meet the next article.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/freepublish/delete", Replay::Never);
    type Response = ();

    fn write(&self) -> Result<Body, EncodeError> {
        let index = match self.part {
            PublishedPart::All => None,
            PublishedPart::One(index) => Some(index.get()),
        };
        json::encode(&Wire { article_id: self.article_id.clone(), index })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for DeletePublished {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let Wire { article_id, index } = request.json()?;
        let part = index.and_then(NonZeroU64::new).map_or(PublishedPart::All, PublishedPart::One);
        Ok(Self { article_id, part })
    }

    fn encode_response(_: &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
