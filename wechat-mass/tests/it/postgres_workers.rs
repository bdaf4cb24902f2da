//! Drivers on several machines that share a campaign in a real PostgreSQL server, while workers die.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use tokio::sync::Notify;
use wechat_mass::campaign::{CampaignReport, Conclusion, Plan};
use wechat_mass::journal::{
    Claim, Entry, Hold, JobOwner, Journal, JournalError, News, Part, Rebooked, Reserved, Store as _,
};
use wechat_mock::ManualClock;
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use crate::pass_on::pass_on;
use crate::postgres_journal::Ground;
use crate::world::{SEND, THREE_CALLS, World, app_id, plan, report_of, text};

/// A worker's journal whose server has the world's time; his process may die at his first answer.
#[derive(Debug)]
struct InStep {
    inner: Box<dyn Journal>,
    ground: Ground,
    clock: ManualClock,
    dies: Option<Arc<Notify>>,
}

impl InStep {
    async fn join(ground: &Ground, world: &World, plan: &Plan, name: &str) -> Self {
        let (ground, clock) = (ground.clone(), world.clock.clone());
        set(&ground, &clock).await;
        let inner = ground.store().await.join(plan, name, clock.now()).await.unwrap();
        Self { inner, ground, clock, dies: None }
    }

    async fn step(&mut self) -> &mut dyn Journal {
        set(&self.ground, &self.clock).await;
        self.inner.as_mut()
    }
}

async fn set(ground: &Ground, clock: &ManualClock) {
    let now = clock.now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    ground.sql(&format!("UPDATE clock SET now = {now}")).await;
}

#[async_trait]
impl Journal for InStep {
    pass_on!(inner: worker bind flush);

    async fn hold(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError> {
        self.step().await.hold(part, span).await
    }

    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        self.step().await.load().await
    }

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        if let (Entry::Answer { .. }, Some(died)) = (entry, &self.dies) {
            died.notify_one();
            // Nothing that waits here ever goes on.
            std::future::pending::<()>().await;
        }
        self.step().await.record(entry, rebooked).await
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        self.step().await.claim(claim).await
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        self.step().await.news(number).await
    }

    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        self.step().await.keep_report(report, at).await
    }

    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError> {
        self.step().await.other_owner(msg_id, chunk).await
    }

    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError> {
        self.step().await.other_open(chunk, msg_id).await
    }
}

/// A campaign of three calls, and the server it is recorded in.
async fn beginning() -> Option<(Ground, World, Plan)> {
    let ground = Ground::new()?;
    ground.stop_clock(0).await;
    Some((ground, World::new(THREE_CALLS), plan(THREE_CALLS, text())))
}

async fn run(world: &World, plan: &Plan, mut journal: InStep) -> CampaignReport {
    world.run_on(plan, &mut journal).await.unwrap()
}

fn count(entries: &[Entry], of: impl Fn(&Entry) -> bool) -> usize {
    entries.iter().filter(|entry| of(entry)).count()
}

#[tokio::test]
async fn three_workers_send_each_call_once() {
    let Some((ground, world, plan)) = beginning().await else { return };
    let anna = InStep::join(&ground, &world, &plan, "anna").await;
    let ben = InStep::join(&ground, &world, &plan, "ben").await;
    let cleo = InStep::join(&ground, &world, &plan, "cleo").await;
    let reports =
        tokio::join!(run(&world, &plan, anna), run(&world, &plan, ben), run(&world, &plan, cleo),);
    for report in [reports.0, reports.1, reports.2] {
        assert_eq!(report.conclusion(), Conclusion::Success);
    }
    assert_eq!(world.count(SEND), 3);
    world.assert_once(THREE_CALLS);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_worker_that_dies_is_replaced_when_his_lease_ends() {
    let Some((ground, world, plan)) = beginning().await else { return };
    let died = Arc::new(Notify::new());
    let mut anna = InStep::join(&ground, &world, &plan, "anna").await;
    anna.dies = Some(Arc::clone(&died));
    tokio::select! {
        report = run(&world, &plan, anna) => panic!("she lives: {report:?}"),
        () = died.notified() => {}
    }
    assert_eq!(world.count(SEND), 1, "sent, and nobody knows");
    let ben = InStep::join(&ground, &world, &plan, "ben").await;
    assert_eq!(run(&world, &plan, ben).await.conclusion(), Conclusion::Success);
    let entries = ground.store().await.entries(&app_id(), "spring").await.unwrap();
    assert_eq!(count(&entries, |entry| matches!(entry, Entry::GivenUp { .. })), 1);
    assert_eq!(world.count(SEND), 4, "her call was asked for again by its key");
    world.assert_once(THREE_CALLS);
    ground.drop_schema().await;
}

#[tokio::test]
async fn reports_that_come_to_another_machine_reach_whoever_drives() {
    let Some((ground, mut world, plan)) = beginning().await else { return };
    // So nobody asks for a status himself.
    world.policy.poll_after = Duration::from_secs(30 * 24 * 3600);
    let anna = InStep::join(&ground, &world, &plan, "anna").await;
    let receiver = ground.store().await;
    let receive = async {
        let mut told = std::collections::BTreeSet::new();
        while told.len() < 3 {
            world.mock.due(world.now());
            for job in world.mock.jobs() {
                if job.state != wechat_mock::JobState::Sending && told.insert(job.msg_id) {
                    let kept = receiver.keep_report(&app_id(), &report_of(&job), world.now()).await;
                    kept.unwrap();
                }
            }
            tokio::task::yield_now().await;
        }
    };
    let (report, ()) = tokio::join!(run(&world, &plan, anna), receive);
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.requests(crate::world::GET).len(), 0);
    let entries = receiver.entries(&app_id(), "spring").await.unwrap();
    assert_eq!(count(&entries, |entry| matches!(entry, Entry::Report { .. })), 3);
    world.assert_once(THREE_CALLS);
    ground.drop_schema().await;
}
