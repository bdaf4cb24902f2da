//! Facts to rows and back; a row that cannot be read is an error that names it.

use std::time::SystemTime;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::MassReport;

use super::link::Link;
use super::schema::lock;
use crate::campaign::Plan;
use crate::journal::facts::{self, millis, moment};
use crate::journal::{Entry, Frozen, JobOwner, JournalError};

/// A column of a row.
pub(super) fn column<'r, T: FromSql<'r>>(row: &'r Row, at: usize) -> Result<T, JournalError> {
    row.try_get(at).map_err(|error| {
        JournalError::new("the journal's tables are not as this program made them")
            .with_source(error)
    })
}

/// A campaign's row, locked until the transaction ends: so its entries come one after the other, and who
/// has read one has read all before it.
pub(super) struct Campaign {
    pub(super) id: i64,
    pub(super) stopped: Option<SystemTime>,
}

pub(super) async fn campaign(
    link: &Link,
    account: &AppId,
    name: &str,
) -> Result<Option<(Campaign, Frozen)>, JournalError> {
    let rows = link
        .query(
            "SELECT id, stopped, frozen FROM campaign WHERE account = $1 AND name = $2
             FOR NO KEY UPDATE",
            &[(&account.as_str(), Type::TEXT), (&name, Type::TEXT)],
        )
        .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let campaign = Campaign { id: column(row, 0)?, stopped: since(row, 1)? };
    let frozen = facts::parse(&link.address().place, "campaign", campaign.id, column(row, 2)?)?;
    Ok(Some((campaign, frozen)))
}

/// Records a campaign's server, or refuses another than it has.
pub(super) async fn bind(
    link: &Link,
    campaign: i64,
    (plan, server, moved): (&Plan, &str, bool),
) -> Result<(), JournalError> {
    let rows = link
        .query(
            "SELECT frozen FROM campaign WHERE id = $1 FOR NO KEY UPDATE",
            &[(&campaign, Type::INT8)],
        )
        .await?;
    let row = rows.first().ok_or_else(no_longer_there)?;
    let mut frozen: Frozen =
        facts::parse(&link.address().place, "campaign", campaign, column(row, 0)?)?;
    if frozen.bind(plan, server, moved)? {
        link.query(
            "UPDATE campaign SET frozen = $2 WHERE id = $1",
            &[(&campaign, Type::INT8), (&facts::text(&frozen)?, Type::TEXT)],
        )
        .await?;
    }
    Ok(())
}

/// The same by its number: when it was stopped, unless somebody has said go on since.
pub(super) async fn hold(link: &Link, campaign: i64) -> Result<Campaign, JournalError> {
    let rows = link
        .query(
            "SELECT stopped FROM campaign WHERE id = $1 FOR NO KEY UPDATE",
            &[(&campaign, Type::INT8)],
        )
        .await?;
    let row = rows.first().ok_or_else(no_longer_there)?;
    Ok(Campaign { id: campaign, stopped: since(row, 0)? })
}

pub(super) fn no_longer_there() -> JournalError {
    JournalError::new("the campaign is no longer in the journal")
}

/// Where a statement gives a row always.
pub(super) fn no_answer() -> JournalError {
    JournalError::new("the journal's server did not say what was asked")
}

/// When a campaign was stopped, as it stands.
pub(super) async fn stopped(
    link: &Link,
    campaign: i64,
) -> Result<Option<SystemTime>, JournalError> {
    let rows =
        link.read("SELECT stopped FROM campaign WHERE id = $1", &[(&campaign, Type::INT8)]).await?;
    rows.first().map_or(Ok(None), |row| since(row, 0))
}

pub(super) fn since(row: &Row, at: usize) -> Result<Option<SystemTime>, JournalError> {
    Ok(column::<Option<i64>>(row, at)?.map(moment))
}

pub(super) async fn campaigns(link: &Link, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
    let rows = link
        .read(
            "SELECT id, frozen FROM campaign WHERE account = $1 ORDER BY id",
            &[(&account.as_str(), Type::TEXT)],
        )
        .await?;
    let place = &link.address().place;
    rows.iter()
        .map(|row| facts::parse(place, "campaign", column(row, 0)?, column(row, 1)?))
        .collect()
}

/// Nothing of it was sent, so it may be planned anew.
pub(super) async fn forget(link: &Link, campaign: i64) -> Result<(), JournalError> {
    link.query("DELETE FROM campaign WHERE id = $1", &[(&campaign, Type::INT8)]).await?;
    Ok(())
}

fn entry(link: &Link, row: &Row) -> Result<Entry, JournalError> {
    facts::parse(&link.address().place, "entry", column(row, 0)?, column(row, 1)?)
}

/// An entry with its number, and the worker who recorded it.
pub(super) struct Recorded {
    pub(super) number: i64,
    pub(super) worker: Option<i64>,
    pub(super) entry: Entry,
}

/// A campaign's entries after the `number`-th.
pub(super) async fn entries(
    link: &Link,
    campaign: i64,
    number: i64,
) -> Result<Vec<Recorded>, JournalError> {
    let rows = link
        .query(
            "SELECT id, fact, worker FROM entry WHERE campaign = $1 AND id > $2 ORDER BY id",
            &[(&campaign, Type::INT8), (&number, Type::INT8)],
        )
        .await?;
    recorded(link, &rows)
}

/// Entries by their numbers, facts and workers, the first three columns; a row without is none.
pub(super) fn recorded(link: &Link, rows: &[Row]) -> Result<Vec<Recorded>, JournalError> {
    let mut found = Vec::new();
    for row in rows {
        if let Some(number) = column(row, 0)? {
            found.push(Recorded { number, worker: column(row, 2)?, entry: entry(link, row)? });
        }
    }
    Ok(found)
}

pub(super) async fn entries_by_name(
    link: &Link,
    account: &AppId,
    name: &str,
) -> Result<Vec<Entry>, JournalError> {
    let rows = link
        .read(
            "SELECT entry.id, fact FROM entry JOIN campaign ON campaign.id = entry.campaign
             WHERE account = $1 AND name = $2 ORDER BY entry.id",
            &[(&account.as_str(), Type::TEXT), (&name, Type::TEXT)],
        )
        .await?;
    rows.iter().map(|row| entry(link, row)).collect()
}

/// The entries of all campaigns of the account that say the same as one of them, that one too.
pub(super) async fn entries_of_same_content(
    link: &Link,
    campaign: i64,
) -> Result<Vec<(String, Vec<Entry>)>, JournalError> {
    let rows = link
        .read(
            "SELECT entry.id, fact, same.name FROM campaign AS this
             JOIN campaign AS same ON same.account = this.account AND same.content = this.content
             JOIN entry ON entry.campaign = same.id
             WHERE this.id = $1 ORDER BY same.id, entry.id",
            &[(&campaign, Type::INT8)],
        )
        .await?;
    let mut found: Vec<(String, Vec<Entry>)> = Vec::new();
    for row in &rows {
        let (name, entry) = (column::<String>(row, 2)?, entry(link, row)?);
        match found.last_mut() {
            Some((last, entries)) if *last == name => entries.push(entry),
            _ => found.push((name, vec![entry])),
        }
    }
    Ok(found)
}

/// Records a fact of a locked campaign, by a worker or by nobody of them; its number.
pub(super) async fn record(
    link: &Link,
    campaign: &Campaign,
    worker: Option<i64>,
    entry: &Entry,
) -> Result<i64, JournalError> {
    let rows = link
        .query(
            "INSERT INTO entry (campaign, worker, fact) VALUES ($1, $2, $3) RETURNING id",
            &[
                (&campaign.id, Type::INT8),
                (&worker, Type::INT8),
                (&facts::text(entry)?, Type::TEXT),
            ],
        )
        .await?;
    only(&rows)
}

/// The only value of the only row.
pub(super) fn only<'r, T: FromSql<'r>>(rows: &'r [Row]) -> Result<T, JournalError> {
    match rows {
        [row] => column(row, 0),
        _ => Err(JournalError::new("the journal did not say what it wrote")),
    }
}

/// Stops a locked campaign that is not stopped already.
pub(super) async fn stop(
    link: &Link,
    campaign: &Campaign,
    at: SystemTime,
) -> Result<(), JournalError> {
    if campaign.stopped.is_none() {
        link.query(
            "UPDATE campaign SET stopped = $2 WHERE id = $1",
            &[(&campaign.id, Type::INT8), (&millis(at), Type::INT8)],
        )
        .await?;
        record(link, campaign, None, &Entry::Stopped { at }).await?;
    }
    Ok(())
}

/// The call that has a job.
pub(super) async fn owner_of(
    link: &Link,
    account: &str,
    msg_id: MsgId,
) -> Result<Option<JobOwner>, JournalError> {
    let rows = link
        .read(
            "SELECT name, call FROM job JOIN campaign ON campaign.id = job.campaign
             WHERE job.account = $1 AND msg_id = $2",
            &[(&account, Type::TEXT), (&msg_id.to_string(), Type::TEXT)],
        )
        .await?;
    rows.first().map_or(Ok(None), |row| owner(row, 0))
}

/// A campaign's name and a call of it, in two columns.
pub(super) fn owner(row: &Row, at: usize) -> Result<Option<JobOwner>, JournalError> {
    let (name, call): (Option<String>, Option<i64>) = (column(row, at)?, column(row, at + 1)?);
    let owner = name.zip(call);
    Ok(owner.map(|(name, call)| JobOwner::new(name, usize::try_from(call).unwrap_or_default())))
}

/// Keeps a report. Those of an account come one after the other: who has read one has read all before it.
pub(super) async fn keep_report(
    link: &Link,
    account: &str,
    report: &MassReport,
    at: SystemTime,
) -> Result<(), JournalError> {
    let schema = link.address().schema.clone();
    lock(link, &["report", &schema, account]).await?;
    link.query(
        "INSERT INTO report (account, at, report) VALUES ($1, $2, $3)",
        &[(&account, Type::TEXT), (&millis(at), Type::INT8), (&facts::text(report)?, Type::TEXT)],
    )
    .await?;
    Ok(())
}

pub(super) async fn reports(
    link: &Link,
    account: &str,
    number: u64,
) -> Result<Vec<(u64, SystemTime, MassReport)>, JournalError> {
    let after = i64::try_from(number).unwrap_or(i64::MAX);
    let rows = link
        .read(
            "SELECT id, report, at FROM report WHERE account = $1 AND id > $2 ORDER BY id",
            &[(&account, Type::TEXT), (&after, Type::INT8)],
        )
        .await?;
    let place = &link.address().place;
    let read = |row: &Row| {
        let id: i64 = column(row, 0)?;
        let report = facts::parse(place, "report", id, column(row, 1)?)?;
        Ok((id.unsigned_abs(), moment(column(row, 2)?), report))
    };
    rows.iter().map(read).collect()
}
