//! `POST /cgi-bin/openapi/rid/get`: what a call that failed was, by the request id of its answer.
//!
//! <https://developers.weixin.qq.com/doc/service/api/apimanage/api_getridinfo.html>

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for a request of the last 7 days that was answered with a return code.
///
/// Codes: 76001 unknown, or too old; 76002 malformed, 76003 another account's, 76004 too old.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetRequestRecord {
    /// The request id, as an [`ApiError`](crate::codec::ApiError) has it.
    #[doc(alias = "rid")]
    #[serde(rename = "rid")]
    pub request_id: String,
}

impl GetRequestRecord {
    /// Asks for the request with this id.
    pub fn new(request_id: impl Into<String>) -> Self {
        Self { request_id: request_id.into() }
    }
}

/// A request as the platform saw it.
///
/// `Debug` shows the sizes of what may hold a token or a secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetRequestRecordResponse {
    /// When it came, in Unix seconds.
    #[doc(alias = "invoke_time")]
    #[serde(rename = "invoke_time", deserialize_with = "text::number_or_text")]
    pub invoked_at: u64,
    /// How long it took, in milliseconds.
    #[serde(deserialize_with = "text::number_or_text")]
    pub cost_in_ms: u64,
    /// Its query, with secrets partly masked.
    #[doc(alias = "request_url")]
    #[serde(rename = "request_url")]
    pub query: String,
    /// Its body.
    pub request_body: String,
    /// The answer's body.
    pub response_body: String,
    /// The address it came from.
    pub client_ip: String,
}

impl GetRequestRecordResponse {
    /// A request that came at this time (Unix seconds) and about which nothing else is known.
    pub fn new(invoked_at: u64) -> Self {
        Self {
            invoked_at,
            cost_in_ms: 0,
            query: String::new(),
            request_body: String::new(),
            response_body: String::new(),
            client_ip: String::new(),
        }
    }
}

impl fmt::Debug for GetRequestRecordResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetRequestRecordResponse")
            .field("invoked_at", &self.invoked_at)
            .field("cost_in_ms", &self.cost_in_ms)
            .field("query", &self.query.len())
            .field("request_body", &self.request_body.len())
            .field("response_body", &self.response_body.len())
            .field("client_ip", &self.client_ip)
            .finish()
    }
}

/// `{"request":{…}}`
#[derive(Deserialize)]
struct Wrapped {
    request: GetRequestRecordResponse,
}

/// The same with its return code, which this call always has.
#[derive(Serialize)]
struct WireAnswer<'a> {
    errcode: i64,
    errmsg: &'static str,
    request: &'a GetRequestRecordResponse,
}

impl Endpoint for GetRequestRecord {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/openapi/rid/get", Replay::Safe);
    type Response = GetRequestRecordResponse;

    fn check(&self) -> Result<(), EncodeError> {
        if self.request_id.is_empty() {
            return Err(EncodeError::refused(ErrorCode::INVALID_RID, "the request id is empty"));
        }
        Ok(())
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetRequestRecordResponse, ReplyError> {
        json::decode::<Wrapped>(reply).map(|answer| answer.request)
    }
}

impl Served for GetRequestRecord {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetRequestRecordResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&WireAnswer { errcode: 0, errmsg: "ok", request: answer })
    }
}
