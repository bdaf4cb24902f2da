//! How a campaign learns the end of its jobs: callbacks early, late, doubled, lost, foreign; and
//! status queries.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_mass::campaign::{
    CampaignReport, ChunkOutcome, Conclusion, Event, Inbox, NoInbox, Plan, Totals,
};
use wechat_mass::journal::MemoryJournal;
use wechat_mock::{Hindrance, JobProgress, Verdict};
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, RefusalCode, ReportSource};

use crate::world::{
    Callbacks, Dying, GET, SEND, TWO_CALLS, World, article, fan, plan, poll_once, report_of, text,
};

async fn run(world: &World, plan: &Plan, inbox: &mut dyn Inbox) -> CampaignReport {
    world.run_with(plan, &mut MemoryJournal::new(), inbox, &mut |_| {}).await.unwrap()
}

/// The one report of a campaign of one call.
#[track_caller]
fn only(report: &CampaignReport) -> &MassReport {
    let [chunk] = report.chunks.as_slice() else { panic!("{report:?}") };
    let ChunkOutcome::Ended { report, .. } = &chunk.outcome else { panic!("{report:?}") };
    report
}

/// How many sent, in all reports.
fn sent(report: &CampaignReport) -> Option<u64> {
    report.totals().sent
}

#[tokio::test]
async fn a_callback_ends_a_call_without_any_query() {
    let world = World::new(5);
    let report = run(&world, &plan(5, article()), &mut world.callbacks()).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(only(&report).source, ReportSource::Callback);
    assert_eq!(world.count(GET), 0);
    assert_eq!(sent(&report), Some(5));
}

#[tokio::test]
async fn a_lost_callback_is_replaced_by_a_query() {
    let world = World::new(5);
    let report = run(&world, &plan(5, article()), &mut world.callbacks().with_copies(0)).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(only(&report).source, ReportSource::StatusQuery);
    assert_eq!(report.totals(), Totals::default(), "a status has no counters");
    // One when it ends, one after the counters did not come.
    assert_eq!(world.count(GET), 2);
    world.assert_once(5);
}

#[tokio::test]
async fn counters_that_come_after_the_status_are_taken() {
    let world = World::new(5);
    // The job ends at 2 s, is looked at after 30 s; the callback comes at 42 s.
    let late = Duration::from_secs(40);
    let report = run(&world, &plan(5, text()), &mut world.callbacks().with_delay(late)).await;
    assert_eq!(only(&report).source, ReportSource::Callback);
    assert_eq!(sent(&report), Some(5));
    assert_eq!(world.count(GET), 1);
}

#[tokio::test]
async fn without_callbacks_nobody_waits_for_counters() {
    let mut world = World::new(5);
    world.policy.wait_for_counters = Duration::ZERO;
    let report = world.run(&plan(5, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.count(GET), 1);
}

#[tokio::test]
async fn doubled_callbacks_count_once() {
    let world = World::new(TWO_CALLS);
    let plan = plan(TWO_CALLS, text());
    let report = run(&world, &plan, &mut world.callbacks().with_copies(3)).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(sent(&report), Some(TWO_CALLS as u64));
}

#[tokio::test]
async fn a_callback_may_come_before_our_own_answer() {
    let world = World::with(5, |rules| rules.progress = JobProgress::Immediate);
    // The answer is lost, so the job's end is told while nobody here knows the job.
    world.mock.on(SEND).answer_lost();
    let report = run(&world, &plan(5, article()), &mut world.callbacks()).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(only(&report).source, ReportSource::Callback);
    assert_eq!(sent(&report), Some(5));
    assert_eq!(world.count(GET), 0);
    world.assert_once(5);
}

#[tokio::test]
async fn an_early_callback_survives_the_process() {
    let mut world = World::with(5, |rules| rules.progress = JobProgress::Immediate);
    world.mock.on(SEND).times(2).answer_lost();
    let plan = plan(5, text());
    let mut journal = MemoryJournal::new();
    // Intent, answer, report, second intent: then the lights go out.
    let mut inbox = world.callbacks();
    let mut dying = Dying { inner: &mut journal, records_left: 4, record_survives: true };
    let mut observe = |_: Event<'_>| {};
    let run = world.run_with(&plan, &mut dying, &mut inbox, &mut observe);
    assert!(poll_once(run).is_none());
    assert_eq!(journal.entries().len(), 4);
    world.restart();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(only(&report).source, ReportSource::Callback);
    assert_eq!(world.count(GET), 0);
    world.assert_once(5);
}

/// Hands out prepared reports first.
#[derive(Debug)]
struct Prepared(VecDeque<MassReport>, Callbacks);

#[async_trait]
impl Inbox for Prepared {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        match self.0.pop_front() {
            Some(report) => Some(report),
            None => self.1.next(until).await,
        }
    }
}

#[tokio::test]
async fn reports_of_unknown_jobs_change_nothing() {
    let world = World::new(5);
    let foreign = |id, status| MassReport::new(MsgId::new(id), status, ReportSource::Callback);
    let prepared = VecDeque::from([
        foreign(1, JobStatus::Fail),
        foreign(3_147_000_000, JobStatus::Success),
        foreign(1, JobStatus::Other("?".to_owned())),
    ]);
    let mut inbox = Prepared(prepared, world.callbacks());
    let report = run(&world, &plan(5, text()), &mut inbox).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(sent(&report), Some(5));
}

#[tokio::test]
async fn a_report_that_is_not_final_ends_nothing() {
    let world = World::new(5);
    let sending =
        MassReport::new(MsgId::new(3_147_483_649), JobStatus::Sending, ReportSource::Callback);
    let mut inbox = Prepared(VecDeque::from([sending]), world.callbacks());
    let report = run(&world, &plan(5, text()), &mut inbox).await;
    assert_eq!(only(&report).status, JobStatus::Success);
}

#[tokio::test]
async fn counters_of_all_calls_are_added_up() {
    let world = World::new(TWO_CALLS);
    for (number, hindrance) in
        [(0, Hindrance::Blacklisted), (1, Hindrance::Refuses), (10_000, Hindrance::Unreachable)]
    {
        world.mock.set_hindrance(&fan(number), Some(hindrance));
    }
    world.mock.set_received_this_month(&fan(9_999), 4, world.now());
    world.mock.set_hindrance(&fan(5), Some(Hindrance::Unsubscribed));
    let report = run(&world, &plan(TWO_CALLS, text()), &mut world.callbacks()).await;
    // Success although followers were left out: that is what `send success` means.
    assert_eq!(report.conclusion(), Conclusion::Success);
    let totals = report.totals();
    assert_eq!(totals.total, Some(10_000), "who left is no follower");
    assert_eq!(totals.filtered, Some(3), "blacklisted, refuses, four this month");
    assert_eq!((totals.sent, totals.failed), (Some(9_996), Some(1)));
}

#[tokio::test]
async fn a_refused_job_is_told_in_words_and_the_others_go_on() {
    let world = World::new(TWO_CALLS);
    world.mock.next_job_verdict(Verdict::Refused(30003));
    let report = run(&world, &plan(TWO_CALLS, article()), &mut world.callbacks()).await;
    assert_eq!(report.conclusion(), Conclusion::Partly);
    let ends: Vec<_> = report.reports().map(|report| report.status.to_string()).collect();
    assert_eq!(
        ends,
        ["err(30003): judged a reprint, and send_ignore_reprint was 0", "send success"]
    );
    assert_eq!(report.reports().next().unwrap().status, JobStatus::Refused(RefusalCode::REPRINT));
    assert_eq!((world.messages(9_999), sent(&report)), ((0, 0), Some(2)));
}

#[tokio::test]
async fn a_failed_job_is_no_success_whoever_tells() {
    for copies in [0, 1] {
        let world = World::new(5);
        world.mock.next_job_verdict(Verdict::Fail);
        let report =
            run(&world, &plan(5, text()), &mut world.callbacks().with_copies(copies)).await;
        assert_eq!(only(&report).status, JobStatus::Fail);
        assert_eq!(report.conclusion(), Conclusion::Partly);
        assert_eq!(world.messages(5), (0, 0));
        assert_eq!(world.count(SEND), 1, "a failed job is not sent again by itself");
    }
}

#[tokio::test]
async fn a_deleted_message_is_no_success() {
    let world = World::new(5);
    let deleted =
        MassReport::new(MsgId::new(3_147_483_649), JobStatus::Deleted, ReportSource::Callback);
    let mut inbox = Prepared(VecDeque::from([deleted]), world.callbacks().with_copies(0));
    let report = run(&world, &plan(5, text()), &mut inbox).await;
    assert_eq!(only(&report).status, JobStatus::Deleted);
    assert_eq!(report.conclusion(), Conclusion::Partly);
}

#[tokio::test]
async fn a_status_that_nobody_knows_is_undecided() {
    let world = World::new(5);
    let status = JobStatus::Other("SEND_PAUSED".to_owned());
    let odd = MassReport::new(MsgId::new(3_147_483_649), status, ReportSource::Callback);
    let mut inbox = Prepared(VecDeque::from([odd]), world.callbacks().with_copies(0));
    let report = run(&world, &plan(5, text()), &mut inbox).await;
    assert_eq!(report.conclusion(), Conclusion::Undecided);
}

#[tokio::test]
async fn a_job_that_never_ends_is_followed_for_so_long_and_then_running() {
    let mut world = World::with(5, |rules| rules.progress = JobProgress::AfterQueries(u32::MAX));
    world.policy.follow_for = Duration::from_secs(600);
    let began = world.now();
    let report = world.run(&plan(5, text())).await;
    assert!(matches!(report.chunks[0].outcome, ChunkOutcome::Running { .. }), "{report:?}");
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    // Every 30 seconds for 10 minutes.
    assert_eq!(world.count(GET), 19);
    assert!(world.now() <= began + Duration::from_secs(600));
}

#[tokio::test]
async fn a_new_run_follows_what_was_still_running() {
    let mut world = World::with(5, |rules| rules.progress = JobProgress::AfterQueries(30));
    world.policy.follow_for = Duration::from_secs(600);
    let plan = plan(5, text());
    let mut journal = MemoryJournal::new();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), 1);
}

#[tokio::test]
async fn a_late_callback_of_an_earlier_run_brings_its_counters() {
    let world = World::new(5);
    let plan = plan(5, text());
    let mut journal = MemoryJournal::new();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(sent(&report), None);
    let told = report_of(&world.mock.jobs()[0]);
    let mut inbox = Prepared(VecDeque::from([told]), world.callbacks().with_copies(0));
    let report = world.run_with(&plan, &mut journal, &mut inbox, &mut |_| {}).await.unwrap();
    assert_eq!(sent(&report), Some(5));
    assert_eq!(only(&report).source, ReportSource::Callback);
}

#[tokio::test]
async fn a_failing_status_query_is_shown_and_made_again() {
    let world = World::new(5);
    world.mock.on(GET).times(2).errcode(40059);
    let mut failures = Vec::new();
    let mut inbox = NoInbox::new(world.mock.clock());
    let report = world
        .run_with(&plan(5, text()), &mut MemoryJournal::new(), &mut inbox, &mut |event| {
            if let Event::StatusFailed(reason) = event {
                failures.push(reason.to_owned());
            }
        })
        .await
        .unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(failures.len(), 2);
    assert!(failures[0].contains("40059"), "{failures:?}");
}
