//! `POST /cgi-bin/openapi/quota/get`: how often a call may be made today, and how often it was.
//!
//! <https://developers.weixin.qq.com/doc/service/api/apimanage/api_getapiquota.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for the quota of one call.
///
/// Codes: 76003 wrong beginning of the path, 76021 no such path, 76022 not permitted for it, as for
/// any path with `/sns/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetApiQuota {
    /// The call's path, such as the `path` of a [`Spec`]: with its slash, without host and query.
    #[doc(alias = "cgi_path")]
    #[serde(rename = "cgi_path")]
    pub path: String,
}

impl GetApiQuota {
    /// Asks for the call with this path.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into() }
    }
}

/// The quota of one call.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct GetApiQuotaResponse {
    /// The day's count.
    pub quota: Quota,
    /// How many calls in how many seconds, where the call has such a limit.
    pub rate_limit: Option<RateLimit>,
    /// The same for calls by a third-party platform.
    pub component_rate_limit: Option<RateLimit>,
}

impl GetApiQuotaResponse {
    /// A quota without rate limits.
    pub fn new(quota: Quota) -> Self {
        Self { quota, rate_limit: None, component_rate_limit: None }
    }
}

/// Calls a day. The counts may be off by about 1%.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Quota {
    /// Calls that are allowed a day.
    #[serde(deserialize_with = "text::number_or_text")]
    pub daily_limit: u64,
    /// Calls made today.
    #[serde(deserialize_with = "text::number_or_text")]
    pub used: u64,
    /// Calls left today.
    #[serde(deserialize_with = "text::number_or_text")]
    pub remain: u64,
}

impl Quota {
    /// A limit, what is used of it and what remains.
    pub fn new(daily_limit: u64, used: u64, remain: u64) -> Self {
        Self { daily_limit, used, remain }
    }
}

/// Calls in a span of time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RateLimit {
    /// Calls that are allowed.
    #[serde(deserialize_with = "text::number_or_text")]
    pub call_count: u64,
    /// The span, in seconds.
    #[doc(alias = "refresh_second")]
    #[serde(rename = "refresh_second", deserialize_with = "text::number_or_text")]
    pub refresh_seconds: u64,
}

impl RateLimit {
    /// So many calls in so many seconds.
    pub fn new(call_count: u64, refresh_seconds: u64) -> Self {
        Self { call_count, refresh_seconds }
    }
}

/// The answer with its return code, which this call always has.
#[derive(Serialize)]
struct WireAnswer<'a> {
    errcode: i64,
    errmsg: &'static str,
    quota: &'a Quota,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: &'a Option<RateLimit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component_rate_limit: &'a Option<RateLimit>,
}

/// A path has its leading slash, and neither host nor query. `unrooted` is what the platform answers
/// to one without its slash; nothing at all is no path for every call.
pub(super) fn check_path(path: &str, unrooted: ErrorCode) -> Result<(), EncodeError> {
    // The query may hold a token.
    let (bare, query) =
        path.split_once('?').map_or((path, None), |(path, more)| (path, Some(more)));
    let (code, problem) = match (bare.starts_with('/'), query) {
        (true, None) => return Ok(()),
        (true, Some(_)) => (ErrorCode::CGI_PATH_NOT_FOUND, format!("{bare:?} has a query")),
        (false, _) => {
            let code = if path.is_empty() { ErrorCode::CGI_PATH_NOT_FOUND } else { unrooted };
            (code, format!("{bare:?} is no path such as /cgi-bin/message/mass/sendall"))
        }
    };
    Err(EncodeError::refused(code, problem))
}

impl Endpoint for GetApiQuota {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/openapi/quota/get", Replay::Safe);
    type Response = GetApiQuotaResponse;

    fn check(&self) -> Result<(), EncodeError> {
        // Seen by developers: without its slash it is answered as another account's request id is.
        check_path(&self.path, ErrorCode::RID_NOT_PERMITTED)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetApiQuotaResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetApiQuota {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetApiQuotaResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&WireAnswer {
            errcode: 0,
            errmsg: "ok",
            quota: &answer.quota,
            rate_limit: &answer.rate_limit,
            component_rate_limit: &answer.component_rate_limit,
        })
    }
}
