//! `GET /cgi-bin/get_api_domain_ip`: the API hosts' addresses.
//!
//! <https://developers.weixin.qq.com/doc/service/api/base/api_getapidomainip.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::served::{Incoming, Served};

/// Asks for the addresses of the API hosts, for a firewall. Ask daily.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetApiDomainIps;

impl GetApiDomainIps {
    /// Asks for all of them.
    pub const fn new() -> Self {
        Self
    }
}

/// The addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetApiDomainIpsResponse {
    /// Single addresses or blocks, such as `203.0.113.64/26`; IPv6 may be among them.
    #[doc(alias = "ip_list")]
    #[serde(rename = "ip_list")]
    pub addresses: Vec<String>,
}

impl GetApiDomainIpsResponse {
    /// These addresses.
    pub fn new(addresses: Vec<String>) -> Self {
        Self { addresses }
    }
}

impl Endpoint for GetApiDomainIps {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/get_api_domain_ip", Replay::Safe);
    type Response = GetApiDomainIpsResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetApiDomainIpsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetApiDomainIps {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &GetApiDomainIpsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
