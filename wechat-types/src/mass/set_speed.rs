//! `POST /cgi-bin/message/mass/speed/set`: how fast the account's jobs shall be delivered.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_setspeed.html>

use serde::{Deserialize, Serialize};

use super::Speed;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::error_code::ErrorCode;
use crate::served::{Incoming, Served};

/// Sets the speed. Codes: 45083 no such level, 45084 no level given, 45085 the platform failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SetSpeed {
    /// One of the documented levels (45083).
    pub speed: Speed,
}

impl SetSpeed {
    /// Sets this speed.
    pub fn new(speed: Speed) -> Self {
        Self { speed }
    }
}

impl Endpoint for SetSpeed {
    /// [`Replay::Safe`]: the same speed again changes nothing.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/speed/set", Replay::Safe);
    type Response = ();

    fn check(&self) -> Result<(), EncodeError> {
        if self.speed.ten_thousands_a_minute().is_none() {
            return Err(EncodeError::refused(
                ErrorCode::SPEED_OUT_OF_RANGE,
                format!("no document has a speed of {}", self.speed.to_wire()),
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

impl Served for SetSpeed {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response((): &()) -> Result<Vec<u8>, EncodeError> {
        json::answer(&json::DONE)
    }
}
