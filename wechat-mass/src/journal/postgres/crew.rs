//! The workers who share a campaign: who is there, what each holds and has read. All of it under the campaign's
//! row, and by the database's clock.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use tokio_postgres::types::Type;
use wechat_types::id::AppId;

use super::link::Link;
use super::rows::{self, Campaign, Recorded, column, only};
use super::schema::key;
use crate::journal::facts::moment;
use crate::journal::open_calls::begin_or_answer;
use crate::journal::{Entry, JournalError, JournalErrorKind, Part, WorkerStatus};
use crate::quota::BeijingTime;

/// A worker as his journal knows himself.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: i64,
    pub(super) name: String,
    /// The last entry that he has read.
    read: i64,
    /// The calls that were begun, as far as he has read, and have no answer.
    begun: BTreeSet<usize>,
}

/// A clock further than this from the database's would not agree with the others' how old a key is.
pub(super) const APART: Duration = Duration::from_secs(30);

/// The database's clock.
pub(super) async fn now(link: &Link) -> Result<SystemTime, JournalError> {
    Ok(moment(only(&link.query("SELECT now_ms()", &[]).await?)?))
}

/// Refuses a machine whose clock is wrong, by the database's time.
pub(super) fn check_clock(
    link: &Link,
    at: SystemTime,
    now: SystemTime,
) -> Result<(), JournalError> {
    let apart = now.duration_since(at).or_else(|_| at.duration_since(now)).unwrap_or_default();
    if apart <= APART {
        return Ok(());
    }
    Err(JournalError::new(format!(
        "{}: its clock says {}, this machine's {} (in Beijing), {} seconds apart: set the wrong one right; \
         until then nothing is sent, for workers have to agree how old a key is",
        link.address().place,
        BeijingTime::new(now),
        BeijingTime::new(at),
        apart.as_secs()
    ))
    .with_kind(JournalErrorKind::WrongClock))
}

/// Refuses a machine whose clock is ahead: what it recorded as spent would hold up all others until that moment.
pub(super) fn check_not_ahead(
    link: &Link,
    at: SystemTime,
    now: SystemTime,
) -> Result<(), JournalError> {
    if at > now { check_clock(link, at, now) } else { Ok(()) }
}

/// Enters a worker's name. While his connection lasts, he is there: a lock says so.
pub(super) async fn join(link: &Link, campaign: i64, name: &str) -> Result<Member, JournalError> {
    let rows = link
        .query(
            "INSERT INTO worker (campaign, name, joined, seen) VALUES ($1, $2, now_ms(), now_ms())
             RETURNING id",
            &[(&campaign, Type::INT8), (&name, Type::TEXT)],
        )
        .await?;
    let id = only(&rows)?;
    let key = presence(link, id);
    link.query("SELECT pg_advisory_lock($1)", &[(&key, Type::INT8)]).await?;
    Ok(Member { id, name: name.to_owned(), read: 0, begun: BTreeSet::new() })
}

fn presence(link: &Link, worker: i64) -> i64 {
    key(&["worker", &link.address().schema, &worker.to_string()])
}

/// Who takes part in a campaign now.
pub(super) async fn workers(
    link: &Link,
    account: &AppId,
    campaign: &str,
) -> Result<Vec<WorkerStatus>, JournalError> {
    let workers = link
        .read(
            "SELECT worker.id, worker.name, now_ms() - seen,
                ARRAY(SELECT part FROM lease WHERE worker = worker.id AND until > now_ms())
             FROM worker JOIN campaign ON campaign.id = worker.campaign
             WHERE account = $1 AND campaign.name = $2 ORDER BY worker.id",
            &[(&account.as_str(), Type::TEXT), (&campaign, Type::TEXT)],
        )
        .await?;
    let locks = link
        .read(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
             WHERE locktype = 'advisory' AND objsubid = 1 AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            &[],
        )
        .await?;
    let locks: BTreeSet<i64> = locks.iter().map(|row| column(row, 0)).collect::<Result<_, _>>()?;
    let mut present = Vec::new();
    for row in &workers {
        if locks.contains(&presence(link, column(row, 0)?)) {
            let idle: i64 = column(row, 2)?;
            let parts: Vec<String> = column(row, 3)?;
            let mut calls: Vec<usize> = parts.iter().filter_map(|part| call_of(part)).collect();
            calls.sort_unstable();
            let name: String = column(row, 1)?;
            present.push(WorkerStatus::new(name, span(idle), calls));
        }
    }
    Ok(present)
}

fn span(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

pub(super) fn name_of(part: Part) -> String {
    match part {
        Part::Uploads => "uploads".to_owned(),
        Part::Call(chunk) => format!("call {chunk}"),
        Part::Job(msg_id) => format!("job {msg_id}"),
    }
}

fn call_of(part: &str) -> Option<usize> {
    part.strip_prefix("call ")?.parse().ok()
}

/// How long a part of a locked campaign is still another's.
pub(super) async fn left_of_others(
    link: &Link,
    campaign: i64,
    member: &Member,
    part: Part,
) -> Result<Option<Duration>, JournalError> {
    let rows = link
        .query(
            "SELECT until - now_ms() FROM lease WHERE campaign = $1 AND part = $2 AND worker <> $3",
            &[(&campaign, Type::INT8), (&name_of(part), Type::TEXT), (&member.id, Type::INT8)],
        )
        .await?;
    Ok(left(rows.first().map(|row| column(row, 0)).transpose()?))
}

/// What is left of a lease, in milliseconds.
pub(super) fn left(millis: Option<i64>) -> Option<Duration> {
    millis.filter(|left| *left > 0).map(span)
}

/// Gives a part of a locked campaign to a worker.
pub(super) async fn lease(
    link: &Link,
    campaign: &Campaign,
    member: &Member,
    part: Part,
    span: Duration,
) -> Result<(), JournalError> {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX / 2);
    link.query(
        "INSERT INTO lease (campaign, part, worker, until) VALUES ($1, $2, $3, now_ms() + $4)
         ON CONFLICT (campaign, part) DO UPDATE SET worker = excluded.worker, until = excluded.until",
        &[
            (&campaign.id, Type::INT8),
            (&name_of(part), Type::TEXT),
            (&member.id, Type::INT8),
            (&span, Type::INT8),
        ],
    )
    .await?;
    Ok(())
}

/// Ends a lease before its time.
pub(super) async fn let_go(
    link: &Link,
    campaign: &Campaign,
    part: Part,
) -> Result<(), JournalError> {
    link.query(
        "DELETE FROM lease WHERE campaign = $1 AND part = $2",
        &[(&campaign.id, Type::INT8), (&name_of(part), Type::TEXT)],
    )
    .await?;
    Ok(())
}

/// Others have recorded something of this sort that he has not read.
pub(super) async fn is_behind(
    link: &Link,
    campaign: i64,
    member: &Member,
    matters: impl Fn(&Entry) -> bool,
) -> Result<bool, JournalError> {
    let unread = rows::entries(link, campaign, member.read).await?;
    Ok(member.is_behind(&unread, matters))
}

/// Gives up the calls whose workers did not come back in time, as far as `unread` and what was read before
/// tell of them.
pub(super) async fn give_up(
    link: &Link,
    campaign: &Campaign,
    member: &Member,
    unread: &mut Vec<Recorded>,
) -> Result<(), JournalError> {
    let left_alone = member.left_alone(unread, &leased(link, campaign.id).await?);
    if left_alone.is_empty() {
        return Ok(());
    }
    let at = now(link).await?;
    for chunk in left_alone {
        let_go(link, campaign, Part::Call(chunk)).await?;
        let entry = Entry::GivenUp { chunk, at };
        let number = rows::record(link, campaign, None, &entry).await?;
        unread.push(Recorded { number, worker: None, entry });
    }
    Ok(())
}

/// The calls that somebody has now.
async fn leased(link: &Link, campaign: i64) -> Result<BTreeSet<usize>, JournalError> {
    let rows = link
        .query(
            "SELECT part FROM lease WHERE campaign = $1 AND until > now_ms()",
            &[(&campaign, Type::INT8)],
        )
        .await?;
    let parts: Vec<&str> = rows.iter().map(|row| column(row, 0)).collect::<Result<_, _>>()?;
    Ok(parts.into_iter().filter_map(call_of).collect())
}

/// How a campaign stands that others take part in.
pub(super) struct Standing {
    pub(super) stopped: Option<SystemTime>,
    /// The calls that somebody has now.
    pub(super) leased: BTreeSet<usize>,
    /// What the worker has not read.
    pub(super) unread: Vec<Recorded>,
}

/// Reads that. Also the worker's sign of life, by the second: each write would be a flush.
pub(super) async fn standing(
    link: &Link,
    campaign: i64,
    member: &Member,
) -> Result<Standing, JournalError> {
    let rows = link
        .read(
            "WITH alive AS (
                UPDATE worker SET seen = now_ms() WHERE id = $2 AND seen < now_ms() - 1000
             )
             SELECT entry.id, entry.fact, entry.worker, stopped, leased
             FROM (SELECT stopped,
                ARRAY(SELECT part FROM lease WHERE campaign = $1 AND until > now_ms()) AS leased
                FROM campaign WHERE id = $1
             ) AS state LEFT JOIN entry ON entry.campaign = $1 AND entry.id > $3
             ORDER BY entry.id",
            &[(&campaign, Type::INT8), (&member.id, Type::INT8), (&member.read, Type::INT8)],
        )
        .await?;
    let row = rows.first().ok_or_else(rows::no_longer_there)?;
    let parts: Vec<&str> = column(row, 4)?;
    Ok(Standing {
        stopped: rows::since(row, 3)?,
        leased: parts.into_iter().filter_map(call_of).collect(),
        unread: rows::recorded(link, &rows)?,
    })
}

/// The last entry that was read: by a program alone, all.
pub(super) fn read(member: Option<&Member>) -> i64 {
    member.map_or(i64::MAX, Member::read)
}

impl Member {
    fn is_by_others(&self, entry: &Recorded) -> bool {
        entry.worker != Some(self.id)
    }

    /// Others have recorded something of this sort.
    pub(super) fn is_behind(&self, unread: &[Recorded], matters: impl Fn(&Entry) -> bool) -> bool {
        unread.iter().any(|new| self.is_by_others(new) && matters(&new.entry))
    }

    pub(super) fn read(&self) -> i64 {
        self.read
    }

    /// The calls that were begun, have no answer, and are nobody's, as far as `unread` and what was read before
    /// tell.
    pub(super) fn left_alone(
        &self,
        unread: &[Recorded],
        leased: &BTreeSet<usize>,
    ) -> BTreeSet<usize> {
        let mut begun = self.begun.clone();
        unread.iter().for_each(|new| begin_or_answer(&mut begun, &new.entry));
        &begun - leased
    }

    /// Takes in what he has read: what others recorded of it.
    pub(super) fn has_read(&mut self, entries: Vec<Recorded>) -> Vec<Entry> {
        let mut of_others = Vec::new();
        for new in entries {
            self.read = new.number;
            begin_or_answer(&mut self.begun, &new.entry);
            if self.is_by_others(&new) {
                of_others.push(new.entry);
            }
        }
        of_others
    }
}

#[cfg(test)]
mod tests {
    use wechat_types::id::MsgId;

    use super::*;

    #[test]
    fn a_part_is_told_by_its_name() {
        for (part, name) in [
            (Part::Uploads, "uploads"),
            (Part::Call(12), "call 12"),
            (Part::Job(MsgId::new(12)), "job 12"),
        ] {
            assert_eq!(name_of(part), name);
        }
        assert_eq!(call_of("call 12"), Some(12));
        assert_eq!((call_of("uploads"), call_of("job 12")), (None, None));
    }
}
