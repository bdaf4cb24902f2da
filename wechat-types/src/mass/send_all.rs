//! `POST /cgi-bin/message/mass/sendall`: to everyone, or to one tag.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_sendall.html>

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::accepted::{self, Accepted};
use super::{Filter, MassContent};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{ClientMsgId, MsgDataId, MsgId};
use crate::served::{Incoming, Served};

/// Starts a job that sends to everyone or to one tag.
///
/// Verified accounts; 100 calls a day and 60 a minute, a subscription account one success a day.
/// An answer means that the job was accepted: review, originality check and delivery follow.
///
/// Codes: 40007 media, 40152 tag, 42010 too fast, 45028 no quota left, 45065 the key exists (the
/// answer names the job), 45066 key repeated too fast, 48001 not permitted; and many more.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SendAll {
    /// To whom.
    pub filter: Filter,
    /// What.
    #[serde(flatten)]
    pub content: MassContent,
    /// The key; without one this call is never repeated.
    #[doc(alias = "clientmsgid")]
    #[serde(rename = "clientmsgid", default, deserialize_with = "accepted::key")]
    pub client_msg_id: Option<ClientMsgId>,
}

impl SendAll {
    /// A send without a key.
    pub fn new(filter: Filter, content: MassContent) -> Self {
        Self { filter, content, client_msg_id: None }
    }
}

impl Serialize for SendAll {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("filter", &self.filter)?;
        self.content.serialize_entries(&mut map)?;
        self.content.serialize_reprint(&mut map)?;
        if let Some(key) = &self.client_msg_id {
            map.serialize_entry("clientmsgid", key)?;
        }
        map.end()
    }
}

/// The accepted job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SendAllResponse {
    /// The job.
    pub msg_id: MsgId,
    /// Joins articles with their statistics.
    pub msg_data_id: Option<MsgDataId>,
}

impl SendAllResponse {
    /// A job without statistics.
    pub fn new(msg_id: MsgId) -> Self {
        Self { msg_id, msg_data_id: None }
    }
}

impl Endpoint for SendAll {
    /// [`Replay::Never`], unless the request has a key.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/sendall", Replay::Never);
    type Response = SendAllResponse;

    fn check(&self) -> Result<(), EncodeError> {
        self.content.check()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<SendAllResponse, ReplyError> {
        json::decode(reply)
    }

    fn replay(&self) -> Replay {
        if self.client_msg_id.is_some() { Replay::Keyed } else { Replay::Never }
    }
}

impl Served for SendAll {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &SendAllResponse) -> Result<Vec<u8>, EncodeError> {
        let job = Some(answer.msg_id);
        json::answer(&Accepted::new("send job submission success", job, answer.msg_data_id))
    }
}
