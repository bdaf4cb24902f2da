//! `POST /cgi-bin/tags/members/batchuntagging`: a tag off up to 50 followers.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_batchuntagging.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{OpenId, TagId};
use crate::open_ids;
use crate::served::{Incoming, Served};

/// Takes a tag off followers.
///
/// Codes: 40003 and 49003 OpenIDs, 40032 too many of them, 45159 no such tag
/// (also seen without reason when calls overlap), 45169 the same follower in two calls at once,
/// 45171 some failed: [`ApiError::failed_open_ids`](crate::codec::ApiError::failed_open_ids).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchUntag {
    /// 1 to 50 followers (40032).
    #[doc(alias = "openid_list")]
    #[serde(rename = "openid_list")]
    pub open_ids: Vec<OpenId>,
    /// The tag.
    #[doc(alias = "tagid")]
    #[serde(rename = "tagid")]
    pub tag: TagId,
}

impl BatchUntag {
    /// OpenIDs of the longest list.
    pub const MAX_OPEN_IDS: usize = 50;

    /// Takes this tag off them.
    pub const fn new(open_ids: Vec<OpenId>, tag: TagId) -> Self {
        Self { open_ids, tag }
    }
}

impl Endpoint for BatchUntag {
    /// [`Replay::Safe`]: a follower has a tag or has it not; taking it off twice changes nothing.
    const SPEC: Spec =
        Spec::new(Method::Post, "/cgi-bin/tags/members/batchuntagging", Replay::Safe);
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

impl Served for BatchUntag {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
