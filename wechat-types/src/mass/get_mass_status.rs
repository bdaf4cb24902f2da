//! `POST /cgi-bin/message/mass/get`: how far a job is.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_massmsgget.html>

use serde::{Deserialize, Serialize};

use super::{JobStatus, MassReport, ReportSource};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MsgId;

/// Asks for a job's status; counters come by callback only.
///
/// Codes: 40059 unknown job (reported for valid ids too).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct GetMassStatusResponse {
    /// The job.
    pub msg_id: MsgId,
    /// How far it is.
    #[doc(alias = "msg_status")]
    #[serde(rename = "msg_status")]
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

impl Endpoint for GetMassStatus {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/message/mass/get", Replay::Safe);
    type Response = GetMassStatusResponse;

    fn encode(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetMassStatusResponse, ReplyError> {
        json::decode(reply)
    }
}
