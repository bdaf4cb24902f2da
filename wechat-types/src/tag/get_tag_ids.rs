//! `POST /cgi-bin/tags/getidlist`: the tags of one follower.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_gettagidlist.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{OpenId, TagId};
use crate::served::{Incoming, Served};

/// Asks for a follower's tags. Codes: 40003 and 49003 OpenID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTagIds {
    /// The follower.
    #[doc(alias = "openid")]
    #[serde(rename = "openid")]
    pub open_id: OpenId,
}

impl GetTagIds {
    /// Asks for this follower's tags.
    pub const fn new(open_id: OpenId) -> Self {
        Self { open_id }
    }
}

/// A follower's tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTagIdsResponse {
    /// Up to 20; none is an empty list.
    #[doc(alias = "tagid_list")]
    #[serde(rename = "tagid_list")]
    pub tags: Vec<TagId>,
}

impl GetTagIdsResponse {
    /// These tags.
    pub const fn new(tags: Vec<TagId>) -> Self {
        Self { tags }
    }
}

impl Endpoint for GetTagIds {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/tags/getidlist", Replay::Safe);
    type Response = GetTagIdsResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetTagIdsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetTagIds {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetTagIdsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
