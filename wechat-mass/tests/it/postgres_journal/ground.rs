//! A schema of a real PostgreSQL server for each test, which `cargo xtask services` starts.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use wechat_mass::campaign::Plan;
use wechat_mass::journal::conformance::Place;
use wechat_mass::journal::{Entry, Journal, JournalError, PostgresAddress, PostgresStore, Store};

/// Addresses that `cargo xtask services` gives.
const PLAIN: &str = "WECHAT_TEST_POSTGRES";
pub(super) const TLS: &str = "WECHAT_TEST_POSTGRES_TLS";
pub(super) const ROOTS: &str = "WECHAT_TEST_POSTGRES_ROOTS";

pub(super) fn variable(name: &str) -> Option<String> {
    let value = std::env::var(name).ok();
    if value.is_none() {
        eprintln!("left out: {name} is not set; cargo xtask services starts a server and sets it");
    }
    value
}

/// A schema that no other test has, in the server of the tests.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(super) url: String,
    pub(super) schema: String,
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

    pub(super) fn address(&self) -> PostgresAddress {
        PostgresAddress::new(&self.url).unwrap().with_schema(&self.schema).unwrap()
    }

    pub(super) async fn connect(&self) -> Result<PostgresStore, JournalError> {
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
    pub(super) async fn commit_when_awaited<T>(&self, waits: impl Future<Output = T>) -> T {
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
    pub(super) async fn end_holders(&self) {
        let ended = self
            .sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = current_schema() AND pid IN
                    (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)",
            )
            .await;
        assert_eq!(ended, ["t"]);
    }

    /// The same schema, reached by another address.
    pub(super) fn at(&self, url: String) -> Self {
        Self { url, ..self.clone() }
    }

    /// The same, under a name by which its connections are found.
    pub(super) fn named(mut self) -> Self {
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
pub(super) fn problem<T>(opened: Result<T, JournalError>) -> String {
    opened.err().expect("an error").to_string()
}

pub(super) async fn open(store: &PostgresStore, plan: &Plan) -> Box<dyn Journal> {
    store.open(plan, SystemTime::UNIX_EPOCH).await.unwrap()
}

pub(super) fn moment(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_775_000_000 + seconds)
}

pub(super) fn accepted(chunk: usize) -> Entry {
    let text = format!(
        r#"{{"entry":"answer","chunk":{chunk},"at":1775000000000,"answer":"accepted",
            "msg_id":{chunk},"msg_data_id":null,"already":false}}"#
    );
    serde_json::from_str(&text).unwrap()
}
