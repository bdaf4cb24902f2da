//! Several programs at one PostgreSQL journal at the same time, and clocks that differ.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Barrier;
use tokio::task::JoinSet;
use wechat_mass::campaign::Plan;
use wechat_mass::journal::conformance::Place as _;
use wechat_mass::journal::{Claim, Entry, JournalErrorKind, Reserved, Store as _};
use wechat_mass::quota::{Limits, Spend};
use wechat_types::id::MsgId;
use wechat_types::mass::{JobStatus, MassReport, ReportSource};

use super::ground::{Ground, accepted, moment, open, problem};
use crate::world::{app_id, plan, text, to_fans};

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
            let error = joined.expect_err("a wrong clock");
            assert_eq!(error.kind(), JournalErrorKind::WrongClock);
            assert!(error.to_string().contains("31 seconds apart"));
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

fn report(job: u64) -> MassReport {
    MassReport::new(MsgId::new(job), JobStatus::Success, ReportSource::Callback)
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
