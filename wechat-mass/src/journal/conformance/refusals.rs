//! What a store refuses, each with the kind of error that tells a program why.

use super::Place;
use super::promises::{Checked, after, claim, last_minute, load, open, plan, plan_of, same, store};
use crate::journal::{Claim, Entry, JournalError, JournalErrorKind};
use crate::quota::Spend;

/// Refused, and for this reason.
pub(super) fn refused<T>(
    what: &str,
    kind: JournalErrorKind,
    result: Result<T, JournalError>,
) -> Checked {
    match result {
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(format!("{what}: an error of the kind {:?}: {error}", error.kind())),
        Ok(_) => Err(format!("{what}: not refused")),
    }
}

pub(super) async fn one_holder(place: &dyn Place) -> Checked {
    let (plan, other) = (plan("spring")?, plan("summer")?);
    let (first, second) = (store(place)?, store(place)?);
    let journal = open(first.as_ref(), &plan).await?;
    let late = second.open(&plan, last_minute()).await;
    refused("a second holder of the campaign", JournalErrorKind::TakenUp, late)?;
    open(second.as_ref(), &other).await.map_err(|e| format!("another campaign beside it: {e}"))?;
    drop(journal);
    open(second.as_ref(), &plan).await.map_err(|e| format!("after the first let go: {e}"))?;
    Ok(())
}

pub(super) async fn plans_are_frozen(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let store = store(place)?;
    let mut journal = open(store.as_ref(), &plan).await?;
    claim(journal.as_mut(), 0, last_minute(), &[]).await?;
    drop(journal);
    drop(open(store.as_ref(), &plan).await?);
    let account = plan.account().as_str();
    for (changed, word) in [
        (plan_of(account, "spring", "再见", 3)?, "content"),
        (plan_of(account, "spring", "你好", 4)?, "oTESTfan00000000000000000003"),
        (plan_of(account, "spring", "你好", 2)?, "oTESTfan00000000000000000002"),
    ] {
        let result = store.open(&changed, last_minute()).await;
        if let Err(error) = &result
            && !error.to_string().contains(word)
        {
            return Err(format!("the difference ({word}) is not shown: {error}"));
        }
        refused(word, JournalErrorKind::AnotherPlan, result)?;
    }
    let kept = load(open(store.as_ref(), &plan).await?.as_mut()).await?;
    same("after the refusals", &kept, &vec![Entry::Intent { chunk: 0, at: last_minute() }])
}

pub(super) async fn one_server(place: &dyn Place) -> Checked {
    let (store, spring) = (store(place)?, plan("spring")?);
    let good = |e: JournalError| format!("its server: {e}");
    for _ in 0..2 {
        // Another process each time.
        let mut journal = open(store.as_ref(), &spring).await?;
        journal.bind(&spring, "localhost:8787", false).await.map_err(good)?;
        let other = journal.bind(&spring, "weixin.qq.com", false).await;
        refused("another server", JournalErrorKind::AnotherServer, other)?;
    }
    let mut summer = open(store.as_ref(), &plan("summer")?).await?;
    summer.bind(&plan("summer")?, "weixin.qq.com", false).await.map_err(good)?;
    let mut spring_again = open(store.as_ref(), &spring).await?;
    spring_again.bind(&spring, "localhost:9000", true).await.map_err(good)?;
    let before = spring_again.bind(&spring, "localhost:8787", false).await;
    refused("its address of before", JournalErrorKind::AnotherServer, before)?;
    let frozen = store.campaigns(spring.account()).await.map_err(|e| e.to_string())?;
    let servers = frozen.iter().map(|frozen| frozen.server.as_deref()).collect();
    same("the servers", &servers, &vec![Some("localhost:9000"), Some("weixin.qq.com")])
}

pub(super) async fn one_plan(place: &dyn Place) -> Checked {
    let (store, plan) = (store(place)?, plan("spring")?);
    let account = plan.account().as_str();
    let mut journal = open(store.as_ref(), &plan).await?;
    for (server, what) in [(None, "before it"), (Some("localhost:8787"), "after it")] {
        if let Some(server) = server {
            journal.bind(&plan, server, false).await.map_err(|e| format!("its plan: {e}"))?;
        }
        for (name, text, count) in
            [("spring", "再见", 3), ("spring", "你好", 4), ("summer", "你好", 3)]
        {
            let other = plan_of(account, name, text, count)?;
            let bound = journal.bind(&other, "localhost:8787", true).await;
            let what = format!("{what}, {text} of {name} to {count}");
            refused(&what, JournalErrorKind::AnotherPlan, bound)?;
        }
        let frozen = store.campaigns(plan.account()).await.map_err(|e| e.to_string())?;
        let servers = frozen.iter().map(|frozen| frozen.server.as_deref()).collect();
        same("what a refusal records", &servers, &vec![server])?;
    }
    Ok(())
}

pub(super) async fn clock_set_back(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let mut journal = open(store.as_ref(), &plan("spring")?).await?;
    claim(journal.as_mut(), 0, after(3600), &[]).await?;
    claim(journal.as_mut(), 0, after(3599), &[])
        .await
        .map_err(|e| format!("a second back: {e}"))?;
    let back = journal.claim(&Claim::new(0, after(0), Spend::ByOpenIds, &[])).await;
    refused("a call an hour before the last one", JournalErrorKind::WrongClock, back)?;
    same("the entries", &load(journal.as_mut()).await?.len(), &2)
}

pub(super) async fn facts_have_a_campaign(place: &dyn Place) -> Checked {
    let (store, plan) = (store(place)?, plan("spring")?);
    let fact = Entry::GoOn { at: last_minute() };
    let noted = store.note(plan.account(), "spring", &fact).await;
    refused("a fact of no campaign", JournalErrorKind::NoCampaign, noted)?;
    let entries = load(open(store.as_ref(), &plan).await?.as_mut()).await?;
    same("the entries of one that comes later", &entries, &Vec::new())
}
