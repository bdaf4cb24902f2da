//! `POST /cgi-bin/clear_quota`: sets the day's count of all calls back to zero.
//!
//! <https://developers.weixin.qq.com/doc/service/api/apimanage/api_clearquota.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::AppId;
use crate::served::{Incoming, Served};

/// Clears all call counts. 10 a month, shared with
/// [`ClearQuotaBySecret`](super::ClearQuotaBySecret).
///
/// Codes: 40013 another account's AppID, 48006 used up this month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClearQuota {
    /// The account.
    #[doc(alias = "appid")]
    #[serde(rename = "appid")]
    pub app_id: AppId,
}

impl ClearQuota {
    /// Clears this account's counts.
    pub fn new(app_id: AppId) -> Self {
        Self { app_id }
    }
}

impl Endpoint for ClearQuota {
    /// [`Replay::Never`]: a repeat uses up another of the month's ten.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/clear_quota", Replay::Never);
    type Response = ();

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for ClearQuota {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
