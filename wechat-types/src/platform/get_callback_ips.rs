//! `GET /cgi-bin/getcallbackip`: where callbacks come from.
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getcallbackip.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::served::{Incoming, Served};

/// Asks for the addresses that the platform pushes from. Ask daily; a callback's signature decides,
/// not its address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetCallbackIps;

impl GetCallbackIps {
    /// Asks for all of them.
    pub const fn new() -> Self {
        Self
    }
}

/// The addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetCallbackIpsResponse {
    /// Single addresses or blocks, such as `203.0.113.64/26`; IPv6 may be among them.
    #[doc(alias = "ip_list")]
    #[serde(rename = "ip_list")]
    pub addresses: Vec<String>,
}

impl GetCallbackIpsResponse {
    /// These addresses.
    pub fn new(addresses: Vec<String>) -> Self {
        Self { addresses }
    }
}

impl Endpoint for GetCallbackIps {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/getcallbackip", Replay::Safe);
    type Response = GetCallbackIpsResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetCallbackIpsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetCallbackIps {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &GetCallbackIpsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
