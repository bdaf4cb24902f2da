//! `POST /cgi-bin/groups/getid`: the group of one follower.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{GroupId, OpenId};
use crate::served::{Incoming, Served};

/// Asks for a follower's group. Codes: 40003 OpenID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetGroupId {
    /// The follower.
    #[doc(alias = "openid")]
    #[serde(rename = "openid")]
    pub open_id: OpenId,
}

impl GetGroupId {
    /// Asks for this follower's group.
    pub const fn new(open_id: OpenId) -> Self {
        Self { open_id }
    }
}

/// A follower's group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetGroupIdResponse {
    /// The one group the follower is in.
    #[doc(alias = "groupid")]
    #[serde(rename = "groupid")]
    pub group: GroupId,
}

impl GetGroupIdResponse {
    /// This group.
    pub const fn new(group: GroupId) -> Self {
        Self { group }
    }
}

impl Endpoint for GetGroupId {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/groups/getid", Replay::Safe);
    type Response = GetGroupIdResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetGroupIdResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetGroupId {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetGroupIdResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
