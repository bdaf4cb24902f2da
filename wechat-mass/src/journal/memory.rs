//! A store that ends with the process: for a mock's world, which ends with it too.

mod crew;
mod journal;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use wechat_http::Clock;
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::{MassReport, Recipients};

use super::difference::{self, FrozenText};
use super::{
    Entry, Frozen, FrozenCall, JobOwner, Journal, JournalError, Rebooked, Reserved, Store,
    WorkerStatus, check_clock,
};
use crate::campaign::Plan;
use crate::quota::{Budget, Spend, Window};
use crate::recipients::{RecipientsError, Scratch};
use crew::{Crew, Member};

pub use journal::MemoryJournal;

/// Keeps everything in memory. Not for real followers: a killed process forgets what it sent.
///
/// Clones are the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    clock: Option<Arc<dyn Clock>>,
}

/// Account and campaign.
type Key = (String, String);

#[derive(Debug, Default)]
struct State {
    campaigns: BTreeMap<Key, Held>,
    /// By account, in the order of their reservation.
    spent: BTreeMap<String, Vec<(Spend, SystemTime)>>,
    jobs: BTreeMap<(String, MsgId), JobOwner>,
    reports: Vec<(String, SystemTime, MassReport)>,
}

#[derive(Debug, Default)]
struct Held {
    frozen: Option<Frozen>,
    calls: Vec<FrozenCall>,
    texts: Vec<FrozenText>,
    entries: Vec<Entry>,
    /// When it was stopped, until somebody says go on.
    stopped: Option<SystemTime>,
    /// One has it for himself.
    taken_up: bool,
    crew: Crew,
}

impl Held {
    fn record(&mut self, member: Option<&Member>, entry: Entry) {
        self.crew.recorded(self.entries.len(), member);
        self.entries.push(entry);
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // Every change is made in one piece, so a panic elsewhere leaves nothing half done.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MemoryStore {
    /// Nothing recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nothing recorded; leases of workers end by this clock, without which none can
    /// [`join`](Store::join).
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }
}

impl Held {
    /// Freezes a plan, or finds it frozen.
    fn freeze(&mut self, plan: &Plan, at: SystemTime) -> Result<(), JournalError> {
        match &self.frozen {
            Some(frozen) if frozen.is_of(plan) => Ok(()),
            Some(frozen) if self.entries.iter().any(Entry::is_intent) || !self.crew.is_empty() => {
                let texts = |number: usize| Ok(self.texts.get(number).cloned());
                let lists = difference::of_lists(Scratch::in_memory(), plan, texts)
                    .map_err(|error: RecipientsError| JournalError::from(error))?;
                Err(JournalError::changed(frozen, plan, lists))
            }
            _ => {
                let texts = plan
                    .chunks()
                    .iter()
                    .map(|chunk| Ok((chunk.key.as_str().to_owned(), plan.text(chunk)?)));
                self.texts = texts.collect::<Result<_, RecipientsError>>()?;
                self.calls = plan.chunks().iter().map(FrozenCall::of).collect();
                self.entries.clear();
                self.crew = Crew::default();
                if let Some(at) = self.stopped {
                    self.record(None, Entry::Stopped { at });
                }
                self.frozen = Some(Frozen::of(plan, at));
                Ok(())
            }
        }
    }
}

impl State {
    fn of(&mut self, plan: &Plan) -> (Key, &mut Held) {
        let key = (plan.account().as_str().to_owned(), plan.name().to_owned());
        (key.clone(), self.campaigns.entry(key).or_default())
    }

    fn recipients(&self, key: &Key, chunk: usize) -> Option<Recipients> {
        let (_, text) = self.campaigns.get(key)?.texts.get(chunk)?;
        let lines = String::from_utf8(text.clone()?).ok()?;
        Recipients::from_lines(lines).ok()
    }

    fn spent(&self, account: &str, spends: &[Spend], since: SystemTime) -> Vec<SystemTime> {
        let all = self.spent.get(account).into_iter().flatten();
        let mut found: Vec<_> = all
            .filter(|(spend, at)| spends.contains(spend) && *at >= since)
            .map(|(_, at)| *at)
            .collect();
        found.sort_unstable();
        found
    }

    fn reports_after(&self, account: &str, number: u64) -> Vec<(u64, SystemTime, MassReport)> {
        let numbered = (1_u64..).zip(&self.reports);
        numbered
            .filter(|(at, (of, _, _))| *at > number && of == account)
            .map(|(number, (_, at, report))| (number, *at, report.clone()))
            .collect()
    }

    fn last_spent(&self, account: &str) -> Option<SystemTime> {
        self.spent.get(account)?.iter().map(|(_, at)| *at).max()
    }

    fn state_website_sends(
        &mut self,
        account: &str,
        sends: u8,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        check_clock(at, self.last_spent(account))?;
        let spent = self.spent.entry(account.to_owned()).or_default();
        let month = Window::Month.began(at);
        spent.retain(|(spend, of)| *spend != Spend::OnWebsite || Window::Month.began(*of) != month);
        spent.extend((0..sends).map(|_| (Spend::OnWebsite, at)));
        Ok(())
    }

    fn rebook(&mut self, account: &str, rebooked: &Rebooked) {
        let apart = |at: SystemTime| {
            at.duration_since(rebooked.at).unwrap_or_else(|before| before.duration())
        };
        let of_account = self.spent.get_mut(account).into_iter().flatten();
        let on_that_day =
            of_account.filter(|(spend, at)| *spend == rebooked.from && rebooked.day().contains(at));
        if let Some(nearest) = on_that_day.min_by_key(|(_, at)| apart(*at)) {
            nearest.0 = rebooked.to;
        }
    }

    fn reserve(
        &mut self,
        account: &str,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        check_clock(at, self.last_spent(account))?;
        let reserved = Reserved::by(budgets, |budget| {
            Ok::<_, JournalError>(self.spent(account, budget.spends, budget.window.began(at)))
        })?;
        if reserved == Reserved::Granted {
            self.spent.entry(account.to_owned()).or_default().push((spend, at));
        }
        Ok(reserved)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError> {
        let mut state = lock(&self.state);
        let (key, held) = state.of(plan);
        if held.taken_up || !held.crew.is_empty() {
            return Err(JournalError::taken_up(plan.name()));
        }
        held.freeze(plan, at)?;
        held.taken_up = true;
        Ok(Box::new(MemoryJournal::of(Arc::clone(&self.state), key, None)))
    }

    async fn join(
        &self,
        plan: &Plan,
        worker: &str,
        at: SystemTime,
    ) -> Result<Box<dyn Journal>, JournalError> {
        let clock = self.clock.clone().ok_or_else(|| {
            JournalError::new("a store in memory that several workers share needs a clock")
        })?;
        let mut state = lock(&self.state);
        let (key, held) = state.of(plan);
        if held.taken_up {
            return Err(JournalError::taken_up(plan.name()));
        }
        held.freeze(plan, at)?;
        let member = Some(held.crew.join(worker, clock));
        Ok(Box::new(MemoryJournal::of(Arc::clone(&self.state), key, member)))
    }

    async fn workers(
        &self,
        account: &AppId,
        name: &str,
    ) -> Result<Vec<WorkerStatus>, JournalError> {
        let state = lock(&self.state);
        let held = state.campaigns.get(&(account.as_str().to_owned(), name.to_owned()));
        let now = self.clock.as_ref().map(|clock| clock.now());
        Ok(held.zip(now).map(|(held, now)| held.crew.members(now)).unwrap_or_default())
    }

    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
        let state = lock(&self.state);
        let all = state.campaigns.values().filter_map(|held| held.frozen.clone());
        let mut found: Vec<_> = all.filter(|frozen| frozen.account == *account).collect();
        found.sort_by_key(|frozen| frozen.began);
        Ok(found)
    }

    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError> {
        let state = lock(&self.state);
        let held = state.campaigns.get(&(account.as_str().to_owned(), name.to_owned()));
        Ok(held.map(|held| held.entries.clone()).unwrap_or_default())
    }

    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError> {
        let state = lock(&self.state);
        let held = state.campaigns.get(&(account.as_str().to_owned(), name.to_owned()));
        Ok(held.map(|held| held.calls.clone()).unwrap_or_default())
    }

    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError> {
        let mut state = lock(&self.state);
        let held = state.campaigns.get_mut(&(account.as_str().to_owned(), name.to_owned()));
        let held = held.ok_or_else(|| JournalError::no_campaign(name))?;
        held.record(None, entry.clone());
        Ok(())
    }

    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Recipients>, JournalError> {
        let key = (account.as_str().to_owned(), name.to_owned());
        Ok(lock(&self.state).recipients(&key, chunk))
    }

    async fn spend(
        &self,
        account: &AppId,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        lock(&self.state).reserve(account.as_str(), spend, at, budgets)
    }

    async fn state_website_sends(
        &self,
        account: &AppId,
        sends: u8,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        lock(&self.state).state_website_sends(account.as_str(), sends, at)
    }

    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError> {
        Ok(lock(&self.state).spent(account.as_str(), spends, since))
    }

    async fn keep_report(
        &self,
        account: &AppId,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        lock(&self.state).reports.push((account.as_str().to_owned(), at, report.clone()));
        Ok(())
    }

    async fn stop(
        &self,
        account: &AppId,
        name: &str,
        at: SystemTime,
    ) -> Result<bool, JournalError> {
        let mut state = lock(&self.state);
        let key = (account.as_str().to_owned(), name.to_owned());
        let Some(held) = state.campaigns.get_mut(&key) else { return Ok(false) };
        if held.stopped.is_none() {
            held.stopped = Some(at);
            held.record(None, Entry::Stopped { at });
        }
        Ok(true)
    }

    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError> {
        let kept = lock(&self.state).reports_after(account.as_str(), number);
        Ok(kept.into_iter().map(|(number, _, report)| (number, report)).collect())
    }
}
