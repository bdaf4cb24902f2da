//! `wechat-cli delete`: takes a campaign's message back, or one article of it.

use serde_json::json;
use wechat_http::describe;
use wechat_mass::deletion::{Deletion, DeletionError, SentJob};
use wechat_mass::quota::{BeijingTime, Limits};

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
    let store = session.store().await?;
    let account = session.client.app_id();
    let unreadable = |e| Failure::refused(describe(&e));
    let known = store.campaigns(account).await.map_err(unreadable)?;
    if known.iter().all(|frozen| frozen.name != args.name) {
        let names: Vec<_> = known.iter().map(|frozen| format!("{:?}", frozen.name)).collect();
        return Err(Failure::refused(format!(
            "the record has no campaign {:?} on {}; there are: {}",
            args.name,
            session.server,
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
    if deletion.jobs.is_empty() {
        let count = deletion.deleted.len();
        return match count {
            0 => Err(Failure::refused(format!("{what}: the platform took no call of it"))),
            _ => Ok(Done::well(
                json!({ "campaign": args.name, "deleted": 0, "left": 0 }),
                format!("{what}: all {count} jobs were deleted before"),
            )),
        };
    }
    if !deletion.is_of_articles() {
        return Err(Failure::refused(format!(
            "{what}: it is a text, and only articles can be deleted (40008)"
        )));
    }
    announce(session, &deletion, &what);
    if !args.yes {
        confirm(&format!("Delete {what} on {}?", session.server))?;
    }
    let mut count = 0;
    let ended = deletion
        .run(&session.client, store.as_ref(), &Limits::default(), &mut |job| {
            count += 1;
            let fields = json!({ "call": job.chunk + 1, "msg_id": job.msg_id });
            let text = || format!("call {}: job {} deleted", job.chunk + 1, job.msg_id);
            session.lines.say("deleted", fields, text);
        })
        .await;
    let left = deletion.jobs.len();
    let fields = json!({ "campaign": args.name, "deleted": count, "left": left });
    match ended {
        Ok(()) if deletion.refused.is_empty() => {
            Ok(Done::well(fields, format!("{what}: {count} jobs deleted (已删除)")))
        }
        Ok(()) => {
            let refused = deletion.refused.len();
            let told = deletion.refused.iter().map(|refused| {
                let reason = with_advice(refused.reason.clone(), Some(refused.code));
                format!("job {}: {reason}", refused.job.msg_id)
            });
            let told: Vec<String> = told.collect();
            Ok(Done::partly(
                json!({ "campaign": args.name, "deleted": count, "left": refused, "problems": told }),
                format!(
                    "{what}: {count} jobs deleted, {refused} could not be: {}",
                    told.join("; ")
                ),
            ))
        }
        Err(DeletionError::Closed { until, budget, .. }) => Ok(Done::partly(
            fields,
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
            let told = with_advice(describe(&error), code);
            Err(Failure::failed(format!("{told}; {count} jobs deleted, {left} are left")))
        }
    }
}

fn announce(session: &Session, deletion: &Deletion, what: &str) {
    let call = |job: &SentJob| json!({ "campaign": job.campaign, "call": job.chunk + 1, "msg_id": job.msg_id });
    let fields = json!({
        "jobs": deletion.jobs.iter().map(call).collect::<Vec<_>>(),
        "sharing": deletion.sharing.iter().map(call).collect::<Vec<_>>(),
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
        lines.join("\n")
    });
}
