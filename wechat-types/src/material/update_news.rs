//! `POST /cgi-bin/material/update_news`: one of the permanent articles, replaced.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/Edit_Permanent_Text_and_Image_Assets.html>

use serde::{Deserialize, Serialize};

use super::AddNews;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::Article;
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::MediaId;
use crate::served::{Incoming, Served};
use crate::text;

/// Replaces one article of the library. Closed since February 2022 (45103, 45106): use
/// [`UpdateDraft`](crate::draft::UpdateDraft).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateNews {
    /// The material.
    pub media_id: MediaId,
    /// The article's place, from 0 (40114).
    #[serde(deserialize_with = "text::number_or_text")]
    pub index: u64,
    /// What stands there afterwards, as a whole.
    #[doc(alias = "articles")]
    #[serde(rename = "articles")]
    pub article: Article,
}

impl UpdateNews {
    /// Replaces the article at this place, from 0.
    pub const fn new(media_id: MediaId, index: u64, article: Article) -> Self {
        Self { media_id, index, article }
    }
}

impl Endpoint for UpdateNews {
    /// [`Replay::Safe`]: the same article again changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/update_news", Replay::Safe);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        if self.index >= AddNews::MAX_ARTICLES as u64 {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_INDEX,
                format!("the articles have the numbers 0 to {}", AddNews::MAX_ARTICLES - 1),
            ));
        }
        self.article.check()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for UpdateNews {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(_: &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
