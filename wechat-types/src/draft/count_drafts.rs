//! `GET /cgi-bin/draft/count`: how many drafts there are.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_count.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::served::{Incoming, Served};
use crate::text;

/// Asks how many drafts there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CountDrafts;

impl CountDrafts {
    /// Asks how many drafts there are.
    pub const fn new() -> Self {
        Self
    }
}

/// How many drafts there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CountDraftsResponse {
    /// Drafts.
    #[doc(alias = "total_count")]
    #[serde(rename = "total_count", deserialize_with = "text::number_or_text")]
    pub total: u64,
}

impl CountDraftsResponse {
    /// So many drafts.
    pub const fn new(total: u64) -> Self {
        Self { total }
    }
}

impl Endpoint for CountDrafts {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/draft/count", Replay::Safe);
    type Response = CountDraftsResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<CountDraftsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for CountDrafts {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &CountDraftsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
