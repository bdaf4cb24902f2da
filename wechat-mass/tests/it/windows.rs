//! When calls may be made, and which one goes first: not_before, not_after, canary, overdue.

use std::time::Duration;

use wechat_mass::campaign::{
    CampaignReport, Canary, ChunkOutcome, Conclusion, Event, NoInbox, Plan, Policy,
};
use wechat_mass::journal::{Journal, MemoryJournal};
use wechat_mock::{JobProgress, Verdict};

use crate::resume::SleepyDisk;
use crate::world::{HOUR, SEND, TWO_CALLS, World, fan, plan, text};

const MINUTE: Duration = Duration::from_secs(60);

fn two_calls() -> (World, Plan) {
    let world = World::new(1);
    world.mock.add_follower(fan(10_000));
    (world, plan(TWO_CALLS, text()))
}

async fn run(world: &World, plan: &Plan, journal: &mut dyn Journal) -> CampaignReport {
    world.run_on(plan, journal).await.unwrap()
}

#[tokio::test]
async fn the_first_call_waits_for_its_hour() {
    let (mut world, plan) = two_calls();
    let opens = world.now() + 3 * HOUR;
    world.policy.not_before = Some(opens);
    let report = run(&world, &plan, &mut MemoryJournal::new()).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.requests(SEND)[0].at, opens);
}

#[tokio::test]
async fn an_offer_that_has_ended_is_never_resumed() {
    let (mut world, plan) = two_calls();
    world.policy.limits.by_open_ids_per_day = 1;
    world.policy.not_after = Some(world.now() + HOUR);
    let mut journal = MemoryJournal::new();
    let began = world.now();
    // The second call would be made tomorrow: nobody waits for that.
    let report = run(&world, &plan, &mut journal).await;
    assert!(world.now() < began + HOUR);
    assert_eq!((world.count(SEND), report.conclusion()), (1, Conclusion::Partly));
    assert!(report.halted.unwrap().contains("已过截止时间"));
    world.clock.advance(48 * HOUR);
    let report = run(&world, &plan, &mut journal).await;
    assert_eq!((world.count(SEND), &report.chunks[1].outcome), (1, &ChunkOutcome::NotSent));
    // The offer is extended.
    world.policy.not_after = None;
    assert_eq!(run(&world, &plan, &mut journal).await.conclusion(), Conclusion::Success);
}

#[tokio::test]
async fn a_lost_call_is_not_asked_for_after_the_end() {
    for taken in [true, false] {
        let (mut world, plan) = two_calls();
        world.policy.not_after = Some(world.now() + MINUTE / 2);
        let fault = world.mock.on(SEND);
        if taken {
            fault.answer_lost();
        } else {
            fault.reset();
        };
        let mut journal = MemoryJournal::new();
        for _ in 0..2 {
            let report = run(&world, &plan, &mut journal).await;
            assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
            assert!(matches!(report.chunks[0].outcome, ChunkOutcome::Undecided { .. }));
            world.clock.advance(HOUR);
        }
        assert_eq!(world.count(SEND), 1);
    }
}

#[tokio::test]
async fn a_machine_that_slept_past_the_end_after_its_claim_makes_no_call() {
    let (mut world, plan) = two_calls();
    // Less than the half minute that any call may be late.
    let asleep = Duration::from_secs(20);
    world.policy.not_after = Some(world.now() + asleep / 2);
    let inner = MemoryJournal::new();
    let mut journal = SleepyDisk { inner, clock: world.clock.clone(), asleep };
    let report = run(&world, &plan, &mut journal).await;
    assert_eq!((world.count(SEND), report.conclusion()), (0, Conclusion::Refused));
}

#[tokio::test]
async fn the_canary_s_report_comes_before_the_second_call() {
    for verdict in [Verdict::Success, Verdict::Refused(20008)] {
        let (mut world, plan) = two_calls();
        world.policy.canary = Canary::ThenRest;
        world.mock.next_job_verdict(verdict);
        let report = run(&world, &plan, &mut MemoryJournal::new()).await;
        let sends = world.requests(SEND);
        if verdict == Verdict::Success {
            assert_eq!(report.conclusion(), Conclusion::Success);
            assert!(sends[1].at >= sends[0].at + world.policy.poll_after);
        } else {
            assert_eq!((sends.len(), report.conclusion()), (1, Conclusion::Partly));
            assert!(report.brake.is_some());
        }
    }
}

#[tokio::test]
async fn a_canary_alone_is_sent_and_the_next_run_sends_the_rest() {
    let (mut world, plan) = two_calls();
    world.policy.canary = Canary::Alone;
    let mut journal = MemoryJournal::new();
    for _ in 0..2 {
        let report = run(&world, &plan, &mut journal).await;
        assert_eq!((world.count(SEND), report.conclusion()), (1, Conclusion::Success));
    }
    world.policy = Policy::default();
    assert_eq!(run(&world, &plan, &mut journal).await.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), 2);
}

#[tokio::test]
async fn an_overdue_job_is_told_and_followed_further() {
    let mut world = World::with(5, |rules| rules.progress = JobProgress::AfterQueries(u32::MAX));
    world.policy.overdue_after = 2 * HOUR;
    world.policy.follow_for = 3 * HOUR;
    let began = world.now();
    let (mut told, mut inbox) = (Vec::new(), NoInbox::new(world.mock.clock()));
    let report = world
        .run_with(&plan(5, text()), &mut MemoryJournal::new(), &mut inbox, &mut |event| {
            if let Event::Overdue(job, after) = event {
                told.push((job, after, world.now().duration_since(began).unwrap()));
            }
        })
        .await
        .unwrap();
    assert_eq!(report.conclusion(), Conclusion::Overdue);
    assert!(matches!(report.chunks[0].outcome, ChunkOutcome::Running { overdue: true, .. }));
    assert_eq!(told, [(world.mock.jobs()[0].msg_id, 2 * HOUR, 2 * HOUR)]);
    assert!(world.now() >= began + 3 * HOUR - MINUTE);
}
