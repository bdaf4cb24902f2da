//! What others record is seen: a human's stop, reports that came elsewhere.

use std::time::SystemTime;

use wechat_types::mass::MassReport;

use super::Place;
use super::promises::{
    Checked, account, after, claim, failed, load, open, plan, plan_of, report, same, store,
};
use crate::journal::{Entry, Journal, JournalErrorKind, Reserved, Store};

async fn stop(store: &dyn Store, name: &str, at: SystemTime) -> Result<bool, String> {
    let account = account("wx0123456789abcdef")?;
    store.stop(&account, name, at).await.map_err(|e| failed("the stop is not recorded")(&e))
}

async fn stopped(journal: &mut dyn Journal) -> Result<Option<SystemTime>, String> {
    let news = journal.news(0).await.map_err(|e| failed("the news cannot be read")(&e))?;
    Ok(news.stopped)
}

pub(super) async fn stops_hold(place: &dyn Place) -> Checked {
    let (first, second) = (store(place)?, store(place)?);
    let (plan, other) = (plan("spring")?, plan("summer")?);
    let mut spring = open(first.as_ref(), &plan).await?;
    let mut summer = open(first.as_ref(), &other).await?;
    claim(spring.as_mut(), 0, after(0), &[]).await?;
    same("a stop of nothing", &stop(second.as_ref(), "autumn", after(1)).await?, &false)?;
    // By another process, while this one holds the campaign; and once more, which changes nothing.
    for seconds in [1, 2] {
        same("a stop", &stop(second.as_ref(), "spring", after(seconds)).await?, &true)?;
    }
    same("the stop as news", &stopped(spring.as_mut()).await?, &Some(after(1)))?;
    let expected = Reserved::Stopped { at: after(1) };
    same("a claim", &claim(spring.as_mut(), 1, after(2), &[]).await?, &expected)?;
    let granted = Reserved::Granted;
    same("another campaign's", &claim(summer.as_mut(), 0, after(2), &[]).await?, &granted)?;
    drop(spring);
    let mut again = open(second.as_ref(), &plan).await?;
    same("another run's claim", &claim(again.as_mut(), 1, after(2), &[]).await?, &expected)?;
    let entries = vec![
        Entry::Intent { chunk: 0, at: after(0) },
        Entry::Stopped { at: after(1) },
        Entry::GoOn { at: after(3) },
    ];
    same(
        "the record",
        &load(again.as_mut()).await?.as_slice(),
        &entries.get(..2).unwrap_or_default(),
    )?;
    let go_on = Entry::GoOn { at: after(3) };
    stop(first.as_ref(), "summer", after(2)).await?;
    let late = summer.append(&go_on).await.map_err(|error| error.kind());
    same("go on after a stop that was not read", &late, &Err(JournalErrorKind::Behind))?;
    let expected = Reserved::Stopped { at: after(2) };
    same("a claim then", &claim(summer.as_mut(), 1, after(2), &[]).await?, &expected)?;
    same("the stop as news", &stopped(summer.as_mut()).await?, &Some(after(2)))?;
    summer.append(&go_on).await.map_err(|e| failed("go on is not recorded")(&e))?;
    again.append(&go_on).await.map_err(|e| failed("go on is not recorded")(&e))?;
    same("the news after go on", &stopped(again.as_mut()).await?, &None)?;
    same("a claim after go on", &claim(again.as_mut(), 1, after(3), &[]).await?, &granted)?;
    same("the whole record", &load(again.as_mut()).await?.get(..3), &Some(entries.as_slice()))
}

pub(super) async fn stops_outlive_plans(place: &dyn Place) -> Checked {
    let store = store(place)?;
    drop(open(store.as_ref(), &plan("spring")?).await?);
    stop(store.as_ref(), "spring", after(1)).await?;
    let changed = plan_of("wx0123456789abcdef", "spring", "再见", 3)?;
    let mut journal = open(store.as_ref(), &changed).await?;
    let expected = Reserved::Stopped { at: after(1) };
    same("a claim", &claim(journal.as_mut(), 0, after(2), &[]).await?, &expected)?;
    same("the record", &load(journal.as_mut()).await?, &vec![Entry::Stopped { at: after(1) }])
}

pub(super) async fn reports_are_news(place: &dyn Place) -> Checked {
    let account = account("wx0123456789abcdef")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut journal = open(first.as_ref(), &plan("spring")?).await?;
    second.keep_report(&account, &report(5), after(1)).await.map_err(|e| e.to_string())?;
    journal.keep_report(&report(9), after(2)).await.map_err(|e| e.to_string())?;
    let news = journal.news(0).await.map_err(|e| e.to_string())?;
    let told = |(_, at, report): &(u64, SystemTime, MassReport)| (*at, report.msg_id.get());
    let all: Vec<_> = news.reports.iter().map(told).collect();
    same("the news", &all, &vec![(after(1), 5), (after(2), 9)])?;
    let Some((number, ..)) = news.reports.first() else { return Err("no news".to_owned()) };
    let rest = journal.news(*number).await.map_err(|e| e.to_string())?;
    same("after the first", &rest.reports.iter().map(told).collect(), &vec![(after(2), 9)])?;
    let by_store = second.reports_after(&account, *number).await.map_err(|e| e.to_string())?;
    same("by the store", &by_store.len(), &1)
}
