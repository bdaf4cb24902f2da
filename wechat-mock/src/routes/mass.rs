//! POST /cgi-bin/message/mass/{get,delete} and mass/speed/{get,set}: jobs and their speed.

use wechat_types::id::MsgId;

use super::fields::{self, Object};
use super::{Answer, Call};
use crate::reply::Refusal;
use crate::world::account::Capability;
use crate::world::mass_delete::Target;
use crate::world::mass_job::JobState;
use crate::world::speed::Speed;

const OK: &str = "{\"errcode\":0,\"errmsg\":\"ok\"}";

pub(super) fn get(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        let number = fields::number(&body, "msg_id")?.ok_or(40059)?;
        Ok(MsgId::new(number))
    });
    let mut account = call.open(Capability::Mass)?;
    let msg_id = parsed?;
    account.query_job(msg_id, call.now)?;
    drop(account);
    let status = match call.lock().job(msg_id).map(|job| job.public.state) {
        Some(JobState::Success) => "SEND_SUCCESS",
        Some(JobState::Fail) => "SEND_FAIL",
        Some(JobState::Deleted) => "DELETE",
        Some(JobState::Sending) | None => "SENDING",
    };
    Ok(format!("{{\"msg_id\":{msg_id},\"msg_status\":\"{status}\"}}"))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| target(&body));
    let mut account = call.open_daily(Capability::Mass)?;
    account.delete_sent(&parsed?, &call.settings)?;
    Ok(OK.to_owned())
}

/// A url counts only without an id, `article_idx` only with one.
fn target(body: &Object) -> Result<Target, Refusal> {
    let msg_id = match fields::number(body, "msg_id")? {
        Some(number) => Some(number),
        // The sample of 2014.
        None => fields::number(body, "msgid")?,
    };
    let article = fields::number(body, "article_idx")?.filter(|article| *article != 0);
    let url = fields::text(body, "url")?.filter(|url| !url.is_empty());
    match (msg_id, url) {
        (Some(number), _) => Ok(Target::Job {
            msg_id: MsgId::new(number),
            article: article.map(|article| usize::try_from(article).unwrap_or(usize::MAX)),
        }),
        (None, Some(url)) => Ok(Target::Url(url.to_owned())),
        (None, None) => Err(40059.into()),
    }
}

/// Whatever body it has is not looked at: none, `{}` and a speed are all in use.
pub(super) fn speed_get(call: &Call<'_>) -> Answer {
    let speed = call.open(Capability::Mass)?.speed;
    Ok(format!("{{\"speed\":{},\"realspeed\":{}}}", speed.level(), speed.real(&call.settings)))
}

pub(super) fn speed_set(call: &Call<'_>) -> Answer {
    let parsed = fields::object(call.body()).and_then(|body| {
        // A negative one is a number as well.
        if body.get("speed").and_then(serde_json::Value::as_i64).is_some_and(|level| level < 0) {
            return Err(45083.into());
        }
        let level = fields::number(&body, "speed")?.ok_or(45084)?;
        Ok(Speed::new(level)?)
    });
    let mut account = call.open(Capability::Mass)?;
    account.speed = parsed?;
    let empty = call.settings.forms.empty_errmsg;
    Ok(if empty { "{\"errcode\":0,\"errmsg\":\"\"}" } else { OK }.to_owned())
}
