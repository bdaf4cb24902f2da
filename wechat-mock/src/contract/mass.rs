//! Mass sends: jobs and their ends, keys, audiences, previews, speed and quotas.
//!
//! <https://developers.weixin.qq.com/doc/service/api/notify/message/api_masssend.html>

use std::time::Duration;

use serde_json::json;
use wechat_http::{Client, Error};
use wechat_types::endpoint::Endpoint as _;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{ClientMsgId, MsgId, TagId};
use wechat_types::mass::{
    DeleteMass, DeleteTarget, Filter, GetMassStatus, GetSpeed, JobStatus, MassContent, Preview,
    PreviewReceiver, Send, SendAll, SendAllResponse, SendResponse,
};
use wechat_types::platform::GetApiQuota;

use super::call::Raw;
use super::environment::Environment;
use super::media::unknown_id;
use super::outcome::{Unheld, answered, differs, failed, promised, refused, skipped};
use super::people::stranger;

/// After this pause a repeated key is not repeated too fast (45066) any more.
const KEY_PAUSE: Duration = Duration::from_secs(60);
/// More than the 24 hours for which a key is remembered.
const KEY_MEMORY: Duration = Duration::from_secs(24 * 3600 + 60);
/// Longer than both documented limits of a key, 32 and 64 bytes.
const KEY_TOO_LONG: usize = 65;
/// Looks at a job until it has ended: together about six minutes.
const LOOKS: u32 = 16;
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// No job has this number.
const NO_JOB: MsgId = MsgId::new(1);

/// A send to followers becomes a job, which comes to a documented end.
pub async fn a_job_comes_to_an_end(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.recipients()?;
    environment.can_pass(LONGEST_PAUSE)?;
    let key = environment.key()?;
    let job = send_text(client, environment, "a job", &key).await;
    let job = job?.map_err(failed("a job"))?.msg_id;
    match end_of(client, environment, job).await? {
        JobStatus::Other(text) => Err(differs("a documented status", text)),
        _ => Ok(()),
    }
}

/// A key that was used is refused with 45065, which names the first job; with 45066 within the first
/// minute. The key alone decides, not the content.
pub async fn a_repeated_key_names_the_first_job(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let key = environment.key()?;
    let first = send_text(client, environment, "a key", &key).await?;
    let first = first.map_err(failed("a job"))?.msg_id;
    repeat_names(client, environment, &key, first).await
}

/// A key is free again after 24 hours.
pub async fn a_key_is_forgotten_after_a_day(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.recipients()?;
    environment.can_pass(KEY_MEMORY)?;
    let key = environment.key()?;
    let first = send_text(client, environment, "a key of yesterday", &key).await?;
    let first = first.map_err(failed("a job"))?.msg_id;
    environment.pass(KEY_MEMORY).await?;
    let again = send_text(client, environment, "a key of yesterday", &key).await?;
    let again = again.map_err(failed("a new job"))?.msg_id;
    promised(first != again, "a new job", || "the old one".to_owned())
}

/// A key of 65 bytes is refused with 45067.
pub async fn a_long_key_is_refused(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let body = json!({
        "touser": environment.recipients()?,
        "msgtype": "text",
        "text": {"content": environment.name()},
        "clientmsgid": "k".repeat(KEY_TOO_LONG),
    });
    refused(client.send(&Raw::<Send>::new(body)).await, &[ErrorCode::CLIENT_MSG_ID_TOO_LONG])
}

/// A send to a single OpenID is refused with 40130.
pub async fn a_single_recipient_is_refused(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let body = json!({
        "touser": [environment.recipient()?],
        "msgtype": "text",
        "text": {"content": environment.name()},
        "clientmsgid": environment.key()?,
    });
    refused(client.send(&Raw::<Send>::new(body)).await, &[ErrorCode::TOO_FEW_OPENIDS])
}

/// A send of unknown media is refused with 40007.
pub async fn unknown_media_is_not_sent(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let content = MassContent::articles(unknown_id()?);
    let mut send = Send::new(environment.recipients()?, content);
    send.client_msg_id = Some(environment.key()?);
    refused(client.send(&send).await, &[ErrorCode::INVALID_MEDIA_ID])
}

/// A send to a tag becomes a job.
pub async fn a_tag_can_be_sent_to(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let answer = send_all(client, environment, environment.tagged()?).await?;
    is_job(answer.map_err(failed("a job"))?.msg_id)
}

/// A send to an unknown tag is refused: with 40152, or -1 as developers see.
///
/// It needs the right to send to everyone, as a server that gets it wrong might do just that.
pub async fn an_unknown_tag_is_not_sent_to(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.everyone()?;
    let answer = send_all(client, environment, Filter::Tag(TagId::new(999_999_999))).await?;
    refused(answer, &[ErrorCode::INVALID_GROUP_ID, ErrorCode::SYSTEM_ERROR])
}

/// A send to everyone becomes a job.
pub async fn everyone_can_be_sent_to(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let answer = send_all(client, environment, environment.everyone()?).await?;
    is_job(answer.map_err(failed("a job"))?.msg_id)
}

/// A preview goes to one follower, with or without a number in its answer.
pub async fn a_preview_is_shown(client: &Client, environment: &Environment) -> Result<(), Unheld> {
    let receiver = PreviewReceiver::OpenId(environment.recipient()?);
    let preview = Preview::new(receiver, MassContent::text(environment.name()));
    client.send(&preview).await.map(|_| ()).map_err(failed("a preview"))
}

/// A preview to nobody is refused: with 40003, or with 43004 as to one who does not follow.
pub async fn a_preview_needs_a_follower(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.sending()?;
    let receiver = PreviewReceiver::OpenId(stranger()?);
    let preview = Preview::new(receiver, MassContent::text(environment.name()));
    let codes = [ErrorCode::INVALID_OPENID, ErrorCode::SUBSCRIPTION_REQUIRED];
    refused(client.send(&preview).await, &codes)
}

/// The status of an unknown job is refused with 40059.
pub async fn an_unknown_job_has_no_status(client: &Client, _: &Environment) -> Result<(), Unheld> {
    refused(client.send(&GetMassStatus::new(NO_JOB)).await, &[ErrorCode::INVALID_MSG_ID])
}

/// An unknown job cannot be deleted: 40059.
pub async fn an_unknown_job_is_not_deleted(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    environment.sending()?;
    let request = DeleteMass::new(DeleteTarget::Job(NO_JOB));
    refused(client.send(&request).await, &[ErrorCode::INVALID_MSG_ID])
}

/// The report of a job counts its recipients: those left after filtering were sent to or failed, and
/// are no more than were asked for.
pub async fn a_report_counts_its_recipients(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let (reports, recipients) = (environment.reports()?, environment.recipients()?);
    environment.can_pass(LONGEST_PAUSE)?;
    let key = environment.key()?;
    let job = send_text(client, environment, "a report", &key).await?;
    let job = job.map_err(failed("a job"))?.msg_id;
    end_of(client, environment, job).await?;
    let report = reports.report(job).await;
    let report = report.ok_or_else(|| differs("a report of the job", "none"))?;
    promised(report.msg_id == job, "a report of the job", || "one of another job".to_owned())?;
    let counted = (report.total, report.after_filter, report.sent, report.failed);
    let (Some(total), Some(after_filter), Some(sent), Some(failed)) = counted else {
        return Err(differs("four counters", "fewer"));
    };
    let asked_for = recipients.len() as u64;
    let holds = total <= asked_for
        && after_filter <= total
        && (report.status != JobStatus::Success || sent + failed == after_filter);
    promised(holds, "FilterCount = SentCount + ErrorCount, at most TotalCount, at most all", || {
        format!("{total} of {asked_for}, {after_filter} left, {sent} sent, {failed} failed")
    })
}

/// The speed is one of the documented levels, with a number of messages a minute.
pub async fn the_speed_is_documented(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let answer = client.send(&GetSpeed::new()).await.map_err(failed("a speed"))?;
    let is_documented = answer.speed.ten_thousands_a_minute().is_some() && answer.real_speed > 0;
    promised(is_documented, "a level from 0 to 4, and its messages a minute", || {
        format!("level {}, {}", answer.speed.to_wire(), answer.real_speed)
    })
}

/// The quota of sendall can be asked for: what is left is the limit less what was used.
pub async fn the_quota_adds_up(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let answer = client.send(&GetApiQuota::new(SendAll::SPEC.path)).await;
    let quota = answer.map_err(failed("a quota"))?.quota;
    let left = quota.daily_limit.saturating_sub(quota.used);
    promised(quota.remain == left, "remain = daily_limit - used", || {
        format!("{} = {} - {}", quota.remain, quota.daily_limit, quota.used)
    })
}

/// The quota of a call that does not exist is refused with 76021.
pub async fn a_quota_needs_a_call(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let request = GetApiQuota::new("/cgi-bin/contract/no/such/call");
    refused(client.send(&request).await, &[ErrorCode::CGI_PATH_NOT_FOUND])
}

/// How a job ends, asked for until it does.
pub(super) async fn end_of(
    client: &Client,
    environment: &Environment,
    job: MsgId,
) -> Result<JobStatus, Unheld> {
    let mut pause = Duration::from_secs(1);
    for _ in 0..LOOKS {
        let answer = client.send(&GetMassStatus::new(job)).await;
        let answer = answer.map_err(|error| match answered(&error) {
            Some(ErrorCode::INVALID_MSG_ID) => {
                skipped("the job is not known (40059), as developers see for good numbers too")
            }
            _ => failed("a status")(error),
        })?;
        promised(answer.msg_id == job, "the status of the job", || "of another one".to_owned())?;
        if answer.status != JobStatus::Sending {
            return Ok(answer.status);
        }
        environment.pass(pause).await?;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Err(skipped("the job has not ended in about six minutes"))
}

/// Sends a text of its own to the followers; the outer error is the environment's.
async fn send_text(
    client: &Client,
    environment: &Environment,
    about: &str,
    key: &ClientMsgId,
) -> Result<Result<SendResponse, Error>, Unheld> {
    let text = format!("{about}: {}", environment.name());
    let mut send = Send::new(environment.recipients()?, MassContent::text(text));
    send.client_msg_id = Some(key.clone());
    Ok(client.send(&send).await)
}

async fn send_all(
    client: &Client,
    environment: &Environment,
    filter: Filter,
) -> Result<Result<SendAllResponse, Error>, Unheld> {
    let mut send = SendAll::new(filter, MassContent::text(environment.name()));
    send.client_msg_id = Some(environment.key()?);
    Ok(client.send(&send).await)
}

async fn repeat_names(
    client: &Client,
    environment: &Environment,
    key: &ClientMsgId,
    first: MsgId,
) -> Result<(), Unheld> {
    let repeat = || send_text(client, environment, "a repeated key", key);
    let mut answer = repeat().await?;
    let too_fast = Some(ErrorCode::CLIENT_MSG_ID_RETRY_TOO_FAST);
    if answer.as_ref().err().and_then(answered) == too_fast {
        environment.pass(KEY_PAUSE).await?;
        answer = repeat().await?;
    }
    let named = answer.as_ref().err().and_then(Error::api).and_then(|error| error.existing_job());
    refused(answer, &[ErrorCode::CLIENT_MSG_ID_EXISTS])?;
    promised(named == Some(first), "the number of the first job", || {
        named.map_or("no number", |_| "another number").to_owned()
    })
}

fn is_job(job: MsgId) -> Result<(), Unheld> {
    promised(job.get() > 0, "a job", || "the number 0".to_owned())
}
