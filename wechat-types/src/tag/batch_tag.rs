//! `POST /cgi-bin/tags/members/batchtagging`: a tag for up to 50 followers.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_batchtagging.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{OpenId, TagId};
use crate::open_ids;
use crate::served::{Incoming, Served};

/// Gives followers a tag.
///
/// Codes: 40003 and 49003 OpenIDs, 40032 too many of them, 45059 too many tags on one follower, 45159 no such tag
/// (also seen without reason when calls overlap), 45169 the same follower in two calls at once,
/// 45171 some failed: [`ApiError::failed_open_ids`](crate::codec::ApiError::failed_open_ids).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchTag {
    /// 1 to 50 followers (40032).
    #[doc(alias = "openid_list")]
    #[serde(rename = "openid_list")]
    pub open_ids: Vec<OpenId>,
    /// The tag.
    #[doc(alias = "tagid")]
    #[serde(rename = "tagid")]
    pub tag: TagId,
}

impl BatchTag {
    /// OpenIDs of the longest list.
    pub const MAX_OPEN_IDS: usize = 50;
    /// Tags one follower may have (45059).
    pub const MAX_TAGS_OF_FOLLOWER: usize = 20;

    /// Gives them this tag.
    pub const fn new(open_ids: Vec<OpenId>, tag: TagId) -> Self {
        Self { open_ids, tag }
    }
}

impl Endpoint for BatchTag {
    /// [`Replay::Safe`]: a follower has a tag or has it not; giving it twice changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/tags/members/batchtagging", Replay::Safe);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        open_ids::check_batch(self.open_ids.len(), Self::MAX_OPEN_IDS)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        open_ids::check_some(self.open_ids.len())?;
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for BatchTag {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
