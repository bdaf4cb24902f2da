//! `GET /cgi-bin/groups/get`: all groups with the number of followers in them.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::GroupId;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for all groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetGroups;

impl GetGroups {
    /// Asks for all groups.
    pub const fn new() -> Self {
        Self
    }
}

/// All groups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetGroupsResponse {
    /// The platform's own (0, 1, 2) among them.
    pub groups: Vec<Group>,
}

impl GetGroupsResponse {
    /// These groups.
    pub const fn new(groups: Vec<Group>) -> Self {
        Self { groups }
    }
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
    /// Followers in it.
    #[serde(deserialize_with = "text::number_or_text")]
    pub count: u64,
}

impl Group {
    /// A group with this many followers.
    pub fn new(id: GroupId, name: impl Into<String>, count: u64) -> Self {
        Self { id, name: name.into(), count }
    }
}

impl Endpoint for GetGroups {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/groups/get", Replay::Safe);
    type Response = GetGroupsResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetGroupsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetGroups {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &GetGroupsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
