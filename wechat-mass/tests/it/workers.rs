//! Several workers share a campaign.

use std::sync::Arc;
use std::time::Duration;

use wechat_mass::MassSender;
use wechat_mass::campaign::{Begun, Canary, Conclusion, Plan, Resolution, ResolveError, resolve};
use wechat_mass::journal::{Claim, Entry, Journal, MemoryStore, Reserved, Store as _};
use wechat_mass::quota::Spend;
use wechat_types::mass::{MassContent, Recipients};

use crate::world::{SEND, THREE_CALLS, TWO_CALLS, World, plan, text};

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
