//! The checks of what is counted: calls within their budgets, by Beijing's calendar and a clock that goes on.

use std::time::{Duration, UNIX_EPOCH};

use super::Place;
use super::promises::{
    Checked, account, after, budget, claim, last_minute, load, open, plan, same, store,
};
use crate::campaign::Answer;
use crate::journal::{Claim, Entry, Rebooked, Reserved};
use crate::quota::{Limits, Spend, Window};

pub(super) async fn budgets_hold(place: &dyn Place) -> Checked {
    let (first, second) = (store(place)?, store(place)?);
    let mut spring = open(first.as_ref(), &plan("spring")?).await?;
    let mut summer = open(second.as_ref(), &plan("summer")?).await?;
    let minute = [budget(Window::Minute, 2)];
    same("the first", &claim(spring.as_mut(), 0, after(0), &minute).await?, &Reserved::Granted)?;
    same("the second", &claim(summer.as_mut(), 0, after(10), &minute).await?, &Reserved::Granted)?;
    let wait =
        |seconds| Reserved::Wait { until: after(seconds), budget: budget(Window::Minute, 2) };
    same("the third", &claim(spring.as_mut(), 1, after(59), &minute).await?, &wait(60))?;
    same("in time", &claim(spring.as_mut(), 1, after(60), &minute).await?, &Reserved::Granted)?;
    same("the fourth", &claim(summer.as_mut(), 1, after(60), &minute).await?, &wait(70))?;
    let account = account("wx0123456789abcdef")?;
    let spent = first.spent(&account, &[Spend::ByOpenIds], last_minute()).await;
    same(
        "what was spent",
        &spent.map_err(|e| e.to_string())?,
        &vec![after(0), after(10), after(60)],
    )?;
    let preview = Limits { previews_per_day: 1, ..Limits::none() }.budgets(Spend::Preview);
    for expected in [true, false] {
        let reserved = second.spend(&account, Spend::Preview, after(60), &preview).await;
        let granted = reserved.map_err(|e| e.to_string())? == Reserved::Granted;
        same("a preview", &granted, &expected)?;
    }
    Ok(())
}

pub(super) async fn windows_are_beijing(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let account = account("wx0123456789abcdef")?;
    for (window, spend) in [(Window::Day, Spend::ByOpenIds), (Window::Month, Spend::ToEveryone)] {
        let budgets = [budget(window, 1)];
        let wait = Reserved::Wait { until: after(60), budget: budget(window, 1) };
        for (at, expected) in [(0, Reserved::Granted), (59, wait), (60, Reserved::Granted)] {
            let reserved = store.spend(&account, spend, after(at), &budgets).await;
            same("at midnight", &reserved.map_err(|e| e.to_string())?, &expected)?;
        }
    }
    Ok(())
}

pub(super) async fn website_sends_are_stated(place: &dyn Place) -> Checked {
    let (first, second) = (store(place)?, store(place)?);
    let (ours, others) = (account("wx0123456789abcdef")?, account("wxfedcba9876543210")?);
    let state = async |account, sends, seconds| {
        let stated = first.state_website_sends(account, sends, after(seconds)).await;
        stated.map_err(|e| e.to_string())
    };
    let stated = async |account, since| {
        let spent = second.spent(account, &[Spend::OnWebsite], since).await;
        spent.map_err(|e| e.to_string())
    };
    let reserve = async |seconds| {
        let budgets = [budget(Window::Month, 4)];
        let reserved = second.spend(&ours, Spend::ToEveryone, after(seconds), &budgets).await;
        reserved.map_err(|e| e.to_string())
    };
    let march = Window::Month.began(last_minute());
    let wait = Reserved::Wait { until: after(60), budget: budget(Window::Month, 4) };
    state(&others, 1, 0).await?;
    state(&ours, 4, 0).await?;
    same("with four of them", &reserve(1).await?, &wait)?;
    state(&ours, 3, 2).await?;
    same("the later number", &stated(&ours, march).await?, &vec![after(2); 3])?;
    same("with three", &reserve(3).await?, &Reserved::Granted)?;
    same("and one of the program", &reserve(4).await?, &wait)?;
    same("the next month", &stated(&ours, Window::Month.began(after(60))).await?, &Vec::new())?;
    same("a call of it", &reserve(60).await?, &Reserved::Granted)?;
    state(&ours, 2, 61).await?;
    let both = [vec![after(2); 3], vec![after(61); 2]].concat();
    same("each month has its own", &stated(&ours, march).await?, &both)?;
    state(&ours, 0, 62).await?;
    same("none after all", &stated(&ours, march).await?, &vec![after(2); 3])?;
    same("another account's", &stated(&others, march).await?, &vec![after(0)])
}

pub(super) async fn waiting_records_nothing(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let mut journal = open(store.as_ref(), &plan("spring")?).await?;
    let none = [budget(Window::Day, 0)];
    if claim(journal.as_mut(), 0, last_minute(), &none).await? == Reserved::Granted {
        return Err("a budget of nothing grants a call".to_owned());
    }
    same("the entries", &load(journal.as_mut()).await?, &Vec::new())?;
    let account = account("wx0123456789abcdef")?;
    let spent = store.spent(&account, &Spend::ALL, UNIX_EPOCH).await.map_err(|e| e.to_string())?;
    same("what was spent", &spent, &Vec::new())
}

pub(super) async fn spends_are_rebooked(place: &dyn Place) -> Checked {
    let (store, plan) = (store(place)?, plan("spring")?);
    let mut journal = open(store.as_ref(), &plan).await?;
    let limits = Limits { to_everyone_per_day: 1, sends_per_minute: 2, ..Limits::none() };
    let budgets = limits.budgets(Spend::ToEveryone);
    let mut granted = Vec::new();
    for seconds in [0, 1, 2] {
        let claim = Claim::new(0, after(seconds), Spend::ToEveryone, &budgets);
        let reserved = journal.claim(&claim).await.map_err(|e| format!("the claim fails: {e}"))?;
        granted.push(reserved == Reserved::Granted);
        if granted.len() < 3 {
            let refused = Answer::Rejected { code: None, reason: String::new() };
            let fact = Entry::Answer { chunk: 0, at: after(seconds), answer: refused };
            // Of the day before there is none.
            let back = [after(seconds) - DAY, after(seconds)]
                .map(|at| Rebooked::new(at, Spend::ToEveryone, Spend::ToEveryoneAgain));
            let done = journal.record(&fact, &back).await;
            done.map_err(|e| format!("an answer is not recorded: {e}"))?;
        }
    }
    // Two in a minute, whatever became of them.
    same("sends at once", &granted, &vec![true, true, false])?;
    let spent = async |spend| {
        let spent = store.spent(plan.account(), &[spend], last_minute()).await;
        spent.map_err(|e| e.to_string())
    };
    same("sends", &spent(Spend::ToEveryone).await?, &Vec::new())?;
    same("attempts", &spent(Spend::ToEveryoneAgain).await?, &vec![after(0), after(1)])?;
    // The nearest one.
    let fact = Entry::GoOn { at: after(2) };
    let sent = [Rebooked::new(after(1), Spend::ToEveryoneAgain, Spend::ToEveryone)];
    journal.record(&fact, &sent).await.map_err(|e| format!("a fact is not recorded: {e}"))?;
    same("sends", &spent(Spend::ToEveryone).await?, &vec![after(1)])
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
