//! What an account spent of its budgets: counted and written by one transaction after the other.

use std::time::SystemTime;

use tokio::join;
use tokio_postgres::types::Type;

use super::crew::{check_not_ahead, now};
use super::link::{Link, Value};
use super::rows::{column, since};
use super::schema;
use crate::journal::facts::{millis, moment};
use crate::journal::{JournalError, Rebooked, Reserved, check_clock};
use crate::quota::{Budget, Spend, Window};

/// What was spent since a moment: what and when, oldest first.
pub(super) async fn spent(
    link: &Link,
    account: &str,
    since: SystemTime,
) -> Result<Vec<(String, SystemTime)>, JournalError> {
    let rows = link
        .query(
            "SELECT spend, at FROM spent WHERE account = $1 AND at >= $2 ORDER BY at",
            &[(&account, Type::TEXT), (&millis(since), Type::INT8)],
        )
        .await?;
    rows.iter().map(|row| Ok((column(row, 0)?, moment(column(row, 1)?)))).collect()
}

/// The moments of some kinds since one of them.
pub(super) fn moments(
    spent: &[(String, SystemTime)],
    spends: &[Spend],
    since: SystemTime,
) -> Vec<SystemTime> {
    // As the table has it.
    let since = moment(millis(since));
    let of_kind = |name: &str| spends.iter().any(|spend| spend.as_str() == name);
    let found = spent.iter().filter(|(name, at)| of_kind(name) && *at >= since);
    found.map(|(_, at)| *at).collect()
}

/// Counts and spends, one after the other for an account: also for workers on other machines.
pub(super) async fn reserve(
    link: &Link,
    account: &str,
    spend: Spend,
    at: SystemTime,
    budgets: &[Budget],
) -> Result<Reserved, JournalError> {
    check_not_ahead(link, at, now(link).await?)?;
    let last = lock_spent(link, account).await?;
    let known = match budgets.iter().map(|budget| budget.window.began(at)).min() {
        Some(earliest) => spent(link, account, earliest).await?,
        None => Vec::new(),
    };
    let reserved = count(&known, last, at, budgets)?;
    if reserved == Reserved::Granted {
        record_spent(link, account, spend, at).await?;
    }
    Ok(reserved)
}

/// Whether the budgets have room, by what was spent and the moment of the last call.
pub(super) fn count(
    known: &[(String, SystemTime)],
    last: Option<SystemTime>,
    at: SystemTime,
    budgets: &[Budget],
) -> Result<Reserved, JournalError> {
    check_clock(at, last)?;
    Reserved::by(budgets, |budget| Ok(moments(known, budget.spends, budget.window.began(at))))
}

/// The number of the lock on what an account spent.
pub(super) fn key(link: &Link, account: &str) -> i64 {
    schema::key(&["account", &link.address().schema, account])
}

/// What an account spent is this transaction's alone; the moment of the last call.
async fn lock_spent(link: &Link, account: &str) -> Result<Option<SystemTime>, JournalError> {
    let key: [Value<'_>; 1] = [(&key(link, account), Type::INT8)];
    let account: [Value<'_>; 1] = [(&account, Type::TEXT)];
    let (locked, rows) = join!(
        biased;
        link.query("SELECT pg_advisory_xact_lock($1)", &key),
        link.query("SELECT max(at) FROM spent WHERE account = $1", &account),
    );
    locked?;
    rows?.first().map_or(Ok(None), |row| since(row, 0))
}

async fn record_spent(
    link: &Link,
    account: &str,
    spend: Spend,
    at: SystemTime,
) -> Result<(), JournalError> {
    link.query(
        "INSERT INTO spent (account, spend, at) VALUES ($1, $2, $3)",
        &[(&account, Type::TEXT), (&spend.as_str(), Type::TEXT), (&millis(at), Type::INT8)],
    )
    .await?;
    Ok(())
}

pub(super) async fn rebook(
    link: &Link,
    account: &str,
    rebooked: &Rebooked,
) -> Result<(), JournalError> {
    let day = rebooked.day();
    link.query(
        "UPDATE spent SET spend = $3 WHERE ctid = (
            SELECT ctid FROM spent WHERE account = $1 AND spend = $2 AND at >= $4 AND at < $5
            ORDER BY abs(at - $6) LIMIT 1 FOR UPDATE SKIP LOCKED
         )",
        &[
            (&account, Type::TEXT),
            (&rebooked.from.as_str(), Type::TEXT),
            (&rebooked.to.as_str(), Type::TEXT),
            (&millis(day.start), Type::INT8),
            (&millis(day.end), Type::INT8),
            (&millis(rebooked.at), Type::INT8),
        ],
    )
    .await?;
    Ok(())
}

/// What was said of this month before is forgotten.
pub(super) async fn state_website_sends(
    link: &Link,
    account: &str,
    sends: u8,
    at: SystemTime,
) -> Result<(), JournalError> {
    check_clock(at, lock_spent(link, account).await?)?;
    let (began, ends) = (Window::Month.began(at), Window::Month.ends(at));
    link.query(
        "DELETE FROM spent WHERE account = $1 AND spend = $2 AND at >= $3 AND at < $4",
        &[
            (&account, Type::TEXT),
            (&Spend::OnWebsite.as_str(), Type::TEXT),
            (&millis(began), Type::INT8),
            (&millis(ends), Type::INT8),
        ],
    )
    .await?;
    for _ in 0..sends {
        record_spent(link, account, Spend::OnWebsite, at).await?;
    }
    Ok(())
}
