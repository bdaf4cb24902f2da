//! `POST /cgi-bin/tags/members/batchunblacklist`: up to 20 followers off the blacklist.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_batchunblacklist.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::OpenId;
use crate::open_ids;
use crate::served::{Incoming, Served};

/// Takes followers off the blacklist.
///
/// Codes: 40003 and 49003 OpenIDs, 40032 too many of them, -1 and 268487001 internal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchUnblacklist {
    /// 1 to 20 followers (40032). A sample of 2016 misspells the key.
    #[doc(alias = "openid_list")]
    #[serde(rename = "openid_list", alias = "opened_list")]
    pub open_ids: Vec<OpenId>,
}

impl BatchUnblacklist {
    /// OpenIDs of the longest list.
    pub const MAX_OPEN_IDS: usize = 20;

    /// Takes these followers off the list.
    pub const fn new(open_ids: Vec<OpenId>) -> Self {
        Self { open_ids }
    }
}

impl Endpoint for BatchUnblacklist {
    /// [`Replay::Safe`]: a follower is on the list or is not; the same again changes nothing.
    const SPEC: Spec =
        Spec::new(Method::Post, "/cgi-bin/tags/members/batchunblacklist", Replay::Safe);
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

impl Served for BatchUnblacklist {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
