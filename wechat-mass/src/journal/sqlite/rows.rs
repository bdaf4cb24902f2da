//! Facts to rows and back; a row that cannot be read is an error that names it.

use std::path::Path;
use std::time::SystemTime;

use rusqlite::{OptionalExtension as _, Transaction, params};
use serde::de::DeserializeOwned;
use wechat_types::id::{AppId, ClientMsgId, MsgId};
use wechat_types::mass::MassReport;

use super::Trouble;
use crate::campaign::Plan;
use crate::journal::facts::{self, millis, moment, text};
use crate::journal::{
    Entry, Frozen, FrozenCall, JobOwner, Rebooked, Reserved, check_clock, job_taken,
};
use crate::quota::{Budget, Spend, Window};

pub(super) type Done<T> = Result<T, Trouble>;

fn parse<T: DeserializeOwned>(path: &Path, table: &str, row: i64, text: &str) -> Done<T> {
    Ok(facts::parse(&path.display(), table, row, text)?)
}

pub(super) fn damaged(path: &Path, table: &str, row: i64) -> Trouble {
    facts::damaged(&path.display(), table, row).into()
}

pub(super) fn campaign(
    transaction: &Transaction<'_>,
    path: &Path,
    account: &AppId,
    name: &str,
) -> Done<Option<(i64, Frozen)>> {
    let mut find = transaction
        .prepare_cached("SELECT id, frozen FROM campaign WHERE account = ?1 AND name = ?2")?;
    let found: Option<(i64, String)> = find
        .query_row(params![account.as_str(), name], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.map(|(id, frozen)| Ok((id, parse(path, "campaign", id, &frozen)?))).transpose()
}

/// Records a campaign's server, or refuses another than it has.
pub(super) fn bind(
    transaction: &Transaction<'_>,
    path: &Path,
    campaign: i64,
    (plan, server, moved): (&Plan, &str, bool),
) -> Done<()> {
    let of_campaign = "SELECT frozen FROM campaign WHERE id = ?1";
    let frozen: String = transaction.query_row(of_campaign, [campaign], |row| row.get(0))?;
    let mut frozen: Frozen = parse(path, "campaign", campaign, &frozen)?;
    if frozen.bind(plan, server, moved)? {
        transaction.execute(
            "UPDATE campaign SET frozen = ?2 WHERE id = ?1",
            params![campaign, text(&frozen)?],
        )?;
    }
    Ok(())
}

pub(super) fn campaigns(
    transaction: &Transaction<'_>,
    path: &Path,
    account: &AppId,
) -> Done<Vec<Frozen>> {
    let mut all = transaction
        .prepare_cached("SELECT id, frozen FROM campaign WHERE account = ?1 ORDER BY id")?;
    let mut rows = all.query([account.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, frozen): (i64, String) = (row.get(0)?, row.get(1)?);
        found.push(parse(path, "campaign", id, &frozen)?);
    }
    Ok(found)
}

/// The campaigns that say the same as one of them, that one too: ids and names.
pub(super) fn of_same_content(
    transaction: &Transaction<'_>,
    path: &Path,
    campaign: i64,
) -> Done<Vec<(i64, String)>> {
    let mut all = transaction.prepare_cached(
        "SELECT id, frozen FROM campaign
         WHERE account = (SELECT account FROM campaign WHERE id = ?1) ORDER BY id",
    )?;
    let mut rows = all.query([campaign])?;
    let mut found: Vec<(i64, Frozen)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, frozen): (i64, String) = (row.get(0)?, row.get(1)?);
        found.push((id, parse(path, "campaign", id, &frozen)?));
    }
    let own = found.iter().find(|(id, _)| *id == campaign).map(|(_, own)| own.content.clone());
    let same = found.into_iter().filter(|(_, frozen)| Some(&frozen.content) == own.as_ref());
    Ok(same.map(|(id, frozen)| (id, frozen.name)).collect())
}

/// Nothing of it was sent, so it may be planned anew.
pub(super) fn forget(transaction: &Transaction<'_>, campaign: i64) -> Done<()> {
    transaction.execute("DELETE FROM campaign WHERE id = ?1", [campaign])?;
    Ok(())
}

/// The frozen calls, in their order.
pub(super) fn calls(
    transaction: &Transaction<'_>,
    path: &Path,
    campaign: i64,
) -> Done<Vec<FrozenCall>> {
    let mut all = transaction.prepare_cached(
        "SELECT rowid, key, recipients FROM call WHERE campaign = ?1 ORDER BY number",
    )?;
    let mut rows = all.query([campaign])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let key: String = row.get(1)?;
        let key = ClientMsgId::new(key).map_err(|_| damaged(path, "call", id))?;
        let list = row.get_ref(2)?.as_blob_or_null().map_err(|_| damaged(path, "call", id))?;
        let lines = |list: &[u8]| list.iter().filter(|byte| **byte == b'\n').count() + 1;
        found.push(FrozenCall::new(key, list.map(lines)));
    }
    Ok(found)
}

pub(super) fn entries(
    transaction: &Transaction<'_>,
    path: &Path,
    campaign: i64,
) -> Done<Vec<Entry>> {
    let mut all =
        transaction.prepare_cached("SELECT id, fact FROM entry WHERE campaign = ?1 ORDER BY id")?;
    let mut rows = all.query([campaign])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        let fact = row.get_ref(1)?.as_str().map_err(|_| damaged(path, "entry", id))?;
        found.push(parse(path, "entry", id, fact)?);
    }
    Ok(found)
}

pub(super) fn record(transaction: &Transaction<'_>, campaign: i64, entry: &Entry) -> Done<()> {
    let mut insert =
        transaction.prepare_cached("INSERT INTO entry (campaign, fact) VALUES (?1, ?2)")?;
    insert.execute(params![campaign, text(entry)?])?;
    Ok(())
}

/// When a campaign was stopped, unless somebody has said go on since.
pub(super) fn stopped(transaction: &Transaction<'_>, campaign: i64) -> Done<Option<SystemTime>> {
    let stopped: Option<i64> = transaction
        .prepare_cached("SELECT stopped FROM campaign WHERE id = ?1")?
        .query_row([campaign], |row| row.get(0))?;
    Ok(stopped.map(moment))
}

/// Stops a campaign that is not stopped already.
pub(super) fn stop(transaction: &Transaction<'_>, campaign: i64, at: SystemTime) -> Done<()> {
    if stopped(transaction, campaign)?.is_none() {
        transaction.execute(
            "UPDATE campaign SET stopped = ?2 WHERE id = ?1",
            params![campaign, millis(at)],
        )?;
        record(transaction, campaign, &Entry::Stopped { at })?;
    }
    Ok(())
}

pub(super) fn release(transaction: &Transaction<'_>, campaign: i64) -> Done<()> {
    transaction.execute("UPDATE campaign SET stopped = NULL WHERE id = ?1", [campaign])?;
    Ok(())
}

pub(super) fn spent(
    transaction: &Transaction<'_>,
    account: &str,
    spends: &[Spend],
    since: SystemTime,
) -> Done<Vec<SystemTime>> {
    let mut all = transaction.prepare_cached(
        "SELECT spend, at FROM spent WHERE account = ?1 AND at >= ?2 ORDER BY at",
    )?;
    let mut rows = all.query(params![account, millis(since)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if spends.iter().any(|spend| spend.as_str() == name) {
            found.push(moment(row.get(1)?));
        }
    }
    Ok(found)
}

pub(super) fn reserve(
    transaction: &Transaction<'_>,
    account: &str,
    spend: Spend,
    at: SystemTime,
    budgets: &[Budget],
) -> Done<Reserved> {
    check_clock(at, last_spent(transaction, account)?)?;
    let reserved = Reserved::by(budgets, |budget| {
        spent(transaction, account, budget.spends, budget.window.began(at))
    })?;
    if reserved == Reserved::Granted {
        record_spent(transaction, account, spend, at)?;
    }
    Ok(reserved)
}

fn last_spent(transaction: &Transaction<'_>, account: &str) -> Done<Option<SystemTime>> {
    let last: Option<i64> = transaction
        .prepare_cached("SELECT max(at) FROM spent WHERE account = ?1")?
        .query_row([account], |row| row.get(0))?;
    Ok(last.map(moment))
}

fn record_spent(
    transaction: &Transaction<'_>,
    account: &str,
    spend: Spend,
    at: SystemTime,
) -> Done<()> {
    transaction
        .prepare_cached("INSERT INTO spent (account, spend, at) VALUES (?1, ?2, ?3)")?
        .execute(params![account, spend.as_str(), millis(at)])?;
    Ok(())
}

pub(super) fn rebook(
    transaction: &Transaction<'_>,
    account: &str,
    rebooked: &Rebooked,
) -> Done<()> {
    let day = rebooked.day();
    transaction.execute(
        "UPDATE spent SET spend = ?3 WHERE rowid = (
            SELECT rowid FROM spent WHERE account = ?1 AND spend = ?2 AND at >= ?4 AND at < ?5
            ORDER BY abs(at - ?6) LIMIT 1
         )",
        params![
            account,
            rebooked.from.as_str(),
            rebooked.to.as_str(),
            millis(day.start),
            millis(day.end),
            millis(rebooked.at)
        ],
    )?;
    Ok(())
}

/// What was said of this month before is forgotten.
pub(super) fn state_website_sends(
    transaction: &Transaction<'_>,
    account: &str,
    sends: u8,
    at: SystemTime,
) -> Done<()> {
    check_clock(at, last_spent(transaction, account)?)?;
    let (began, ends) = (Window::Month.began(at), Window::Month.ends(at));
    transaction.execute(
        "DELETE FROM spent WHERE account = ?1 AND spend = ?2 AND at >= ?3 AND at < ?4",
        params![account, Spend::OnWebsite.as_str(), millis(began), millis(ends)],
    )?;
    (0..sends).try_for_each(|_| record_spent(transaction, account, Spend::OnWebsite, at))
}

/// Gives a job to a call, unless it is another's.
pub(super) fn own(
    transaction: &Transaction<'_>,
    account: &str,
    msg_id: MsgId,
    campaign: i64,
    owner: &JobOwner,
) -> Done<()> {
    match owner_of(transaction, account, msg_id)? {
        Some(known) if known == *owner => Ok(()),
        Some(known) => Err(job_taken(msg_id, &known).into()),
        None => {
            let call = i64::try_from(owner.chunk).unwrap_or(i64::MAX);
            transaction
                .prepare_cached(
                    "INSERT INTO job (account, msg_id, campaign, call) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![account, msg_id.to_string(), campaign, call])?;
            Ok(())
        }
    }
}

pub(super) fn owner_of(
    transaction: &Transaction<'_>,
    account: &str,
    msg_id: MsgId,
) -> Done<Option<JobOwner>> {
    let mut find = transaction.prepare_cached(
        "SELECT campaign.name, job.call FROM job JOIN campaign ON campaign.id = job.campaign
         WHERE job.account = ?1 AND job.msg_id = ?2",
    )?;
    let found: Option<(String, i64)> = find
        .query_row(params![account, msg_id.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(name, call)| JobOwner::new(name, usize::try_from(call).unwrap_or_default())))
}

pub(super) fn keep_report(
    transaction: &Transaction<'_>,
    account: &str,
    report: &MassReport,
    at: SystemTime,
) -> Done<()> {
    transaction
        .prepare_cached("INSERT INTO report (account, at, report) VALUES (?1, ?2, ?3)")?
        .execute(params![account, millis(at), text(report)?])?;
    Ok(())
}

pub(super) fn reports(
    transaction: &Transaction<'_>,
    path: &Path,
    account: &str,
    number: u64,
) -> Done<Vec<(u64, SystemTime, MassReport)>> {
    let mut all = transaction.prepare_cached(
        "SELECT id, at, report FROM report WHERE account = ?1 AND id > ?2 ORDER BY id",
    )?;
    let after = i64::try_from(number).unwrap_or(i64::MAX);
    let mut rows = all.query(params![account, after])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let report: String = row.get(2)?;
        let report = parse(path, "report", id, &report)?;
        found.push((id.unsigned_abs(), moment(row.get(1)?), report));
    }
    Ok(found)
}
