//! `POST /cgi-bin/groups/members/update`: a follower into another group.
//!
//! <https://mp.weixin.qq.com/wiki/0/56d992c605a97245eb7e617854b169fc.html> (2015; the newer documents
//! have no page for it)

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{GroupId, OpenId};
use crate::served::{Incoming, Served};

/// Moves a follower into a group, out of the one they were in.
///
/// Codes: 40003 OpenID, 40050 no such group, 43004 not a follower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MoveUser {
    /// The follower.
    #[doc(alias = "openid")]
    #[serde(rename = "openid")]
    pub open_id: OpenId,
    /// The new group.
    #[doc(alias = "to_groupid")]
    #[serde(rename = "to_groupid")]
    pub to_group: GroupId,
}

impl MoveUser {
    /// Moves this follower into this group.
    pub const fn new(open_id: OpenId, to_group: GroupId) -> Self {
        Self { open_id, to_group }
    }
}

impl Endpoint for MoveUser {
    /// [`Replay::Safe`]: a follower is in one group; the same move again changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/groups/members/update", Replay::Safe);
    type Response = ();

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for MoveUser {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
