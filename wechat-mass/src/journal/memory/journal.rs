//! One campaign in memory, of one program or of one of several workers.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use super::crew::Member;
use super::{Held, Key, State, lock};
use crate::campaign::Plan;
use crate::journal::entry::last_stop;
use crate::journal::open_calls::first_open;
use crate::journal::{
    Claim, Entry, Frozen, Hold, JobOwner, Journal, JournalError, News, Part, Rebooked, Reserved,
    job_taken,
};

/// One campaign in a [`MemoryStore`](super::MemoryStore).
#[derive(Debug)]
pub struct MemoryJournal {
    state: Arc<Mutex<State>>,
    /// The account, empty where there is no store to share, and the name.
    key: Key,
    /// Which of several workers this is.
    member: Option<Member>,
    /// The stop that was read: a later one is not let go by an older "go on".
    stop_read: Option<SystemTime>,
}

impl MemoryJournal {
    pub(super) fn of(state: Arc<Mutex<State>>, key: Key, member: Option<Member>) -> Self {
        Self { state, key, member, stop_read: None }
    }

    /// A campaign of its own store, of which nothing is recorded: that of the first plan that is run on it.
    pub fn new() -> Self {
        Self { state: Arc::default(), key: Key::default(), member: None, stop_read: None }
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
            match &self.member {
                Some(member) => held.crew.leaves(member),
                None => held.taken_up = false,
            }
        }
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    fn worker(&self) -> Option<&str> {
        self.member.as_ref().map(Member::name)
    }

    async fn bind(&mut self, plan: &Plan, server: &str, moved: bool) -> Result<(), JournalError> {
        let mut state = lock(&self.state);
        let held = state.campaigns.entry(self.key.clone()).or_default();
        // Alone in its store, where nobody asks since when, it is the campaign of its first plan.
        let frozen = held.frozen.get_or_insert_with(|| Frozen::of(plan, SystemTime::UNIX_EPOCH));
        frozen.bind(plan, server, moved).map(drop)
    }

    async fn hold(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError> {
        let Some(member) = &self.member else { return Ok(Hold::Mine) };
        let mut state = lock(&self.state);
        let held = state.campaigns.entry(self.key.clone()).or_default();
        if held.crew.is_behind(member, &held.entries, |entry| entry.concern().is_about(part)) {
            return Ok(Hold::Behind);
        }
        Ok(held.crew.hold(member, part, span))
    }

    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        let entries = self.entries();
        if let Some(member) = &mut self.member {
            member.has_read(entries.len());
        }
        self.stop_read = last_stop(&entries);
        Ok(entries)
    }

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        let (account, campaign) = self.key.clone();
        let mut state = lock(&self.state);
        if let Some((member, part)) = self.member.as_ref().zip(entry.part()) {
            let held = state.campaigns.entry(self.key.clone()).or_default();
            if !held.crew.has(member, part) {
                return Err(JournalError::lease_lost(part));
            }
        }
        if let Some(member) = &self.member {
            let held = state.campaigns.entry(self.key.clone()).or_default();
            if held.crew.is_behind(member, &held.entries, |other| entry.comes_after(other)) {
                return Err(JournalError::behind());
            }
        }
        if let Some((chunk, msg_id)) = entry.owner() {
            let owner = JobOwner::new(campaign, chunk);
            let known = state.jobs.entry((account, msg_id)).or_insert_with(|| owner.clone());
            if *known != owner {
                return Err(job_taken(msg_id, known));
            }
        }
        let held = state.campaigns.entry(self.key.clone()).or_default();
        if matches!(entry, Entry::GoOn { .. }) {
            if held.stopped.is_some() && held.stopped != self.stop_read {
                return Err(JournalError::behind());
            }
            held.stopped = None;
        }
        held.record(self.member.as_ref(), entry.clone());
        if let Some(member) = &self.member {
            held.crew.did(member, entry);
        }
        rebooked.iter().for_each(|one| state.rebook(&self.key.0, one));
        Ok(())
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let mut state = lock(&self.state);
        let held = state.campaigns.entry(self.key.clone()).or_default();
        if let Some(at) = held.stopped {
            return Ok(Reserved::Stopped { at });
        }
        let part = Part::Call(claim.chunk);
        if let Some(member) = &self.member {
            let matters = |entry: &Entry| claim.alone || entry.concern().is_about(part);
            if held.crew.is_behind(member, &held.entries, matters) {
                return Ok(Reserved::Behind);
            }
            if let Some(left) = held.crew.left_of_others(member, part) {
                return Ok(Reserved::Held { left });
            }
        }
        let reserved = state.reserve(&self.key.0, claim.spend, claim.at, claim.budgets)?;
        if reserved == Reserved::Granted {
            let held = state.campaigns.entry(self.key.clone()).or_default();
            held.record(self.member.as_ref(), claim.intent());
            if let Some(member) = &self.member {
                _ = held.crew.hold(member, part, claim.lease);
            }
        }
        Ok(reserved)
    }

    async fn flush(&mut self) -> Result<(), JournalError> {
        Ok(())
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        let mut state = lock(&self.state);
        let reports = state.reports_after(&self.key.0, number);
        let Some(held) = state.campaigns.get_mut(&self.key) else {
            return Ok(News { reports, ..News::default() });
        };
        let entries = match &mut self.member {
            Some(member) => {
                for entry in held.crew.given_up(member, &held.entries) {
                    held.record(None, entry);
                }
                held.crew.look(member, &held.entries)
            }
            None => Vec::new(),
        };
        self.stop_read = held.stopped;
        Ok(News { stopped: held.stopped, reports, entries })
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

    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError> {
        let state = lock(&self.state);
        let this = JobOwner::new(self.key.1.as_str(), chunk);
        let content = |held: &Held| held.frozen.as_ref().map(|frozen| frozen.content.clone());
        let own = state.campaigns.get(&self.key).and_then(content);
        Ok(state
            .campaigns
            .iter()
            .filter(|(key, held)| key.0 == self.key.0 && content(held) == own)
            .find_map(|(key, held)| first_open(&key.1, &held.entries, &this, msg_id)))
    }
}
