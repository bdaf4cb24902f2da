//! `POST /cgi-bin/draft/update`: one article of a draft, replaced.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_update.html>

use serde::{Deserialize, Serialize};

use super::{AddDraft, Article};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::MediaId;
use crate::served::{Incoming, Served};
use crate::text;

/// Replaces one article of a draft.
///
/// Codes: 40007 no such draft, 40114 index, 41039 source URL, 45166 content, 53404 to 53406
/// products, 88000 comments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateDraft {
    /// The draft.
    pub media_id: MediaId,
    /// The article's place, from 0.
    #[serde(deserialize_with = "text::number_or_text")]
    pub index: u64,
    /// What stands there afterwards, as a whole.
    #[doc(alias = "articles")]
    #[serde(rename = "articles")]
    pub article: Article,
}

impl UpdateDraft {
    /// Replaces the article at this place, from 0.
    pub fn new(media_id: MediaId, index: u64, article: Article) -> Self {
        Self { media_id, index, article }
    }
}

impl Endpoint for UpdateDraft {
    /// [`Replay::Safe`]: the same article again changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/draft/update", Replay::Safe);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        if self.index >= AddDraft::MAX_ARTICLES as u64 {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_INDEX,
                format!("a draft's articles have the numbers 0 to {}", AddDraft::MAX_ARTICLES - 1),
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

impl Served for UpdateDraft {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(_: &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
