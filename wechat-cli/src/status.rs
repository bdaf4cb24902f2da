//! `wechat-cli status`: what has become of a campaign, call by call, by its record.

mod table;

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, SystemTime};

use serde_json::json;
use wechat_http::{Clock as _, SystemClock, describe};
use wechat_mass::campaign::{CampaignStatus, Canary, Conclusion, Policy, Step};
use wechat_mass::journal::{JournalError, JournalErrorKind, WorkerStatus};

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
    let mut is_away = false;
    loop {
        let now = clock.now();
        match look(&records, &name, policy, now).await {
            Ok(None) => return Err(absent(&records, &name).await?),
            // A watcher waits for the database as the workers do that he watches.
            Err(error) if before.is_some() && error.kind() == JournalErrorKind::Unreachable => {
                if !std::mem::replace(&mut is_away, true) {
                    unreachable(&records.lines, &describe(&error));
                }
            }
            Err(error) => return Err(describe(&error)),
            Ok(Some((status, workers))) => {
                is_away = false;
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
            }
        }
        clock.sleep_until(now + Duration::from_secs(args.every)).await;
    }
}

async fn look(
    records: &Records,
    name: &str,
    policy: Policy,
    now: SystemTime,
) -> Result<Option<(CampaignStatus, Vec<WorkerStatus>)>, JournalError> {
    let Records { store, account, .. } = records;
    let Some(status) = CampaignStatus::read(&**store, account, name, policy, now).await? else {
        return Ok(None);
    };
    Ok(Some((status, store.workers(account, name).await?)))
}

fn unreachable(lines: &Lines, problem: &str) {
    lines.say("journal_unreachable", json!({ "problem": problem }), || {
        format!("nothing is known until the journal can be reached (等待数据库恢复): {problem}")
    });
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
    match CampaignStatus::read(&*records.store, &records.account, name, policy, now).await {
        Ok(Some(status)) => Ok(status),
        Ok(None) => Err(absent(records, name).await?),
        Err(error) => Err(describe(&error)),
    }
}

/// What to say where there is no campaign of the name: the names that there are.
async fn absent(records: &Records, name: &str) -> Result<String, String> {
    let Records { store, place, account, .. } = records;
    let all = store.campaigns(account).await.map_err(|e| describe(&e))?;
    let names: Vec<String> = all.into_iter().map(|frozen| format!("{:?}", frozen.name)).collect();
    let names = if names.is_empty() { "none at all".to_owned() } else { names.join(", ") };
    Ok(format!(
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
