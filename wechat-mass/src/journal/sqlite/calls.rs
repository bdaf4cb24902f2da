//! A plan's calls as rows: written when it is frozen, read call by call.

use std::path::Path;
use std::time::SystemTime;

use rusqlite::{OptionalExtension as _, Transaction, params};
use wechat_types::mass::Recipients;

use super::Trouble;
use super::rows::Done;
use crate::campaign::Plan;
use crate::journal::Frozen;
use crate::journal::JournalError;
use crate::journal::difference::{self, FrozenText};
use crate::journal::facts;
use crate::recipients::{RecipientsError, Scratch};

impl From<RecipientsError> for Trouble {
    fn from(error: RecipientsError) -> Self {
        Self::Refused(JournalError::from(error))
    }
}

/// Writes a plan down. A call's recipients are one value: ten thousand rows take ten times as long.
pub(super) fn freeze(transaction: &Transaction<'_>, plan: &Plan, at: SystemTime) -> Done<i64> {
    let frozen = facts::text(&Frozen::of(plan, at))?;
    transaction.execute(
        "INSERT INTO campaign (account, name, frozen) VALUES (?1, ?2, ?3)",
        params![plan.account().as_str(), plan.name(), frozen],
    )?;
    let id = transaction.last_insert_rowid();
    let mut insert = transaction.prepare_cached(
        "INSERT INTO call (campaign, number, key, recipients) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (number, chunk) in (0_i64..).zip(plan.chunks()) {
        insert.execute(params![id, number, chunk.key.as_str(), plan.text(chunk)?])?;
    }
    Ok(id)
}

fn call(
    transaction: &Transaction<'_>,
    campaign: i64,
    number: usize,
) -> Done<Option<(i64, FrozenText)>> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let mut find = transaction.prepare_cached(
        "SELECT rowid, key, recipients FROM call WHERE campaign = ?1 AND number = ?2",
    )?;
    let found =
        find.query_row([campaign, number], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))));
    Ok(found.optional()?)
}

/// Whom a call was frozen for.
pub(super) fn recipients(
    transaction: &Transaction<'_>,
    path: &Path,
    campaign: i64,
    number: usize,
) -> Done<Option<Recipients>> {
    match call(transaction, campaign, number)? {
        Some((id, (_, Some(text)))) => Ok(Some(facts::list(&path.display(), id, text)?)),
        _ => Ok(None),
    }
}

/// How a plan's list differs from the frozen one.
pub(super) fn difference(
    transaction: &Transaction<'_>,
    path: &Path,
    campaign: i64,
    plan: &Plan,
) -> Done<Vec<String>> {
    let folder = path.parent().unwrap_or(Path::new(""));
    difference::of_lists(Scratch::folder(folder), plan, |number| {
        Ok(call(transaction, campaign, number)?.map(|(_, call)| call))
    })
}
