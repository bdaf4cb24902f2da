//! The result: per call and in total, with the platform's words and ours.

use serde_json::{Value, json};
use wechat_mass::campaign::{CampaignReport, ChunkOutcome, Content, Plan};
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use crate::exit::Exit;
use crate::grouped::grouped;

/// Steps of a whole campaign, for the progress bar.
pub(super) fn steps(plan: &Plan) -> u64 {
    let calls = plan.chunks().len() as u64;
    match plan.content() {
        Content::Articles { articles, .. } => {
            let uploads: usize = articles.iter().map(|article| article.pictures.len() + 1).sum();
            uploads as u64 + 3 * calls
        }
        _ => 2 * calls,
    }
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct End<'a> {
    pub(super) exit: Exit,
    /// Calls that this run made; the others were made by earlier ones.
    pub(super) made: usize,
    /// What stopped it, if not the platform.
    pub(super) stopped: Option<&'a str>,
}

pub(super) fn json(plan: &Plan, report: &CampaignReport, end: &End<'_>) -> Value {
    let totals = report.totals();
    json!({
        "result": end.exit.word(),
        "exit": end.exit.status(),
        "campaign": plan.name(),
        "calls_made": end.made,
        "jobs": report.chunks.iter().filter(|chunk| job_of(&chunk.outcome).is_some()).count(),
        "recipients": plan.recipients(),
        "total": totals.total,
        "filtered": totals.filtered,
        "sent": totals.sent,
        "failed": totals.failed,
        "counted_jobs": totals.counted_jobs,
        "reports": {
            "callback": from(report, ReportSource::Callback),
            "status_query": from(report, ReportSource::StatusQuery),
        },
        "calls": report.chunks.iter().map(|chunk| {
            let report = report_of(&chunk.outcome);
            json!({
                "outcome": chunk.outcome.word(),
                "recipients": chunk.recipients,
                "clientmsgid": chunk.key.as_str(),
                "draft": chunk.draft.as_ref().map(|draft| draft.as_str()),
                "msg_id": job_of(&chunk.outcome),
                "already": already(&chunk.outcome),
                "not_followers": chunk.not_followers(),
                "status": report.map(|report| report.status.to_string()),
                "report_from": report.map(|report| report.source.to_string()),
                "total": report.and_then(|report| report.total),
                "filtered": report.and_then(MassReport::filtered_out),
                "sent": report.and_then(|report| report.sent),
                "failed": report.and_then(|report| report.failed),
                "article_urls": report.map(|report| {
                    report.article_urls.iter().map(|url| url.url.as_str()).collect::<Vec<_>>()
                }),
                "reason": reason_of(&chunk.outcome),
            })
        }).collect::<Vec<_>>(),
        "stopped": end.stopped.or(report.halted.as_deref()),
        "needs": report.brake.as_ref().map(|_| "resume"),
        "unclaimed": report.unclaimed.iter().map(|r| r.msg_id.get()).collect::<Vec<_>>(),
    })
}

/// How many jobs' ends were learnt there.
fn from(report: &CampaignReport, source: ReportSource) -> usize {
    report.reports().filter(|report| report.source == source).count()
}

pub(super) fn text(plan: &Plan, report: &CampaignReport, server: &str, end: &End<'_>) -> String {
    let count = |number: Option<u64>| number.map_or("-".to_owned(), grouped);
    let row = |call: &str, job: &str, status: &str, numbers: [Option<u64>; 4], from: &str| {
        let [total, filtered, sent, failed] = numbers.map(count);
        format!(
            "{call:<6}{job:<12}{status:<14}{total:>11}{filtered:>10}{sent:>11}{failed:>8}  {from}"
        )
        .trim_end()
        .to_owned()
    };
    let mut lines = vec![
        format!("campaign {} on {server}", plan.name()),
        format!(
            "{:<6}{:<12}{:<14}{:>11}{:>10}{:>11}{:>8}  report from",
            "call", "job", "status", "total", "filtered", "sent", "failed"
        ),
    ];
    for (number, chunk) in report.chunks.iter().enumerate() {
        let call = (number + 1).to_string();
        let job = job_of(&chunk.outcome).map_or("-".to_owned(), |id| id.to_string());
        let found = report_of(&chunk.outcome);
        let status = found.map_or(chunk.outcome.word().to_owned(), |r| short(&r.status));
        let numbers = found.map_or([None; 4], |r| [r.total, r.filtered_out(), r.sent, r.failed]);
        let from = found.map_or(String::new(), |report| report.source.to_string());
        lines.push(row(&call, &job, &status, numbers, &from));
        if let Some(reason) = reason_of(&chunk.outcome) {
            lines.push(format!("      {reason}"));
        }
        if already(&chunk.outcome) {
            lines.push("      accepted by an earlier call with this key (45065)".to_owned());
        }
        if let Some(count @ 1..) = chunk.not_followers() {
            lines.push(format!("      {} OpenIDs of the list are no followers", grouped(count)));
        }
        if chunk.is_foreign() {
            lines.push(
                "      the job counts more followers than the call had: it is another call's, and \
                 this one may not have been sent: look on mp.weixin.qq.com"
                    .to_owned(),
            );
        }
    }
    let totals = report.totals();
    let numbers = [totals.total, totals.filtered, totals.sent, totals.failed];
    let jobs = report.reports().count();
    let counted = match totals.counted_jobs {
        counted if counted == jobs => String::new(),
        counted => format!("of {counted} of {jobs} jobs"),
    };
    lines.push(row("total", "", &counted, numbers, ""));
    for found in report.reports() {
        for url in &found.article_urls {
            lines.push(format!("job {} article {}: {}", found.msg_id, url.article_index, url.url));
        }
    }
    if let Some(reason) = end.stopped.or(report.halted.as_deref()) {
        // What stands beside its call already is not said twice.
        let said = report.chunks.iter().filter_map(|chunk| reason_of(&chunk.outcome));
        let short = said.filter_map(|r| Some(reason.strip_suffix(r.as_str())?.to_owned())).next();
        lines.push(match short {
            Some(call) => format!("stopped at {}", call.trim_end_matches([':', ' '])),
            None => format!("stopped: {reason}"),
        });
    }
    if report.brake.is_some() {
        lines.push(
            "to go on all the same: wechat-cli resume, with the same options (确认后用 resume 继续)"
                .to_owned(),
        );
    }
    lines.extend(report.unclaimed.iter().map(unclaimed));
    if report.chunks.iter().any(|c| matches!(c.outcome, ChunkOutcome::Undecided { .. })) {
        lines.push("a human's decision about such a call: wechat-cli resolve".to_owned());
    }
    if end.made == 0 && report.chunks.iter().all(|chunk| job_of(&chunk.outcome).is_some()) {
        lines.push("nothing was sent by this run: every call was accepted before (此前已全部受理，本次未重复发送)".to_owned());
    }
    lines.push(match end.exit {
        Exit::Success if report.is_canary && report.halted.is_some() => {
            "success: the first call's job ended in `send success`; look at it, then send the others \
             (首批成功)"
                .to_owned()
        }
        Exit::Success => "success: every job ended in `send success` (全部群发成功)".to_owned(),
        Exit::Partly => "failed, in part or whole: see the calls above (部分或全部失败)".to_owned(),
        Exit::Refused => "refused: nothing was sent (未发送任何消息)".to_owned(),
        Exit::Undecided => "undecided: for at least one call nobody knows yet; run the same \
             command again, or look on mp.weixin.qq.com (结果未定)"
            .to_owned(),
        Exit::Overdue => "overdue: a job should have ended long ago; run the same command again, or \
             look on mp.weixin.qq.com (超时未报告)"
            .to_owned(),
        Exit::Interrupted => "interrupted".to_owned(),
    });
    lines.join("\n")
}

fn short(status: &JobStatus) -> String {
    match status {
        JobStatus::Refused(code) => format!("err({})", code.get()),
        other => other.to_string(),
    }
}

fn already(outcome: &ChunkOutcome) -> bool {
    matches!(outcome, ChunkOutcome::Ended { already: true, .. })
}

fn report_of(outcome: &ChunkOutcome) -> Option<&MassReport> {
    match outcome {
        ChunkOutcome::Ended { report, .. } => Some(report),
        _ => None,
    }
}

fn job_of(outcome: &ChunkOutcome) -> Option<u64> {
    match outcome {
        ChunkOutcome::Ended { report, .. } => Some(report.msg_id.get()),
        ChunkOutcome::Running { msg_id, .. } => Some(msg_id.get()),
        _ => None,
    }
}

fn reason_of(outcome: &ChunkOutcome) -> Option<String> {
    match outcome {
        ChunkOutcome::Running { .. } => Some(
            "the job had not ended when following it did; run the same command again".to_owned(),
        ),
        other => other.reason(),
    }
}

/// A report of a job that no call has, for whoever decides about one.
pub(super) fn unclaimed(report: &MassReport) -> String {
    let count = |number: Option<u64>| number.map_or("-".to_owned(), grouped);
    format!(
        "job {} is no known call's, and may be that of an undecided one: {}, total {}, sent {}",
        report.msg_id,
        report.status,
        count(report.total),
        count(report.sent)
    )
}
