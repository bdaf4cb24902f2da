//! `wechat-cli delete`: takes a campaign's message back, or one article of it.

use serde_json::json;
use wechat_http::describe;
use wechat_mass::deletion::{Deletion, DeletionError, SentJob};
use wechat_mass::quota::BeijingTime;

use crate::args::DeleteArgs;
use crate::exit::Exit;
use crate::session::{self, Done, Failure, Session, confirm, with_advice};

/// Runs the command.
pub(crate) async fn run(args: &DeleteArgs) -> Exit {
    session::run("delete", &args.server, None, async |session| {
        let done = delete(session, args).await;
        done.map(|done| done.of_campaign(&args.name)).map_err(|e| e.of_campaign(&args.name))
    })
    .await
}

async fn delete(session: &Session, args: &DeleteArgs) -> Result<Done, Failure> {
    let store = session.record().await?;
    let account = session.client.app_id();
    let unreadable = |e| Failure::refused(describe(&e));
    let known = store.campaigns(account).await.map_err(unreadable)?;
    if known.iter().all(|frozen| frozen.name != args.name) {
        let names: Vec<_> = known.iter().map(|frozen| format!("{:?}", frozen.name)).collect();
        return Err(Failure::refused(format!(
            "{} has no campaign {:?}; there are: {} (--state and --journal name another record)",
            session.place(),
            args.name,
            if names.is_empty() { "none at all".to_owned() } else { names.join(", ") }
        )));
    }
    let mut deletion = Deletion::plan(store.as_ref(), account, &args.name, args.article)
        .await
        .map_err(unreadable)?;
    let what = match args.article {
        Some(article) => format!("article {article} of campaign {}", args.name),
        None => format!("campaign {}", args.name),
    };
    if deletion.jobs.is_empty() && !deletion.stops_the_campaign() {
        let count = deletion.deleted.len();
        if count == 0 && !deletion.leaves_calls() {
            return Err(Failure::refused(format!("{what}: the platform took no call of it")));
        }
        return Ok(ended(&deletion, 0, format!("{what}: all {count} jobs were deleted before")));
    }
    if !deletion.jobs.is_empty() && !deletion.is_of_articles() {
        return Err(Failure::refused(format!(
            "{what}: it is a text, and only articles can be deleted (40008); `wechat-cli stop` keeps back \
             the calls that are left, if there are any"
        )));
    }
    announce(session, &deletion, &what);
    if !args.yes {
        confirm(&format!("Delete {what} on {}?", session.server))?;
    }
    session.begin("delete", Some(&args.name))?;
    let mut count = 0;
    let run = deletion
        .run(&session.client, store.as_ref(), &session.limits, &mut |job| {
            count += 1;
            let fields = json!({ "call": job.chunk + 1, "msg_id": job.msg_id });
            let text = || format!("call {}: job {} deleted", job.chunk + 1, job.msg_id);
            session.lines.say("deleted", fields, text);
        })
        .await;
    let left = deletion.jobs.len();
    match run {
        Ok(()) if deletion.refused.is_empty() => {
            let taken = deletion.deleted.len();
            Ok(ended(
                &deletion,
                count,
                match count {
                    0 if taken == 0 => format!("{what}: the platform took no call of it"),
                    0 => format!("{what}: all {taken} jobs were deleted before"),
                    _ if deletion.leaves_calls() => format!("{what}: {count} jobs deleted"),
                    _ => format!("{what}: {count} jobs deleted (已删除)"),
                },
            ))
        }
        Ok(()) => {
            let (refused, told) = (deletion.refused.len(), problems(&deletion).join("; "));
            let text = format!("{what}: {count} jobs deleted, {refused} could not be: {told}");
            Ok(ended(&deletion, count, text))
        }
        Err(DeletionError::Closed { until, budget, .. }) => Ok(ended(
            &deletion,
            count,
            format!(
                "{what}: {count} jobs deleted, {left} are left: the {} deletions of the day are used up; run \
                 the same command again from {} (Beijing)",
                budget.limit,
                BeijingTime::new(until)
            ),
        )),
        Err(error) => {
            let code = match &error {
                DeletionError::Call { source, .. } => source.code(),
                _ => None,
            };
            let mut told = vec![with_advice(describe(&error), code)];
            told.push(format!("{count} jobs deleted, {left} are left: run the same command again"));
            told.extend(beside(&deletion));
            Err(Failure::failed(told.join("; ")))
        }
    }
}

/// What came of it. It is not all well while some of the message may be out.
fn ended(deletion: &Deletion, count: usize, text: String) -> Done {
    let left = deletion.jobs.len() + deletion.refused.len();
    let fields = json!({
        "campaign": deletion.campaign,
        "deleted": count,
        "left": left,
        "stopped": deletion.stopped,
        "undecided": from_one(&deletion.undecided),
        "said_sent": from_one(&deletion.said_sent),
        "problems": problems(deletion),
    });
    let text = std::iter::once(text).chain(beside(deletion)).collect::<Vec<_>>().join("; ");
    if left > 0 || deletion.leaves_calls() {
        Done::partly(fields, text)
    } else {
        Done::well(fields, text)
    }
}

/// Why jobs could not be deleted.
fn problems(deletion: &Deletion) -> Vec<String> {
    let told = deletion.refused.iter().map(|refused| {
        let reason = with_advice(refused.reason.clone(), Some(refused.code));
        format!("job {}: {reason}", refused.job.msg_id)
    });
    told.collect()
}

/// What is to be known of the calls that have no job.
fn beside(deletion: &Deletion) -> Vec<String> {
    let mut told = Vec::new();
    if deletion.stopped {
        let with =
            if deletion.article.is_some() { ", which would send this article again" } else { "" };
        told.push(format!(
            "the campaign is stopped: no further call is made until `wechat-cli resume` says go on{with} (已停止)"
        ));
    }
    if !deletion.undecided.is_empty() {
        told.push(format!(
            "call {} is undecided: its message may be out, and there is no job to delete it by (结果未定): \
             look on mp.weixin.qq.com, say with `wechat-cli resolve` what became of it, and run the same \
             command again",
            listed(&deletion.undecided)
        ));
    }
    if !deletion.said_sent.is_empty() {
        told.push(format!(
            "call {} was sent, a human said, and nobody knows as which job: its message can only be deleted \
             on mp.weixin.qq.com",
            listed(&deletion.said_sent)
        ));
    }
    told
}

fn from_one(calls: &[usize]) -> Vec<usize> {
    calls.iter().map(|call| call + 1).collect()
}

fn listed(calls: &[usize]) -> String {
    let calls: Vec<String> = calls.iter().map(|call| (call + 1).to_string()).collect();
    calls.join(", ")
}

fn announce(session: &Session, deletion: &Deletion, what: &str) {
    let call = |job: &SentJob| json!({ "campaign": job.campaign, "call": job.chunk + 1, "msg_id": job.msg_id });
    let fields = json!({
        "jobs": deletion.jobs.iter().map(call).collect::<Vec<_>>(),
        "sharing": deletion.sharing.iter().map(call).collect::<Vec<_>>(),
        "stops": deletion.stops_the_campaign(),
        "to_come": from_one(&deletion.to_come),
        "undecided": from_one(&deletion.undecided),
        "said_sent": from_one(&deletion.said_sent),
    });
    session.lines.say("plan", fields, || {
        let jobs = deletion.jobs.len();
        let mut lines = vec![format!(
            "{what} on {}: {jobs} jobs, each takes one of the 10 deletions of the day; the pages die, the \
             cards on the phones stay",
            session.server
        )];
        for job in &deletion.sharing {
            lines.push(format!(
                "warning: campaign {}, call {} (job {}) shares the material, and dies with it",
                job.campaign,
                job.chunk + 1,
                job.msg_id
            ));
        }
        if deletion.stops_the_campaign() {
            let calls = deletion.to_come.iter().chain(&deletion.undecided).copied();
            let calls: Vec<usize> = calls.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
            lines.push(format!(
                "warning: call {} can still be made: the campaign is stopped first",
                listed(&calls)
            ));
        }
        lines.extend(beside(deletion).into_iter().map(|told| format!("warning: {told}")));
        lines.join("\n")
    });
}
