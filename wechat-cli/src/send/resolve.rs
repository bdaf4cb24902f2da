//! `wechat-cli resolve`: a human's decision about a call of which nobody knows.

use serde_json::json;
use wechat_http::{Clock as _, SystemClock, describe};
use wechat_mass::campaign::{Begun, Campaign, ChunkOutcome, Policy, Resolution, unclaimed_reports};
use wechat_mass::journal::JournalError;
use wechat_types::id::MsgId;

use super::output::Output;
use super::prepared::{self, Asked};
use super::result_text::unclaimed;
use crate::action_log::{Action, ActionLog};
use crate::args::ResolveArgs;
use crate::campaign_file;
use crate::exit::Exit;

/// Runs the command.
pub(crate) async fn resolve(args: &ResolveArgs) -> Exit {
    let mut output = Output::new(args.server.json);
    match attempt(args, &mut output).await {
        Ok(exit) => exit,
        Err(problems) => {
            output.failed(&problems);
            Exit::Refused
        }
    }
}

async fn attempt(args: &ResolveArgs, output: &mut Output) -> Result<Exit, Vec<String>> {
    let failed = |e: JournalError| vec![describe(&e)];
    // What was sent is what was frozen then, whatever became of the file and its lists.
    let campaign = campaign_file::identity(&args.campaign).map_err(|e| vec![e])?;
    let asked = Asked::of(&args.campaign, &args.server);
    let target = asked.target(campaign.account.as_deref()).map_err(|e| vec![e])?;
    output.set_server(prepared::server(&target));
    let place = asked.journal(&target).map_err(|e| vec![e])?;
    let name = campaign.name.as_str();
    let Some(place) = place else {
        return Err(vec![
            "the embedded mock lives in the program that sends, and keeps no record".to_owned(),
        ]);
    };
    if !place.exists() {
        return Err(vec![place.missing()]);
    }
    let store = place.open().await.map_err(|e| vec![e])?;
    let (account, now) =
        (prepared::app_id(&target).map_err(|e| vec![e])?, SystemClock::new().now());
    let begun = Begun::join(&*store, &account, name, "resolve", now).await.map_err(failed)?;
    let Some(mut begun) = begun else {
        return Err(vec![format!(
            "{place}: no call of the campaign {name:?} was made, so there is nothing to decide"
        )]);
    };
    let Some((call, resolution)) = decision(args)? else {
        return show(begun, output).await;
    };
    let chunk = usize::try_from(call - 1).unwrap_or(usize::MAX);
    let log = ActionLog::open(&place.folder).map_err(|e| vec![e])?;
    let action = Action {
        command: "resolve",
        server: output.server(),
        account: account.as_str(),
        campaign: Some(name),
    };
    log.begin(now, &action).map_err(|e| vec![e])?;
    let recorded = begun.resolve(chunk, resolution, now).await;
    let recorded = recorded.map_err(|e| format!("call {call}: {}", describe(&e)));
    match &recorded {
        Ok(()) => {
            log.end(now, &action, Exit::Success, &format!("call {call}: {}", word(&resolution)));
        }
        Err(problem) => log.end(now, &action, Exit::Refused, problem),
    }
    recorded.map_err(|e| vec![e])?;
    let fields = json!({ "campaign": name, "call": call, "decision": resolution, "exit": 0 });
    output.say("resolved", fields, || match resolution {
        Resolution::Sent { msg_id: Some(job) } => {
            format!("call {call} was sent as job {job}: the next run follows it (已裁定为已发送)")
        }
        Resolution::NotSent => format!(
            "call {call} was not sent: the next run makes it, with the key it had (已裁定为未发送)"
        ),
        _ => format!("call {call} was sent, nobody knows as which job (已裁定为已发送)"),
    });
    Ok(Exit::Success)
}

/// It in words, for the log.
fn word(resolution: &Resolution) -> String {
    match resolution {
        Resolution::Sent { msg_id: Some(job) } => format!("sent as job {job}"),
        Resolution::NotSent => "not sent".to_owned(),
        _ => "sent".to_owned(),
    }
}

fn decision(args: &ResolveArgs) -> Result<Option<(u64, Resolution)>, Vec<String>> {
    let resolution = match (args.sent, args.not_sent) {
        (true, _) => Resolution::Sent { msg_id: args.job.map(MsgId::new) },
        (_, true) => Resolution::NotSent,
        _ if args.call.is_some() => {
            return Err(vec!["say what became of the call: --sent or --not-sent".to_owned()]);
        }
        _ => return Ok(None),
    };
    Ok(args.call.map(|call| (call, resolution)))
}

/// Shows what is to be decided, and what may help.
async fn show(begun: Begun, output: &Output) -> Result<Exit, Vec<String>> {
    let failed = |e| vec![describe(&e)];
    let Begun { calls, mut journal, .. } = begun;
    let mut campaign = Campaign::of_calls(&calls, Policy::default());
    journal.load().await.map_err(failed)?.iter().for_each(|entry| campaign.apply(entry));
    let Some(since) = campaign.open_since() else {
        output.say("undecided", json!({ "calls": [], "unclaimed": [], "exit": 0 }), || {
            "there is nothing to decide (没有结果未定的调用)".to_owned()
        });
        return Ok(Exit::Success);
    };
    let found = unclaimed_reports(journal.as_mut(), since).await.map_err(failed)?;
    let (mut calls, mut lines) = (Vec::new(), Vec::new());
    for (number, chunk) in campaign.report().chunks.into_iter().enumerate() {
        if let ChunkOutcome::Undecided { reason, .. } = chunk.outcome {
            lines.push(format!("call {}: {reason}", number + 1));
            calls.push(json!({
                "call": number + 1, "clientmsgid": chunk.key.as_str(),
                "recipients": chunk.recipients, "reason": reason,
            }));
        }
    }
    lines.extend(found.iter().map(unclaimed));
    lines.push(
        "while the key is known to the platform, `send` asks it; otherwise say what became of the call, once and for \
         all (裁定不可更改): --call N --not-sent, or --call N --sent with --job JOB where its job is known"
            .to_owned(),
    );
    let jobs: Vec<u64> = found.iter().map(|report| report.msg_id.get()).collect();
    let exit = Exit::Undecided;
    let fields = json!({ "calls": calls, "unclaimed": jobs, "exit": exit.status() });
    output.say("undecided", fields, || lines.join("\n"));
    Ok(exit)
}
