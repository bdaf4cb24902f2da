//! What a campaign has done, recorded so that it survives the process: intent before each call,
//! answer after it.

mod claim;
pub mod conformance;
mod difference;
mod entry;
mod error;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod facts;
mod frozen;
mod memory;
mod open_calls;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
mod worker;

use std::fmt::Debug;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::{MassReport, Recipients};

use crate::campaign::Plan;
use crate::quota::{Budget, Spend};

pub(crate) use claim::LEASE;
use claim::check_clock;
pub use claim::{Claim, Rebooked, Reserved};
pub(crate) use entry::Concern;
pub use entry::Entry;
pub use error::{JournalError, JournalErrorKind};
pub use frozen::{ChosenFrom, Frozen, FrozenCall};
pub use memory::{MemoryJournal, MemoryStore};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresAddress, PostgresJournal, PostgresStore};
#[cfg(feature = "sqlite")]
pub use sqlite::{SqliteJournal, SqliteStore};
pub use worker::{Hold, Part, WorkerStatus};

/// The durable side of one account's server: all its campaigns, what they spent, their jobs.
///
/// A store is shared: by the campaigns of a program, and by programs on the same machine. **Each server needs one of its
/// own**: what a mock was sent draws on the same budgets. A campaign itself goes on where it [began](Journal::bind), or not at all.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// Takes a campaign up: freezes a new plan, or finds it frozen by an earlier run.
    ///
    /// While the journal is held, nobody else can take up the same campaign.
    ///
    /// # Errors
    ///
    /// [`JournalError`]: somebody else holds the campaign ([`TakenUp`](JournalErrorKind::TakenUp)); **another plan** went
    /// out under this name ([`AnotherPlan`](JournalErrorKind::AnotherPlan)), with the difference in the text; the store cannot
    /// be read or written.
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError>;

    /// Takes part in a campaign beside other workers: of this store, on this machine or on others.
    ///
    /// A store that is not made for several lets in one, as [`open`](Self::open) does.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). Also when this machine's clock differs from the store's by more than 30
    /// seconds ([`WrongClock`](JournalErrorKind::WrongClock)): the workers would not agree how old a key is.
    async fn join(
        &self,
        plan: &Plan,
        worker: &str,
        at: SystemTime,
    ) -> Result<Box<dyn Journal>, JournalError> {
        _ = worker;
        self.open(plan, at).await
    }

    /// Who takes part in a campaign now; nobody where the store is not made for several.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn workers(
        &self,
        account: &AppId,
        name: &str,
    ) -> Result<Vec<WorkerStatus>, JournalError> {
        _ = (account, name);
        Ok(Vec::new())
    }

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

    /// Whom a call by OpenID of a campaign was frozen for, in their order; none when there is no such
    /// call, or when it goes to everyone or to a tag.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Recipients>, JournalError>;

    /// Records a fact that did not come about by driving the campaign, such as
    /// [`Entry::Deleted`], whoever holds the campaign.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain, or when there is no campaign of this name.
    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError>;

    /// Reserves a call that belongs to no campaign: a preview, a deletion.
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

    /// Records how many sends to everyone somebody made on mp.weixin.qq.com in the month of `at` (Beijing), in
    /// all: each is a [`Spend::OnWebsite`]. It takes the place of what was said of that month before.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain, or when the clock says that it is earlier than at an
    /// earlier call.
    async fn state_website_sends(
        &self,
        account: &AppId,
        sends: u8,
        at: SystemTime,
    ) -> Result<(), JournalError>;

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

    /// Stops a campaign, whoever holds it: no call is claimed until [`Entry::GoOn`] is recorded. A stop
    /// outlives the program, and a plan that is changed before its first call.
    ///
    /// True when there is such a campaign. To stop what is stopped already records nothing.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; the campaign may go on then.
    async fn stop(&self, account: &AppId, name: &str, at: SystemTime)
    -> Result<bool, JournalError>;

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
    /// What this worker is called; none where the campaign is his alone.
    fn worker(&self) -> Option<&str>;

    /// Says what the campaign is sent by: the plan that was frozen, and [its client's server](wechat_http::Client::server),
    /// which is recorded at the first run. One that has `moved` is the server of before at another address.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it was begun with another plan ([`AnotherPlan`](JournalErrorKind::AnotherPlan)) or on another
    /// server ([`AnotherServer`](JournalErrorKind::AnotherServer)), or when that is not certain; nothing may be sent then.
    async fn bind(&mut self, plan: &Plan, server: &str, moved: bool) -> Result<(), JournalError>;

    /// Takes a part of the work for so long, or longer if it is one's own already; others leave it alone
    /// meanwhile. Where the campaign is one's own, every part is.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain.
    async fn hold(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError>;

    /// All that is recorded, oldest first.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read whole; nothing may be sent then.
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError>;

    /// Records a fact. When this returns, the fact survives the process, and the machine's failure too; an answer
    /// survives that from the next claim or [`flush`](Self::flush) on.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; nothing further may be sent then. Also when the
    /// fact is the acceptance of a job that belongs to another call. Of the kind
    /// [`LeaseLost`](JournalErrorKind::LeaseLost) when it is an upload, a draft or an answer, and that part
    /// is not this worker's any more; of the kind [`Behind`](JournalErrorKind::Behind) when others have recorded
    /// something that this journal has not read, and the two in another order would mean something else.
    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.record(entry, &[]).await
    }

    /// The same of a fact by which what was reserved turns out to be something else: both or neither.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append).
    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError>;

    /// Reserves a call within its budgets and records its intent, both or neither.
    ///
    /// # Errors
    ///
    /// As [`append`](Self::append). Also when the clock says that it is earlier than at an earlier
    /// call: then nothing can be counted.
    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError>;

    /// Makes the answers that were recorded survive the machine's failure. Whoever makes no further call at once
    /// asks for it; a journal whose records all do so when they are made has nothing to do.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when that is not certain; nothing further may be sent then.
    async fn flush(&mut self) -> Result<(), JournalError>;

    /// What others recorded that matters to this campaign; of the kept reports those after the
    /// `number`-th.
    ///
    /// A call whose worker did not come back before his lease ended is recorded as
    /// [given up](Entry::GivenUp) here. Where the campaign is shared, this is also the worker's sign of life.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read; nothing may be sent then.
    async fn news(&mut self, number: u64) -> Result<News, JournalError>;

    /// Keeps a report for whichever campaign of the account has its job, or will have it.
    ///
    /// # Errors
    ///
    /// As [`Store::keep_report`].
    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError>;

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

    /// Another call of the same content that may have been accepted as this job, and nobody knows: of any
    /// campaign of the account. The job of such a call can be named to this one. A call to which another job
    /// was named is none.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when it cannot be read.
    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError>;
}

/// What others recorded while a campaign was held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct News {
    /// A human stopped the campaign, and nobody has said go on since.
    pub stopped: Option<SystemTime>,
    /// Reports that were kept for the account, oldest first, with their numbers and when they came.
    pub reports: Vec<(u64, SystemTime, MassReport)>,
    /// What was recorded of the campaign since the last look, but not by this journal; oldest first. Where
    /// the campaign is one's own, only what [`stopped`](Self::stopped) says.
    pub entries: Vec<Entry>,
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

fn job_taken(msg_id: MsgId, owner: &JobOwner) -> JournalError {
    JournalError::new(format!(
        "job {msg_id} belongs to call {} of campaign {:?}: it cannot be another call's too",
        owner.chunk + 1,
        owner.campaign
    ))
    .with_kind(JournalErrorKind::JobTaken)
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
