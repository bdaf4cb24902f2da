//! What keeps a campaign from its next call until a human says go on: a stop, a job that failed.

use wechat_mass::campaign::{
    Brake, CampaignReport, ChunkOutcome, Conclusion, Driver, Event, NoInbox, Plan, WaitReason,
};
use wechat_mass::journal::{Entry, Journal, MemoryStore, Store};
use wechat_mock::Verdict;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use crate::world::{
    GET, HOUR, SEND, THREE_CALLS, TWO_CALLS, World, app_id, fan, plan, poll_once, report_of, text,
};

/// One follower in each of three calls.
fn three_calls() -> World {
    let world = World::new(1);
    world.mock.add_follower(fan(10_000));
    world.mock.add_follower(fan(20_000));
    world
}

async fn open(store: &MemoryStore, plan: &Plan, world: &World) -> Box<dyn Journal> {
    store.open(plan, world.now()).await.unwrap()
}

async fn run(store: &MemoryStore, plan: &Plan, world: &World) -> CampaignReport {
    let mut journal = open(store, plan, world).await;
    world.run_on(plan, journal.as_mut()).await.unwrap()
}

async fn go_on(store: &MemoryStore, plan: &Plan, world: &World) {
    let mut journal = open(store, plan, world).await;
    journal.load().await.unwrap();
    journal.append(&Entry::GoOn { at: world.now() }).await.unwrap();
}

fn not_sent(report: &CampaignReport) -> usize {
    report.chunks.iter().filter(|chunk| chunk.outcome == ChunkOutcome::NotSent).count()
}

#[tokio::test]
async fn a_failed_job_halts_the_campaign_until_a_human_says_go_on() {
    for verdict in [Verdict::Refused(20008), Verdict::Fail] {
        let mut world = three_calls();
        // The jobs end, and are asked for, while the second call waits.
        world.policy.limits.sends_per_minute = 1;
        world.mock.next_job_verdict(verdict);
        let (store, plan) = (MemoryStore::new(), plan(THREE_CALLS, text()));
        let report = run(&store, &plan, &world).await;
        assert_eq!((world.count(SEND), not_sent(&report)), (1, 2), "{report:?}");
        assert_eq!(report.conclusion(), Conclusion::Partly);
        assert!(matches!(report.brake, Some(Brake::Failed { chunk: 0, .. })), "{report:?}");
        // However often it is run.
        for _ in 0..2 {
            world.restart();
            assert_eq!(run(&store, &plan, &world).await.brake, report.brake);
        }
        assert_eq!(world.count(SEND), 1);
        go_on(&store, &plan, &world).await;
        let report = run(&store, &plan, &world).await;
        assert_eq!((world.count(SEND), not_sent(&report), report.brake), (3, 0, None));
        assert_eq!(world.messages(1), (0, 0), "what failed is not sent again by itself");
    }
}

#[tokio::test]
async fn a_job_that_failed_while_nobody_looked_halts_the_next_run_before_its_first_call() {
    let mut world = three_calls();
    world.policy.limits.sends_per_minute = 1;
    world.mock.next_job_verdict(Verdict::Fail);
    let (store, plan) = (MemoryStore::new(), plan(THREE_CALLS, text()));
    let mut journal = open(&store, &plan, &world).await;
    assert!(world.run_and_die(&plan, journal.as_mut(), 3, false).is_none());
    drop(journal);
    world.restart();
    world.clock.advance(HOUR);
    assert!(run(&store, &plan, &world).await.brake.is_some());
    assert_eq!(world.count(SEND), 1);
}

#[tokio::test]
async fn a_stop_by_another_process_halts_a_campaign_that_waits() {
    let mut world = three_calls();
    world.policy.limits.by_open_ids_per_day = 1;
    let (store, plan) = (MemoryStore::new(), plan(THREE_CALLS, text()));
    let mut journal = open(&store, &plan, &world).await;
    let began = world.now();
    let mut inbox = NoInbox::new(world.mock.clock());
    let other = store.clone();
    let mut observe = |event: Event<'_>| {
        // Its first call is made and ended, and it waits for tomorrow.
        if let Event::Waiting(_, WaitReason::Quota) = event
            && world.now() >= began + HOUR
        {
            let stopped = other.stop(plan.account(), "spring", world.now());
            assert!(poll_once(stopped).unwrap().unwrap());
        }
    };
    let driver = Driver::new(&world.client, &plan).with_policy(world.policy);
    let report = driver.run(journal.as_mut(), &mut inbox, &mut observe).await.unwrap();
    assert!(matches!(report.brake, Some(Brake::Stopped { .. })), "{report:?}");
    assert!(world.now() <= began + HOUR + 2 * world.policy.look_every, "it is seen soon");
    assert_eq!((world.count(SEND), not_sent(&report)), (1, 2));
    drop(journal);
    // It survives everything but a human's word.
    world.clock.advance(100 * HOUR);
    assert!(run(&store, &plan, &world).await.brake.is_some());
    assert_eq!(world.count(SEND), 1);
    go_on(&store, &plan, &world).await;
    assert_eq!(run(&store, &plan, &world).await.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), 3);
}

/// A report that another program received and kept: the driver had no inbox.
#[tokio::test]
async fn a_report_that_another_program_kept_ends_the_call() {
    let world = World::new(5);
    let (store, plan) = (MemoryStore::new(), plan(5, text()));
    let mut journal = open(&store, &plan, &world).await;
    // It dies while its job runs; the callback comes to another program.
    assert!(world.run_and_die(&plan, journal.as_mut(), 3, false).is_none());
    drop(journal);
    world.clock.advance(HOUR);
    world.mock.due(world.now());
    let told = report_of(&world.mock.jobs()[0]);
    store.keep_report(plan.account(), &told, world.now()).await.unwrap();
    let asked = world.count(GET);
    let report = run(&store, &plan, &world).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(report.totals().sent, Some(5));
    assert_eq!(world.count(GET), asked);
    // It is recorded once, however often the campaign is run.
    let entries = || async { store.entries(plan.account(), "spring").await.unwrap() };
    let reports = |entries: &[Entry]| {
        entries.iter().filter(|entry| matches!(entry, Entry::Report { .. })).count()
    };
    assert_eq!(reports(&entries().await), 1);
    run(&store, &plan, &world).await;
    assert_eq!(reports(&entries().await), 1);
}

/// A campaign's own inbox brings the report of another campaign's job.
#[tokio::test]
async fn a_report_of_another_campaign_is_kept_for_it() {
    let world = World::new(TWO_CALLS);
    let store = MemoryStore::new();
    let spring = plan(5, text());
    let mut journal = open(&store, &spring, &world).await;
    assert!(world.run_and_die(&spring, journal.as_mut(), 3, false).is_none());
    drop(journal);
    let audience = wechat_types::mass::Audience::open_ids(vec![fan(7), fan(8)]).unwrap();
    let summer = Plan::new(app_id(), "summer", audience, text()).unwrap();
    let mut journal = open(&store, &summer, &world).await;
    let mut inbox = world.callbacks();
    world.run_with(&summer, journal.as_mut(), &mut inbox, &mut |_| {}).await.unwrap();
    drop(journal);
    let entries = store.entries(&app_id(), "summer").await.unwrap();
    let own: Vec<_> = entries.iter().filter(|e| matches!(e, Entry::Report { .. })).collect();
    assert_eq!(own.len(), 1, "the other's is not in its record: {entries:?}");
    let asked = world.count(GET);
    let report = run(&store, &spring, &world).await;
    assert_eq!(report.totals().sent, Some(5));
    assert_eq!(world.count(GET), asked);
}

#[tokio::test]
async fn a_failure_that_another_program_was_told_halts_before_the_next_call() {
    let mut world = three_calls();
    world.policy.limits.by_open_ids_per_day = 1;
    // Nobody asks, and no callback comes here.
    world.policy.poll_after = 100 * HOUR;
    world.policy.follow_for = 200 * HOUR;
    let (store, plan) = (MemoryStore::new(), plan(THREE_CALLS, text()));
    let mut journal = open(&store, &plan, &world).await;
    let mut inbox = NoInbox::new(world.mock.clock());
    let other = store.clone();
    let mut observe = |event: Event<'_>| {
        if let Event::Waiting(_, WaitReason::Quota) = event
            && let Some(job) = world.mock.jobs().first()
        {
            let failed = MassReport::new(job.msg_id, JobStatus::Fail, ReportSource::Callback);
            let account = app_id();
            let kept = other.keep_report(&account, &failed, world.now());
            poll_once(kept).unwrap().unwrap();
        }
    };
    let driver = Driver::new(&world.client, &plan).with_policy(world.policy);
    let report = driver.run(journal.as_mut(), &mut inbox, &mut observe).await.unwrap();
    assert!(matches!(report.brake, Some(Brake::Failed { chunk: 0, .. })), "{report:?}");
    assert_eq!(world.count(SEND), 1);
}
