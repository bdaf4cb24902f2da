//! The checks behind the promises.

use std::fmt::Debug;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wechat_types::id::{AppId, MsgId, OpenId, TagId};
use wechat_types::mass::{Audience, JobStatus, MassReport, Recipients, ReportSource};

use super::refusals::refused;
use super::{BEGINNING, Place};
use crate::campaign::{Answer, Chunk, Content, Plan, Resolution};
use crate::journal::{
    Claim, Entry, Frozen, FrozenCall, Journal, JournalErrorKind, Reserved, Store,
};
use crate::quota::{Budget, Limits, Spend, Window};

pub(super) type Checked = Result<(), String>;

pub(super) fn last_minute() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(BEGINNING)
}

pub(super) fn after(seconds: u64) -> SystemTime {
    last_minute() + Duration::from_secs(seconds)
}

pub(super) fn failed(what: &str) -> impl Fn(&dyn std::fmt::Display) -> String {
    move |error| format!("{what}: {error}")
}

pub(super) fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Checked {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found:?} instead of {expected:?}"))
}

pub(super) fn account(name: &str) -> Result<AppId, String> {
    AppId::new(name).map_err(|e| e.to_string())
}

pub(super) fn plan_of(
    app_id: &str,
    name: &str,
    text: &str,
    recipients: usize,
) -> Result<Plan, String> {
    let fan = |number: usize| OpenId::new(format!("oTESTfan{number:020}"));
    let fans: Result<Vec<_>, _> = (0..recipients).map(fan).collect();
    let audience =
        Audience::open_ids(fans.map_err(|e| e.to_string())?).map_err(|e| e.to_string())?;
    Plan::new(account(app_id)?, name, audience, Content::Text(text.to_owned()))
        .map_err(|e| e.to_string())
}

pub(super) fn plan(name: &str) -> Result<Plan, String> {
    plan_of("wx0123456789abcdef", name, "你好", 3)
}

pub(super) fn store(place: &dyn Place) -> Result<Box<dyn Store>, String> {
    place.open().map_err(|e| failed("the place does not open")(&e))
}

pub(super) async fn open(store: &dyn Store, plan: &Plan) -> Result<Box<dyn Journal>, String> {
    store.open(plan, last_minute()).await.map_err(|e| failed("the campaign is not taken up")(&e))
}

pub(super) fn budget(window: Window, limit: u32) -> Budget {
    let limits = match window {
        Window::Minute => Limits { sends_per_minute: limit, ..Limits::none() },
        Window::Day => Limits { by_open_ids_per_day: limit, ..Limits::none() },
        Window::Month => Limits { to_everyone_per_month: limit, ..Limits::none() },
    };
    let spend = if window == Window::Month { Spend::ToEveryone } else { Spend::ByOpenIds };
    let found = limits.budgets(spend).into_iter().find(|budget| budget.window == window);
    found.unwrap_or(Budget { spends: &Spend::ALL, window, limit })
}

pub(super) async fn claim(
    journal: &mut dyn Journal,
    chunk: usize,
    at: SystemTime,
    budgets: &[Budget],
) -> Result<Reserved, String> {
    let claim = Claim::new(chunk, at, Spend::ByOpenIds, budgets);
    journal.claim(&claim).await.map_err(|e| failed("the claim fails")(&e))
}

pub(super) async fn load(journal: &mut dyn Journal) -> Result<Vec<Entry>, String> {
    journal.load().await.map_err(|e| failed("the entries cannot be read")(&e))
}

fn accepted(chunk: usize, job: u64) -> Entry {
    let answer = Answer::Accepted { msg_id: MsgId::new(job), msg_data_id: None, already: false };
    Entry::Answer { chunk, at: last_minute(), answer }
}

pub(super) fn report(job: u64) -> MassReport {
    MassReport::new(MsgId::new(job), JobStatus::Success, ReportSource::Callback)
}

pub(super) async fn records_survive(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let written = [
        Entry::Picture {
            article: 0,
            source: "茶.jpg".to_owned(),
            url: "http://x/'\"\\".to_owned(),
        },
        accepted(0, u64::MAX),
        Entry::Report { at: after(1), report: report(u64::MAX) },
        Entry::Resumed { at: after(2) },
        Entry::Resolved { chunk: 0, at: after(2), resolution: Resolution::Sent { msg_id: None } },
        Entry::Resolved { chunk: 1, at: after(2), resolution: Resolution::NotSent },
        Entry::Stopped { at: after(3) },
        Entry::GoOn { at: after(4) },
    ];
    let first = store(place)?;
    let mut journal = open(first.as_ref(), &plan).await?;
    claim(journal.as_mut(), 0, after(0), &[]).await?;
    for entry in &written {
        journal.append(entry).await.map_err(|e| failed("an entry is not recorded")(&e))?;
    }
    let expected: Vec<Entry> =
        [Entry::Intent { chunk: 0, at: after(0) }].into_iter().chain(written).collect();
    same("the open journal", &load(journal.as_mut()).await?, &expected)?;
    drop((journal, first));

    let again = store(place)?;
    same("another process", &load(open(again.as_ref(), &plan).await?.as_mut()).await?, &expected)?;
    let by_name = again.entries(plan.account(), "spring").await.map_err(|e| e.to_string())?;
    same("by its name", &by_name, &expected)?;
    let all = again.campaigns(plan.account()).await.map_err(|e| e.to_string())?;
    same("the list", &all.iter().map(|frozen| frozen.name.as_str()).collect(), &vec!["spring"])
}

pub(super) async fn recipients_are_frozen(place: &dyn Place) -> Checked {
    let account = account("wx0123456789abcdef")?;
    let plan = plan_of(account.as_str(), "spring", "你好", 10_003)?;
    let everyone = Plan::new(account.clone(), "all", Audience::everyone(), plan.content().clone())
        .map_err(|e| e.to_string())?;
    let first = store(place)?;
    drop(open(first.as_ref(), &plan).await?);
    drop(open(first.as_ref(), &everyone).await?);
    drop(first);
    let again = store(place)?;
    for (number, chunk) in plan.chunks().iter().enumerate() {
        let expected = Some(recipients(&plan, chunk)?);
        let found = again.recipients(&account, "spring", number).await;
        same("a call's recipients", &found.map_err(|e| e.to_string())?, &expected)?;
    }
    for (name, number, what) in [
        ("spring", 2, "those of a call beyond the last"),
        ("all", 0, "everyone's recipients"),
        ("none", 0, "no campaign's recipients"),
    ] {
        let found = again.recipients(&account, name, number).await.map_err(|e| e.to_string())?;
        same(what, &found, &None)?;
    }
    Ok(())
}

fn recipients(plan: &Plan, chunk: &Chunk) -> Result<Recipients, String> {
    let open_ids = plan.open_ids(chunk).map_err(|e| e.to_string())?;
    Recipients::new(open_ids).map_err(|e| e.to_string())
}

pub(super) async fn unsent_plans_change(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let mut journal = open(store.as_ref(), &plan("spring")?).await?;
    let picture = Entry::Picture { article: 0, source: String::new(), url: String::new() };
    journal.append(&picture).await.map_err(|e| e.to_string())?;
    drop(journal);
    let changed = plan_of("wx0123456789abcdef", "spring", "再见", 3)?;
    same("its entries", &load(open(store.as_ref(), &changed).await?.as_mut()).await?, &Vec::new())
}

/// A plan for the first of the followers of another, as who cannot be reached is left out.
pub(super) fn chosen(whole: &Plan, first: usize) -> Result<Plan, String> {
    let plan = plan_of(whole.account().as_str(), whole.name(), "你好", first)?;
    Ok(plan.with_chosen_from(whole))
}

/// A store has this plan, whole, and no other of its account.
pub(super) async fn is_frozen(store: &dyn Store, plan: &Plan) -> Checked {
    let (account, name) = (plan.account(), plan.name());
    let all = store.campaigns(account).await.map_err(|e| e.to_string())?;
    let [frozen] = all.as_slice() else { return Err(format!("{} campaigns", all.len())) };
    same("the frozen plan", frozen, &Frozen::of(plan, frozen.began))?;
    let calls = store.calls(account, name).await.map_err(|e| e.to_string())?;
    same("its calls", &calls, &plan.chunks().iter().map(FrozenCall::of).collect())?;
    for (number, chunk) in plan.chunks().iter().enumerate() {
        let expected = Some(recipients(plan, chunk)?);
        let found = store.recipients(account, name, number).await.map_err(|e| e.to_string())?;
        if found != expected {
            return Err(format!("the recipients of call {number} are not those of its plan"));
        }
    }
    Ok(())
}

pub(super) async fn choices_change(place: &dyn Place) -> Checked {
    let whole = plan_of("wx0123456789abcdef", "spring", "你好", 10_003)?;
    let (before, after) = (chosen(&whole, 10_002)?, chosen(&whole, 9_999)?);
    let store = store(place)?;
    drop(open(store.as_ref(), &before).await?);
    is_frozen(store.as_ref(), &before).await?;
    let mut journal = open(store.as_ref(), &after).await?;
    is_frozen(store.as_ref(), &after).await?;
    claim(journal.as_mut(), 0, last_minute(), &[]).await?;
    drop(journal);
    if store.open(&before, last_minute()).await.is_ok() {
        return Err("the choice is changed after a call was begun".to_owned());
    }
    is_frozen(store.as_ref(), &after).await?;
    let entries = load(open(store.as_ref(), &after).await?.as_mut()).await?;
    same("the record", &entries, &vec![Entry::Intent { chunk: 0, at: last_minute() }])
}

pub(super) async fn jobs_have_one_owner(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let mut spring = open(store.as_ref(), &plan("spring")?).await?;
    let mut summer = open(store.as_ref(), &plan("summer")?).await?;
    let accept = accepted(1, 7);
    spring.append(&accept).await.map_err(|e| e.to_string())?;
    spring.append(&accept).await.map_err(|e| format!("the same call again: {e}"))?;
    for (journal, chunk) in [(&mut spring, 2), (&mut summer, 1)] {
        let before = load(journal.as_mut()).await?;
        // Nor by a human's decision.
        let resolution = Resolution::Sent { msg_id: Some(MsgId::new(7)) };
        for entry in [accepted(chunk, 7), Entry::Resolved { chunk, at: after(1), resolution }] {
            let taken = journal.append(&entry).await;
            refused("a second call of job 7", JournalErrorKind::JobTaken, taken)?;
        }
        same("after the refusal", &load(journal.as_mut()).await?, &before)?;
        let owner = journal.other_owner(MsgId::new(7), chunk).await.map_err(|e| e.to_string())?;
        let found = owner.map(|owner| (owner.campaign, owner.chunk));
        same("the owner", &found, &Some(("spring".to_owned(), 1)))?;
    }
    for (job, chunk) in [(7, 1), (8, 2)] {
        let owner = spring.other_owner(MsgId::new(job), chunk).await.map_err(|e| e.to_string())?;
        same("another owner", &owner, &None)?;
    }
    Ok(())
}

pub(super) async fn open_calls_are_found(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let mut spring = open(store.as_ref(), &plan("spring")?).await?;
    let mut summer = open(store.as_ref(), &plan("summer")?).await?;
    let other = plan_of("wx0123456789abcdef", "autumn", "别的", 3)?;
    let mut autumn = open(store.as_ref(), &other).await?;
    claim(spring.as_mut(), 1, after(0), &[]).await?;
    let spring_1 = Some(("spring".to_owned(), 1));
    same("its campaign's open call", &open_beside(spring.as_mut(), 0).await?, &spring_1)?;
    same("an open call beside itself", &open_beside(spring.as_mut(), 1).await?, &None)?;
    same("another campaign's open call", &open_beside(summer.as_mut(), 1).await?, &spring_1)?;
    same("one of another content", &open_beside(autumn.as_mut(), 1).await?, &None)?;
    for (named, expected) in [(8, None), (7, spring_1)] {
        let reason = String::new();
        let answer = Answer::Ambiguous { msg_id: MsgId::new(named), reason };
        let entry = Entry::Answer { chunk: 1, at: after(0), answer };
        spring.append(&entry).await.map_err(|e| e.to_string())?;
        let found = open_beside(summer.as_mut(), 1).await?;
        same("one that a job was named to", &found, &expected)?;
    }
    spring.append(&accepted(1, 7)).await.map_err(|e| e.to_string())?;
    same("an open call after its answer", &open_beside(summer.as_mut(), 1).await?, &None)
}

async fn open_beside(
    journal: &mut dyn Journal,
    chunk: usize,
) -> Result<Option<(String, usize)>, String> {
    let found = journal.other_open(chunk, MsgId::new(7)).await.map_err(|e| e.to_string())?;
    Ok(found.map(|call| (call.campaign, call.chunk)))
}

pub(super) async fn reports_are_kept(place: &dyn Place) -> Checked {
    let account = account("wx0123456789abcdef")?;
    let first = store(place)?;
    for job in [5, 9, 5] {
        let kept = first.keep_report(&account, &report(job), last_minute()).await;
        kept.map_err(|e| failed("a report is not kept")(&e))?;
    }
    drop(first);
    let again = store(place)?;
    let all = again.reports_after(&account, 0).await.map_err(|e| e.to_string())?;
    let jobs: Vec<u64> = all.iter().map(|(_, report)| report.msg_id.get()).collect();
    same("the jobs", &jobs, &vec![5, 9, 5])?;
    let Some((number, _)) = all.get(1) else { return Err("no second report".to_owned()) };
    let rest = again.reports_after(&account, *number).await.map_err(|e| e.to_string())?;
    same("after the second", &rest, &all.get(2..).unwrap_or_default().to_vec())
}

pub(super) async fn calls_are_kept(place: &dyn Place) -> Checked {
    let (list, tag) = (plan_of("wx0123456789abcdef", "spring", "你好", 10_001)?, tag_plan()?);
    let first = store(place)?;
    for plan in [&list, &tag] {
        drop(open(first.as_ref(), plan).await?);
    }
    drop(first);
    let again = store(place)?;
    for plan in [&list, &tag] {
        let found = again.calls(plan.account(), plan.name()).await.map_err(|e| e.to_string())?;
        let expected: Vec<_> = plan.chunks().iter().map(FrozenCall::of).collect();
        same("the calls", &found, &expected)?;
    }
    let none = again.calls(list.account(), "autumn").await.map_err(|e| e.to_string())?;
    same("the calls of no campaign", &none, &Vec::new())
}

fn tag_plan() -> Result<Plan, String> {
    let content = Content::Text("你好".to_owned());
    let audience = Audience::tag(TagId::new(134));
    Plan::new(account("wx0123456789abcdef")?, "tagged", audience, content)
        .map_err(|e| e.to_string())
}

pub(super) async fn facts_are_noted(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut journal = open(first.as_ref(), &plan).await?;
    claim(journal.as_mut(), 0, after(0), &[]).await?;
    let deleted = Entry::Deleted { at: after(1), msg_id: MsgId::new(7), article: None };
    let noted = second.note(plan.account(), "spring", &deleted).await;
    noted.map_err(|e| failed("a fact is not noted")(&e))?;
    let expected = vec![Entry::Intent { chunk: 0, at: after(0) }, deleted.clone()];
    same("the open journal", &load(journal.as_mut()).await?, &expected)?;
    if second.note(plan.account(), "autumn", &deleted).await.is_ok() {
        return Err("a fact is noted of a campaign that is not there".to_owned());
    }
    Ok(())
}

pub(super) async fn accounts_are_apart(place: &dyn Place) -> Checked {
    let store = store(place)?;
    let (one, two) = ("wx0123456789abcdef", "wxfedcba9876543210");
    let mut first = open(store.as_ref(), &plan_of(one, "spring", "你好", 3)?).await?;
    let mut second = open(store.as_ref(), &plan_of(two, "spring", "你好", 3)?).await?;
    let budgets = [budget(Window::Minute, 1)];
    for journal in [&mut first, &mut second] {
        same(
            "a claim",
            &claim(journal.as_mut(), 0, after(0), &budgets).await?,
            &Reserved::Granted,
        )?;
        journal.append(&accepted(0, 7)).await.map_err(|e| format!("the same job id: {e}"))?;
    }
    store
        .keep_report(&account(one)?, &report(7), last_minute())
        .await
        .map_err(|e| e.to_string())?;
    let others = store.reports_after(&account(two)?, 0).await.map_err(|e| e.to_string())?;
    same("the other's reports", &others, &Vec::new())?;
    let names = store.campaigns(&account(two)?).await.map_err(|e| e.to_string())?;
    same("the other's campaigns", &names.len(), &1)
}
