//! `wechat-cli status`: what has become of a campaign, call by call, by its record.

mod table;

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, SystemTime};

use wechat_http::{Clock as _, SystemClock, describe};
use wechat_mass::campaign::{CampaignStatus, Canary, Conclusion, Policy, Step};

use crate::args::StatusArgs;
use crate::campaign_file;
use crate::exit::Exit;
use crate::interrupt::unless_interrupted;
use crate::lines::Lines;
use crate::session::Records;

use table::Shown;

/// Calls that a table on a terminal shows at once; of more, those that have ended are left out.
const ROWS: usize = 20;

/// Runs the command.
pub(crate) async fn run(args: &StatusArgs) -> Exit {
    let Some(shown) = unless_interrupted(show(args)).await else { return Exit::Interrupted };
    shown.unwrap_or_else(|problem| {
        Lines::new(args.server.json).failed(&problem, Exit::Refused);
        Exit::Refused
    })
}

async fn show(args: &StatusArgs) -> Result<Exit, String> {
    let (records, name, policy) = asked(args).await?;
    let clock = SystemClock::new();
    let drawn = args.watch && !records.lines.is_json() && std::io::stdout().is_terminal();
    let of_file = args.campaign.is_some();
    let mut before: Option<CampaignStatus> = None;
    loop {
        let now = clock.now();
        let status = read(&records, &name, policy, now).await?;
        let workers = records.store.workers(&records.account, &name).await;
        let workers = workers.map_err(|e| describe(&e))?;
        let shown = Shown { status: &status, workers: &workers, of_file };
        if drawn {
            draw(&table::text(shown, &records.server, now, ROWS));
        } else if changed(before.as_ref(), &status) {
            let text = || table::text(shown, &records.server, now, usize::MAX);
            records.lines.say("status", table::json(shown), text);
        }
        if !args.watch || is_over(&status) {
            return Ok(Exit::from(status.report.conclusion()));
        }
        before = Some(status);
        clock.sleep_until(now + Duration::from_secs(args.every)).await;
    }
}

/// Of which campaign, and by which policy: what its file says of that is in no journal.
async fn asked(args: &StatusArgs) -> Result<(Records, String, Policy), String> {
    let Some(file) = &args.campaign else {
        let records = Records::open(&args.server).await?;
        let name = match &args.name {
            Some(name) => name.clone(),
            None => newest(&records).await?,
        };
        let policy = records.policy();
        return Ok((records, name, policy));
    };
    let identity = campaign_file::identity(file)?;
    if let Some(name) = args.name.as_ref().filter(|name| **name != identity.name) {
        return Err(format!(
            "{}: it is the file of the campaign {:?}, not of {name:?}",
            file.display(),
            identity.name
        ));
    }
    let timing = campaign_file::timing(file)?;
    let records = Records::open_beside(&args.server, file, identity.account.as_deref()).await?;
    let mut policy = records.policy();
    (policy.not_before, policy.not_after) = (timing.not_before, timing.not_after);
    policy.canary = if timing.canary { Canary::ThenRest } else { Canary::Off };
    Ok((records, identity.name, policy))
}

async fn newest(records: &Records) -> Result<String, String> {
    let all = records.store.campaigns(&records.account).await.map_err(|e| describe(&e))?;
    let newest = all.into_iter().max_by_key(|frozen| frozen.began);
    newest.map(|frozen| frozen.name).ok_or_else(|| {
        format!("the record has no campaign of {} on {}", records.account, records.server)
    })
}

/// A campaign's status; where there is none of the name, the names that there are.
pub(crate) async fn read(
    records: &Records,
    name: &str,
    policy: Policy,
    now: SystemTime,
) -> Result<CampaignStatus, String> {
    let Records { store, place, account, .. } = records;
    let status = CampaignStatus::read(&**store, account, name, policy, now).await;
    if let Some(status) = status.map_err(|e| describe(&e))? {
        return Ok(status);
    }
    let all = store.campaigns(account).await.map_err(|e| describe(&e))?;
    let names: Vec<String> = all.into_iter().map(|frozen| format!("{:?}", frozen.name)).collect();
    let names = if names.is_empty() { "none at all".to_owned() } else { names.join(", ") };
    Err(format!(
        "{place} has no campaign {name:?} of {account}; there are: {names} (--state and --journal name \
         another record)"
    ))
}

/// A call is under way, or its program ended during it.
fn in_flight(status: &CampaignStatus) -> bool {
    status.times.iter().any(|times| times.first_attempt.is_some() && times.answered.is_none())
}

/// Nothing further happens by itself.
fn is_over(status: &CampaignStatus) -> bool {
    matches!(status.next, Step::Done | Step::GiveUp { .. }) && !in_flight(status)
}

/// Something was recorded since; that a wait has ended is nothing new.
fn changed(before: Option<&CampaignStatus>, now: &CampaignStatus) -> bool {
    before.is_none_or(|before| (&before.report, &before.times) != (&now.report, &now.times))
}

/// Clears the terminal and writes from its top.
fn draw(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "\x1b[2J\x1b[H{text}");
    let _ = out.flush();
}

/// The campaign in a word.
pub(crate) fn word(status: &CampaignStatus) -> &'static str {
    match status.report.conclusion() {
        Conclusion::Success => "success",
        Conclusion::Partly => "partly",
        Conclusion::Refused => "not sent",
        Conclusion::Overdue => "overdue",
        _ if is_over(status) => "undecided",
        _ => "running",
    }
}

pub(crate) fn unix_seconds(at: SystemTime) -> u64 {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}
