//! The plan before anything is done: whom, what, how many calls, and what they use up.

use serde_json::{Value, json};
use wechat_mass::campaign::{ChunkAudience, Content, Plan, PlanAudience};
use wechat_mass::quota::BeijingTime;
use wechat_mass::recipients::Roster;

use super::prepared::Prepared;
use crate::campaign_file::CampaignFile;
use crate::embedded::INVENTED_FOLLOWERS;
use crate::grouped::grouped;
use crate::moment::unix_seconds;

pub(super) fn json(prepared: &Prepared, dry_run: bool) -> Value {
    let Prepared { plan, file, .. } = prepared;
    let calls: Vec<Value> = plan
        .chunks()
        .iter()
        .map(|chunk| {
            let recipients = match &chunk.audience {
                ChunkAudience::OpenIds(range) => Some(range.len()),
                _ => None,
            };
            json!({ "recipients": recipients, "clientmsgid": chunk.key.as_str() })
        })
        .collect();
    json!({
        "campaign": plan.name(),
        "account": plan.account().as_str(),
        "dry_run": dry_run,
        "audience": audience_word(plan),
        "recipients": plan.recipients(),
        "made_of": plan.roster().and_then(Roster::source),
        "left_out": plan.roster().map(Roster::left_out).filter(|left_out| *left_out > 0),
        "corrections": prepared.corrections.as_ref().map(ToString::to_string),
        "not_before": file.not_before.map(unix_seconds),
        "not_after": file.not_after.map(unix_seconds),
        "canary": file.canary,
        "calls": calls,
        "content_digest": plan.content_digest().to_string(),
        "warnings": plan.warnings(),
        "uses": uses(plan),
    })
}

fn audience_word(plan: &Plan) -> &'static str {
    match plan.audience() {
        PlanAudience::Everyone => "everyone",
        PlanAudience::Tag(_) => "tag",
        _ => "open_ids",
    }
}

pub(super) fn text(prepared: &Prepared, server: &str, dry_run: bool) -> String {
    let Prepared { plan, file, .. } = prepared;
    let mut lines = vec![format!("campaign {} on {server}", plan.name())];
    if server == "embedded mock" {
        lines.push("  rehearsal: the mock runs in this program, no follower is reached".to_owned());
        if plan.recipients().is_none() {
            lines.push(format!("  rehearsal: on {INVENTED_FOLLOWERS} invented followers"));
        }
    }
    lines.push(match (plan.audience(), plan.recipients()) {
        (PlanAudience::Everyone, _) => "  audience  EVERYONE".to_owned(),
        (PlanAudience::Tag(tag), _) => format!("  audience  the followers with tag {tag}"),
        (_, count) => {
            format!("  audience  {} followers by OpenID", grouped(count.unwrap_or(0) as u64))
        }
    });
    if let Some(source) = plan.roster().and_then(Roster::source) {
        lines.push(format!("  made of   {source}"));
    }
    if let Some(corrections) = &prepared.corrections {
        lines.push(format!("            {corrections}"));
    }
    let sizes: Vec<String> = plan
        .chunks()
        .iter()
        .filter_map(|chunk| match &chunk.audience {
            ChunkAudience::OpenIds(range) => Some(grouped(range.len() as u64)),
            _ => None,
        })
        .collect();
    let sizes = match sizes.len() {
        0 | 1 => String::new(),
        2..=8 => format!(": {}", sizes.join(" + ")),
        _ => format!(" of up to {}", sizes.first().map_or("", String::as_str)),
    };
    lines.push(format!("  calls     {}{sizes}", plan.chunks().len()));
    match plan.content() {
        Content::Text(text) => {
            lines.push(format!("  text      {} characters", text.chars().count()));
        }
        Content::Articles { articles, .. } => {
            for article in articles {
                lines.push(format!(
                    "  article   {:?}, {} characters of HTML, {} pictures, cover of {} bytes",
                    article.title,
                    grouped(article.html.chars().count() as u64),
                    article.pictures.len(),
                    grouped(article.cover.bytes().len() as u64),
                ));
            }
        }
        _ => {}
    }
    lines.extend(when(file));
    lines.extend(uses(plan).into_iter().map(|line| format!("  uses      {line}")));
    lines.extend(plan.warnings().iter().map(|warning| format!("  warning   {warning}")));
    if dry_run {
        let made = plan.roster().and_then(Roster::source);
        lines.push(match made {
            None => "dry run: nothing was sent, nobody was contacted".to_owned(),
            Some(_) => "dry run: nothing was sent; lists may have been read".to_owned(),
        });
    }
    lines.join("\n")
}

/// When it may be sent, and what comes first.
fn when(file: &CampaignFile) -> Vec<String> {
    let from = file.not_before.map(|at| format!("not before {}", BeijingTime::new(at)));
    let to = file.not_after.map(|at| format!("not after {}", BeijingTime::new(at)));
    let times: Vec<String> = from.into_iter().chain(to).collect();
    let mut lines = Vec::new();
    if !times.is_empty() {
        lines.push(format!("  time      {} (Beijing time)", times.join(", ")));
    }
    if file.canary {
        lines.push("  canary    the other calls wait for the report of the first".to_owned());
    }
    lines
}

/// What the plan uses of which quota. The numbers are the documented ones for new accounts.
fn uses(plan: &Plan) -> Vec<String> {
    let calls = plan.chunks().len();
    let mut lines = match plan.audience() {
        PlanAudience::Everyone => vec![
            "1 send to everyone: a service account has 4 a month and 1 a day, a subscription account 1 a day, website sends included".to_owned(),
        ],
        PlanAudience::Tag(_) => vec![
            "1 of 100 calls of sendall today (Beijing time); a subscription account has 1 a day".to_owned(),
        ],
        _ => vec![format!(
            "{calls} of 100 calls of send today (Beijing time), at most 60 a minute; service accounts only"
        )],
    };
    lines.push("1 of the 4 messages that a follower gets in a calendar month, for each follower of a service account".to_owned());
    if calls > 100 {
        lines.push(format!(
            "{calls} calls take {} days at 100 a day: sending to everyone or to a tag takes 1",
            calls.div_ceil(100)
        ));
    }
    if plan.content().needs_draft() {
        lines.push(format!("{calls} of 1,000 drafts today: a send uses its draft up"));
        lines.push(format!(
            "{calls} of 10 deletes a day, should the message have to be deleted: each call has its own material"
        ));
    }
    lines
}
