//! The journal in a real PostgreSQL server. Without one these tests are left out.

mod ground;
mod server;
mod together;

use wechat_mass::campaign::{Conclusion, Content, DriverError};
use wechat_mass::journal::conformance::{BEGINNING, PROMISES, WORKERS};
use wechat_mass::journal::{Claim, Entry, Store as _};
use wechat_mass::quota::Spend;

use crate::world::{SEND, TWO_CALLS, World, app_id, plan, text};
pub(crate) use ground::Ground;
use ground::{moment, open, problem};

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
async fn a_damaged_row_is_an_error_with_its_place_and_nothing_is_sent() {
    let Some(ground) = Ground::new() else { return };
    let (world, plan) = (World::new(5), plan(5, text()));
    let store = ground.store().await;
    let mut journal = open(&store, &plan).await;
    journal.append(&Entry::Resumed { at: moment(0) }).await.unwrap();
    ground.sql("UPDATE call SET recipients = 'o somebody'").await;
    let error = problem(store.recipients(&app_id(), "spring", 0).await);
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
