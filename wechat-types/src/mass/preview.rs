//! `POST /cgi-bin/message/mass/preview`: shows a message to one person before it goes out.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_preview.html>

mod content;

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::accepted::Accepted;
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{InvalidId, MsgId, OpenId, WeChatName};
use crate::served::{Incoming, Served};

pub use content::{CardExt, PreviewContent};

/// Sends to one follower at once, without a job. 100 calls a day.
///
/// Codes: 40003 OpenID, 40007 media, 40132 WeChat name, 43004 not a follower, 43019 blacklisted,
/// 45009 daily limit, 48008 kind not permitted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Preview {
    /// To whom.
    #[serde(flatten)]
    pub receiver: PreviewReceiver,
    /// What.
    #[serde(flatten)]
    pub content: PreviewContent,
}

/// The one who gets a preview.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireReceiver")]
#[non_exhaustive]
pub enum PreviewReceiver {
    /// A follower.
    #[doc(alias = "touser")]
    OpenId(OpenId),
    /// A follower by WeChat name.
    #[doc(alias = "towxname")]
    WeChatName(WeChatName),
}

impl Preview {
    /// Shows this content to this person.
    pub fn new(receiver: PreviewReceiver, content: impl Into<PreviewContent>) -> Self {
        Self { receiver, content: content.into() }
    }
}

#[derive(Deserialize)]
struct WireReceiver {
    touser: Option<String>,
    towxname: Option<String>,
}

impl TryFrom<WireReceiver> for PreviewReceiver {
    type Error = InvalidId;

    /// The name wins when both are given.
    fn try_from(wire: WireReceiver) -> Result<Self, InvalidId> {
        match wire.towxname.filter(|name| !name.is_empty()) {
            Some(name) => WeChatName::new(name).map(Self::WeChatName),
            None => OpenId::new(wire.touser.unwrap_or_default()).map(Self::OpenId),
        }
    }
}

impl Serialize for Preview {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.receiver {
            PreviewReceiver::OpenId(id) => map.serialize_entry("touser", id)?,
            PreviewReceiver::WeChatName(name) => map.serialize_entry("towxname", name)?,
        }
        self.content.serialize_entries(&mut map)?;
        map.end()
    }
}

/// The preview went out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct PreviewResponse {
    /// Named by the official tables, seen by almost nobody.
    pub msg_id: Option<MsgId>,
}

impl PreviewResponse {
    /// A preview without an id.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Endpoint for Preview {
    /// [`Replay::Never`]: a repeat shows the message twice and counts twice.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/preview", Replay::Never);
    type Response = PreviewResponse;

    fn check(&self) -> Result<(), EncodeError> {
        self.content.check()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<PreviewResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for Preview {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &PreviewResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(&Accepted::new("preview success", answer.msg_id, None))
    }
}
