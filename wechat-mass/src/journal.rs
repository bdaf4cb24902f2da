//! What a campaign has done, recorded so that it survives the process: intent before each call,
//! answer after it.

pub mod conformance;
mod frozen;
mod memory;
mod open_calls;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::num::NonZeroU64;
use std::time::SystemTime;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use wechat_types::id::{AppId, MediaId, MsgId, OpenId};
use wechat_types::mass::MassReport;

use crate::campaign::{Answer, Plan};
use crate::quota::{Budget, Spend};

pub use frozen::{Frozen, FrozenCall};
pub use memory::{MemoryJournal, MemoryStore};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteJournal, SqliteStore};

/// A recorded fact about a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entry {
    /// A picture of an article was uploaded.
    Picture {
        /// The article, from 0.
        article: usize,
        /// Its `src`.
        source: String,
        /// Its address.
        url: String,
    },
    /// An article's cover was added to the permanent material.
    Cover {
        /// The article, from 0.
        article: usize,
        /// The material.
        media_id: MediaId,
    },
    /// The platform no longer knows the covers (40007): they are added anew.
    CoversRefused {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
    },
    /// The draft that a call will use up.
    Draft {
        /// The call, from 0.
        chunk: usize,
        /// The draft.
        media_id: MediaId,
    },
    /// The call is about to be made. Recorded before the request is written.
    Intent {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
    },
    /// What came of the call.
    Answer {
        /// The call, from 0.
        chunk: usize,
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
        /// What.
        #[serde(flatten)]
        answer: Answer,
    },
    /// A job's report came in.
    Report {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
        /// The report.
        report: MassReport,
    },
    /// A new run of the program took the campaign up.
    Resumed {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
    },
    /// A job's message was taken back, or one article of it.
    Deleted {
        /// When.
        #[serde(with = "unix_millis")]
        at: SystemTime,
        /// The job.
        msg_id: MsgId,
        /// The article, from 1; the whole message if absent.
        article: Option<NonZeroU64>,
    },
}

impl Entry {
    /// A call was about to be made.
    pub(crate) fn is_intent(&self) -> bool {
        matches!(self, Self::Intent { .. })
    }

    /// When it happened; uploads and drafts do not say.
    pub fn at(&self) -> Option<SystemTime> {
        match self {
            Self::CoversRefused { at }
            | Self::Intent { at, .. }
            | Self::Answer { at, .. }
            | Self::Report { at, .. }
            | Self::Resumed { at }
            | Self::Deleted { at, .. } => Some(*at),
            Self::Picture { .. } | Self::Cover { .. } | Self::Draft { .. } => None,
        }
    }
}

/// The durable side of one account's server: all its campaigns, what they spent, their jobs.
///
/// A store is shared: by the campaigns of a program, and by programs on the same machine.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Takes a campaign up: freezes a new plan, or finds it frozen by an earlier run.
    ///
    /// While the journal is held, nobody else can take up the same campaign.
    ///
    /// # Errors
    ///
    /// [`JournalError`]: somebody else holds the campaign; **another plan** went out under this name,
    /// with the difference in the text; the store cannot be read or written.
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError>;

    /// The account's campaigns, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError>;

    /// What is recorded of a campaign, oldest first; nothing when there is none of this name.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError>;

    /// The calls of a campaign as they were frozen, in their order; none when there is no campaign of
    /// this name.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError>;

    /// Records a fact that did not come about by driving the campaign, such as
    /// [`Entry::Deleted`], whoever holds the campaign.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain, or when there is no campaign of this name.
    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError>;

    /// Reserves a call that belongs to no campaign: a preview, a deletion, a send that somebody
    /// made on mp.weixin.qq.com.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; the call must not be made then.
    async fn spend(
        &self,
        account: &AppId,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError>;

    /// When calls of these kinds were reserved since a moment, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError>;

    /// Keeps a report that came by callback, of a job that may not be known yet, or not be ours.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; the callback must not be answered with success
    /// then.
    async fn keep_report(
        &self,
        account: &AppId,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError>;

    /// Reports kept after the `number`-th, with their numbers, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError>;
}

/// The durable side of one campaign.
#[async_trait]
pub trait Journal: Debug + Send {
    /// All that is recorded, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read whole; nothing may be sent then.
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError>;

    /// Records a fact. When this returns, the fact survives the process.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; nothing further may be sent then. Also when the
    /// fact is the acceptance of a job that belongs to another call.
    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError>;

    /// Reserves a call within its budgets and records its intent, both or neither.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append). Also when the clock says that it is earlier than at an earlier
    /// call: then nothing can be counted.
    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError>;

    /// The other call that a job belongs to; none when nobody has it, or this very call.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read.
    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError>;

    /// Another call of the same content that may have been accepted, and nobody knows: of any
    /// campaign of the account. The job of such a call can be named to this one.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read.
    async fn other_open(&mut self, chunk: usize) -> Result<Option<JobOwner>, JournalError>;
}

/// A call about to be made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Claim<'a> {
    /// The call, from 0.
    pub chunk: usize,
    /// When.
    pub at: SystemTime,
    /// What it costs.
    pub spend: Spend,
    /// What it costs it from.
    pub budgets: &'a [Budget],
}

impl<'a> Claim<'a> {
    /// Takes all parts as they stand.
    pub fn new(chunk: usize, at: SystemTime, spend: Spend, budgets: &'a [Budget]) -> Self {
        Self { chunk, at, spend, budgets }
    }

    /// The fact that is recorded when it is granted.
    pub fn intent(&self) -> Entry {
        Entry::Intent { chunk: self.chunk, at: self.at }
    }
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reserved {
    /// It is reserved.
    Granted,
    /// It is not, and nothing was recorded.
    #[non_exhaustive]
    Wait {
        /// From when it may be tried again.
        until: SystemTime,
        /// The budget that is used up; with several, the one that opens last.
        budget: Budget,
    },
}

impl Reserved {
    /// Asks each budget; `spent` gives the moments that a budget was drawn on in its window.
    fn by<E>(
        budgets: &[Budget],
        mut spent: impl FnMut(&Budget) -> Result<Vec<SystemTime>, E>,
    ) -> Result<Self, E> {
        let mut reserved = Self::Granted;
        for budget in budgets {
            let Some(until) = budget.wait(&spent(budget)?) else { continue };
            if !matches!(reserved, Self::Wait { until: known, .. } if known >= until) {
                reserved = Self::Wait { until, budget: *budget };
            }
        }
        Ok(reserved)
    }
}

/// A call of a campaign, such as the one that a job belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JobOwner {
    /// The campaign's name.
    pub campaign: String,
    /// The call, from 0.
    pub chunk: usize,
}

impl JobOwner {
    /// Takes both as they stand.
    pub fn new(campaign: impl Into<String>, chunk: usize) -> Self {
        Self { campaign: campaign.into(), chunk }
    }
}

/// A clock that is back by more than this cannot count budgets, nor tell how old a key is.
const CLOCK_BACK: std::time::Duration = std::time::Duration::from_secs(60);

/// Refuses a call at a moment before the last one.
fn check_clock(at: SystemTime, last: Option<SystemTime>) -> Result<(), JournalError> {
    match last.and_then(|last| last.duration_since(at).ok()) {
        Some(back) if back > CLOCK_BACK => Err(JournalError::new(format!(
            "the clock is {} seconds before the last recorded call: set it right; until then \
             nothing is sent, for neither budgets nor the age of keys can be told",
            back.as_secs()
        ))),
        _ => Ok(()),
    }
}

fn job_taken(msg_id: MsgId, owner: &JobOwner) -> JournalError {
    JournalError::new(format!(
        "job {msg_id} belongs to call {} of campaign {:?}: it cannot be another call's too",
        owner.chunk + 1,
        owner.campaign
    ))
}

/// The journal cannot be read or written.
#[derive(Debug)]
#[non_exhaustive]
pub struct JournalError {
    /// What happened, to which file, and what to do.
    pub problem: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl JournalError {
    /// Says what happened, to what, and what to do.
    pub fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into(), source: None }
    }

    fn taken_up(campaign: &str) -> Self {
        Self::new(format!("another program is sending the campaign {campaign:?}"))
    }

    fn no_campaign(name: &str) -> Self {
        Self::new(format!("there is no campaign {name:?} of this account in the journal"))
    }

    fn changed(frozen: &Frozen, plan: &Plan, before: &[OpenId]) -> Self {
        Self::new(format!(
            "the campaign {:?} was begun with another plan: {}. Whoever is in both would get two \
             messages; if that is meant, give the campaign another name",
            frozen.name,
            frozen.difference(plan, before)
        ))
    }

    /// The same with the storage's own error.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl StdError for JournalError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// Times as milliseconds since 1970.
pub(crate) mod unix_millis {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(at: &SystemTime, s: S) -> Result<S::Ok, S::Error> {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        s.serialize_u64(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<SystemTime, D::Error> {
        let millis = u64::deserialize(d)?;
        UNIX_EPOCH
            .checked_add(Duration::from_millis(millis))
            .ok_or_else(|| serde::de::Error::custom("a time out of range"))
    }
}
