//! `POST /cgi-bin/message/mass/get`: how far a job is.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_massmsgget.html>

use serde::{Deserialize, Serialize, Serializer};

use super::{JobStatus, MassReport, ReportSource};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MsgId;
use crate::served::{Incoming, Served};

/// Asks for a job's status; counters come by callback only.
///
/// Codes: 40059 unknown job (reported for valid ids too).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMassStatus {
    /// The job.
    pub msg_id: MsgId,
}

impl GetMassStatus {
    /// Asks for this job.
    pub fn new(msg_id: MsgId) -> Self {
        Self { msg_id }
    }
}

/// A job's status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMassStatusResponse {
    /// The job.
    pub msg_id: MsgId,
    /// How far it is.
    #[doc(alias = "msg_status")]
    #[serde(rename = "msg_status", serialize_with = "query_words")]
    pub status: JobStatus,
}

impl GetMassStatusResponse {
    /// A job with its status.
    pub fn new(msg_id: MsgId, status: JobStatus) -> Self {
        Self { msg_id, status }
    }

    /// The same as a report without counters.
    pub fn into_report(self) -> MassReport {
        MassReport::new(self.msg_id, self.status, ReportSource::StatusQuery)
    }
}

/// This call writes a status in other words than the event does, and knows no reasons.
fn query_words<S: Serializer>(status: &JobStatus, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(match status {
        JobStatus::Sending => "SENDING",
        JobStatus::Success => "SEND_SUCCESS",
        JobStatus::Fail | JobStatus::Refused(_) => "SEND_FAIL",
        JobStatus::Deleted => "DELETE",
        JobStatus::Other(text) => text,
    })
}

impl Endpoint for GetMassStatus {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/get", Replay::Safe);
    type Response = GetMassStatusResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetMassStatusResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetMassStatus {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetMassStatusResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
