//! The checks behind the promises of a store that several workers share.

use std::time::{Duration, SystemTime};

use super::Place;
use super::promises::{
    Checked, chosen, failed, is_frozen, last_minute, plan, plan_of, report, same, store,
};
use crate::campaign::{Answer, Plan};
use crate::journal::{Claim, Entry, Hold, Journal, JournalErrorKind, Part, Reserved, Store};
use crate::quota::{Limits, Spend};
use wechat_types::id::{MediaId, MsgId};

const LEASE: Duration = Duration::from_secs(300);
const SECOND: Duration = Duration::from_secs(1);

async fn join(store: &dyn Store, plan: &Plan, name: &str) -> Result<Box<dyn Journal>, String> {
    join_at(store, plan, name, last_minute()).await
}

async fn join_at(
    store: &dyn Store,
    plan: &Plan,
    name: &str,
    at: SystemTime,
) -> Result<Box<dyn Journal>, String> {
    store.join(plan, name, at).await.map_err(|e| failed("a worker is not let in")(&e))
}

async fn claim(journal: &mut dyn Journal, chunk: usize) -> Result<Reserved, String> {
    claim_at(journal, chunk, last_minute()).await
}

async fn claim_at(
    journal: &mut dyn Journal,
    chunk: usize,
    at: SystemTime,
) -> Result<Reserved, String> {
    let claim = Claim::new(chunk, at, Spend::ByOpenIds, &[]).with_lease(LEASE);
    journal.claim(&claim).await.map_err(|e| failed("the claim fails")(&e))
}

async fn hold(journal: &mut dyn Journal, part: Part) -> Result<Hold, String> {
    journal.hold(part, LEASE).await.map_err(|e| failed("a part cannot be asked for")(&e))
}

async fn news(journal: &mut dyn Journal) -> Result<Vec<Entry>, String> {
    journal.news(0).await.map(|news| news.entries).map_err(|e| failed("no news")(&e))
}

async fn record(journal: &mut dyn Journal, entry: &Entry) -> Checked {
    journal.append(entry).await.map_err(|e| failed("a fact is not recorded")(&e))
}

async fn is_too_late(journal: &mut dyn Journal, entry: &Entry) -> Checked {
    match journal.append(entry).await {
        Err(error) if error.kind() == JournalErrorKind::LeaseLost => Ok(()),
        Err(error) => Err(format!("another error than that of a lost lease: {error}")),
        Ok(()) => Err(format!("recorded after its lease had ended: {entry:?}")),
    }
}

fn answer(chunk: usize, answer: Answer) -> Entry {
    Entry::Answer { chunk, at: last_minute(), answer }
}

fn accepted(chunk: usize, job: u64) -> Entry {
    answer(chunk, Answer::Accepted { msg_id: MsgId::new(job), msg_data_id: None, already: false })
}

fn refused(chunk: usize) -> Entry {
    answer(chunk, Answer::Rejected { code: Some(48001), reason: "no".to_owned() })
}

fn draft(chunk: usize) -> Result<Entry, String> {
    let media_id = MediaId::new("draft").map_err(|e| e.to_string())?;
    Ok(Entry::Draft { chunk, media_id })
}

pub(super) async fn several_take_part(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    same("her name", &anna.worker(), &Some("anna"))?;
    let ben = join(second.as_ref(), &plan, "ben").await?;
    if first.open(&plan, last_minute()).await.is_ok() {
        return Err("one takes a campaign for himself that others share".to_owned());
    }
    let changed = plan_of(plan.account().as_str(), "spring", "再见", 3)?;
    if second.join(&changed, "cleo", last_minute()).await.is_ok() {
        return Err("the plan is changed while others take part".to_owned());
    }
    let names = |all: Vec<crate::journal::WorkerStatus>| {
        let mut names: Vec<_> = all.into_iter().map(|worker| (worker.name, worker.calls)).collect();
        names.sort();
        names
    };
    same("a claim", &claim(anna.as_mut(), 0).await?, &Reserved::Granted)?;
    let all = second.workers(plan.account(), "spring").await.map_err(|e| e.to_string())?;
    let expected = vec![("anna".to_owned(), vec![0]), ("ben".to_owned(), Vec::new())];
    same("the workers", &names(all), &expected)?;
    drop((anna, ben));
    drop(store(place)?.open(&plan, last_minute()).await.map_err(|e| format!("afterwards: {e}"))?);
    Ok(())
}

pub(super) async fn choices_change_alone(place: &dyn Place) -> Checked {
    let whole = plan_of("wx0123456789abcdef", "spring", "你好", 10_003)?;
    let (before, after) = (chosen(&whole, 10_002)?, chosen(&whole, 9_999)?);
    let (first, second) = (store(place)?, store(place)?);
    drop(join(first.as_ref(), &before, "anna").await?);
    let mut anna = join(first.as_ref(), &after, "anna").await?;
    is_frozen(second.as_ref(), &after).await?;
    if second.join(&before, "ben", last_minute()).await.is_ok() {
        return Err("the choice is changed while another takes part".to_owned());
    }
    is_frozen(second.as_ref(), &after).await?;
    let ben = join(second.as_ref(), &after, "ben").await?;
    same("a claim", &claim(anna.as_mut(), 0).await?, &Reserved::Granted)?;
    drop((anna, ben));
    if second.join(&before, "cleo", last_minute()).await.is_ok() {
        return Err("the choice is changed after a call was begun".to_owned());
    }
    is_frozen(first.as_ref(), &after).await
}

pub(super) async fn parts_are_held_by_one(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    let mut ben = join(second.as_ref(), &plan, "ben").await?;
    for part in [Part::Uploads, Part::Call(1), Part::Job(MsgId::new(u64::MAX))] {
        same("the first", &hold(anna.as_mut(), part).await?, &Hold::Mine)?;
        place.pass(LEASE - SECOND).await?;
        match hold(ben.as_mut(), part).await? {
            Hold::Others { left } if left <= SECOND => {}
            other => return Err(format!("{part:?} is another's, and yet: {other:?}")),
        }
        same("again", &hold(anna.as_mut(), part).await?, &Hold::Mine)?;
        place.pass(SECOND).await?;
        match hold(ben.as_mut(), part).await? {
            Hold::Others { .. } => {}
            other => return Err(format!("{part:?} was held again, and yet: {other:?}")),
        }
        place.pass(LEASE).await?;
        same("after the lease", &hold(ben.as_mut(), part).await?, &Hold::Mine)?;
    }
    Ok(())
}

pub(super) async fn calls_are_claimed_by_one(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    let mut ben = join(second.as_ref(), &plan, "ben").await?;
    same("anna's", &claim(anna.as_mut(), 0).await?, &Reserved::Granted)?;
    same("not read yet", &claim(ben.as_mut(), 0).await?, &Reserved::Behind)?;
    same("another call", &claim(ben.as_mut(), 1).await?, &Reserved::Granted)?;
    let intent = Entry::Intent { chunk: 0, at: last_minute() };
    same("what ben reads", &news(ben.as_mut()).await?, &vec![intent])?;
    match claim(ben.as_mut(), 0).await? {
        Reserved::Held { left } if left <= LEASE => {}
        other => return Err(format!("a call of anna's is claimed by ben: {other:?}")),
    }
    record(anna.as_mut(), &accepted(0, 7)).await?;
    same("answered, not read", &claim(ben.as_mut(), 0).await?, &Reserved::Behind)?;
    same("what ben reads then", &news(ben.as_mut()).await?, &vec![accepted(0, 7)])?;
    same("nothing new", &news(ben.as_mut()).await?, &Vec::new())?;
    let spent = first.spent(plan.account(), &[Spend::ByOpenIds], last_minute()).await;
    same("what was spent", &spent.map_err(|e| e.to_string())?.len(), &2)
}

pub(super) async fn late_workers_record_nothing(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    let mut ben = join(second.as_ref(), &plan, "ben").await?;
    is_too_late(anna.as_mut(), &draft(0)?).await?;
    same("a part", &hold(anna.as_mut(), Part::Call(0)).await?, &Hold::Mine)?;
    record(anna.as_mut(), &draft(0)?).await?;
    same("her claim", &claim(anna.as_mut(), 0).await?, &Reserved::Granted)?;
    place.pass(LEASE).await?;
    // Nobody has it, and yet it is not hers any more.
    is_too_late(anna.as_mut(), &refused(0)).await?;
    let lost = |entry: &&Entry| matches!(entry, Entry::GivenUp { chunk: 0, .. });
    let read = news(ben.as_mut()).await?;
    same("given up", &read.iter().filter(lost).count(), &1)?;
    same("once", &news(ben.as_mut()).await?, &Vec::new())?;
    let at = last_minute() + LEASE;
    same("ben's", &claim_at(ben.as_mut(), 0, at).await?, &Reserved::Granted)?;
    is_too_late(anna.as_mut(), &refused(0)).await?;
    same("anna is behind", &claim_at(anna.as_mut(), 0, at).await?, &Reserved::Behind)?;
    record(ben.as_mut(), &accepted(0, 7)).await?;
    is_too_late(anna.as_mut(), &refused(0)).await?;
    let read = news(anna.as_mut()).await?;
    same("anna reads it", &read.iter().filter(lost).count(), &1)?;
    same("and the end", &read.last(), &Some(&accepted(0, 7)))?;
    is_too_late(anna.as_mut(), &draft(0)?).await
}

pub(super) async fn brakes_are_read_first(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    let mut ben = join(second.as_ref(), &plan, "ben").await?;
    let mut failed_job = report(7);
    failed_job.status = wechat_types::mass::JobStatus::Fail;
    let failed_job = Entry::Report { at: last_minute(), report: failed_job };
    let success = Entry::Report { at: last_minute(), report: report(7) };
    let go_on = Entry::GoOn { at: last_minute() };
    same("her part", &claim(anna.as_mut(), 0).await?, &Reserved::Granted)?;
    for fact in [refused(0), failed_job, go_on] {
        record(anna.as_mut(), &fact).await?;
        same("before it is read", &claim(ben.as_mut(), 1).await?, &Reserved::Behind)?;
        same("a draft", &hold(ben.as_mut(), Part::Call(1)).await?, &Hold::Behind)?;
        let read = news(ben.as_mut()).await?;
        same("it is read", &read.last(), &Some(&fact))?;
        let noted = second.note(plan.account(), "spring", &fact).await;
        noted.map_err(|e| failed("a fact is not noted")(&e))?;
        same("noted from outside", &claim(ben.as_mut(), 1).await?, &Reserved::Behind)?;
        same("and read", &news(ben.as_mut()).await?, &vec![fact])?;
        _ = news(anna.as_mut()).await?;
    }
    record(anna.as_mut(), &success).await?;
    same("a success", &hold(ben.as_mut(), Part::Call(1)).await?, &Hold::Mine)?;
    let alone = Claim::new(1, last_minute(), Spend::ByOpenIds, &[]).with_alone(true);
    let reserved = ben.claim(&alone).await.map_err(|e| e.to_string())?;
    same("alone, with something unread", &reserved, &Reserved::Behind)?;
    same("beside others", &claim(ben.as_mut(), 1).await?, &Reserved::Granted)
}

pub(super) async fn brakes_have_one_order(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    let mut ben = join(second.as_ref(), &plan, "ben").await?;
    let mut failed_job = report(7);
    failed_job.status = wechat_types::mass::JobStatus::Fail;
    let failed_job = Entry::Report { at: last_minute(), report: failed_job };
    let go_on = Entry::GoOn { at: last_minute() };
    same("ben's call", &claim(ben.as_mut(), 0).await?, &Reserved::Granted)?;
    record(anna.as_mut(), &go_on).await?;
    for fact in [&failed_job, &refused(0)] {
        // Read the other way round, the older word would let the newer brake go.
        match ben.append(fact).await {
            Err(error) if error.kind() == JournalErrorKind::Behind => {}
            other => return Err(format!("recorded before an older word was read: {other:?}")),
        }
    }
    same("he reads it", &news(ben.as_mut()).await?, &vec![go_on])?;
    record(ben.as_mut(), &failed_job).await?;
    record(ben.as_mut(), &accepted(0, 7)).await?;
    let all = ben.load().await.map_err(|e| e.to_string())?;
    same("all of it", &all.len(), &4)
}

pub(super) async fn budgets_are_the_accounts(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let (first, second) = (store(place)?, store(place)?);
    let mut anna = join(first.as_ref(), &plan, "anna").await?;
    let mut ben = join(second.as_ref(), &plan, "ben").await?;
    let budgets = Limits { sends_per_minute: 2, ..Limits::none() }.budgets(Spend::ByOpenIds);
    for (journal, chunk) in [(&mut anna, 0), (&mut ben, 1)] {
        let claim = Claim::new(chunk, last_minute(), Spend::ByOpenIds, &budgets);
        let reserved = journal.claim(&claim).await.map_err(|e| e.to_string())?;
        same("within the budget", &reserved, &Reserved::Granted)?;
    }
    for journal in [&mut anna, &mut ben] {
        let claim = Claim::new(2, last_minute(), Spend::ByOpenIds, &budgets);
        match journal.claim(&claim).await.map_err(|e| e.to_string())? {
            Reserved::Wait { .. } => {}
            other => return Err(format!("a third call in a minute for two: {other:?}")),
        }
    }
    Ok(())
}

pub(super) async fn who_comes_later_reads_all(place: &dyn Place) -> Checked {
    let plan = plan("spring")?;
    let store = store(place)?;
    let mut anna = join(store.as_ref(), &plan, "anna").await?;
    same("a claim", &claim(anna.as_mut(), 0).await?, &Reserved::Granted)?;
    let joined = Entry::Joined { at: last_minute(), worker: "anna".to_owned() };
    record(anna.as_mut(), &joined).await?;
    drop(anna);
    let mut ben = join(store.as_ref(), &plan, "ben").await?;
    let intent = Entry::Intent { chunk: 0, at: last_minute() };
    let all = ben.load().await.map_err(|e| e.to_string())?;
    same("all entries", &all, &vec![intent, joined])?;
    same("nothing else", &news(ben.as_mut()).await?, &Vec::new())?;
    match claim(ben.as_mut(), 0).await? {
        Reserved::Held { .. } => {}
        other => return Err(format!("she is gone, her lease is not: {other:?}")),
    }
    place.pass(LEASE).await?;
    let at = last_minute() + LEASE;
    same("given up", &news(ben.as_mut()).await?.len(), &1)?;
    same("and taken over", &claim_at(ben.as_mut(), 0, at).await?, &Reserved::Granted)
}
