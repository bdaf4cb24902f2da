//! POST /cgi-bin/message/mass/get: where a job stands.

use wechat_types::id::MsgId;

use super::{Answer, Call, fields};
use crate::world::account::Capability;
use crate::world::mass_job::JobState;

pub(super) fn get(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let number = fields::number(&body, "msg_id")?.ok_or(40059)?;
        Ok(MsgId::new(number))
    });
    let mut account = call.open(Capability::Mass)?;
    let msg_id = parsed?;
    let status = match account.query_job(msg_id, &call.settings, call.now)? {
        JobState::Sending => "SENDING",
        JobState::Success => "SEND_SUCCESS",
        JobState::Fail => "SEND_FAIL",
    };
    Ok(format!("{{\"msg_id\":{msg_id},\"msg_status\":\"{status}\"}}"))
}
