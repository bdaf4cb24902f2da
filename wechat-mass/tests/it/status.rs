//! A campaign's state from its journal alone, without its plan.

use std::time::UNIX_EPOCH;

use wechat_mass::campaign::{
    Campaign, CampaignStatus, ChunkOutcome, Conclusion, GiveUp, Plan, PlanAudience, Policy, Step,
    WaitReason,
};
use wechat_mass::journal::{Entry, MemoryStore, Store as _};
use wechat_mass::quota::{Limits, Spend};
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use crate::world::{HOUR, SEND, TWO_CALLS, World, app_id, article, plan, text};

async fn status(world: &World, store: &MemoryStore) -> CampaignStatus {
    status_by(Policy::default(), world, store).await
}

async fn status_by(policy: Policy, world: &World, store: &MemoryStore) -> CampaignStatus {
    CampaignStatus::read(store, &app_id(), "spring", policy, world.now()).await.unwrap().unwrap()
}

/// When a call may be made is not in the journal.
#[tokio::test]
async fn what_is_next_is_by_the_policy() {
    let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
    let (now, mut policy) = (world.now(), Policy::default());
    drop(store.open(&plan(TWO_CALLS, text()), now).await.unwrap());
    assert_eq!(status(&world, &store).await.next, Step::Send { chunk: 0, repeat: false });
    policy.not_before = Some(now + HOUR);
    let reason = WaitReason::NotBefore;
    let wait = Step::Wait { until: now + HOUR, reason };
    assert_eq!(status_by(policy, &world, &store).await.next, wait);
    (policy.not_before, policy.not_after) = (None, Some(now - HOUR));
    let ended = Step::GiveUp { chunk: 0, why: GiveUp::Ended };
    assert_eq!(status_by(policy, &world, &store).await.next, ended);
    (policy.not_after, policy.limits) = (None, Limits::subscription());
    let next = status_by(policy, &world, &store).await.next;
    assert!(matches!(next, Step::Wait { reason: WaitReason::Quota, .. }), "{next:?}");
}

async fn run(world: &World, store: &MemoryStore, plan: &Plan) {
    let mut journal = store.open(plan, world.now()).await.unwrap();
    let (mut callbacks, journal) = (world.callbacks(), journal.as_mut());
    world.run_with(plan, journal, &mut callbacks, &mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_finished_campaign() {
    let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
    let began = world.now();
    run(&world, &store, &plan(TWO_CALLS, article())).await;
    let status = status(&world, &store).await;
    assert_eq!(status.report.conclusion(), Conclusion::Success);
    assert_eq!(status.report.totals().sent, Some(TWO_CALLS as u64));
    assert_eq!(status.recipients(), Some(TWO_CALLS));
    assert_eq!(status.next, Step::Done);
    assert_eq!(status.jobs().count(), 2);
    for times in &status.times {
        assert_eq!(times.attempts, 1);
        assert!(times.first_attempt >= Some(began) && times.first_attempt <= times.answered);
        assert!(times.answered <= times.ended && times.ended <= status.last_fact);
    }
    assert!(status.report.chunks.iter().all(|chunk| chunk.draft.is_some()));
}

/// Without callbacks nothing more comes after a job's end, however long one waits.
#[tokio::test]
async fn a_job_whose_end_was_asked_for_has_ended() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let plan = plan(2, text());
    let mut journal = store.open(&plan, world.now()).await.unwrap();
    world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(status(&world, &store).await.next, Step::Done);
    world.clock.advance(HOUR);
    assert_eq!(status(&world, &store).await.next, Step::Done);
}

#[tokio::test]
async fn no_such_campaign() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let policy = Policy::default();
    let none = CampaignStatus::read(&store, &app_id(), "spring", policy, world.now()).await;
    assert_eq!(none.unwrap(), None);
}

/// Whatever was recorded when the program died, the journal alone tells the same as the plan does.
#[tokio::test]
async fn the_journal_tells_what_the_plan_does_at_every_death() {
    let plan = plan(TWO_CALLS, article());
    for record in 1.. {
        let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
        world.mock.on(SEND).nth(2).answer_lost();
        let mut journal = store.open(&plan, world.now()).await.unwrap();
        let ended = world.run_and_die(&plan, journal.as_mut(), record, true);
        let entries = journal.load().await.unwrap();
        let mut campaign = Campaign::new(&plan, world.policy);
        entries.iter().for_each(|entry| campaign.apply(entry));
        let status = status(&world, &store).await;
        assert_eq!(status.report, campaign.report(), "after record {record}");
        if ended.is_some() {
            assert!(record > 10, "the campaign has {record} records only");
            return;
        }
    }
}

#[tokio::test]
async fn what_waits_for_tomorrow_says_so() {
    let (world, store) = (World::new(TWO_CALLS), MemoryStore::new());
    let now = world.now();
    for _ in 0..100 {
        store.spend(&app_id(), Spend::ByOpenIds, now - 2 * 60 * SECOND, &[]).await.unwrap();
    }
    drop(store.open(&plan(TWO_CALLS, text()), now).await.unwrap());
    let found = status(&world, &store).await;
    let Step::Wait { until, reason: WaitReason::Quota } = found.next else {
        panic!("{:?}", found.next)
    };
    assert!(until > now && until <= now + 24 * HOUR);
    assert!(found.report.chunks.iter().all(|chunk| chunk.outcome == ChunkOutcome::NotSent));
}

const SECOND: std::time::Duration = std::time::Duration::from_secs(1);

/// What the first attempt took of the day does not stand in the way of its repeat.
#[tokio::test]
async fn a_repeat_on_the_same_day_does_not_wait_for_tomorrow() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let plan = Plan::new(app_id(), "spring", PlanAudience::Everyone, text()).unwrap();
    drop(store.open(&plan, world.now()).await.unwrap());
    let at = world.now();
    let answer = serde_json::json!({
        "entry": "answer", "chunk": 0, "at": at.duration_since(UNIX_EPOCH).unwrap().as_millis() as u64,
        "answer": "unknown", "reason": "lost", "repeatable": true,
    });
    store.spend(&app_id(), Spend::ToEveryone, at, &[]).await.unwrap();
    let intent = Entry::Intent { chunk: 0, at };
    for entry in [intent, serde_json::from_value(answer).unwrap()] {
        store.note(&app_id(), "spring", &entry).await.unwrap();
    }
    world.clock.advance(2 * 60 * SECOND);
    let mut policy = Policy::default();
    policy.limits = Limits::subscription();
    let next = status_by(policy, &world, &store).await.next;
    assert_eq!(next, Step::Send { chunk: 0, repeat: true });
}

/// A report that came while nobody drove the campaign counts, and another campaign's does not.
#[tokio::test]
async fn kept_reports_are_joined() {
    let (world, store) = (World::new(2), MemoryStore::new());
    let plan = plan(2, text());
    let mut journal = store.open(&plan, world.now()).await.unwrap();
    // Draft and picture there are none: intent, answer.
    assert!(world.run_and_die(&plan, journal.as_mut(), 2, true).is_none());
    let before = status(&world, &store).await;
    let [(0, msg_id)] = before.jobs().collect::<Vec<_>>()[..] else { panic!("{before:?}") };
    assert!(matches!(before.report.chunks[0].outcome, ChunkOutcome::Running { .. }));
    assert_eq!(before.report.conclusion(), Conclusion::Undecided);
    let mut report = MassReport::new(msg_id, JobStatus::Success, ReportSource::Callback);
    (report.total, report.after_filter) = (Some(2), Some(1));
    (report.sent, report.failed) = (Some(1), Some(0));
    let other = MassReport::new(MsgId::new(7), JobStatus::Fail, ReportSource::Callback);
    for report in [other, report] {
        store.keep_report(&app_id(), &report, world.now()).await.unwrap();
    }
    let after = status(&world, &store).await;
    assert_eq!(after.report.totals().filtered, Some(1));
    assert_eq!(after.report.conclusion(), Conclusion::Success);
}
