//! A fact that is recorded: what it depends on is locked and read in one way to the server, then it is written and
//! made durable in another.

use std::time::SystemTime;

use tokio::join;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::crew::{self, Member, name_of};
use super::link::{Link, Value};
use super::rows::{self, Recorded, column};
use super::spent;
use crate::journal::facts;
use crate::journal::{Entry, JobOwner, JournalError, Rebooked, job_taken};

/// Who records it.
pub(super) struct Recorder<'a> {
    pub(super) campaign: i64,
    pub(super) name: &'a str,
    pub(super) account: &'a str,
    /// Which of several workers; none where the campaign is one's own.
    pub(super) member: Option<&'a Member>,
    /// The stop that he has read.
    pub(super) stop_read: Option<SystemTime>,
}

impl Recorder<'_> {
    /// Records a fact, with the job that a call has by it.
    pub(super) async fn record(
        &self,
        link: &Link,
        entry: &Entry,
        rebooked: &[Rebooked],
    ) -> Result<(), JournalError> {
        let fact = facts::text(entry)?;
        link.begin().await?;
        let mut checked = self.check(link, entry).await;
        for one in rebooked {
            if checked.is_ok()
                && let Err(error) = spent::rebook(link, self.account, one).await
            {
                checked = Err(error);
            }
        }
        match checked {
            Ok(is_new_job) => self.write(link, entry, &fact, is_new_job).await,
            Err(refused) => link.end(Err(refused)).await,
        }
    }

    /// Whether it may be recorded; true when its job is nobody's yet.
    async fn check(&self, link: &Link, entry: &Entry) -> Result<bool, JournalError> {
        let (campaign, state) =
            join!(biased; rows::hold(link, self.campaign), self.state(link, entry));
        let (campaign, state) = (campaign?, state?);
        if let Some(member) = self.member {
            if let Some(part) = entry.part()
                && !state.is_his
            {
                return Err(JournalError::lease_lost(part));
            }
            if member.is_behind(&state.unread, |other| entry.comes_after(other)) {
                return Err(JournalError::behind());
            }
        }
        // A stop that he has not read is not let go by his "go on".
        if matches!(entry, Entry::GoOn { .. })
            && campaign.stopped.is_some_and(|at| self.stop_read != Some(at))
        {
            return Err(JournalError::behind());
        }
        match (entry.owner(), state.owner) {
            (Some((chunk, msg_id)), Some(known)) if known != JobOwner::new(self.name, chunk) => {
                Err(job_taken(msg_id, &known))
            }
            (owner, known) => Ok(owner.is_some() && known.is_none()),
        }
    }

    async fn state(&self, link: &Link, entry: &Entry) -> Result<State, JournalError> {
        let part = self.member.and(entry.part()).map(name_of);
        let job = entry.owner().map(|(_, msg_id)| msg_id.to_string());
        let values: [Value<'_>; 6] = [
            (&self.campaign, Type::INT8),
            (&part, Type::TEXT),
            (&self.member.map(|member| member.id), Type::INT8),
            (&self.account, Type::TEXT),
            (&job, Type::TEXT),
            (&crew::read(self.member), Type::INT8),
        ];
        let rows = link
            .query(
                "SELECT entry.id, entry.fact, entry.worker, is_his, owner.name, owner.call
                 FROM (SELECT EXISTS (
                    SELECT 1 FROM lease
                    WHERE campaign = $1 AND part = $2 AND worker = $3 AND until > now_ms()
                 ) AS is_his) AS state LEFT JOIN (
                    SELECT name, call FROM job JOIN campaign ON campaign.id = job.campaign
                    WHERE job.account = $4 AND msg_id = $5
                 ) AS owner ON true LEFT JOIN entry ON entry.campaign = $1 AND entry.id > $6
                 ORDER BY entry.id",
                &values,
            )
            .await?;
        let row = rows.first().ok_or_else(rows::no_answer)?;
        let unread = rows::recorded(link, &rows)?;
        Ok(State { is_his: column(row, 3)?, owner: rows::owner(row, 4)?, unread })
    }

    async fn write(
        &self,
        link: &Link,
        entry: &Entry,
        fact: &str,
        is_new_job: bool,
    ) -> Result<(), JournalError> {
        let owner = entry.owner();
        let job = owner.filter(|_| is_new_job).map(|(_, msg_id)| msg_id.to_string());
        let call = owner.map(|(chunk, _)| i64::try_from(chunk).unwrap_or(i64::MAX));
        let is_answer = matches!(entry, Entry::Answer { .. });
        let let_go = self.member.and(entry.part()).filter(|_| is_answer).map(name_of);
        let goes_on = matches!(entry, Entry::GoOn { .. });
        let values: [Value<'_>; 8] = [
            (&self.campaign, Type::INT8),
            (&self.member.map(|member| member.id), Type::INT8),
            (&fact, Type::TEXT),
            (&self.account, Type::TEXT),
            (&job, Type::TEXT),
            (&call, Type::INT8),
            (&let_go, Type::TEXT),
            (&goes_on, Type::BOOL),
        ];
        let written = link
            .finish(
                "WITH owned AS (
                    INSERT INTO job (account, msg_id, campaign, call)
                    SELECT $4, $5, $1, $6 WHERE $5 IS NOT NULL
                 ), free AS (
                    DELETE FROM lease WHERE campaign = $1 AND part = $7
                 ), released AS (
                    UPDATE campaign SET stopped = NULL WHERE id = $1 AND $8
                 )
                 INSERT INTO entry (campaign, worker, fact) VALUES ($1, $2, $3)",
                &values,
            )
            .await;
        match (written, owner) {
            (Ok(_), _) => Ok(()),
            // A call of another campaign has it since it was looked for.
            (Err(fault), Some((_, msg_id))) if fault.is(&SqlState::UNIQUE_VIOLATION) => {
                let known = rows::owner_of(link, self.account, msg_id).await?;
                Err(known.map_or_else(rows::no_answer, |known| job_taken(msg_id, &known)))
            }
            (Err(fault), _) => Err(fault.of_commit(&link.address().place)),
        }
    }
}

/// What a fact depends on.
struct State {
    /// The part that it is about is the worker's, and his lease has not ended: it cannot become another's before the
    /// transaction ends.
    is_his: bool,
    /// The call that has the job already.
    owner: Option<JobOwner>,
    /// What the worker has not read.
    unread: Vec<Recorded>,
}
