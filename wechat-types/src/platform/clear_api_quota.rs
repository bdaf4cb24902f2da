//! `POST /cgi-bin/openapi/quota/clear`: sets the day's count of one call back to zero.
//!
//! <https://developers.weixin.qq.com/doc/service/api/apimanage/api_clearapiquota.html>

use serde::{Deserialize, Serialize};

use super::get_api_quota::check_path;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::served::{Incoming, Served};

/// Clears the count of one call. 50 a month.
///
/// Codes: 45009 used up, 76021 no such path, 76022 not permitted for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClearApiQuota {
    /// The call's path, such as the `path` of a [`Spec`]: with its slash, without host and query.
    #[doc(alias = "cgi_path")]
    #[serde(rename = "cgi_path")]
    pub path: String,
}

impl ClearApiQuota {
    /// Clears the count of the call with this path.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into() }
    }
}

impl Endpoint for ClearApiQuota {
    /// [`Replay::Never`]: a repeat uses up another of the month's fifty.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/openapi/quota/clear", Replay::Never);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        check_path(&self.path, ErrorCode::CGI_PATH_NOT_FOUND)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<(), ReplyError> {
        json::decode_done(reply)
    }
}

impl Served for ClearApiQuota {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
