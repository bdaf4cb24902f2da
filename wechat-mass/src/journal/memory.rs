//! A store that ends with the process: for a mock's world, which ends with it too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use wechat_types::id::{AppId, MsgId, OpenId};
use wechat_types::mass::MassReport;

use super::difference::{self, FrozenText};
use super::open_calls::first_open;
use super::{
    Claim, Entry, Frozen, FrozenCall, JobOwner, Journal, JournalError, News, Reserved, Store,
    check_clock, job_taken,
};
use crate::campaign::Plan;
use crate::quota::{Budget, Spend};
use crate::recipients::{self, RecipientsError, Scratch};

/// Keeps everything in memory. Not for real followers: a killed process forgets what it sent.
///
/// Clones are the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<State>>);

/// One campaign in a [`MemoryStore`].
#[derive(Debug)]
pub struct MemoryJournal {
    state: Arc<Mutex<State>>,
    /// The account, empty where there is no store to share, and the name.
    key: Key,
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
    taken_up: bool,
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
}

impl MemoryJournal {
    /// A campaign of its own store, of which nothing is recorded.
    pub fn new() -> Self {
        Self { state: Arc::default(), key: Key::default() }
    }

    /// What is recorded.
    pub fn entries(&self) -> Vec<Entry> {
        let state = lock(&self.state);
        state.campaigns.get(&self.key).map(|held| held.entries.clone()).unwrap_or_default()
    }
}

impl Default for MemoryJournal {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for MemoryJournal {
    fn drop(&mut self) {
        if let Some(held) = lock(&self.state).campaigns.get_mut(&self.key) {
            held.taken_up = false;
        }
    }
}

impl State {
    fn recipients(&self, key: &Key, chunk: usize) -> Option<Vec<OpenId>> {
        let (_, text) = self.campaigns.get(key)?.texts.get(chunk)?;
        text.as_deref().and_then(recipients::open_ids)
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

    fn reserve(
        &mut self,
        account: &str,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        let last = self.spent.get(account).and_then(|spent| spent.iter().map(|(_, at)| *at).max());
        check_clock(at, last)?;
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
        let mut state = lock(&self.0);
        let key = (plan.account().as_str().to_owned(), plan.name().to_owned());
        let held = state.campaigns.entry(key.clone()).or_default();
        if held.taken_up {
            return Err(JournalError::taken_up(plan.name()));
        }
        match &held.frozen {
            Some(frozen) if frozen.is_of(plan) => {}
            Some(frozen) if held.entries.iter().any(Entry::is_intent) => {
                let texts = |number: usize| Ok(held.texts.get(number).cloned());
                let lists = difference::of_lists(Scratch::in_memory(), plan, texts)
                    .map_err(|error: RecipientsError| JournalError::from(error))?;
                return Err(JournalError::changed(frozen, plan, lists));
            }
            _ => {
                let texts = plan
                    .chunks()
                    .iter()
                    .map(|chunk| Ok((chunk.key.as_str().to_owned(), plan.text(chunk)?)));
                held.texts = texts.collect::<Result<_, RecipientsError>>()?;
                held.calls = plan.chunks().iter().map(FrozenCall::of).collect();
                held.entries = held.stopped.map(|at| Entry::Stopped { at }).into_iter().collect();
                held.frozen = Some(Frozen::of(plan, at));
            }
        }
        held.taken_up = true;
        Ok(Box::new(MemoryJournal { state: Arc::clone(&self.0), key }))
    }

    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
        let state = lock(&self.0);
        let all = state.campaigns.values().filter_map(|held| held.frozen.clone());
        let mut found: Vec<_> = all.filter(|frozen| frozen.account == *account).collect();
        found.sort_by_key(|frozen| frozen.began);
        Ok(found)
    }

    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError> {
        let state = lock(&self.0);
        let held = state.campaigns.get(&(account.as_str().to_owned(), name.to_owned()));
        Ok(held.map(|held| held.entries.clone()).unwrap_or_default())
    }

    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError> {
        let state = lock(&self.0);
        let held = state.campaigns.get(&(account.as_str().to_owned(), name.to_owned()));
        Ok(held.map(|held| held.calls.clone()).unwrap_or_default())
    }

    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError> {
        let mut state = lock(&self.0);
        let held = state.campaigns.get_mut(&(account.as_str().to_owned(), name.to_owned()));
        let held = held.ok_or_else(|| JournalError::no_campaign(name))?;
        held.entries.push(entry.clone());
        Ok(())
    }

    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Vec<OpenId>>, JournalError> {
        let key = (account.as_str().to_owned(), name.to_owned());
        Ok(lock(&self.0).recipients(&key, chunk))
    }

    async fn spend(
        &self,
        account: &AppId,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        lock(&self.0).reserve(account.as_str(), spend, at, budgets)
    }

    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError> {
        Ok(lock(&self.0).spent(account.as_str(), spends, since))
    }

    async fn keep_report(
        &self,
        account: &AppId,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        lock(&self.0).reports.push((account.as_str().to_owned(), at, report.clone()));
        Ok(())
    }

    async fn stop(
        &self,
        account: &AppId,
        name: &str,
        at: SystemTime,
    ) -> Result<bool, JournalError> {
        let mut state = lock(&self.0);
        let key = (account.as_str().to_owned(), name.to_owned());
        let Some(held) = state.campaigns.get_mut(&key) else { return Ok(false) };
        if held.stopped.is_none() {
            held.stopped = Some(at);
            held.entries.push(Entry::Stopped { at });
        }
        Ok(true)
    }

    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError> {
        let kept = lock(&self.0).reports_after(account.as_str(), number);
        Ok(kept.into_iter().map(|(number, _, report)| (number, report)).collect())
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        Ok(self.entries())
    }

    async fn recipients(&mut self, chunk: usize) -> Result<Option<Vec<OpenId>>, JournalError> {
        Ok(lock(&self.state).recipients(&self.key, chunk))
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let (account, campaign) = self.key.clone();
        let mut state = lock(&self.state);
        if let Some((chunk, msg_id)) = entry.owner() {
            let owner = JobOwner::new(campaign, chunk);
            let known = state.jobs.entry((account, msg_id)).or_insert_with(|| owner.clone());
            if *known != owner {
                return Err(job_taken(msg_id, known));
            }
        }
        let held = state.campaigns.entry(self.key.clone()).or_default();
        if matches!(entry, Entry::GoOn { .. }) {
            held.stopped = None;
        }
        held.entries.push(entry.clone());
        Ok(())
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let mut state = lock(&self.state);
        if let Some(at) = state.campaigns.get(&self.key).and_then(|held| held.stopped) {
            return Ok(Reserved::Stopped { at });
        }
        let reserved = state.reserve(&self.key.0, claim.spend, claim.at, claim.budgets)?;
        if reserved == Reserved::Granted {
            let held = state.campaigns.entry(self.key.clone()).or_default();
            held.entries.push(claim.intent());
        }
        Ok(reserved)
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        let state = lock(&self.state);
        Ok(News {
            stopped: state.campaigns.get(&self.key).and_then(|held| held.stopped),
            reports: state.reports_after(&self.key.0, number),
        })
    }

    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        lock(&self.state).reports.push((self.key.0.clone(), at, report.clone()));
        Ok(())
    }

    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError> {
        let state = lock(&self.state);
        let owner = state.jobs.get(&(self.key.0.clone(), msg_id));
        Ok(owner.filter(|owner| **owner != JobOwner::new(self.key.1.as_str(), chunk)).cloned())
    }

    async fn other_open(&mut self, chunk: usize) -> Result<Option<JobOwner>, JournalError> {
        let state = lock(&self.state);
        let this = JobOwner::new(self.key.1.as_str(), chunk);
        let content = |held: &Held| held.frozen.as_ref().map(|frozen| frozen.content.clone());
        let own = state.campaigns.get(&self.key).and_then(content);
        Ok(state
            .campaigns
            .iter()
            .filter(|(key, held)| key.0 == self.key.0 && content(held) == own)
            .find_map(|(key, held)| first_open(&key.1, &held.entries, &this)))
    }
}
