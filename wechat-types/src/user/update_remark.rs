//! `POST /cgi-bin/user/info/updateremark`: the account's note on a follower.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_updateremark.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::id::OpenId;
use crate::served::{Incoming, Served};

/// Sets the note on a follower.
///
/// Codes: 40003 OpenID, 40092 note too long or not allowed, 43004 not a follower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateRemark {
    /// The follower.
    #[doc(alias = "openid")]
    #[serde(rename = "openid")]
    pub open_id: OpenId,
    /// The note, up to 30 bytes (40092); empty takes it away.
    pub remark: String,
}

impl UpdateRemark {
    /// Bytes of the longest note: ten Chinese characters. Documents say "fewer than 30", users
    /// report that 30 are taken and more are not.
    pub const MAX_REMARK_BYTES: usize = 30;

    /// Sets this note on this follower.
    pub fn new(open_id: OpenId, remark: impl Into<String>) -> Self {
        Self { open_id, remark: remark.into() }
    }
}

impl Endpoint for UpdateRemark {
    /// [`Replay::Safe`]: the same note again changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/user/info/updateremark", Replay::Safe);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        let bytes = self.remark.len();
        if bytes > Self::MAX_REMARK_BYTES {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_REMARK_NAME,
                format!("the note has {bytes} bytes, the limit is {}", Self::MAX_REMARK_BYTES),
            ));
        }
        Ok(())
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for UpdateRemark {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
