//! A PostgreSQL server that cannot be used, is not ours, goes away or comes back.

use std::time::SystemTime;

use tokio::task::JoinSet;
use wechat_mass::campaign::DriverError;
use wechat_mass::journal::{
    Claim, Entry, JournalErrorKind, PostgresAddress, PostgresStore, Reserved, Store as _,
};
use wechat_mass::quota::Spend;

use super::ground::{Ground, ROOTS, TLS, moment, open, problem, variable};
use crate::world::{SEND, World, app_id, plan, text};

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
    let ground = plain.at(url);
    let roots = std::fs::read(std::env::var(ROOTS).unwrap()).unwrap();
    let store = PostgresStore::connect_to(ground.address().with_roots(&roots).unwrap()).await;
    assert_eq!(store.unwrap().campaigns(&app_id()).await.unwrap(), []);
    let file = std::env::var(ROOTS).unwrap();
    let by_file = format!("{}&sslrootcert={file}", ground.url);
    ground.at(by_file).connect().await.unwrap();
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
    let error = ground.connect().await.expect_err("a newer journal");
    assert_eq!(error.kind(), JournalErrorKind::Newer);
    let error = error.to_string();
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
    let small = ground.at(format!("postgres://{user}:x@{place}"));
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
