//! The journal in a real PostgreSQL server, which `cargo xtask services` starts. Without one these tests are
//! left out.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::sync::{Barrier, OnceCell};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use wechat_mass::campaign::{Conclusion, Content, DriverError, Plan};
use wechat_mass::journal::conformance::{BEGINNING, PROMISES, Place, WORKERS};
use wechat_mass::journal::{
    Claim, Entry, Journal, JournalError, JournalErrorKind, PostgresAddress, PostgresStore,
    Reserved, Store,
};
use wechat_mass::quota::{Limits, Spend};
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use crate::world::{SEND, TWO_CALLS, World, app_id, plan, text, to_fans};

/// Addresses that `cargo xtask services` gives.
const PLAIN: &str = "WECHAT_TEST_POSTGRES";
const TLS: &str = "WECHAT_TEST_POSTGRES_TLS";
const ROOTS: &str = "WECHAT_TEST_POSTGRES_ROOTS";

fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        eprintln!("left out: {name} is not set; cargo xtask services starts a server and sets it");
    }
    value
}

/// A schema that no other test has, in the server of the tests.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    url: String,
    schema: String,
    /// A connection of the test's own.
    admin: Arc<OnceCell<Client>>,
}

impl Ground {
    /// None when there is no server.
    pub(crate) fn new() -> Option<Self> {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let url = variable(PLAIN)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let schema = format!("test_{}_{number}", std::process::id());
        Some(Self { url, schema, admin: Arc::default() })
    }

    fn address(&self) -> PostgresAddress {
        PostgresAddress::new(&self.url).unwrap().with_schema(&self.schema).unwrap()
    }

    async fn connect(&self) -> Result<PostgresStore, JournalError> {
        PostgresStore::connect_to(self.address()).await
    }

    pub(crate) async fn store(&self) -> PostgresStore {
        self.connect().await.unwrap()
    }

    /// Runs statements as another program; the first column of what they give.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<String> {
        let connect = || async {
            let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
            tokio::spawn(connection);
            client.batch_execute(&format!("SET search_path TO {}", self.schema)).await.unwrap();
            client
        };
        let client = self.admin.get_or_init(connect).await;
        let rows = client.simple_query(sql).await.unwrap();
        let first = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        rows.iter().filter_map(first).collect()
    }

    /// Puts a clock that is moved by hand in the place of the database's.
    pub(crate) async fn stop_clock(&self, seconds: u64) {
        drop(self.store().await);
        self.sql(&format!(
            "CREATE TABLE clock AS SELECT {seconds}::bigint * 1000 AS now;
             CREATE OR REPLACE FUNCTION now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
                'SELECT now FROM clock'"
        ))
        .await;
    }

    pub(crate) async fn drop_schema(&self) {
        self.sql(&format!("DROP SCHEMA {} CASCADE", self.schema)).await;
    }

    /// Commits what [`sql`](Self::sql) began as soon as this waits for it; it may also end without.
    async fn commit_when_awaited<T>(&self, waits: impl Future<Output = T>) -> T {
        let blocked = "SELECT 1 FROM pg_locks
                       WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))";
        let mut waits = pin!(waits);
        loop {
            tokio::select! {
                biased;
                done = &mut waits => return done,
                waiting = self.sql(blocked) => if !waiting.is_empty() {
                    self.sql("COMMIT").await;
                    return waits.await;
                },
            }
        }
    }

    /// Ends the connection that holds a campaign, as the server's operator would.
    async fn end_holders(&self) {
        let ended = self
            .sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = current_schema() AND pid IN
                    (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)",
            )
            .await;
        assert_eq!(ended, ["t"]);
    }

    /// The same, under a name by which its connections are found.
    fn named(mut self) -> Self {
        self.url = format!("{}&application_name={}", self.url, self.schema);
        self
    }
}

#[async_trait]
impl Place for Ground {
    fn open(&self) -> Result<Box<dyn Store>, JournalError> {
        let connecting = async { Ok(Box::new(self.connect().await?) as Box<dyn Store>) };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(connecting))
    }

    async fn pass(&self, span: Duration) -> Result<(), String> {
        self.sql(&format!("UPDATE clock SET now = now + {}", span.as_millis())).await;
        Ok(())
    }
}

#[track_caller]
fn problem<T>(opened: Result<T, JournalError>) -> String {
    opened.err().expect("an error").to_string()
}

async fn open(store: &PostgresStore, plan: &Plan) -> Box<dyn Journal> {
    store.open(plan, SystemTime::UNIX_EPOCH).await.unwrap()
}

fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_775_000_000 + seconds)
}

fn report(job: u64) -> MassReport {
    MassReport::new(MsgId::new(job), JobStatus::Success, ReportSource::Callback)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_every_promise() {
    for promise in PROMISES {
        let Some(ground) = Ground::new() else { return };
        assert_eq!(promise.check(&ground).await, Ok(()), "{}", promise.name());
        ground.drop_schema().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_every_promise_to_workers() {
    for promise in WORKERS {
        let Some(ground) = Ground::new() else { return };
        ground.stop_clock(BEGINNING).await;
        assert_eq!(promise.check(&ground).await, Ok(()), "{}", promise.name());
        ground.drop_schema().await;
    }
}

#[tokio::test]
async fn a_machine_whose_clock_is_wrong_takes_no_part() {
    let Some(ground) = Ground::new() else { return };
    ground.stop_clock(1_775_000_000).await;
    let (store, plan) = (ground.store().await, plan(3, text()));
    for (seconds, good) in [(-31, false), (-30, true), (30, true), (31, false)] {
        let at = SystemTime::UNIX_EPOCH
            + Duration::from_secs(1_775_000_000_u64.wrapping_add_signed(seconds));
        let joined = store.join(&plan, "anna", at).await;
        if good {
            let mut journal = joined.unwrap();
            let early = Claim::new(0, moment(31), Spend::ByOpenIds, &[]);
            let error = problem(journal.claim(&early).await);
            let clocks = "its clock says 2026-04-01 07:33:20, this machine's 2026-04-01 07:33:51 (in Beijing)";
            assert!(error.contains(clocks), "{error}");
            assert_eq!(journal.load().await.unwrap(), []);
        } else {
            assert!(problem(joined).contains("31 seconds apart"));
        }
    }
    ground.drop_schema().await;
}

/// What is reserved in the future would hold up all others until then.
#[tokio::test]
async fn a_clock_that_is_ahead_reserves_nothing() {
    let Some(ground) = Ground::new() else { return };
    ground.stop_clock(1_775_000_000).await;
    let (store, plan) = (ground.store().await, plan(3, text()));
    let preview =
        async |seconds| store.spend(&app_id(), Spend::Preview, moment(seconds), &[]).await;
    assert!(problem(preview(31).await).contains("31 seconds apart"));
    let mut alone = open(&store, &plan).await;
    let early = Claim::new(0, moment(31), Spend::ByOpenIds, &[]);
    assert!(problem(alone.claim(&early).await).contains("31 seconds apart"));
    assert_eq!(ground.sql("SELECT count(*) FROM spent").await, ["0"]);
    assert_eq!(preview(30).await.unwrap(), Reserved::Granted);
    drop(alone);
    ground.drop_schema().await;
}

#[tokio::test]
async fn clocks_that_differ_share_one_minute() {
    let Some(ground) = Ground::new() else { return };
    ground.stop_clock(1_775_000_100).await;
    let (store, plan) = (ground.store().await, plan(3, text()));
    let mut limits = Limits::none();
    limits.sends_per_minute = 2;
    let budgets = limits.budgets(Spend::ByOpenIds);
    let mut behind = store.join(&plan, "behind", moment(71)).await.unwrap();
    for chunk in [0, 1] {
        let claim = Claim::new(chunk, moment(71), Spend::ByOpenIds, &budgets);
        assert_eq!(behind.claim(&claim).await.unwrap(), Reserved::Granted);
    }
    ground.pass(Duration::from_secs(45)).await.unwrap();
    let mut ahead = store.join(&plan, "ahead", moment(165)).await.unwrap();
    _ = ahead.news(0).await.unwrap();
    let claim = Claim::new(2, moment(165), Spend::ByOpenIds, &budgets);
    let reserved = ahead.claim(&claim).await.unwrap();
    assert!(matches!(reserved, Reserved::Wait { .. }), "{reserved:?}");
    drop((behind, ahead));
    ground.drop_schema().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_at_the_same_time_make_each_call_once() {
    const CALLS: usize = 20;
    let Some(ground) = Ground::new() else { return };
    ground.stop_clock(1_775_000_000).await;
    let mut workers = JoinSet::new();
    for name in ["anna", "ben", "cleo", "dora"] {
        let ground = ground.clone();
        workers.spawn(async move { (name, work(&ground, name, CALLS).await) });
    }
    let done = workers.join_all().await;
    assert_eq!(done.iter().map(|(_, calls)| calls).sum::<usize>(), CALLS, "{done:?}");
    let entries = ground.store().await.entries(&app_id(), "spring").await.unwrap();
    let begun = entries.iter().filter(|entry| matches!(entry, Entry::Intent { .. })).count();
    assert_eq!((begun, entries.len()), (CALLS, 2 * CALLS));
    ground.drop_schema().await;
}

/// Makes the calls that nobody has made; how many.
async fn work(ground: &Ground, name: &str, calls: usize) -> usize {
    let (store, plan) = (ground.store().await, plan(3, text()));
    let mut journal = store.join(&plan, name, moment(0)).await.unwrap();
    let (mut begun, mut made) = (std::collections::BTreeSet::new(), 0);
    for chunk in 0..calls {
        while !begun.contains(&chunk) {
            let claim = Claim::new(chunk, moment(0), Spend::ByOpenIds, &[]);
            match journal.claim(&claim).await.unwrap() {
                Reserved::Granted => {
                    begun.insert(chunk);
                    made += 1;
                    journal.append(&accepted(chunk)).await.unwrap();
                }
                Reserved::Held { .. } => break,
                Reserved::Behind => {
                    for entry in journal.news(0).await.unwrap().entries {
                        if let Entry::Intent { chunk, .. } = entry {
                            begun.insert(chunk);
                        }
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
    made
}

fn accepted(chunk: usize) -> Entry {
    let text = format!(
        r#"{{"entry":"answer","chunk":{chunk},"at":1775000000000,"answer":"accepted",
            "msg_id":{chunk},"msg_data_id":null,"already":false}}"#
    );
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn who_takes_part_is_told_by_his_connection() {
    let Some(ground) = Ground::new() else { return };
    ground.stop_clock(1_775_000_000).await;
    let (store, plan) = (ground.store().await, plan(3, text()));
    let anna = store.join(&plan, "anna", moment(0)).await.unwrap();
    let mut ben = store.join(&plan, "ben", moment(0)).await.unwrap();
    ground.pass(Duration::from_secs(7)).await.unwrap();
    ben.news(0).await.unwrap();
    let found = store.workers(&app_id(), "spring").await.unwrap();
    let told: Vec<_> = found.iter().map(|w| (w.name.as_str(), w.idle.as_secs())).collect();
    assert_eq!(told, [("anna", 7), ("ben", 0)]);
    drop((anna, ben));
    // They are gone when the campaign can be had alone.
    let alone = open(&store, &plan).await;
    assert_eq!(store.workers(&app_id(), "spring").await.unwrap(), []);
    drop(alone);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_campaign_runs_and_another_program_reads_it() {
    let Some(ground) = Ground::new() else { return };
    let (world, plan) = (World::new(TWO_CALLS), plan(TWO_CALLS, text()));
    let mut journal = open(&ground.store().await, &plan).await;
    let report = world.run_on(&plan, journal.as_mut()).await.unwrap();
    assert_eq!(report.conclusion(), Conclusion::Success);
    world.assert_once(TWO_CALLS);
    let entries = ground.store().await.entries(&app_id(), "spring").await.unwrap();
    assert_eq!(entries, journal.load().await.unwrap());
    // Claim and intent are one transaction, the answer and its job another.
    let written = ground
        .sql(
            "SELECT count(DISTINCT xmin::text) FROM (
                SELECT xmin FROM entry WHERE fact LIKE '%chunk%'
                UNION ALL SELECT xmin FROM spent UNION ALL SELECT xmin FROM job) AS written",
        )
        .await;
    assert_eq!((written, world.count(SEND)), (vec!["4".to_owned()], 2));
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_server_that_cannot_be_used_says_why_and_shows_no_password() {
    let closed = PostgresAddress::new("postgres://me:s3cret@127.0.0.1:1/shop").unwrap();
    assert!(!format!("{closed:?}").contains("s3cret"), "{closed:?}");
    let closed = PostgresStore::connect_to(closed).await.unwrap_err();
    assert_eq!(closed.kind(), JournalErrorKind::Unreachable);
    let error = closed.to_string();
    assert!(error.contains("127.0.0.1:1") && error.contains("refused"), "{error}");

    let Some(ground) = Ground::new() else { return };
    let place = ground.url.split_once('@').unwrap().1.to_owned();
    let password = PostgresStore::connect(&format!("postgres://wechat:s3cret@{place}")).await;
    let wrong = password.unwrap_err();
    assert_eq!(wrong.kind(), JournalErrorKind::Unusable);
    let error = wrong.to_string();
    assert!(error.contains("wrong user or password"), "{error}");
    assert!(!error.contains("s3cret"), "{error}");
    let database = ground.url.replace("/postgres?", "/nowhere?");
    let error = problem(PostgresStore::connect(&database).await);
    assert!(error.contains("no such database") && error.contains("nowhere"), "{error}");
    let own = ground.url.split(['/', ':', '@']).nth(4).unwrap().to_owned();
    let store = ground.store().await;
    let shown = format!("{store:?} {:?}", open(&store, &plan(3, text())).await);
    assert!(shown.contains("127.0.0.1") && !shown.contains(&own), "{shown}");
    ground.drop_schema().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://me@{}/shop", listener.local_addr().unwrap());
    let error = problem(PostgresStore::connect(&url).await);
    assert!(error.contains("cannot be reached"), "{error}");
}

#[tokio::test]
async fn postgres_is_reached_by_tls() {
    let Some(url) = variable(TLS) else { return };
    let plain = Ground::new().unwrap();
    let ground = Ground { url, ..plain.clone() };
    let roots = std::fs::read(std::env::var(ROOTS).unwrap()).unwrap();
    let store = PostgresStore::connect_to(ground.address().with_roots(&roots).unwrap()).await;
    assert_eq!(store.unwrap().campaigns(&app_id()).await.unwrap(), []);
    let file = std::env::var(ROOTS).unwrap();
    let by_file = format!("{}&sslrootcert={file}", ground.url);
    Ground { url: by_file, ..ground.clone() }.connect().await.unwrap();
    // Its certificate is nobody's that this machine trusts.
    let stranger = ground.connect().await.unwrap_err();
    assert_eq!(stranger.kind(), JournalErrorKind::Unusable);
    assert!(stranger.to_string().contains("certificate"), "{stranger}");
    plain.drop_schema().await;
}

#[tokio::test]
async fn tables_of_something_else_are_left_alone() {
    for tables in [
        "CREATE TABLE customer (id int)",
        "CREATE TABLE campaign (id int)",
        "CREATE TABLE migration (id int)",
        "CREATE TABLE migration (number bigint, digest text)",
        "CREATE TABLE migration (number text, digest text); INSERT INTO migration VALUES ('1', 'x')",
        "CREATE TABLE migration (number bigint, digest text); INSERT INTO migration VALUES (1, 'x')",
    ] {
        let Some(ground) = Ground::new() else { return };
        ground.sql(&format!("CREATE SCHEMA {}", ground.schema)).await;
        ground.sql(tables).await;
        let error = problem(ground.connect().await);
        assert!(error.contains(&ground.schema), "{error}");
        assert!(error.contains("no journal of campaigns"), "{error}");
        let count = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
        assert_eq!(ground.sql(count).await, ["1"]);
        ground.drop_schema().await;
    }
}

#[tokio::test]
async fn a_newer_journal_is_left_to_the_newer_program() {
    let Some(ground) = Ground::new() else { return };
    drop(ground.store().await);
    ground.sql("INSERT INTO migration SELECT n, 'x' FROM generate_series(100, 198) n").await;
    let error = problem(ground.connect().await);
    assert!(error.contains("version 101") && error.contains("newer program"), "{error}");
    ground.drop_schema().await;
}

#[tokio::test]
async fn programs_that_start_at_once_make_the_tables_once() {
    let Some(ground) = Ground::new() else { return };
    let mut starts = JoinSet::new();
    for _ in 0..8 {
        let ground = ground.clone();
        starts.spawn(async move { ground.connect().await.map(|_| ()) });
    }
    for started in starts.join_all().await {
        started.unwrap();
    }
    ground.drop_schema().await;
}

#[tokio::test]
async fn who_may_not_make_tables_is_told_and_can_use_those_that_are_there() {
    let Some(ground) = Ground::new() else { return };
    let (user, schema) = (format!("{}_user", ground.schema), &ground.schema);
    ground.sql(&format!("CREATE ROLE {user} LOGIN PASSWORD 'x'")).await;
    let place = ground.url.split_once('@').unwrap().1;
    let small = Ground { url: format!("postgres://{user}:x@{place}"), ..ground.clone() };
    let error = problem(small.connect().await);
    assert!(error.contains("give him the rights"), "{error}");
    drop(ground.store().await);
    ground
        .sql(&format!(
            "GRANT USAGE ON SCHEMA {schema} TO {user};
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {user}"
        ))
        .await;
    let mut journal = open(&small.store().await, &plan(3, text())).await;
    let claim = Claim::new(0, moment(0), Spend::ByOpenIds, &[]);
    assert_eq!(journal.claim(&claim).await.unwrap(), Reserved::Granted);
    drop(journal);
    ground.drop_schema().await;
    ground.sql(&format!("DROP ROLE {user}")).await;
}

#[tokio::test]
async fn a_lost_connection_ends_the_journal_and_frees_the_campaign() {
    let Some(ground) = Ground::new().map(Ground::named) else { return };
    let (world, plan) = (World::new(5), plan(5, text()));
    let store = ground.store().await;
    let mut journal = open(&store, &plan).await;
    let claim = Claim::new(0, world.now(), Spend::ByOpenIds, &[]);
    assert_eq!(journal.claim(&claim).await.unwrap(), Reserved::Granted);
    ground.end_holders().await;
    let lost = journal.load().await.unwrap_err();
    assert_eq!(lost.kind(), JournalErrorKind::Unreachable);
    let error = lost.to_string();
    assert!(error.contains("connection is lost") && error.contains("terminating"), "{error}");
    // It does not come back, for its lock is gone: another program may have the campaign by now.
    let mut other = open(&ground.store().await, &plan).await;
    for _ in 0..2 {
        assert!(problem(journal.claim(&claim).await).contains("connection is lost"));
        assert!(problem(journal.append(&Entry::GoOn { at: moment(0) }).await).contains("lost"));
        assert!(problem(journal.news(0).await).contains("lost"));
    }
    let error = world.run_on(&plan, journal.as_mut()).await.unwrap_err();
    assert!(matches!(error, DriverError::Journal { .. }), "{error:?}");
    assert_eq!(world.count(SEND), 0);
    assert_eq!(other.load().await.unwrap(), [claim.intent()]);
    // A store has no lock to lose, and connects anew.
    store.entries(&app_id(), "spring").await.unwrap();
    drop(other);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_commit_that_is_refused_records_nothing_and_a_lost_one_tells_nothing() {
    let Some(ground) = Ground::new() else { return };
    let plan = plan(5, text());
    let mut journal = open(&ground.store().await, &plan).await;
    let at_commit = |does: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION at_commit() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN {does}; RETURN NULL; END';
             DROP TRIGGER IF EXISTS at_commit ON entry;
             CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON entry
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit()"
        )
    };
    ground.sql(&at_commit("RAISE EXCEPTION ''no''")).await;
    let fact = Entry::Resumed { at: moment(0) };
    let refused = journal.append(&fact).await.unwrap_err();
    assert!(refused.to_string().contains("it gave up"), "{refused}");
    assert_eq!(refused.kind(), JournalErrorKind::Unusable);
    assert_eq!(journal.load().await.unwrap(), []);
    ground.sql(&at_commit("PERFORM pg_terminate_backend(pg_backend_pid())")).await;
    let lost = journal.append(&fact).await.unwrap_err();
    assert!(lost.to_string().contains("nobody knows whether it was"), "{lost}");
    assert_eq!(lost.kind(), JournalErrorKind::Unreachable);
    assert!(problem(journal.append(&fact).await).contains("connection is lost"));
    drop(journal);
    assert_eq!(open(&ground.store().await, &plan).await.load().await.unwrap(), []);
    ground.drop_schema().await;
}

/// The second one finds the job free, writes, waits for the first, and is refused.
#[tokio::test]
async fn a_job_that_another_campaign_takes_at_the_same_time_is_refused() {
    let Some(ground) = Ground::new() else { return };
    let store = ground.store().await;
    drop(open(&store, &Plan::new(app_id(), "other", to_fans(3), text()).unwrap()).await);
    let mut journal = open(&store, &plan(3, text())).await;
    ground
        .sql(
            "BEGIN;
             INSERT INTO job (account, msg_id, campaign, call)
             SELECT account, '1', id, 2 FROM campaign WHERE name = 'other'",
        )
        .await;
    let fact = accepted(1);
    let refused = ground.commit_when_awaited(journal.append(&fact)).await;
    let error = problem(refused);
    assert!(error.contains("job 1 belongs to call 3 of campaign \"other\""), "{error}");
    assert_eq!(journal.load().await.unwrap(), []);
    assert_eq!(problem(journal.append(&fact).await), error, "the transaction was ended");
    journal.append(&accepted(2)).await.unwrap();
    drop(journal);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_stop_that_comes_while_a_call_is_claimed_is_heeded() {
    let Some(ground) = Ground::new() else { return };
    let mut journal = open(&ground.store().await, &plan(3, text())).await;
    ground.sql("BEGIN; UPDATE campaign SET stopped = 1775000000000").await;
    let claim = Claim::new(0, moment(1), Spend::ByOpenIds, &[]);
    let reserved = ground.commit_when_awaited(journal.claim(&claim)).await.unwrap();
    assert!(matches!(reserved, Reserved::Stopped { at, .. } if at == moment(0)), "{reserved:?}");
    assert_eq!(ground.sql("SELECT count(*) FROM spent").await, ["0"]);
    drop(journal);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_store_survives_its_server_s_restart() {
    let Some(ground) = Ground::new().map(Ground::named) else { return };
    let store = ground.store().await;
    store.campaigns(&app_id()).await.unwrap();
    ground
        .sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE application_name = current_schema() AND pid <> pg_backend_pid()",
        )
        .await;
    // What was idle may fail once, and is not used again.
    drop(store.campaigns(&app_id()).await);
    assert_eq!(store.campaigns(&app_id()).await.unwrap(), []);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_run_that_is_dropped_on_its_way_leaves_nothing_half_done() {
    let Some(ground) = Ground::new() else { return };
    let plan = plan(3, text());
    let store = ground.store().await;
    let mut journal = open(&store, &plan).await;
    let mut granted = 0;
    // Dropped after one step more each time, up to the whole way.
    for steps in 0.. {
        let claim = Claim::new(0, moment(0), Spend::ByOpenIds, &[]);
        let mut claiming = journal.claim(&claim);
        let mut left = steps;
        let done = std::future::poll_fn(|context| {
            if left == 0 {
                return std::task::Poll::Ready(None);
            }
            left -= 1;
            claiming.as_mut().poll(context).map(Some)
        })
        .await;
        drop(claiming);
        if let Some(done) = done {
            assert_eq!(done.unwrap(), Reserved::Granted);
            granted = steps;
            break;
        }
    }
    assert!(granted > 5, "{granted}");
    let entries = journal.load().await.unwrap();
    let spent = store.spent(&app_id(), &Spend::ALL, SystemTime::UNIX_EPOCH).await.unwrap();
    // A commit that was on its way may have arrived; an intent without its spend never.
    assert_eq!(entries.len(), spent.len());
    assert!(!entries.is_empty() && entries.len() < granted, "{entries:?}");
    drop(journal);
    ground.drop_schema().await;
}

#[tokio::test]
async fn workers_on_many_machines_share_an_account_s_budget() {
    const CAMPAIGNS: usize = 8;
    let Some(ground) = Ground::new() else { return };
    let mut limits = Limits::none();
    limits.by_open_ids_per_day = 5;
    let budgets = limits.budgets(Spend::ByOpenIds);
    let (mut claims, all) = (JoinSet::new(), Arc::new(Barrier::new(CAMPAIGNS)));
    for number in 0..CAMPAIGNS {
        let (ground, budgets, all) = (ground.clone(), budgets.clone(), Arc::clone(&all));
        claims.spawn(async move {
            let name = format!("of {number}");
            let plan = Plan::new(app_id(), name, to_fans(3), text()).unwrap();
            let mut journal = open(&ground.store().await, &plan).await;
            let mut granted = 0;
            all.wait().await;
            for chunk in 0..3 {
                let claim = Claim::new(chunk, moment(0), Spend::ByOpenIds, &budgets);
                granted += usize::from(journal.claim(&claim).await.unwrap() == Reserved::Granted);
            }
            granted
        });
    }
    assert_eq!(claims.join_all().await.iter().sum::<usize>(), 5);
    assert_eq!(ground.sql("SELECT count(*) FROM entry").await, ["5"]);
    ground.drop_schema().await;
}

#[tokio::test]
async fn who_reads_on_after_a_report_misses_none_that_came_at_the_same_time() {
    const RECEIVERS: u64 = 8;
    const EACH: u64 = 20;
    let Some(ground) = Ground::new() else { return };
    let mut receivers = JoinSet::new();
    let reader = ground.store().await;
    for receiver in 0..RECEIVERS {
        let ground = ground.clone();
        receivers.spawn(async move {
            let store = ground.store().await;
            for job in 0..EACH {
                let report = report(receiver * EACH + job);
                store.keep_report(&app_id(), &report, moment(0)).await.unwrap();
            }
        });
    }
    let (mut read_to, mut read, mut ended) = (0, 0, false);
    while !ended {
        ended = receivers.is_empty();
        while receivers.try_join_next().is_some() {}
        for (number, _) in reader.reports_after(&app_id(), read_to).await.unwrap() {
            (read_to, read) = (number, read + 1);
        }
    }
    assert_eq!(read, RECEIVERS * EACH);
    ground.drop_schema().await;
}

#[tokio::test]
async fn a_damaged_row_is_an_error_with_its_place_and_nothing_is_sent() {
    let Some(ground) = Ground::new() else { return };
    let (world, plan) = (World::new(5), plan(5, text()));
    let store = ground.store().await;
    let mut journal = open(&store, &plan).await;
    journal.append(&Entry::Resumed { at: moment(0) }).await.unwrap();
    ground.sql("UPDATE call SET recipients = 'o somebody'").await;
    let error = problem(journal.recipients(0).await);
    assert!(error.contains("row 1 of the table call") && error.contains("127.0.0.1"), "{error}");
    for garbage in ["garbage", "", r#"{"entry":"unheard_of"}"#] {
        ground.sql(&format!("UPDATE entry SET fact = '{garbage}'")).await;
        let error = world.run_on(&plan, journal.as_mut()).await.unwrap_err();
        let DriverError::Journal { source, .. } = error else { panic!("{error:?}") };
        assert!(source.problem.contains("row 1 of the table entry"), "{source}");
    }
    drop(journal);
    ground.sql("UPDATE campaign SET frozen = '{}'").await;
    let error = problem(store.open(&plan, moment(0)).await);
    assert!(error.contains("row 1 of the table campaign"), "{error}");
    assert_eq!(world.count(SEND), 0);
    ground.drop_schema().await;
}

#[tokio::test]
async fn another_plan_under_the_same_name_is_refused_with_the_difference() {
    let Some(ground) = Ground::new() else { return };
    let store = ground.store().await;
    let mut journal = open(&store, &plan(5, text())).await;
    journal.claim(&Claim::new(0, moment(0), Spend::ByOpenIds, &[])).await.unwrap();
    drop(journal);
    let refused = |count, words: &str| {
        let plan = plan(count, Content::Text(words.to_owned()));
        let store = store.clone();
        async move { problem(store.open(&plan, moment(0)).await) }
    };
    let texts = [refused(9, "【春茶上新】三款明前茶今日到店").await, refused(5, "别的").await];
    assert!(texts[0].contains("added: 4 OpenIDs (oTESTfan00000000000000000005,"), "{}", texts[0]);
    assert!(texts[1].contains("the content was changed"), "{}", texts[1]);
    ground.drop_schema().await;
}
