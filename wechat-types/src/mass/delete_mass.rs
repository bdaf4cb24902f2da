//! `POST /cgi-bin/message/mass/delete`: takes a message back, or one article of it.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_deletemassmsg.html>

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::MsgId;
use crate::served::{Incoming, Served};
use crate::text;

/// Deletes what was sent: articles and videos only, and only what was sent by API. 10 calls a day.
///
/// The page behind the message dies, the card on the phones stays. All sends of the same material
/// die together.
///
/// Codes: 40008 another kind of message, 40059 unknown job, 40060 article index, 40065 state of
/// the article, 40204 cannot be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct DeleteMass {
    /// What to delete.
    pub target: DeleteTarget,
}

impl DeleteMass {
    /// Deletes this.
    pub fn new(target: DeleteTarget) -> Self {
        Self { target }
    }
}

/// What [`DeleteMass`] deletes: an article index goes with a job only, an address stands alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireTarget")]
#[non_exhaustive]
pub enum DeleteTarget {
    /// The whole message.
    Job(MsgId),
    /// One article of the message.
    Article {
        /// The job.
        msg_id: MsgId,
        /// The article, from 1.
        #[doc(alias = "article_idx")]
        article_index: NonZeroU64,
    },
    /// The article with this address.
    Url(String),
}

#[derive(Serialize, Deserialize)]
struct WireTarget {
    /// The sample of 2014 says `msgid`.
    #[serde(default, alias = "msgid", deserialize_with = "text::optional_number_or_text")]
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_id: Option<u64>,
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    #[serde(skip_serializing_if = "Option::is_none")]
    article_idx: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl TryFrom<WireTarget> for DeleteTarget {
    type Error = &'static str;

    /// An index of 0 is the whole message, and an address beside a job is ignored, as the platform
    /// does.
    fn try_from(wire: WireTarget) -> Result<Self, &'static str> {
        match (wire.msg_id.map(MsgId::new), wire.article_idx.and_then(NonZeroU64::new)) {
            (Some(msg_id), None) => Ok(Self::Job(msg_id)),
            (Some(msg_id), Some(article_index)) => Ok(Self::Article { msg_id, article_index }),
            (None, _) => match wire.url {
                Some(url) if !url.is_empty() => Ok(Self::Url(url)),
                _ => Err("neither a job nor an address"),
            },
        }
    }
}

impl Endpoint for DeleteMass {
    /// [`Replay::Safe`]: what is deleted stays deleted. A repeat counts against the day's calls.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/delete", Replay::Safe);
    type Response = ();

    fn write(&self) -> Result<Body, EncodeError> {
        let (msg_id, article_idx, url) = match &self.target {
            DeleteTarget::Job(msg_id) => (Some(msg_id), None, None),
            DeleteTarget::Article { msg_id, article_index } => {
                (Some(msg_id), Some(article_index.get()), None)
            }
            DeleteTarget::Url(url) if url.is_empty() => {
                return Err(EncodeError::refused(
                    ErrorCode::INVALID_MSG_ID,
                    "the address of the article is empty",
                ));
            }
            DeleteTarget::Url(url) => (None, None, Some(url.clone())),
        };
        json::encode(&WireTarget { msg_id: msg_id.map(|id| id.get()), article_idx, url })
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for DeleteMass {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
