//! A plan's calls as rows: written when it is frozen, read call by call.

use std::time::SystemTime;

use tokio_postgres::types::Type;
use wechat_types::id::{AppId, ClientMsgId};
use wechat_types::mass::Recipients;

use super::link::Link;
use super::rows::{column, only};
use crate::campaign::Plan;
use crate::journal::difference::{FrozenText, Lists};
use crate::journal::facts;
use crate::journal::{Frozen, FrozenCall, JournalError};
use crate::recipients::Scratch;

/// Writes a plan down. A call's recipients are one value: ten thousand rows take ten times as long.
pub(super) async fn freeze(link: &Link, plan: &Plan, at: SystemTime) -> Result<i64, JournalError> {
    let frozen = Frozen::of(plan, at);
    let rows = link
        .query(
            "INSERT INTO campaign (account, name, content, frozen) VALUES ($1, $2, $3, $4) RETURNING id",
            &[
                (&plan.account().as_str(), Type::TEXT),
                (&plan.name(), Type::TEXT),
                (&frozen.content, Type::TEXT),
                (&facts::text(&frozen)?, Type::TEXT),
            ],
        )
        .await?;
    let id: i64 = only(&rows)?;
    for (number, chunk) in (0_i64..).zip(plan.chunks()) {
        let size = FrozenCall::of(chunk).recipients.and_then(|size| i64::try_from(size).ok());
        link.query(
            "INSERT INTO call (campaign, number, key, size, recipients) VALUES ($1, $2, $3, $4, $5)",
            &[
                (&id, Type::INT8),
                (&number, Type::INT8),
                (&chunk.key.as_str(), Type::TEXT),
                (&size, Type::INT8),
                (&plan.text(chunk)?, Type::BYTEA),
            ],
        )
        .await?;
    }
    Ok(id)
}

/// The frozen calls, in their order.
pub(super) async fn calls(
    link: &Link,
    account: &AppId,
    name: &str,
) -> Result<Vec<FrozenCall>, JournalError> {
    let rows = link
        .read(
            "SELECT call.id, key, size FROM call JOIN campaign ON campaign.id = call.campaign
             WHERE account = $1 AND name = $2 ORDER BY number",
            &[(&account.as_str(), Type::TEXT), (&name, Type::TEXT)],
        )
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let damaged = |id| facts::damaged(&link.address().place, "call", id);
        let (id, key, size) = (column(row, 0)?, column::<String>(row, 1)?, column(row, 2)?);
        let key = ClientMsgId::new(key).map_err(|_| damaged(id))?;
        let size: Option<i64> = size;
        let size = size.map(usize::try_from).transpose().map_err(|_| damaged(id))?;
        found.push(FrozenCall::new(key, size));
    }
    Ok(found)
}

/// Whom a call was frozen for.
pub(super) async fn recipients(
    link: &Link,
    campaign: i64,
    number: usize,
) -> Result<Option<Recipients>, JournalError> {
    let rows = link
        .read(
            "SELECT id, recipients FROM call WHERE campaign = $1 AND number = $2",
            &[(&campaign, Type::INT8), (&place_of(number), Type::INT8)],
        )
        .await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let text: Option<Vec<u8>> = column(row, 1)?;
    text.map(|text| facts::list(&link.address().place, column(row, 0)?, text)).transpose()
}

/// The same by the campaign's name.
pub(super) async fn recipients_by_name(
    link: &Link,
    account: &AppId,
    name: &str,
    number: usize,
) -> Result<Option<Recipients>, JournalError> {
    let rows = link
        .read(
            "SELECT id FROM campaign WHERE account = $1 AND name = $2",
            &[(&account.as_str(), Type::TEXT), (&name, Type::TEXT)],
        )
        .await?;
    match rows.first() {
        Some(row) => recipients(link, column(row, 0)?, number).await,
        None => Ok(None),
    }
}

/// How a plan's list differs from the frozen one.
pub(super) async fn difference(
    link: &Link,
    campaign: i64,
    plan: &Plan,
) -> Result<Vec<String>, JournalError> {
    let mut lists = Lists::new(Scratch::folder(std::env::temp_dir()), plan);
    loop {
        let before = call(link, campaign, lists.number).await?;
        if !lists.take(before)? {
            return Ok(lists.told()?);
        }
    }
}

async fn call(
    link: &Link,
    campaign: i64,
    number: usize,
) -> Result<Option<FrozenText>, JournalError> {
    let rows = link
        .query(
            "SELECT key, recipients FROM call WHERE campaign = $1 AND number = $2",
            &[(&campaign, Type::INT8), (&place_of(number), Type::INT8)],
        )
        .await?;
    rows.first().map(|row| Ok((column(row, 0)?, column(row, 1)?))).transpose()
}

fn place_of(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
