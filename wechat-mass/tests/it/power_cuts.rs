//! The machine fails, and takes with it what was recorded and not yet on the disk: the next run brings every
//! follower exactly one message.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::SystemTime;

use async_trait::async_trait;
use wechat_mass::campaign::{Conclusion, Inbox, NoInbox};
use wechat_mass::journal::{
    Claim, Entry, Journal, JournalError, MemoryJournal, Rebooked, Reserved,
};
use wechat_types::mass::MassReport;

use crate::pass_on::pass_on;
use crate::world::{SEND, TWO_CALLS, World, article, plan, poll_once};

/// Keeps the last answer in memory, as long as a journal may, and fails at the `left`-th write.
#[derive(Debug)]
struct Cache<'j> {
    disk: &'j mut MemoryJournal,
    answer: Option<(Entry, Vec<Rebooked>)>,
    left: usize,
    /// There is such an answer.
    holds_one: Arc<AtomicBool>,
}

impl<'j> Cache<'j> {
    fn new(disk: &'j mut MemoryJournal, left: usize) -> Self {
        Self { disk, answer: None, left, holds_one: Arc::default() }
    }

    /// The power fails here.
    async fn may_fail(&mut self) {
        self.left -= 1;
        if self.left == 0 {
            std::future::pending::<()>().await;
        }
    }

    fn keep(&mut self, answer: Option<(Entry, Vec<Rebooked>)>) {
        self.holds_one.store(answer.is_some(), Relaxed);
        self.answer = answer;
    }

    async fn write(&mut self) -> Result<(), JournalError> {
        if let Some((answer, rebooked)) = &self.answer {
            self.disk.record(answer, rebooked).await?;
        }
        self.keep(None);
        Ok(())
    }
}

#[async_trait]
impl Journal for Cache<'_> {
    pass_on!(disk: worker bind hold load news keep_report other_owner other_open);

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        self.may_fail().await;
        if matches!(entry, Entry::Draft { .. }) {
            assert!(self.answer.is_none(), "a request was made before the answer was on the disk");
        }
        self.write().await?;
        if matches!(entry, Entry::Answer { .. }) {
            self.keep(Some((entry.clone(), rebooked.to_vec())));
        } else {
            self.disk.record(entry, rebooked).await?;
        }
        self.may_fail().await;
        Ok(())
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        self.may_fail().await;
        self.write().await?;
        let reserved = self.disk.claim(claim).await;
        self.may_fail().await;
        reserved
    }

    async fn flush(&mut self) -> Result<(), JournalError> {
        self.may_fail().await;
        self.write().await
    }
}

/// Waits for nothing while an answer is not on the disk.
#[derive(Debug)]
struct Strict {
    inner: NoInbox,
    now: wechat_mock::ManualClock,
    holds_one: Arc<AtomicBool>,
}

#[async_trait]
impl Inbox for Strict {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        assert!(until <= self.now.now() || !self.holds_one.load(Relaxed), "it waits");
        self.inner.next(until).await
    }
}

#[test]
fn an_answer_that_was_not_yet_on_the_disk_is_asked_for_again() {
    let plan = plan(TWO_CALLS, article());
    for at in 1.. {
        let mut world = World::new(TWO_CALLS);
        let mut disk = MemoryJournal::new();
        let first = poll_once(world.run_on(&plan, &mut Cache::new(&mut disk, at)));
        world.restart();
        let report = poll_once(world.run_on(&plan, &mut disk)).unwrap().unwrap();
        assert_eq!(report.conclusion(), Conclusion::Success, "failed at {at}: {report:?}");
        world.assert_once(TWO_CALLS);
        if first.is_some() {
            assert!(at > 20, "{at}");
            break;
        }
    }
}

#[tokio::test]
async fn nothing_waits_while_an_answer_is_not_on_the_disk() {
    let (plan, world) = (plan(TWO_CALLS, article()), World::new(TWO_CALLS));
    let mut disk = MemoryJournal::new();
    let mut journal = Cache::new(&mut disk, usize::MAX);
    let holds_one = Arc::clone(&journal.holds_one);
    let inner = NoInbox::new(world.mock.clock());
    let mut inbox = Strict { inner, now: world.clock.clone(), holds_one: Arc::clone(&holds_one) };
    let report = world.run_with(&plan, &mut journal, &mut inbox, &mut |_| {}).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(world.count(SEND), 2);
    assert!(!holds_one.load(Relaxed), "the run has ended");
}
