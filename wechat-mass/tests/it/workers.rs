//! Several workers share a campaign.

use std::sync::Arc;
use std::time::Duration;

use wechat_mass::MassSender;
use wechat_mass::campaign::{
    Begun, Brake, Canary, Conclusion, Driver, Event, NoInbox, Plan, Resolution, ResolveError,
    resolve,
};
use wechat_mass::journal::{Claim, Entry, Hold, Journal, MemoryStore, Part, Reserved, Store as _};
use wechat_mass::quota::Spend;
use wechat_types::mass::report::{JobStatus, ReportSource};
use wechat_types::mass::{MassContent, MassReport, Recipients};

use crate::world::{SEND, STABLE_TOKEN, THREE_CALLS, TWO_CALLS, World, article, plan, text};

const HOUR: Duration = Duration::from_secs(3600);

async fn join(world: &World, store: &MemoryStore, plan: &Plan, name: &str) -> Box<dyn Journal> {
    let mut journal = store.join(plan, name, world.now()).await.unwrap();
    journal.load().await.unwrap();
    let joined = Entry::Joined { at: world.now(), worker: name.to_owned() };
    _ = journal.news(0).await.unwrap();
    journal.append(&joined).await.unwrap();
    journal
}

async fn claim(world: &World, journal: &mut dyn Journal, chunk: usize) {
    _ = journal.news(0).await.unwrap();
    let claim = Claim::new(chunk, world.now(), Spend::ByOpenIds, &[]);
    assert_eq!(journal.claim(&claim).await.unwrap(), Reserved::Granted);
}

fn shared(world: &World) -> MemoryStore {
    MemoryStore::with_clock(Arc::new(world.clock.clone()))
}

/// The call reaches the platform, and its worker is gone before he records the answer.
async fn make(world: &World, plan: &Plan, chunk: usize) {
    let call = &plan.chunks()[chunk];
    let recipients = Recipients::new(plan.open_ids(call).unwrap()).unwrap();
    let content = MassContent::text("【春茶上新】三款明前茶今日到店");
    MassSender::new(world.client.clone())
        .send_to(recipients, content, call.key.clone())
        .await
        .unwrap();
}

#[tokio::test]
async fn two_lost_calls_of_one_content_learn_whose_job_is_whose() {
    let world = World::new(THREE_CALLS);
    let (store, plan) = (shared(&world), plan(THREE_CALLS, text()));
    for chunk in [0, 1] {
        let mut journal = join(&world, &store, &plan, "who dies").await;
        claim(&world, journal.as_mut(), chunk).await;
        make(&world, &plan, chunk).await;
    }
    world.clock.advance(Duration::from_secs(600));
    let mut journal = store.join(&plan, "who is left", world.now()).await.unwrap();
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    assert_eq!(world.mock.jobs().len(), 3);
    world.assert_once(THREE_CALLS);
}

#[tokio::test]
async fn a_call_that_a_worker_is_making_is_not_decided_about() {
    let world = World::new(TWO_CALLS);
    let (store, plan) = (shared(&world), plan(TWO_CALLS, text()));
    let mut anna = join(&world, &store, &plan, "anna").await;
    claim(&world, anna.as_mut(), 0).await;
    let mut human = store.join(&plan, "resolve", world.now()).await.unwrap();
    let decided = resolve(human.as_mut(), &plan, 0, Resolution::NotSent, world.now()).await;
    assert!(matches!(decided, Err(ResolveError::UnderWay)), "{decided:?}");
    let (account, name) = (plan.account(), plan.name());
    let begun = Begun::join(&store, account, name, "without the plan", world.now()).await.unwrap();
    let mut begun = begun.unwrap();
    let decided = begun.resolve(0, Resolution::NotSent, world.now()).await;
    assert!(matches!(decided, Err(ResolveError::UnderWay)), "{decided:?}");
    let decided = begun.resolve(2, Resolution::NotSent, world.now()).await;
    assert!(matches!(decided, Err(ResolveError::NoSuchCall { calls: 2, .. })), "{decided:?}");
    drop(begun);
    let other = Begun::join(&store, account, "other", "without the plan", world.now()).await;
    assert!(other.unwrap().is_none());
    world.clock.advance(Duration::from_secs(600));
    resolve(human.as_mut(), &plan, 0, Resolution::NotSent, world.now()).await.unwrap();
    drop((anna, human));
    world.clock.advance(Duration::from_secs(60));
    let mut journal = store.join(&plan, "ben", world.now()).await.unwrap();
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    world.assert_once(TWO_CALLS);
}

#[tokio::test]
async fn a_canary_that_may_have_gone_out_is_the_only_one() {
    let mut world = World::new(TWO_CALLS);
    (world.policy.canary, world.policy.attempts) = (Canary::Alone, 1);
    let (store, plan) = (shared(&world), plan(TWO_CALLS, text()));
    // The second call was the first to be made: its worker is gone, and its answer too.
    let mut journal = join(&world, &store, &plan, "who dies").await;
    claim(&world, journal.as_mut(), 1).await;
    drop(journal);
    world.clock.advance(Duration::from_secs(600));
    world.mock.on(SEND).answer_lost();
    let mut journal = store.join(&plan, "who is left", world.now()).await.unwrap();
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Undecided, "{report:?}");
    assert_eq!(world.mock.jobs().len(), 1, "no other call goes out beside it");
}

/// Two calls a day are allowed: a machine without a token would use them up. Nor does it hold the uploads, which
/// every call needs.
#[tokio::test]
async fn a_worker_without_a_token_reserves_nothing() {
    for content in [text(), article()] {
        let mut world = World::new(TWO_CALLS);
        world.policy.limits.by_open_ids_per_day = 2;
        let (store, plan) = (shared(&world), plan(TWO_CALLS, content));
        // The client makes three attempts at a token each time.
        (0..6).for_each(|_| world.mock.on(STABLE_TOKEN).errcode(-1));
        let mut journal = store.join(&plan, "anna", world.now()).await.unwrap();
        let (mut inbox, mut without) = (NoInbox::new(world.mock.clock()), Vec::new());
        let report = world
            .run_with(&plan, journal.as_mut(), &mut inbox, &mut |event| {
                if matches!(event, Event::NoToken(_)) {
                    without.push(world.now());
                }
            })
            .await
            .unwrap();
        let [first, second] = *without else { panic!("{without:?}") };
        assert!(second - Duration::from_secs(120) >= first, "it waits between them: {without:?}");
        assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
        world.assert_once(TWO_CALLS);
    }
}

#[tokio::test]
async fn a_machine_that_gets_no_token_ends_its_own_run_only() {
    let world = World::new(TWO_CALLS);
    let (store, plan) = (shared(&world), plan(TWO_CALLS, text()));
    world.mock.on(STABLE_TOKEN).errcode(40164);
    let mut journal = store.join(&plan, "outsider", world.now()).await.unwrap();
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert!(report.halted.as_ref().is_some_and(|why| why.contains("40164")), "{report:?}");
    drop(journal);
    let entries = store.entries(plan.account(), plan.name()).await.unwrap();
    assert!(matches!(entries.as_slice(), [Entry::Joined { .. }]), "{entries:?}");
    let mut journal = store.join(&plan, "ben", world.now()).await.unwrap();
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
}

/// The other has the job's lease, for he looked at it a moment ago, and is gone.
#[tokio::test]
async fn a_failure_halts_whoever_has_the_job() {
    let mut world = World::new(TWO_CALLS);
    (world.policy.poll_after, world.policy.follow_for) = (100 * HOUR, 200 * HOUR);
    let (store, plan) = (shared(&world), plan(TWO_CALLS, text()));
    let mut anna = join(&world, &store, &plan, "anna").await;
    claim(&world, anna.as_mut(), 0).await;
    make(&world, &plan, 0).await;
    let msg_id = world.mock.jobs()[0].msg_id;
    let answer = serde_json::json!({ "answer": "accepted", "msg_id": msg_id, "already": false });
    let answer = serde_json::from_value(answer).unwrap();
    anna.append(&Entry::Answer { chunk: 0, at: world.now(), answer }).await.unwrap();
    assert_eq!(anna.hold(Part::Job(msg_id), HOUR).await.unwrap(), Hold::Mine);
    let failed = MassReport::new(msg_id, JobStatus::Fail, ReportSource::Callback);
    store.keep_report(plan.account(), &failed, world.now()).await.unwrap();
    let mut ben = store.join(&plan, "ben", world.now()).await.unwrap();
    let report = world.run_on(&plan, ben.as_mut()).await.unwrap();
    assert!(matches!(report.brake, Some(Brake::Failed { chunk: 0, .. })), "{report:?}");
    assert_eq!(world.count(SEND), 1);
}

/// Its way to the platform may be this machine's own trouble, and each of its claims draws on the account's calls.
#[tokio::test]
async fn a_worker_who_finds_no_way_to_the_platform_pauses() {
    let world = World::new(TWO_CALLS);
    let (store, plan) = (shared(&world), plan(TWO_CALLS, text()));
    // The client makes three attempts each time.
    world.mock.on(SEND).times(6).refused();
    let mut journal = store.join(&plan, "anna", world.now()).await.unwrap();
    let (mut inbox, mut attempts) = (NoInbox::new(world.mock.clock()), Vec::new());
    let report = world
        .run_with(&plan, journal.as_mut(), &mut inbox, &mut |event| {
            if let Event::Recorded(Entry::Intent { at, .. }) = event {
                attempts.push(*at);
            }
        })
        .await
        .unwrap();
    assert_eq!(attempts.len(), 4, "two in vain");
    let pause = |number: usize| attempts[number].duration_since(attempts[number - 1]).unwrap();
    let shortest = world.policy.repeat_after * 2;
    assert!(pause(1) >= shortest && pause(2) >= shortest, "{attempts:?}");
    assert_eq!(report.conclusion(), Conclusion::Success, "{report:?}");
    world.assert_once(TWO_CALLS);
}

/// Nobody has looked at the campaign while the journal was away.
#[tokio::test]
async fn a_worker_who_comes_back_by_himself_does_not_try_what_was_refused() {
    let world = World::new(TWO_CALLS);
    let (store, plan) = (shared(&world), plan(TWO_CALLS, text()));
    world.mock.on(SEND).times(2).errcode(48001);
    let mut journal = store.join(&plan, "anna", world.now()).await.unwrap();
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert!(report.halted.as_ref().is_some_and(|why| why.contains("48001")), "{report:?}");
    let refused = world.count(SEND);
    drop(journal);
    let mut journal = store.join(&plan, "anna", world.now()).await.unwrap();
    let again = Driver::new(&world.client, &plan).with_policy(world.policy).again();
    let mut inbox = NoInbox::new(world.mock.clock());
    let report = again.run(journal.as_mut(), &mut inbox, &mut |_| {}).await.unwrap();
    assert!(report.halted.as_ref().is_some_and(|why| why.contains("48001")), "{report:?}");
    assert_eq!(world.count(SEND), refused);
    drop(journal);
    // A human who starts it anew has looked.
    let mut journal = store.join(&plan, "ben", world.now()).await.unwrap();
    _ = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert!(world.count(SEND) > refused);
}
