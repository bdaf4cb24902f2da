//! `POST /cgi-bin/groups/members/batchupdate`: up to 50 followers into another group.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{GroupId, OpenId};
use crate::open_ids;
use crate::served::{Incoming, Served};

/// Moves followers into a group, out of those they were in.
///
/// Codes: 40003 OpenIDs, 40032 too many of them, 40050 no such group, 43004 not followers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchMoveUsers {
    /// 1 to 50 followers (40032).
    #[doc(alias = "openid_list")]
    #[serde(rename = "openid_list")]
    pub open_ids: Vec<OpenId>,
    /// The new group.
    #[doc(alias = "to_groupid")]
    #[serde(rename = "to_groupid")]
    pub to_group: GroupId,
}

impl BatchMoveUsers {
    /// OpenIDs of the longest list.
    pub const MAX_OPEN_IDS: usize = 50;

    /// Moves these followers into this group.
    pub const fn new(open_ids: Vec<OpenId>, to_group: GroupId) -> Self {
        Self { open_ids, to_group }
    }
}

impl Endpoint for BatchMoveUsers {
    /// [`Replay::Safe`]: a follower is in one group; the same move again changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/groups/members/batchupdate", Replay::Safe);
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

impl Served for BatchMoveUsers {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
