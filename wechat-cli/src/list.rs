//! `wechat-cli list`: the campaigns in the record.

use serde_json::json;
use wechat_http::{Clock as _, SystemClock, describe};
use wechat_mass::campaign::CampaignStatus;
use wechat_mass::quota::BeijingTime;

use crate::args::ListArgs;
use crate::exit::Exit;
use crate::grouped::grouped;
use crate::lines::Lines;
use crate::moment::unix_seconds;
use crate::session::Records;
use crate::status::word;

/// Runs the command.
pub(crate) async fn run(args: &ListArgs) -> Exit {
    match list(args).await {
        Ok(()) => Exit::Success,
        Err(problem) => {
            Lines::new(args.server.json).failed(&problem, Exit::Refused);
            Exit::Refused
        }
    }
}

async fn list(args: &ListArgs) -> Result<(), String> {
    let records = Records::open(&args.server).await?;
    let policy = records.policy();
    let Records { store, account, lines, server, .. } = records;
    let now = SystemClock::new().now();
    let frozen = store.campaigns(&account).await.map_err(|e| describe(&e))?;
    let count = frozen.len();
    let header = format!("campaigns of {account} on {server}: {count}");
    lines.say("campaigns", json!({ "account": account.as_str(), "count": count }), || header);
    for campaign in frozen {
        let status = CampaignStatus::read(&*store, &account, &campaign.name, policy, now).await;
        let Some(status) = status.map_err(|e| describe(&e))? else { continue };
        let totals = status.report.totals();
        let (state, calls) = (word(&status), status.report.chunks.len());
        let jobs = status.jobs().count();
        let deleted = status.times.iter().filter(|call| call.deleted.is_some()).count();
        let fields = json!({
            "campaign": campaign.name,
            "state": state,
            "audience": campaign.audience,
            "calls": calls,
            "jobs": jobs,
            "deleted": deleted,
            "sent": totals.sent,
            "filtered": totals.filtered,
            "failed": totals.failed,
            "began": unix_seconds(campaign.began),
            "last_fact": status.last_fact.map(unix_seconds),
        });
        lines.say("campaign", fields, || {
            let sent = totals.sent.map_or("-".to_owned(), grouped);
            let deleted = match deleted {
                0 => String::new(),
                jobs => format!(", {jobs} deleted (已删除)"),
            };
            format!(
                "{}  {state:<9}  {jobs}/{calls} calls taken, {sent} sent{deleted}  {}  to {}",
                BeijingTime::new(campaign.began),
                campaign.name,
                campaign.audience,
            )
        });
    }
    Ok(())
}
