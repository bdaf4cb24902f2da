//! Control calls about jobs, quotas, drafts and tokens.

use serde::Deserialize;
use serde_json::{Value, json};
use wechat_types::id::MsgId;

use super::asked::{Asked, Problem, Told};
use crate::beijing::unix_seconds;
use crate::server::MockServer;
use crate::settings::Verdict;
use crate::world::mass_job::{JobCounts, MassJob};

pub(super) fn job_json(account: &MockServer, job: &MassJob) -> Value {
    let counts = |counts: &JobCounts| {
        json!({
            "total": counts.total,
            "after_filter": counts.after_filter,
            "sent": counts.sent,
            "errors": counts.errors,
        })
    };
    let reprints: Vec<Value> = job
        .originality
        .reprints
        .iter()
        .map(|(article, original)| {
            json!({"article": article, "original": original.url, "can_reprint": original.can_reprint})
        })
        .collect();
    json!({
        "msg_id": job.msg_id,
        "msg_data_id": job.msg_data_id,
        "clientmsgid": job.client_msg_id,
        "accepted_at": unix_seconds(job.accepted_at),
        "to_all": job.to_all,
        "state": job.state,
        "verdict": job.verdict,
        "waiting": account.waiting_jobs().contains(&job.msg_id),
        "from_website": job.from_website,
        "counts": counts(&job.counts),
        "reported": job.reported.as_ref().map(counts),
        "check_state": job.originality.check_state(),
        "reprints": reprints,
        "article_urls": job.article_urls,
    })
}

pub(super) fn jobs(asked: &Asked) -> Told {
    let jobs: Vec<Value> =
        asked.account.jobs().iter().map(|job| job_json(&asked.account, job)).collect();
    Ok(json!({"jobs": jobs}))
}

pub(super) fn job(asked: &Asked) -> Told {
    let unknown = || Problem::unknown("msg_id", format!("there is no job {:?}", asked.last));
    let number = asked.last.parse().map_err(|_| unknown())?;
    let job = asked.account.job(MsgId::new(number)).ok_or_else(unknown)?;
    Ok(job_json(&asked.account, &job))
}

/// The verdict on the next job.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NextVerdict {
    verdict: Verdict,
}

pub(super) fn next_verdict(asked: &Asked) -> Told {
    let NextVerdict { verdict } = asked.body()?;
    asked.account.next_job_verdict(verdict);
    Ok(json!({}))
}

pub(super) fn quotas(asked: &Asked) -> Told {
    let account = &asked.account;
    let quotas: Vec<Value> = account
        .quotas(account.clock().now())
        .iter()
        .map(|quota| json!({"path": quota.path, "limit": quota.limit, "used": quota.used}))
        .collect();
    Ok(json!({"quotas": quotas}))
}

/// Mass sends left, whatever the rules say; `null`: the rules again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuotaLeft {
    #[serde(deserialize_with = "Option::deserialize")]
    mass_sends_left: Option<u32>,
}

pub(super) fn set_quota(asked: &Asked) -> Told {
    let QuotaLeft { mass_sends_left } = asked.body()?;
    asked.account.set_mass_quota_left(mass_sends_left);
    Ok(json!({"mass_sends_left": mass_sends_left}))
}

pub(super) fn drafts(asked: &Asked) -> Told {
    let drafts: Vec<Value> = asked
        .account
        .drafts()
        .iter()
        .map(|(id, draft)| {
            let titles: Vec<&str> = draft.articles.iter().map(|a| a.title.as_str()).collect();
            json!({
                "media_id": id,
                "titles": titles,
                "consumed": draft.consumed,
                "updated_at": unix_seconds(draft.updated_at),
            })
        })
        .collect();
    Ok(json!({"drafts": drafts}))
}

pub(super) fn revoke_tokens(asked: &Asked) -> Told {
    asked.account.revoke_tokens(asked.account.clock().now());
    Ok(json!({}))
}
