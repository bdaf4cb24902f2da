//! The table of a campaign's calls, and the same as JSON.

use std::time::SystemTime;

use serde_json::{Value, json};
use wechat_mass::campaign::{
    CallTimes, CampaignReport, CampaignStatus, ChunkOutcome, ChunkReport, GiveUp, Step, WaitReason,
};
use wechat_mass::journal::WorkerStatus;
use wechat_mass::quota::BeijingTime;
use wechat_types::mass::{JobStatus, MassReport};

use super::{in_flight, word};
use crate::exit::Exit;
use crate::grouped::grouped;
use crate::moment::unix_seconds;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) status: &'a CampaignStatus,
    pub(super) workers: &'a [WorkerStatus],
    /// What is next is by the campaign file; otherwise by what the journal knows.
    pub(super) of_file: bool,
}

pub(super) fn json(shown: Shown<'_>) -> Value {
    let Shown { status, workers, of_file } = shown;
    let totals = status.report.totals();
    let calls: Vec<Value> = rows(status).map(|(_, chunk, times)| call(chunk, times)).collect();
    json!({
        "campaign": status.frozen.name,
        "account": status.frozen.account.as_str(),
        "state": word(status),
        "exit": Exit::from(status.report.conclusion()).status(),
        "audience": status.frozen.audience,
        "began": unix_seconds(status.frozen.began),
        "last_fact": status.last_fact.map(unix_seconds),
        "recipients": status.recipients(),
        "jobs": status.jobs().count(),
        "total": totals.total,
        "filtered": totals.filtered,
        "sent": totals.sent,
        "failed": totals.failed,
        "counted_jobs": totals.counted_jobs,
        "calls": calls,
        "workers": workers.iter().map(worker_json).collect::<Vec<_>>(),
        "halted": status.report.halted,
        "next": next(status, of_file).0,
        "next_at": next(status, of_file).1.map(unix_seconds),
    })
}

fn worker_json(worker: &WorkerStatus) -> Value {
    let calls: Vec<usize> = worker.calls.iter().map(|call| call + 1).collect();
    json!({ "name": worker.name, "idle_seconds": worker.idle.as_secs(), "calls": calls })
}

/// Who is there, what is his, and how long ago he gave a sign of life.
fn worker_line(worker: &WorkerStatus) -> String {
    let calls: Vec<String> = worker.calls.iter().map(|call| (call + 1).to_string()).collect();
    let at = match calls.as_slice() {
        [] => "at no call".to_owned(),
        [call] => format!("at call {call}"),
        calls => format!("at calls {}", calls.join(", ")),
    };
    format!("worker {}: {at}, seen {} s ago", worker.name, worker.idle.as_secs())
}

fn call(chunk: &ChunkReport, times: &CallTimes) -> Value {
    let outcome = &chunk.outcome;
    let report = outcome.report();
    json!({
        "outcome": outcome.word(),
        "recipients": chunk.recipients,
        "clientmsgid": chunk.key.as_str(),
        "draft": chunk.draft.as_ref().map(|draft| draft.as_str()),
        "msg_id": outcome.msg_id(),
        "status": report.map(|report| report.status.to_string()),
        "report_from": report.map(|report| report.source.to_string()),
        "total": report.and_then(|report| report.total),
        "filtered": report.and_then(MassReport::filtered_out),
        "sent": report.and_then(|report| report.sent),
        "failed": report.and_then(|report| report.failed),
        "article_urls": report.map(|report| {
            report.article_urls.iter().map(|url| url.url.as_str()).collect::<Vec<_>>()
        }),
        "attempts": times.attempts,
        "first_attempt": times.first_attempt.map(unix_seconds),
        "answered": times.answered.map(unix_seconds),
        "ended": times.ended.map(unix_seconds),
        "deleted": times.deleted.map(unix_seconds),
        "deleted_articles": times.deleted_articles,
        "reason": outcome.reason(),
    })
}

fn rows(status: &CampaignStatus) -> impl Iterator<Item = (usize, &ChunkReport, &CallTimes)> {
    let both = status.report.chunks.iter().zip(&status.times);
    both.enumerate().map(|(number, (chunk, times))| (number + 1, chunk, times))
}

/// At most so many calls, first of all those that have not ended well.
pub(super) fn text(
    Shown { status, workers, of_file }: Shown<'_>,
    server: &str,
    now: SystemTime,
    most: usize,
) -> String {
    let frozen = &status.frozen;
    let mut lines = vec![
        format!("campaign {} on {server}: {}", frozen.name, word(status)),
        format!(
            "  to {}, begun {}, now {} (Beijing)",
            frozen.audience,
            BeijingTime::new(frozen.began),
            BeijingTime::new(now)
        ),
        row(["call", "job", "status", "total", "filtered", "sent", "failed", "made", "ended"]),
    ];
    let calls = status.report.chunks.len();
    let of_interest = |chunk: &ChunkReport| calls <= most || !chunk.outcome.is_success();
    let shown = rows(status).filter(|(_, chunk, _)| of_interest(chunk)).take(most);
    let mut count = 0;
    for (number, chunk, times) in shown {
        count += 1;
        lines.extend(call_lines(number, chunk, times));
    }
    if count < calls {
        lines.push(format!("      {} more calls", calls - count));
    }
    let totals = status.report.totals();
    let jobs = status.report.reports().count();
    let counted = match totals.counted_jobs {
        counted if counted == jobs => String::new(),
        counted => format!("of {counted} of {jobs}"),
    };
    let [total, filtered, sent, failed] =
        [totals.total, totals.filtered, totals.sent, totals.failed].map(shown_count);
    lines.push(row(["total", "", &counted, &total, &filtered, &sent, &failed, "", ""]));
    for report in status.report.reports() {
        for url in &report.article_urls {
            lines.push(format!("job {} article {}: {}", report.msg_id, url.article_index, url.url));
        }
    }
    lines.extend(workers.iter().map(worker_line));
    if let Some(reason) = &status.report.halted {
        lines.push(format!("stopped: {reason}"));
    }
    let (words, at) = next(status, of_file);
    lines.push(match at {
        Some(at) => format!("next: {words}, from {} (Beijing)", BeijingTime::new(at)),
        None => format!("next: {words}"),
    });
    lines.join("\n")
}

fn call_lines(number: usize, chunk: &ChunkReport, times: &CallTimes) -> Vec<String> {
    let report = chunk.outcome.report();
    let state = match report.map(|report| &report.status) {
        Some(JobStatus::Refused(code)) => format!("err({})", code.get()),
        Some(status) => status.to_string(),
        None if times.first_attempt.is_some() && times.answered.is_none() => "sending".to_owned(),
        None => chunk.outcome.word().to_owned(),
    };
    let job = chunk.outcome.msg_id().map_or("-".to_owned(), |id| id.to_string());
    let [total, filtered, sent, failed] = [
        report.and_then(|report| report.total),
        report.and_then(MassReport::filtered_out),
        report.and_then(|report| report.sent),
        report.and_then(|report| report.failed),
    ]
    .map(shown_count);
    let (made, ended) = (shown_time(times.first_attempt), shown_time(times.ended));
    let number = number.to_string();
    let mut lines =
        vec![row([&number, &job, &state, &total, &filtered, &sent, &failed, &made, &ended])];
    if let Some(reason) = chunk.outcome.reason() {
        lines.push(format!("      {reason}"));
    }
    if times.attempts > 1 {
        lines.push(format!("      made {} times with one key", times.attempts));
    }
    if let Some(at) = times.deleted {
        lines.push(format!("      deleted {}", BeijingTime::new(at)));
    }
    for article in &times.deleted_articles {
        lines.push(format!("      article {article} deleted"));
    }
    lines
}

fn row([call, job, status, total, filtered, sent, failed, made, ended]: [&str; 9]) -> String {
    format!(
        "{call:<6}{job:<12}{status:<14}{total:>11}{filtered:>10}{sent:>11}{failed:>8}  {made:<19}  {ended}"
    )
    .trim_end()
    .to_owned()
}

fn shown_count(count: Option<u64>) -> String {
    count.map_or("-".to_owned(), grouped)
}

fn shown_time(at: Option<SystemTime>) -> String {
    at.map_or("-".to_owned(), |at| BeijingTime::new(at).to_string())
}

/// What happens next, and from when. Whether a call may be made then stands in the campaign file only.
fn next(status: &CampaignStatus, of_file: bool) -> (String, Option<SystemTime>) {
    let (mut words, at) = step(status);
    let is_call = match &status.next {
        Step::Send { .. } => true,
        Step::Wait { reason, .. } => {
            matches!(reason, WaitReason::Pace | WaitReason::Quota | WaitReason::Repeat)
        }
        _ => false,
    };
    if is_call && !of_file {
        words.push_str(
            ", and where the campaign file's canary, not_before and not_after let it (--campaign FILE \
             tells)",
        );
    }
    (words, at)
}

fn step(status: &CampaignStatus) -> (String, Option<SystemTime>) {
    let run_again = "while `send` runs, or when it is run again";
    match &status.next {
        Step::Send { chunk, repeat: false } => {
            (format!("call {} is made, {run_again}", chunk + 1), None)
        }
        Step::Send { chunk, .. } => {
            (format!("call {} is made again with its key, {run_again}", chunk + 1), None)
        }
        Step::GiveUp { why: GiveUp::Ended, .. } => {
            ("no call: the campaign file's not_after has passed (已过截止时间)".to_owned(), None)
        }
        Step::GiveUp { chunk, .. } => (
            format!(
                "no call: the key of call {} is too old to ask with, until `resolve` says what became of it",
                chunk + 1
            ),
            None,
        ),
        Step::Poll { msg_id } => (format!("job {msg_id} is asked for, {run_again}"), None),
        Step::Wait { until, reason } => {
            let what = match reason {
                WaitReason::Pace => "the next call, within the calls of a minute",
                WaitReason::Quota => "the next call, when the day's or the month's quota opens",
                WaitReason::Repeat => "a lost call is asked for with its key",
                WaitReason::Jobs => "the jobs are asked for",
                WaitReason::NotBefore => "the next call, which is not to be made before",
                WaitReason::Workers => "workers are at the calls that are left",
                _ => "the next step",
            };
            (format!("{what}, {run_again}"), Some(*until))
        }
        _ if in_flight(status) => (
            "a call is under way; if its program has ended, `send` asks what became of it"
                .to_owned(),
            None,
        ),
        _ => (no_step(&status.report), None),
    }
}

/// Nothing can be done now, or is left to do.
fn no_step(report: &CampaignReport) -> String {
    let refused = |chunk: &ChunkReport| matches!(chunk.outcome, ChunkOutcome::Refused { .. });
    let undecided = |chunk: &ChunkReport| matches!(chunk.outcome, ChunkOutcome::Undecided { .. });
    let call = |is: fn(&ChunkReport) -> bool| report.chunks.iter().position(is).map(|n| n + 1);
    if report.brake.is_some() {
        "no call, until `resume` says go on".to_owned()
    } else if let Some(call) = call(undecided) {
        format!(
            "call {call} is asked for with its key when `send` is run again, while that is known to the platform \
             (24 hours); otherwise `resolve` says what became of it"
        )
    } else if let Some(call) = call(refused) {
        format!(
            "call {call} is not made until `send` is run again: repair first what it was refused for"
        )
    } else if report.halted.is_some() {
        "no call, until `send` is run again".to_owned()
    } else {
        "nothing".to_owned()
    }
}
