//! `POST /cgi-bin/message/mass/speed/get`: how fast the account's jobs are delivered.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_getspeed.html>

use serde::{Deserialize, Serialize};

use super::Speed;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for the speed. The call has no body; the `{}` and `{"speed":3}` of some clients mean
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetSpeed;

impl GetSpeed {
    /// Asks for the speed.
    pub const fn new() -> Self {
        Self
    }
}

/// The speed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetSpeedResponse {
    /// The level.
    pub speed: Speed,
    /// Messages a minute in units of 10,000. The official sample has another number for its level
    /// than the table does.
    #[doc(alias = "realspeed")]
    #[serde(rename = "realspeed", deserialize_with = "text::number_or_text")]
    pub real_speed: u64,
}

impl GetSpeedResponse {
    /// A level, and messages a minute in units of 10,000.
    pub fn new(speed: Speed, real_speed: u64) -> Self {
        Self { speed, real_speed }
    }
}

impl Endpoint for GetSpeed {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/speed/get", Replay::Safe);
    type Response = GetSpeedResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetSpeedResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetSpeed {
    fn decode_request(_: Incoming<'_>) -> Result<Self, ReplyError> {
        Ok(Self)
    }

    fn encode_response(answer: &GetSpeedResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
