//! `wechat-cli stop`: keeps a campaign from its next call, whoever is sending it.

use serde_json::json;
use wechat_http::{Clock as _, SystemClock, describe};

use super::output::Output;
use super::prepared::{self, Asked};
use crate::action_log::{Action, ActionLog};
use crate::args::StopArgs;
use crate::campaign_file;
use crate::exit::Exit;

/// Runs the command.
pub(crate) async fn stop(args: &StopArgs) -> Exit {
    let mut output = Output::new(args.server.json);
    match attempt(args, &mut output).await {
        Ok(()) => Exit::Success,
        Err(problem) => {
            output.failed(&[problem]);
            Exit::Refused
        }
    }
}

async fn attempt(args: &StopArgs, output: &mut Output) -> Result<(), String> {
    let campaign = campaign_file::identity(&args.campaign)?;
    let asked = Asked::of(&args.campaign, &args.server);
    let target = asked.target(campaign.account.as_deref())?;
    output.set_server(prepared::server(&target));
    let Some(place) = asked.journal(&target)? else {
        return Err("the embedded mock lives in the program that sends: interrupt that".to_owned());
    };
    let name = campaign.name.as_str();
    let unknown = || format!("{place}: there is no campaign {name:?}; nothing was stopped");
    // A journal is not begun by stopping what it does not know.
    if !place.exists() {
        return Err(format!("{}; nothing was stopped", place.missing()));
    }
    let store = place.open().await?;
    let (account, now) = (prepared::app_id(&target)?, SystemClock::new().now());
    let log = ActionLog::open(&place.folder)?;
    let server = output.server();
    let action =
        Action { command: "stop", server, account: account.as_str(), campaign: Some(name) };
    log.begin(now, &action)?;
    let stopped = match store.stop(&account, name, now).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(unknown()),
        Err(error) => Err(describe(&error)),
    };
    match &stopped {
        Ok(()) => log.end(now, &action, Exit::Success, "stopped"),
        Err(problem) => log.end(now, &action, Exit::Refused, problem),
    }
    stopped?;
    output.say("stopped", json!({ "campaign": name, "exit": 0 }), || {
        format!(
            "stopped {name}: no further call is made until `wechat-cli resume` says go on (已停止，\
             需用 resume 继续)"
        )
    });
    Ok(())
}
