//! A human's decision about a call of which nobody knows whether it was sent.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::MassReport;

use super::{Campaign, Plan, Policy};
use crate::journal::{Entry, FrozenCall, Hold, Journal, JournalError, Part, Store};
use crate::quota::Spend;

/// What a human decided, after a look on mp.weixin.qq.com.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "resolution", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Resolution {
    /// It was sent.
    Sent {
        /// As this job, which is followed from now on. Without one, nothing more will be known of it.
        msg_id: Option<MsgId>,
    },
    /// It was not sent. The next run makes it, as a new attempt with the same key: if it was sent
    /// after all, the platform answers 45065 to that key for 24 hours, and nobody gets it twice.
    NotSent,
}

/// Why a decision was not recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum ResolveError {
    /// The campaign has no such call.
    #[non_exhaustive]
    NoSuchCall {
        /// Its calls.
        calls: usize,
    },
    /// It is known what became of the call, so there is nothing to decide.
    Known,
    /// A worker is making the call now; what he learns decides.
    UnderWay,
    /// The journal cannot be read or written, or the job belongs to another call.
    Journal(JournalError),
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCall { calls } => write!(f, "the campaign has the calls 1 to {calls}"),
            Self::Known => f.write_str(
                "there is nothing to decide: it is known what became of the call, or it was never made",
            ),
            Self::UnderWay => f.write_str(
                "a worker is making the call now: decide when he has ended, or come back without an answer",
            ),
            Self::Journal(_) => f.write_str("the decision was not recorded"),
        }
    }
}

impl std::error::Error for ResolveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Journal(source) => Some(source),
            Self::NoSuchCall { .. } | Self::Known | Self::UnderWay => None,
        }
    }
}

/// A campaign of which a call was made, as its journal has it: for decisions about its calls, whatever its
/// files say by now.
#[derive(Debug)]
#[non_exhaustive]
pub struct Begun {
    /// The calls as they were frozen.
    pub calls: Vec<FrozenCall>,
    /// What is recorded of them.
    pub journal: Box<dyn Journal>,
    /// What a first attempt at each of them draws on the account's budgets.
    spend: Spend,
}

impl Begun {
    /// Takes a campaign up as [`Store::join`] does; none when no call of it was made.
    ///
    /// # Errors
    ///
    /// As [`Store::join`].
    pub async fn join(
        store: &dyn Store,
        account: &AppId,
        name: &str,
        worker: &str,
        at: SystemTime,
    ) -> Result<Option<Self>, JournalError> {
        // From the first call on no other plan is frozen under this name.
        if !store.entries(account, name).await?.iter().any(Entry::is_intent) {
            return Ok(None);
        }
        let calls = store.calls(account, name).await?;
        let plan = Plan::of_calls(account, name, &calls);
        let journal = store.join(&plan, worker, at).await?;
        let frozen = store.campaigns(account).await?.into_iter().find(|one| one.name == name);
        let spend = frozen.map_or(Spend::ByOpenIds, |frozen| frozen.spend());
        Ok(Some(Self { calls, journal, spend }))
    }

    /// Records a decision as [`resolve`] does.
    ///
    /// # Errors
    ///
    /// [`ResolveError`]; nothing was recorded then.
    pub async fn resolve(
        &mut self,
        chunk: usize,
        resolution: Resolution,
        at: SystemTime,
    ) -> Result<(), ResolveError> {
        let campaign = Campaign::of_calls(&self.calls, Policy::default());
        decide(self.journal.as_mut(), campaign, (chunk, self.spend), resolution, at).await
    }
}

/// How long nobody else takes a call up that is being decided about.
const DECISION: Duration = Duration::from_secs(10);

/// Records a decision about a call, from 0. Only one of which nobody knows what became can be
/// decided about.
///
/// # Errors
///
/// [`ResolveError`]; nothing was recorded then.
pub async fn resolve(
    journal: &mut dyn Journal,
    plan: &Plan,
    chunk: usize,
    resolution: Resolution,
    at: SystemTime,
) -> Result<(), ResolveError> {
    let spend = plan.chunks().get(chunk).map_or(Spend::ByOpenIds, |call| call.audience.spend());
    let campaign = Campaign::new(plan, Policy::default());
    decide(journal, campaign, (chunk, spend), resolution, at).await
}

async fn decide(
    journal: &mut dyn Journal,
    mut campaign: Campaign<'_>,
    (chunk, spend): (usize, Spend),
    resolution: Resolution,
    at: SystemTime,
) -> Result<(), ResolveError> {
    let entries = journal.load().await.map_err(ResolveError::Journal)?;
    entries.iter().for_each(|entry| campaign.apply(entry));
    let rebooked = match campaign.chunks.get(chunk) {
        None => return Err(ResolveError::NoSuchCall { calls: campaign.chunks.len() }),
        Some(state) if !state.is_open() => return Err(ResolveError::Known),
        Some(state) if resolution == Resolution::NotSent => state.rebooked_as_not_sent(spend),
        Some(_) => Vec::new(),
    };
    // Whoever is at it has the last word.
    match journal.hold(Part::Call(chunk), DECISION).await.map_err(ResolveError::Journal)? {
        Hold::Mine => {}
        Hold::Behind => return Err(ResolveError::Journal(JournalError::behind())),
        Hold::Others { .. } => return Err(ResolveError::UnderWay),
    }
    let entry = Entry::Resolved { chunk, at, resolution };
    journal.record(&entry, &rebooked).await.map_err(ResolveError::Journal)
}

/// How far the clock of whoever receives callbacks may be behind: nobody checks it, and a report too many is only
/// looked at.
const RECEIVERS_CLOCK: Duration = Duration::from_secs(15 * 60);

/// Reports of ended jobs that no call of the account has, of those that came at this moment or later, or a quarter
/// of an hour before, for clocks differ; oldest first. One of them may be that of a call whose answer was lost: its
/// counters may tell.
///
/// # Errors
///
/// [`JournalError`] when the journal cannot be read.
pub async fn unclaimed_reports(
    journal: &mut dyn Journal,
    since: SystemTime,
) -> Result<Vec<MassReport>, JournalError> {
    let mut found: Vec<MassReport> = Vec::new();
    for (_, at, report) in journal.news(0).await?.reports {
        let seen = found.iter().any(|known| known.msg_id == report.msg_id);
        // No call has this number, so every owner is another one.
        if at + RECEIVERS_CLOCK >= since
            && !seen
            && report.is_final()
            && journal.other_owner(report.msg_id, usize::MAX).await?.is_none()
        {
            found.push(report);
        }
    }
    Ok(found)
}
