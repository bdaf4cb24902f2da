//! A campaign is taken up again: soon, late, with a clock set back, or when all is done.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_http::{Client, TokenError, TokenSource};
use wechat_mass::campaign::{ChunkOutcome, Conclusion, Content, Inbox, NoInbox, Plan};
use wechat_mass::journal::{Claim, Entry, Journal, JournalError, MemoryJournal, Reserved};
use wechat_mock::{JobProgress, KeyCheck, ManualClock};
use wechat_types::id::AccessToken;
use wechat_types::mass::MassReport;

use crate::pass_on::pass_on;
use crate::world::{DRAFT_ADD, HOUR, SEND, TWO_CALLS, World, app_id, article, plan, tea, text};

/// A text to five whose answer never came: sent, delivered, and the program is gone.
fn died_after_the_call(plan: &Plan) -> (World, MemoryJournal) {
    let mut world = World::new(5);
    let mut journal = MemoryJournal::new();
    assert!(world.run_and_die(plan, &mut journal, 2, false).is_none());
    assert!(matches!(journal.entries()[..], [Entry::Intent { .. }]));
    assert_eq!(world.count(SEND), 1);
    world.restart();
    (world, journal)
}

#[tokio::test]
async fn within_23_hours_the_key_tells() {
    let plan = plan(5, text());
    let (world, mut journal) = died_after_the_call(&plan);
    world.clock.advance(23 * HOUR - Duration::from_secs(1));
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    assert_eq!(world.requests(SEND)[1].answer.errcode, Some(45065));
    world.assert_once(5);
}

#[tokio::test]
async fn after_23_hours_it_is_undecided_and_nothing_is_sent() {
    let plan = plan(5, text());
    // At 25 hours the platform has forgotten the key: a repeat would be a second message.
    for late in [23 * HOUR + Duration::from_secs(1), 25 * HOUR, 24 * 365 * HOUR] {
        let (world, mut journal) = died_after_the_call(&plan);
        world.clock.advance(late);
        // However often it is tried.
        for _ in 0..3 {
            let report = world.run_on(&plan, &mut journal).await.unwrap();
            assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
            let ChunkOutcome::Undecided { reason, .. } = &report.chunks[0].outcome else {
                panic!("{report:?}")
            };
            assert_eq!(reason.matches("look on mp.weixin.qq.com").count(), 1, "{reason}");
            assert_eq!(world.count(SEND), 1);
            world.clock.advance(HOUR);
        }
        world.assert_once(5);
    }
}

#[tokio::test]
async fn what_follows_an_undecided_call_waits_for_a_decision() {
    let plan = plan(TWO_CALLS, text());
    let mut world = World::new(TWO_CALLS);
    let mut journal = MemoryJournal::new();
    assert!(world.run_and_die(&plan, &mut journal, 2, false).is_none());
    world.restart();
    world.clock.advance(25 * HOUR);
    for _ in 0..2 {
        let report = world.run_on(&plan, &mut journal).await.unwrap();
        assert_eq!(report.chunks[1].outcome, ChunkOutcome::NotSent);
        assert!(report.halted.is_some_and(|reason| reason.starts_with("call 1: ")));
        assert_eq!(world.count(SEND), 1);
    }
    world.policy.past_undecided = true;
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    assert!(report.chunks[1].outcome.is_success(), "{report:?}");
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn a_call_whose_followers_have_all_left_does_not_stop_the_others() {
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).nth(1).errcode(40003);
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Partly);
    assert!(matches!(report.chunks[0].outcome, ChunkOutcome::Refused { code: Some(40003), .. }));
    assert!(report.chunks[1].outcome.is_success());
    assert_eq!(world.count(SEND), 2);
}

#[tokio::test]
async fn a_cover_that_is_gone_is_added_anew() {
    let world = World::new(5);
    world.mock.on(DRAFT_ADD).errcode(40007);
    let report = world.run(&plan(5, article())).await;
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    assert_eq!(world.count(DRAFT_ADD), 2);
    world.assert_once(5);

    let world = World::new(5);
    world.mock.on(DRAFT_ADD).always().errcode(40007);
    let report = world.run(&plan(5, article())).await;
    assert_eq!(report.conclusion(), Conclusion::Refused);
    assert_eq!(world.count(DRAFT_ADD), 2, "once is enough");
}

#[tokio::test]
async fn a_clock_set_back_says_nothing_about_the_key() {
    let plan = plan(5, text());
    let (mut world, mut journal) = died_after_the_call(&plan);
    // The machine comes up an hour before the call, while the platform is two days on.
    world.clock.advance(48 * HOUR);
    let earlier = ManualClock::auto(ManualClock::default_start() - HOUR);
    world.client = Client::builder(world.mock.app_id(), world.mock.app_secret())
        .transport(world.mock.transport())
        .clock(Arc::new(earlier.clone()))
        .build()
        .unwrap();
    let mut inbox = NoInbox::new(Arc::new(earlier));
    let report = world.run_with(&plan, &mut journal, &mut inbox, &mut |_| {}).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
    assert_eq!(world.count(SEND), 1);
    world.assert_once(5);
}

/// The machine sleeps through the first wait, for so long.
#[derive(Debug)]
struct LidClosed {
    clock: ManualClock,
    asleep: Duration,
}

#[async_trait]
impl Inbox for LidClosed {
    async fn next(&mut self, until: SystemTime) -> Option<MassReport> {
        if until > self.clock.now() {
            self.clock.advance_to(until + std::mem::take(&mut self.asleep));
        }
        None
    }
}

#[tokio::test]
async fn a_machine_that_slept_through_the_window_does_not_repeat() {
    let plan = plan(TWO_CALLS, text());
    let world = World::new(TWO_CALLS);
    world.mock.on(SEND).answer_lost();
    let mut inbox = LidClosed { clock: world.clock.clone(), asleep: 30 * HOUR };
    let mut journal = MemoryJournal::new();
    let report = world.run_with(&plan, &mut journal, &mut inbox, &mut |_| {}).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
    assert!(report.halted.as_deref().unwrap().contains("look on mp.weixin.qq.com"), "{report:?}");
    assert_eq!(world.count(SEND), 1, "the key is forgotten: a repeat would be a second message");
    // Nor does the next run.
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    world.assert_at_most_once(TWO_CALLS);
}

#[tokio::test]
async fn a_machine_that_slept_within_the_window_repeats() {
    let plan = plan(5, text());
    let world = World::new(5);
    world.mock.on(SEND).answer_lost();
    let mut inbox = LidClosed { clock: world.clock.clone(), asleep: 20 * HOUR };
    let mut journal = MemoryJournal::new();
    let report = world.run_with(&plan, &mut journal, &mut inbox, &mut |_| {}).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    world.assert_once(5);
}

/// The machine sleeps while a call is claimed, once, for so long.
#[derive(Debug)]
pub(crate) struct SleepyDisk {
    pub(crate) inner: MemoryJournal,
    pub(crate) clock: ManualClock,
    pub(crate) asleep: Duration,
}

#[async_trait]
impl Journal for SleepyDisk {
    pass_on!(inner: worker bind hold load record flush news keep_report other_owner other_open);

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let reserved = self.inner.claim(claim).await;
        self.clock.advance(std::mem::take(&mut self.asleep));
        reserved
    }
}

/// Seed 2219 of the simulator.
#[tokio::test]
async fn a_machine_that_slept_while_it_prepared_a_repeat_does_not_make_it() {
    let plan = plan(5, text());
    let (world, inner) = died_after_the_call(&plan);
    let (clock, asleep) = (world.clock.clone(), 25 * HOUR);
    let mut journal = SleepyDisk { inner, clock, asleep };
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
    assert_eq!(world.count(SEND), 1, "the key is forgotten: a repeat would be a second message");
    world.assert_once(5);
}

/// The machine sleeps while a token is asked for, once, for so long.
#[derive(Debug)]
struct SleepyTokens {
    of: Client,
    clock: ManualClock,
    asleep: Mutex<Duration>,
}

#[async_trait]
impl TokenSource for SleepyTokens {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        self.clock.advance(std::mem::take(&mut *self.asleep.lock().unwrap()));
        self.of.tokens().token().await
    }

    async fn invalidate(&self, stale: &AccessToken) {
        self.of.tokens().invalidate(stale).await;
    }
}

#[tokio::test]
async fn a_machine_that_slept_while_it_asked_for_a_token_makes_no_repeat() {
    let plan = plan(5, text());
    let (mut world, mut journal) = died_after_the_call(&plan);
    let (of, clock) = (world.client.clone(), world.clock.clone());
    let tokens = SleepyTokens { of, clock, asleep: Mutex::new(25 * HOUR) };
    let client = Client::with_token_source(app_id(), tokens).transport(world.mock.transport());
    world.client = client.clock(world.mock.clock()).build().unwrap();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
    assert_eq!(world.count(SEND), 1, "the key is forgotten: a repeat would be a second message");
    let intents = journal.entries().iter().filter(|e| matches!(e, Entry::Intent { .. })).count();
    assert_eq!(intents, 1, "nothing was reserved for what is not made");
}

/// Seed 1126 of the simulator: budgets are counted as of when the call was decided.
#[tokio::test]
async fn a_first_call_claimed_before_the_machine_slept_is_claimed_anew() {
    let world = World::new(5);
    let plan = plan(5, text());
    let (clock, asleep) = (world.clock.clone(), 25 * HOUR);
    let mut journal = SleepyDisk { inner: MemoryJournal::new(), clock, asleep };
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    let intents =
        journal.inner.entries().iter().filter(|e| matches!(e, Entry::Intent { .. })).count();
    assert_eq!((intents, world.count(SEND)), (2, 1));
    world.assert_once(5);
}

#[tokio::test]
async fn an_undecided_call_is_asked_for_again_while_its_key_is_good() {
    // No quota for the look at the key, today.
    let world = World::with(5, |rules| rules.key_check = KeyCheck::AfterQuota);
    let plan = plan(5, text());
    let mut journal = MemoryJournal::new();
    world.mock.set_mass_quota_left(Some(1));
    world.mock.on(SEND).answer_lost();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided);
    world.mock.set_mass_quota_left(Some(5));
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    world.assert_once(5);
}

#[tokio::test]
async fn what_was_refused_is_tried_anew() {
    let world = World::new(TWO_CALLS);
    let plan = plan(TWO_CALLS, article());
    let mut journal = MemoryJournal::new();
    world.mock.set_mass_quota_left(Some(1));
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Partly);
    world.mock.set_mass_quota_left(None);
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    assert_eq!(report.halted, None);
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn a_finished_campaign_makes_no_call_at_all() {
    let mut world = World::new(5);
    let plan = plan(5, article());
    let mut journal = MemoryJournal::new();
    let first = world.run_on(&plan, &mut journal).await.unwrap();
    let calls = world.mock.received().len();
    world.restart();
    world.clock.advance(100 * HOUR);
    let second = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(world.mock.received().len(), calls);
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_running_job_is_only_followed() {
    let mut world = World::with(5, |rules| rules.progress = JobProgress::AfterQueries(3));
    let plan = plan(5, article());
    let mut journal = MemoryJournal::new();
    // Pictures, cover, draft, intent, answer, and nothing of the job.
    assert!(world.run_and_die(&plan, &mut journal, 7, false).is_none());
    world.restart();
    let calls = world.mock.received().len();
    let report = world.run_on(&plan, &mut journal).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    let later: Vec<_> = world.mock.received_after(calls as u64);
    assert!(
        later.iter().all(|r| r.path.ends_with("stable_token") || r.path.ends_with("mass/get")),
        "{later:?}"
    );
    world.assert_once(5);
}

#[tokio::test]
async fn an_edited_article_is_a_new_message() {
    let world = World::new(5);
    let first = plan(5, article());
    world.run(&first).await;
    let mut edited = tea();
    edited.html.push_str("<p>更正</p>");
    let second = plan(5, Content::article(edited));
    assert_ne!(first.chunks()[0].key, second.chunks()[0].key);
    assert_eq!(world.run(&second).await.conclusion(), Conclusion::Success);
    assert_eq!(world.messages(5), (2, 2));
    // The same once more, with nothing remembered here: the platform knows the key.
    let again = world.run(&second).await;
    assert!(matches!(again.chunks[0].outcome, ChunkOutcome::Ended { already: true, .. }));
    assert_eq!(world.messages(5), (2, 2));
}

#[tokio::test]
async fn a_client_without_memory_still_has_the_same_keys() {
    // Not even the journal is left: the same plan gives the same keys, and the platform tells.
    let world = World::new(TWO_CALLS);
    world.run(&plan(TWO_CALLS, text())).await;
    let report = world.run(&plan(TWO_CALLS, text())).await;
    assert_eq!(report.conclusion(), Conclusion::Success);
    for chunk in &report.chunks {
        assert!(matches!(chunk.outcome, ChunkOutcome::Ended { already: true, .. }));
    }
    world.assert_once(TWO_CALLS);
}
