//! A human decides about calls of which nobody knows whether they were sent.

use std::time::Duration;

use wechat_mass::campaign::{
    CampaignReport, ChunkOutcome, Conclusion, Plan, Resolution, ResolveError, resolve,
};
use wechat_mass::deletion::Deletion;
use wechat_mass::journal::{Entry, Journal, MemoryStore, Store as _};
use wechat_mock::JobState;
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;
use wechat_types::mass::report::{JobStatus, ReportSource};

use crate::world::{HOUR, SEND, World, plan, report_of, text};

/// A text to five whose answer never came, and the program is gone.
async fn died(arrives: bool) -> (World, MemoryStore, Plan, Box<dyn Journal>) {
    let mut world = World::new(5);
    let (store, plan) = (MemoryStore::new(), plan(5, text()));
    let mut journal = store.open(&plan, world.now()).await.unwrap();
    // Killed at the record of the answer, or at that of the intent.
    let at_record = if arrives { 2 } else { 1 };
    assert!(world.run_and_die(&plan, journal.as_mut(), at_record, !arrives).is_none());
    assert_eq!(world.count(SEND), usize::from(arrives));
    world.restart();
    (world, store, plan, journal)
}

async fn run(world: &World, plan: &Plan, journal: &mut dyn Journal) -> CampaignReport {
    world.run_on(plan, journal).await.unwrap()
}

#[tokio::test]
async fn what_a_callback_told_is_shown_and_the_decision_ends_it() {
    let (world, store, plan, mut journal) = died(true).await;
    world.clock.advance(25 * HOUR);
    world.mock.due(world.now());
    let job = world.mock.jobs().into_iter().find(|job| job.state != JobState::Sending).unwrap();
    store.keep_report(plan.account(), &report_of(&job), world.now()).await.unwrap();
    let report = run(&world, &plan, journal.as_mut()).await;
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    let unclaimed: Vec<_> = report.unclaimed.iter().map(|r| (r.msg_id, r.total)).collect();
    assert_eq!(unclaimed, [(job.msg_id, Some(5))]);

    let sent = Resolution::Sent { msg_id: Some(job.msg_id) };
    resolve(journal.as_mut(), &plan, 0, sent, world.now()).await.unwrap();
    let report = run(&world, &plan, journal.as_mut()).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    assert_eq!(report.totals().sent, Some(5));
    assert!(report.unclaimed.is_empty());
    assert_eq!(world.count(SEND), 1);
    // The job is the campaign's now, for whoever takes the message back, too.
    let deletion = Deletion::plan(&store, plan.account(), plan.name(), None).await.unwrap();
    assert_eq!(deletion.jobs.iter().map(|j| j.msg_id).collect::<Vec<_>>(), [job.msg_id]);
    world.assert_once(5);
}

/// Nobody checks the clock of whoever receives callbacks.
#[tokio::test]
async fn a_report_that_came_a_little_before_the_call_may_be_its_own() {
    let (world, store, plan, mut journal) = died(true).await;
    let entries = journal.load().await.unwrap();
    let [Entry::Intent { at, .. }] = entries.as_slice() else { panic!("{entries:?}") };
    for (job, before) in [(71, 15 * 60), (72, 15 * 60 + 1)] {
        let report = MassReport::new(MsgId::new(job), JobStatus::Success, ReportSource::Callback);
        let at = *at - Duration::from_secs(before);
        store.keep_report(plan.account(), &report, at).await.unwrap();
    }
    world.clock.advance(25 * HOUR);
    let report = run(&world, &plan, journal.as_mut()).await;
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    let unclaimed: Vec<_> = report.unclaimed.iter().map(|report| report.msg_id).collect();
    assert_eq!(unclaimed, [MsgId::new(71)]);
}

#[tokio::test]
async fn what_was_not_sent_is_sent_with_the_key_it_had() {
    let (world, _, plan, mut journal) = died(false).await;
    world.clock.advance(25 * HOUR);
    assert_eq!(run(&world, &plan, journal.as_mut()).await.conclusion(), Conclusion::Undecided);
    resolve(journal.as_mut(), &plan, 0, Resolution::NotSent, world.now()).await.unwrap();
    let report = run(&world, &plan, journal.as_mut()).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let body = world.requests(SEND)[0].json();
    assert_eq!(body["clientmsgid"], plan.chunks()[0].key.as_str());
    let entries = journal.load().await.unwrap();
    assert_eq!(entries.iter().filter(|e| matches!(e, Entry::Intent { .. })).count(), 2);
    world.assert_once(5);
}

#[tokio::test]
async fn a_wrong_decision_sends_nothing_twice_while_the_key_is_known() {
    let (world, _, plan, mut journal) = died(true).await;
    world.clock.advance(HOUR);
    resolve(journal.as_mut(), &plan, 0, Resolution::NotSent, world.now()).await.unwrap();
    let report = run(&world, &plan, journal.as_mut()).await;
    assert_eq!(world.requests(SEND)[1].answer.errcode, Some(45065));
    assert!(matches!(report.chunks[0].outcome, ChunkOutcome::Ended { already: true, .. }));
    world.assert_once(5);
}

#[tokio::test]
async fn sent_as_nobody_knows_which_job_is_the_end_of_it() {
    let (world, _, plan, mut journal) = died(true).await;
    world.clock.advance(25 * HOUR);
    let sent = Resolution::Sent { msg_id: None };
    resolve(journal.as_mut(), &plan, 0, sent, world.now()).await.unwrap();
    let report = run(&world, &plan, journal.as_mut()).await;
    assert_eq!(report.chunks[0].outcome, ChunkOutcome::SaidSent);
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), 1);
}

#[tokio::test]
async fn only_what_nobody_knows_is_decided() {
    let (world, store, plan, mut journal) = died(true).await;
    let decide = |chunk, resolution| (chunk, resolution, world.now());
    let missing = decide(1, Resolution::NotSent);
    let error = resolve(journal.as_mut(), &plan, missing.0, missing.1, missing.2).await;
    assert!(matches!(error, Err(ResolveError::NoSuchCall { calls: 1, .. })), "{error:?}");
    run(&world, &plan, journal.as_mut()).await;
    let job = world.mock.jobs()[0].msg_id;
    let before = journal.load().await.unwrap();
    let known = resolve(journal.as_mut(), &plan, 0, Resolution::NotSent, world.now()).await;
    assert!(matches!(known, Err(ResolveError::Known)), "{known:?}");
    assert_eq!(journal.load().await.unwrap(), before);

    // Another call's job.
    let audience = crate::world::to_fans(3);
    let other = Plan::new(crate::world::app_id(), "summer", audience, text()).unwrap();
    let mut summer = store.open(&other, world.now()).await.unwrap();
    assert!(world.run_and_die(&other, summer.as_mut(), 1, true).is_none());
    let sent = Resolution::Sent { msg_id: Some(job) };
    let error = resolve(summer.as_mut(), &other, 0, sent, world.now()).await.unwrap_err();
    let text = wechat_http::describe(&error);
    assert!(text.contains("belongs to call 1 of campaign \"spring\""), "{text}");
}
