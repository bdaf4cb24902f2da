//! `POST /cgi-bin/message/mass/send`: to a list of OpenIDs.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend.html>

use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use super::accepted::{self, Accepted};
use super::{MassContent, Recipients};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{ClientMsgId, MsgDataId, MsgId};
use crate::served::{Incoming, Served};

/// Starts a job that sends to 2 to 10,000 followers.
///
/// Verified service accounts; 100 calls a day and 60 a minute. OpenIDs that are no followers are
/// accepted and left out of the job's count. Never enters the history list.
///
/// Codes: 40003 and 40031 OpenIDs, 40130 one single OpenID, 40032 too many, and those of
/// [`SendAll`](super::SendAll).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Send {
    /// To whom.
    #[doc(alias = "touser")]
    #[serde(rename = "touser")]
    pub recipients: Recipients,
    /// What.
    #[serde(flatten)]
    pub content: MassContent,
    /// The key; without one this call is never repeated.
    #[doc(alias = "clientmsgid")]
    #[serde(rename = "clientmsgid", default, deserialize_with = "accepted::key")]
    pub client_msg_id: Option<ClientMsgId>,
}

impl Send {
    /// A send without a key.
    pub fn new(recipients: Recipients, content: MassContent) -> Self {
        Self { recipients, content, client_msg_id: None }
    }
}

impl Serialize for Send {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(TO_USER, &self.recipients)?;
        WithoutRecipients(self).serialize_entries(&mut map)?;
        map.end()
    }
}

const TO_USER: &str = "touser";

struct WithoutRecipients<'a>(&'a Send);

impl WithoutRecipients<'_> {
    fn serialize_entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let Self(Send { content, client_msg_id, .. }) = self;
        content.serialize_entries(map)?;
        content.serialize_reprint(map)?;
        match client_msg_id {
            Some(key) => map.serialize_entry("clientmsgid", key),
            None => Ok(()),
        }
    }
}

impl Serialize for WithoutRecipients<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.serialize_entries(&mut map)?;
        map.end()
    }
}

/// The accepted job.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SendResponse {
    /// The job.
    pub msg_id: MsgId,
    /// Joins articles with their statistics.
    pub msg_data_id: Option<MsgDataId>,
}

impl SendResponse {
    /// A job without statistics.
    pub fn new(msg_id: MsgId) -> Self {
        Self { msg_id, msg_data_id: None }
    }
}

impl Endpoint for Send {
    /// [`Replay::Never`], unless the request has a key.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/send", Replay::Never);
    type Response = SendResponse;

    fn check(&self) -> Result<(), EncodeError> {
        self.recipients.check()?;
        self.content.check()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        // serde_json looks at each byte of ten thousand strings for what is to be escaped, one after the other.
        json::encode_after(TO_USER, &self.recipients.to_json(), &WithoutRecipients(self))
    }

    fn decode(reply: Reply<'_>) -> Result<SendResponse, ReplyError> {
        json::decode(reply)
    }

    fn replay(&self) -> Replay {
        if self.client_msg_id.is_some() { Replay::Keyed } else { Replay::Never }
    }
}

impl Served for Send {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &SendResponse) -> Result<Vec<u8>, EncodeError> {
        let job = Some(answer.msg_id);
        json::answer(&Accepted::new("send job submission success", job, answer.msg_data_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_as_it_is_serialized() {
        let recipients = Recipients::from_lines("oTEST-one\noTEST_two\noTEST3").unwrap();
        let content = MassContent::text("【春茶上新】\"三款\"\n今日到店");
        let mut request = Send::new(recipients, content);
        for key in [None, Some(ClientMsgId::new("spring-1").unwrap())] {
            request.client_msg_id = key;
            let body = request.write().unwrap();
            let written = std::str::from_utf8(body.as_bytes()).unwrap();
            assert_eq!(written, serde_json::to_string(&request).unwrap());
            assert_eq!(body.content_type(), Some("application/json"));
        }
    }
}
