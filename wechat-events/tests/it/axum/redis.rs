//! Several receivers with a real Redis server, which `cargo xtask services` starts. Without one these tests are
//! left out.

use tokio::runtime::Runtime;
use tokio::sync::Semaphore;
use wechat_events::dedup::redis::RedisDedup;
use wechat_events::dedup::{Claim, DedupStore as _};

use super::promises::{Place, all, key};
use super::*;

/// Addresses that `cargo xtask services` gives.
const PLAIN: &str = "WECHAT_TEST_REDIS";
const TLS: &str = "WECHAT_TEST_REDIS_TLS";
const ROOTS: &str = "WECHAT_TEST_REDIS_ROOTS";

/// Shorter than in life: the tests wait for its end. A sixth of it must do for the server's answer, on a machine
/// that is busy with other tests.
const LEASE: Duration = Duration::from_secs(3);
const LONG: Duration = Duration::from_secs(600);

fn address(name: &str) -> Option<String> {
    let address = std::env::var(name).ok();
    if address.is_none() {
        eprintln!("left out: {name} is not set; cargo xtask services starts a server and sets it");
    }
    address
}

/// Keys that no other run has.
fn prefix(test: &str) -> String {
    format!("test-{}-{test}", std::process::id())
}

/// A handler that says when it begins, and goes on when it is let.
#[derive(Clone, Debug)]
struct Gated {
    began: Arc<Semaphore>,
    open: Arc<Semaphore>,
    told: Told,
}

impl Gated {
    fn new(told: Told) -> Self {
        let semaphore = || Arc::new(Semaphore::new(0));
        Self { began: semaphore(), open: semaphore(), told }
    }
}

#[async_trait]
impl Handler for Gated {
    async fn handle(&self, push: &Callback) -> Handled {
        self.began.add_permits(1);
        self.open.acquire().await?.forget();
        self.told.handle(push).await
    }
}

/// A receiver with connections of its own, as on a machine of its own.
fn receiver(handler: impl Handler, address: &str, prefix: &str) -> MethodRouter {
    let store = RedisDedup::open(address).unwrap().with_prefix(prefix);
    Endpoint::new(parser(), handler).with_store(Arc::new(store)).with_lease(LEASE).into_route()
}

fn machine() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// As the platform does, though without its pauses, and not only three times.
async fn post_until_taken(route: &MethodRouter, push: &Push) -> Answer {
    loop {
        let answer = post(route, push).await;
        if answer.status == StatusCode::OK {
            return answer;
        }
        // 500 when the store was slow.
        assert!(matches!(answer.status.as_u16(), 500 | 503), "{answer:?}");
    }
}

#[tokio::test]
async fn redis_keeps_the_promises() {
    let Some(address) = address(PLAIN) else { return };
    let store = RedisDedup::open(&address).unwrap().with_prefix(prefix("promises"));
    all(&Place { store: &store, pass: &|| {} }).await;
}

#[tokio::test]
async fn what_was_handled_is_forgotten_after_its_time() {
    let Some(address) = address(PLAIN) else { return };
    let store = RedisDedup::open(&address).unwrap().with_prefix(prefix("forgotten"));
    let store = store.with_remember(Duration::from_millis(2));
    let Claim::Granted(lease) = store.begin(&key(1), LONG).await.unwrap() else { panic!() };
    store.finish(&key(1), lease, Some("<xml/>")).await.unwrap();
    while let Claim::Finished(_) = store.begin(&key(1), LONG).await.unwrap() {}
}

#[tokio::test]
async fn redis_is_reached_by_tls() {
    let Some(address) = address(TLS) else { return };
    let roots = std::fs::read(std::env::var(ROOTS).unwrap()).unwrap();
    let store = RedisDedup::open_with_roots(&address, &roots).unwrap().with_prefix(prefix("tls"));
    assert!(matches!(store.begin(&key(1), LONG).await.unwrap(), Claim::Granted(_)));
    // Its certificate is nobody's that this machine trusts.
    let stranger = RedisDedup::open(&address).unwrap();
    let error = stranger.begin(&key(1), LONG).await.unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_server_that_cannot_be_used_says_why_and_shows_no_password() {
    let closed = RedisDedup::open("redis://:s3cretpassword@127.0.0.1:1").unwrap();
    let shown = format!("{closed:?}");
    let error = closed.begin(&key(1), LONG).await.unwrap_err().to_string();
    assert!(error.contains("127.0.0.1:1") && error.contains("refused"), "{error}");
    assert!(!shown.contains("s3cret") && !error.contains("s3cret"), "{shown} {error}");
    let nonsense = format!("{:?}", RedisDedup::open("http://:s3cret@x").unwrap_err());
    assert!(!nonsense.contains("s3cret"), "{nonsense}");

    let Some(address) = address(PLAIN) else { return };
    let (scheme, rest) = address.split_once("//").unwrap();
    let (_, place) = rest.split_once('@').unwrap();
    let wrong = RedisDedup::open(&format!("{scheme}//:s3cretpassword@{place}")).unwrap();
    let error = wrong.begin(&key(1), LONG).await.unwrap_err().to_string();
    assert!(error.contains("Password authentication failed"), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
}

#[tokio::test]
async fn what_another_program_put_there_is_no_claim() {
    let Some(address) = address(PLAIN) else { return };
    let prefix = prefix("foreign");
    let store = RedisDedup::open(&address).unwrap().with_prefix(&prefix);
    let mut other =
        ::redis::Client::open(address).unwrap().get_multiplexed_async_connection().await.unwrap();
    for value in ["", "finish", "finishedx", "7"] {
        let set =
            ::redis::cmd("SET").arg(format!("{prefix}:push:{}", key(1))).arg(value).to_owned();
        let () = set.query_async(&mut other).await.unwrap();
        let error = store.begin(&key(1), LONG).await.unwrap_err().to_string();
        assert!(error.contains("another program"), "{error}");
    }
}

#[tokio::test]
async fn two_receivers_handle_each_push_once_though_it_comes_to_both() {
    let Some(address) = address(PLAIN) else { return };
    let (told, prefix) = (Told::default(), prefix("both"));
    let one = receiver(told.clone(), &address, &prefix);
    let two = receiver(told.clone(), &address, &prefix);
    let mut tries = tokio::task::JoinSet::new();
    for number in 1..=100 {
        for route in [&one, &two] {
            let route = route.clone();
            tries.spawn(async move { post_until_taken(&route, &job(number)).await });
        }
    }
    for answer in tries.join_all().await {
        assert_eq!(answer.body, "success");
    }
    assert_eq!((told.begun(), told.finished()), (100, 100));
    // And late tries.
    for number in 1..=100 {
        assert_eq!(post_until_taken(&two, &job(number)).await.body, "success");
        assert_eq!(post_until_taken(&one, &job(number)).await.body, "success");
    }
    assert_eq!((told.begun(), told.finished()), (100, 100));
}

#[tokio::test]
async fn the_other_receiver_answers_with_the_same_reply() {
    let Some(address) = address(PLAIN) else { return };
    let (told, prefix) = (Told::to([Act::Reply("一次")]), prefix("reply"));
    let one = receiver(told.clone(), &address, &prefix);
    let two = receiver(told.clone(), &address, &prefix);
    let push = click("k");
    let (a, b) = (post(&one, &push).await, post(&two, &push).await);
    assert_eq!((a.status, b.status, told.begun()), (StatusCode::OK, StatusCode::OK, 1));
    assert!(a.body == b.body && a.body.contains("Encrypt"), "{} {}", a.body, b.body);
}

#[tokio::test]
async fn a_claim_is_kept_while_its_handler_runs_longer_than_a_lease() {
    let Some(address) = address(PLAIN) else { return };
    let (handler, prefix) = (Gated::new(Told::default()), prefix("long"));
    let one = receiver(handler.clone(), &address, &prefix);
    let two = receiver(handler.clone(), &address, &prefix);
    let push = job(1);
    let first = tokio::spawn(async move { post_until_taken(&one, &job(1)).await });
    handler.began.acquire().await.unwrap().forget();
    // It waits for as long as a lease lasts, and more than one ends.
    for _ in 0..2 {
        let answer = post(&two, &push).await;
        assert!(answer.status == StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
        assert!(answer.after >= LEASE, "{answer:?}");
    }
    handler.open.add_permits(1);
    assert_eq!(first.await.unwrap().body, "success");
    assert_eq!(post_until_taken(&two, &push).await.body, "success");
    assert_eq!((handler.told.begun(), handler.told.finished()), (1, 1));
}

#[test]
fn what_a_receiver_was_handling_when_it_died_is_handled_by_the_other() {
    let Some(address) = address(PLAIN) else { return };
    let (handler, prefix) = (Gated::new(Told::default()), prefix("died"));
    let dying = machine();
    dying.block_on(async {
        let route = receiver(handler.clone(), &address, &prefix);
        tokio::spawn(async move { post(&route, &job(1)).await });
        handler.began.acquire().await.unwrap().forget();
    });
    // The handler is under way. Nothing of this machine runs any more.
    drop(dying);
    assert_eq!(handler.told.finished(), 0);

    let other = Told::default();
    machine().block_on(async {
        let route = receiver(other.clone(), &address, &prefix);
        assert_eq!(post_until_taken(&route, &job(1)).await.body, "success");
        assert_eq!(post_until_taken(&route, &job(1)).await.body, "success");
    });
    assert_eq!((other.begun(), other.finished()), (1, 1));
}
