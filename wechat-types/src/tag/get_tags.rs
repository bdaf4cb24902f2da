//! `GET /cgi-bin/tags/get`: all tags with the number of followers that have them.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_gettags.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::TagId;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for all tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetTags;

impl GetTags {
    /// Asks for all tags.
    pub const fn new() -> Self {
        Self
    }
}

/// All tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTagsResponse {
    /// The platform's own (0, 1, 2) among them.
    pub tags: Vec<Tag>,
}

impl GetTagsResponse {
    /// These tags.
    pub fn new(tags: Vec<Tag>) -> Self {
        Self { tags }
    }
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// Its id. 0, 1 and 2 are the platform's own (2 = starred).
    pub id: TagId,
    /// Its name.
    pub name: String,
    /// Followers that have it.
    #[serde(deserialize_with = "text::number_or_text")]
    pub count: u64,
}

impl Tag {
    /// A tag with this many followers.
    pub fn new(id: TagId, name: impl Into<String>, count: u64) -> Self {
        Self { id, name: name.into(), count }
    }
}

impl Endpoint for GetTags {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/tags/get", Replay::Safe);
    type Response = GetTagsResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetTagsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetTags {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &GetTagsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
