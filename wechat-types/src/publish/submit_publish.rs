//! `POST /cgi-bin/freepublish/submit`: a draft, to be published.
//!
//! <https://developers.weixin.qq.com/doc/service/api/public/api_freepublish_submit.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{MediaId, MsgDataId, PublishId};
use crate::served::{Incoming, Served};
use crate::text;

/// Hands a draft in for publication, which uses it up. The result comes as PUBLISHJOBFINISH or
/// from [`GetPublishStatus`](super::GetPublishStatus).
///
/// 100 calls a day. Codes: 40007 no such draft, 48001 not verified, 53500 banned, 53501 too often,
/// 53503 the draft fails the checks, 53504 use the website, 53505 save it on the website first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubmitPublish {
    /// The draft.
    #[doc(alias = "media_id")]
    #[serde(rename = "media_id")]
    pub draft: MediaId,
}

impl SubmitPublish {
    /// Publishes this draft.
    pub const fn new(draft: MediaId) -> Self {
        Self { draft }
    }
}

/// Accepted, not yet published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SubmitPublishResponse {
    /// The job.
    #[serde(serialize_with = "text::write_text")]
    pub publish_id: PublishId,
    /// For the statistics; some answers leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_optional_text")]
    pub msg_data_id: Option<MsgDataId>,
}

impl SubmitPublishResponse {
    /// Accepted as this job.
    pub const fn new(publish_id: PublishId) -> Self {
        Self { publish_id, msg_data_id: None }
    }
}

impl Endpoint for SubmitPublish {
    /// [`Replay::Never`]: the draft may be published twice, or be used up by the first call.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/freepublish/submit", Replay::Never);
    type Response = SubmitPublishResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<SubmitPublishResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for SubmitPublish {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &SubmitPublishResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
