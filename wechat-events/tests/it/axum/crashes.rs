//! Crashes and failing stores: the next try is handled, and no push is handled twice to its end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use wechat_events::dedup::{Claim, DedupStore, Lease, MemoryDedup, PushKey, StoreError};

use super::*;

/// A store outside of the machines, with a clock moved by hand.
#[derive(Debug)]
pub(super) struct Outside {
    seen: MemoryDedup,
    now: AtomicU64,
    /// Whether `begin` and `finish` fail.
    broken: (bool, bool),
}

impl Outside {
    pub(super) fn new(broken: (bool, bool)) -> Arc<Self> {
        Arc::new(Self { seen: MemoryDedup::new(), now: AtomicU64::new(0), broken })
    }

    fn now(&self) -> Duration {
        Duration::from_secs(self.now.load(Ordering::SeqCst))
    }

    pub(super) fn pass(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }
}

#[async_trait]
impl DedupStore for Outside {
    async fn begin(&self, key: &PushKey, lease: Duration) -> Result<Claim, StoreError> {
        if self.broken.0 {
            return Err("no connection".into());
        }
        Ok(self.seen.begin(key, self.now(), lease))
    }

    async fn renew(&self, key: &PushKey, lease: Lease, lasts: Duration) -> Result<(), StoreError> {
        Ok(self.seen.renew(key, lease, self.now(), lasts)?)
    }

    async fn finish(
        &self,
        key: &PushKey,
        lease: Lease,
        reply: Option<&str>,
    ) -> Result<(), StoreError> {
        if self.broken.1 {
            return Err("no connection".into());
        }
        Ok(self.seen.finish(key, lease, self.now(), reply.map(str::to_owned))?)
    }

    async fn abandon(&self, key: &PushKey, lease: Lease) -> Result<(), StoreError> {
        Ok(self.seen.abandon(key, lease)?)
    }
}

fn machine(told: &Told, store: &Arc<Outside>) -> MethodRouter {
    endpoint(told).with_store(Arc::clone(store) as _).into_route()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[test]
fn after_a_crash_the_next_try_is_handled_by_another_machine() {
    let store = Outside::new((false, false));
    let told = Told::to([after(50, Act::Finish), Act::Finish]);
    let crashing = runtime();
    let answer = crashing.block_on(async { post(&machine(&told, &store), &job(1)).await });
    answer.is(503, "not ready");
    // The handler is under way. Nothing of this machine runs any more.
    drop(crashing);
    assert_eq!((told.begun(), told.finished()), (1, 0));

    // The platform tries three times, five seconds apart.
    let other = runtime();
    let route = machine(&told, &store);
    store.pass(5);
    // Nobody can know that the first one is dead before its lease has ended.
    other.block_on(async { post(&route, &job(1)).await }).is(503, "not ready");
    assert_eq!(told.begun(), 1);
    store.pass(5);
    other.block_on(async { post(&route, &job(1)).await }).is(200, "success");
    assert_eq!((told.begun(), told.finished()), (2, 1));
}

/// The store's clock and the machine's are one here.
#[derive(Debug)]
struct Shared {
    seen: MemoryDedup,
    since: Instant,
    /// Seconds until `begin` answers, once; whether claims are another's when they are to be renewed.
    slow: AtomicU64,
    forgets: bool,
}

impl Shared {
    fn new(slow: u64, forgets: bool) -> Arc<Self> {
        let (seen, since) = (MemoryDedup::new(), Instant::now());
        Arc::new(Self { seen, since, slow: slow.into(), forgets })
    }
}

#[async_trait]
impl DedupStore for Shared {
    async fn begin(&self, key: &PushKey, lease: Duration) -> Result<Claim, StoreError> {
        let claim = self.seen.begin(key, self.since.elapsed(), lease);
        pass(self.slow.swap(0, Ordering::SeqCst)).await;
        Ok(claim)
    }

    async fn renew(&self, key: &PushKey, lease: Lease, lasts: Duration) -> Result<(), StoreError> {
        if self.forgets {
            self.seen.abandon(key, lease)?;
        }
        Ok(self.seen.renew(key, lease, self.since.elapsed(), lasts)?)
    }

    async fn finish(
        &self,
        key: &PushKey,
        lease: Lease,
        reply: Option<&str>,
    ) -> Result<(), StoreError> {
        Ok(self.seen.finish(key, lease, self.since.elapsed(), reply.map(str::to_owned))?)
    }

    async fn abandon(&self, key: &PushKey, lease: Lease) -> Result<(), StoreError> {
        Ok(self.seen.abandon(key, lease)?)
    }
}

/// When a request with a push came to this machine, and its answer.
async fn three_tries(route: &MethodRouter, push: &Push) -> Vec<u16> {
    let mut answers = Vec::new();
    for _ in 0..3 {
        let answer = post(route, push).await;
        answers.push(answer.status.as_u16());
        pass(5_u64.saturating_sub(answer.after.as_secs())).await;
    }
    answers
}

#[tokio::test(start_paused = true)]
async fn a_claim_whose_answer_was_lost_does_not_lose_the_push() {
    let told = Told::default();
    let route = endpoint(&told).with_store(Shared::new(6, false)).into_route();
    assert_eq!(three_tries(&route, &job(1)).await, [500, 200, 200]);
    assert_eq!(told.finished(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_claim_is_renewed_while_its_handler_runs() {
    let told = Told::to([after(40, Act::Finish)]);
    let store = Shared::new(0, false);
    let machine = || endpoint(&told).with_store(Arc::clone(&store) as _).into_route();
    let (one, two) = (machine(), machine());
    post(&one, &job(1)).await.is(503, "not ready");
    pass(30).await;
    post(&two, &job(1)).await.is(503, "not ready");
    pass(10).await;
    post(&two, &job(1)).await.is(200, "success");
    assert_eq!((told.begun(), told.finished()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_claim_is_another_s_is_stopped() {
    let told = Told::to([after(40, Act::Finish)]);
    let route = endpoint(&told).with_store(Shared::new(0, true)).into_route();
    let answer = post(&route, &job(1)).await;
    answer.is(500, "not taken");
    assert_eq!((answer.after.as_millis(), told.finished()), (1500, 0));
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_be_without_limit() {
    let told = Told::default();
    let route = endpoint(&told).with_handler_limit(Duration::MAX).into_route();
    post(&route, &job(1)).await.is(200, "success");
    assert_eq!(told.finished(), 1);
}

#[test]
fn a_restart_without_a_common_store_handles_the_next_try_at_once() {
    let told = Told::to([after(50, Act::Finish), Act::Finish]);
    for expected in [(503, "not ready"), (200, "success")] {
        let process = runtime();
        let answer = process.block_on(async { post(&endpoint(&told).into_route(), &job(1)).await });
        answer.is(expected.0, expected.1);
    }
    assert_eq!((told.begun(), told.finished()), (2, 1));
}

#[test]
fn a_push_that_comes_while_the_runtime_shuts_down_hangs_nothing() {
    let told = Told::default();
    let (done, ended) = std::sync::mpsc::channel();
    let thread_told = told.clone();
    std::thread::spawn(move || {
        let process = runtime();
        let handle = process.handle().clone();
        drop(process);
        // Tasks are dropped as soon as they are spawned, as on the threads of a runtime that ends.
        let _inside = handle.enter();
        let route = endpoint(&thread_told).into_route();
        let push = job(1);
        let mut call = std::pin::pin!(post(&route, &push));
        let answer = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let _ = done.send(answer);
    });
    // Not a measure of time: who hangs, hangs for ever.
    let answer = ended.recv_timeout(Duration::from_secs(60)).expect("an end");
    let Poll::Ready(answer) = answer else { panic!("it waits") };
    answer.is(500, "not taken");
    assert_eq!(told.begun(), 0);
}

#[tokio::test(start_paused = true)]
async fn two_machines_handle_a_push_once() {
    let store = Outside::new((false, false));
    let told = Told::to([after(3, Act::Reply("一次"))]);
    let (one, two, push) = (machine(&told, &store), machine(&told, &store), click("k"));
    let (a, b) = tokio::join!(post(&one, &push), post(&two, &push));
    // The second one waits for the first one's reply.
    assert_eq!((a.status.as_u16(), b.status.as_u16(), b.body == a.body), (200, 200, true));
    assert_eq!(told.begun(), 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_handled_while_the_store_does_not_answer() {
    let told = Told::default();
    let route = machine(&told, &Outside::new((true, false)));
    post(&route, &job(1)).await.is(500, "not taken");
    assert_eq!(told.begun(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_handled_is_answered_although_the_store_failed_after_it() {
    let told = Told::default();
    let route = machine(&told, &Outside::new((false, true)));
    post(&route, &job(1)).await.is(200, "success");
    assert_eq!(told.finished(), 1);
    // Its claim still stands, so that it is not handled again.
    post(&route, &job(1)).await.is(503, "not ready");
    assert_eq!(told.begun(), 1);
}

fn act() -> impl Strategy<Value = Act> {
    let act =
        prop_oneof![Just(Act::Finish), Just(Act::Reply("r")), Just(Act::Fail), Just(Act::Panic)];
    (0..20_u64, act).prop_map(|(seconds, act)| after(seconds, act))
}

/// When a try begins after the one before it, whether it hangs up after a while, and to which of two
/// machines it goes.
fn tries() -> impl Strategy<Value = Vec<(u64, Option<u64>, usize)>> {
    proptest::collection::vec((0..8_u64, proptest::option::of(0..6_u64), 0..2_usize), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the handlers do and whenever tries come and go: one run at a time, one run to its
    /// end, no answer that is late, and `200` only for a push that was handled.
    #[test]
    fn no_push_is_handled_twice_to_its_end(
        acts in proptest::collection::vec(act(), 0..12),
        tries in tries(),
    ) {
        let told = Told::to(acts);
        let store = Outside::new((false, false));
        let result: Result<(), TestCaseError> = runtime().block_on(async {
            let machines = [machine(&told, &store), machine(&told, &store)];
            let mut running = Vec::new();
            for (wait, hang_up, at) in tries {
                pass(wait).await;
                let (route, told) = (machines[at].clone(), told.clone());
                running.push(tokio::spawn(async move {
                    let patience = Duration::from_secs(hang_up.unwrap_or(5));
                    let answer = tokio::time::timeout(patience, post(&route, &job(1))).await.ok();
                    (answer, told.finished())
                }));
            }
            for task in running {
                let (answer, finished) = task.await.unwrap();
                let Some(answer) = answer else { continue };
                prop_assert!(answer.after <= Duration::from_secs(4));
                match answer.status.as_u16() {
                    200 => prop_assert_eq!(finished, 1),
                    500 | 503 => {}
                    other => prop_assert!(false, "{}", other),
                }
            }
            pass(100).await;
            prop_assert!(told.finished() <= 1 && told.at_once() <= 1);
            // And in the end the platform gets it through.
            for _ in 0..40 {
                let last = post(&machines[0], &job(1)).await;
                if last.status == StatusCode::OK {
                    break;
                }
            }
            prop_assert_eq!(told.finished(), 1);
            Ok(())
        });
        result?;
    }
}
