//! What must hold, judged by the mock's inboxes and jobs, never by our own records.

use std::collections::BTreeMap;
use std::time::Duration;

use wechat_mass::campaign::{CampaignReport, ChunkOutcome};
use wechat_mock::Verdict;
use wechat_types::id::{MsgId, OpenId};

use crate::scene::HOUR;
use crate::world::{CallOf, State, World};

/// Nobody has a message of one campaign twice.
pub(crate) fn no_doubles(world: &World) {
    for follower in world.mock.followers() {
        let mut messages: BTreeMap<usize, Vec<MsgId>> = BTreeMap::new();
        for job in world.mock.inbox(&follower) {
            let Some(call) = world.state().jobs.get(&job).copied() else {
                world.violated(format!("job {job} is of no call"));
                continue;
            };
            messages.entry(call.campaign).or_default().push(job);
        }
        for (campaign, jobs) in messages.iter().filter(|(_, jobs)| jobs.len() > 1) {
            world.violated(format!(
                "{} has campaign {campaign}'s message {} times: jobs {jobs:?}",
                follower.as_str(),
                jobs.len()
            ));
        }
    }
}

/// What a run says is what the platform did.
pub(crate) fn is_true(world: &World, campaign: usize, report: &CampaignReport) {
    for (chunk, said) in report.chunks.iter().enumerate() {
        let call = CallOf { campaign, chunk };
        let named = format!("campaign {campaign}, call {}", chunk + 1);
        // Jobs that reach somebody, now or later.
        let reaches =
            |job: &MsgId| world.mock.job(*job).is_some_and(|job| job.verdict == Verdict::Success);
        let of_call = |state: &State| -> Vec<MsgId> {
            let jobs = state.jobs.iter().filter(|(job, of)| **of == call && reaches(job));
            jobs.map(|(job, _)| *job).collect()
        };
        let reaching = of_call(&world.state());
        let owner = |job: MsgId| world.state().jobs.get(&job).copied();
        match &said.outcome {
            ChunkOutcome::NotSent | ChunkOutcome::Refused { .. } if !reaching.is_empty() => {
                world.violated(format!(
                    "{named} is said to be {:?}, and is with the platform as {reaching:?}",
                    said.outcome
                ));
            }
            ChunkOutcome::NotSent if report.halted.is_none() => {
                world.violated(format!("{named} was left out without a reason"));
            }
            ChunkOutcome::Running { msg_id, .. } if owner(*msg_id) != Some(call) => {
                world.violated(format!("{named} is said to be job {msg_id}, which is another's"));
            }
            ChunkOutcome::Ended { report, .. } => {
                let job = world.mock.job(report.msg_id);
                if owner(report.msg_id) != Some(call) {
                    let job = report.msg_id;
                    world.violated(format!("{named} is said to be job {job}, which is another's"));
                } else if said.outcome.is_success() != reaching.contains(&report.msg_id) {
                    world.violated(format!("{named} is said to have ended as {}", report.status));
                } else if let (Some(sent), Some(job)) = (report.sent, job)
                    && sent != job.counts.sent
                {
                    let counted = job.counts.sent;
                    world
                        .violated(format!("{named} is said to have reached {sent}, not {counted}"));
                }
            }
            _ => {}
        }
    }
}

/// The last run of a campaign, after which nothing went wrong any more, is really its end.
pub(crate) fn is_settled(world: &World, report: &CampaignReport) -> bool {
    let is_undecided = |outcome: &ChunkOutcome| matches!(outcome, ChunkOutcome::Undecided { .. });
    let confused = world.scene.settings.known_content_refused;
    let is_mistaken = |outcome: &ChunkOutcome| {
        confused && matches!(outcome, ChunkOutcome::Refused { code: Some(45065), .. })
    };
    let stops = |outcome: &ChunkOutcome| is_undecided(outcome) || is_mistaken(outcome);
    // The end has come, or a budget opens only after it.
    let too_late = |halted: &String| halted.contains("nothing is sent after");
    let ended = world
        .scene
        .ends(Duration::ZERO)
        .is_some_and(|end| world.clock.now() > end || report.halted.as_ref().is_some_and(too_late));
    let has_reason = ended || report.chunks.iter().any(|chunk| stops(&chunk.outcome));
    report.chunks.iter().all(|chunk| match &chunk.outcome {
        ChunkOutcome::Ended { .. } => true,
        ChunkOutcome::NotSent => has_reason && report.halted.is_some(),
        outcome => stops(outcome),
    })
}

/// After everything: whoever is said to be reached has the message, once.
pub(crate) fn everybody_has_it(world: &World, reports: &BTreeMap<usize, CampaignReport>) {
    world.clock.advance(2 * HOUR);
    world.mock.due(world.clock.now());
    no_doubles(world);
    let calm = world.scene.is_calm() && !world.scene.settings.known_content_refused;
    for (campaign, report) in reports {
        is_true(world, *campaign, report);
        for (chunk, said) in report.chunks.iter().enumerate() {
            count(world, &said.outcome);
            let ChunkOutcome::Ended { report, .. } = &said.outcome else {
                if calm {
                    world.violated(format!("nothing went wrong, and yet: {:?}", said.outcome));
                }
                continue;
            };
            if !said.outcome.is_success() {
                continue;
            }
            for follower in recipients(world, *campaign, chunk) {
                let times =
                    world.mock.inbox(&follower).iter().filter(|job| **job == report.msg_id).count();
                if times != 1 {
                    world.violated(format!(
                        "{} has the message of campaign {campaign}, call {} {times} times",
                        follower.as_str(),
                        chunk + 1
                    ));
                }
            }
        }
    }
}

fn count(world: &World, outcome: &ChunkOutcome) {
    world.count(match outcome {
        ChunkOutcome::Ended { .. } if outcome.is_success() => "calls ended in success",
        ChunkOutcome::Ended { .. } => "calls whose job failed",
        ChunkOutcome::Undecided { .. } => "calls undecided",
        ChunkOutcome::Refused { .. } => "calls refused: taken for another one",
        _ => "calls not sent after those",
    });
}

fn recipients(world: &World, campaign: usize, chunk: usize) -> Vec<OpenId> {
    let Some(campaign) = world.scene.campaigns.get(campaign) else { return Vec::new() };
    match &campaign.followers {
        Some(calls) => calls.get(chunk).cloned().unwrap_or_default(),
        None => world.mock.followers(),
    }
}
