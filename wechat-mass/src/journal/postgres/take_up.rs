//! Who holds a campaign: one for himself, or several who share it.

use std::time::SystemTime;

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::link::Link;
use super::rows::only;
use super::{calls, rows, schema};
use crate::campaign::Plan;
use crate::journal::JournalError;

/// Who else may take part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    Alone,
    Others,
}

fn key(link: &Link, plan: &Plan) -> i64 {
    let schema = &link.address().schema;
    schema::key(&["campaign", schema, plan.account().as_str(), plan.name()])
}

/// Takes a campaign's lock, which ends with the connection. Whoever just let go, or died, may still have it
/// for a moment.
pub(super) async fn hold(link: &Link, plan: &Plan, share: Share) -> Result<(), JournalError> {
    let key = key(link, plan);
    let lock = match share {
        Share::Alone => "SELECT pg_advisory_lock($1)",
        Share::Others => "SELECT pg_advisory_lock_shared($1)",
    };
    link.begin().await?;
    link.batch("SET LOCAL lock_timeout = '2s'").await?;
    let done = match link.try_query(lock, &[(&key, Type::INT8)]).await {
        Ok(_) => Ok(()),
        Err(fault) if fault.is(&SqlState::LOCK_NOT_AVAILABLE) => {
            Err(JournalError::taken_up(plan.name()))
        }
        Err(fault) => Err(fault.of_statement(&link.address().place)),
    };
    link.end(done).await
}

/// Freezes a plan, or finds it frozen; the campaign's number.
pub(super) async fn take_up(
    link: &Link,
    plan: &Plan,
    at: SystemTime,
    share: Share,
) -> Result<i64, JournalError> {
    let schema = link.address().schema.clone();
    // Of workers who begin a campaign at the same time one freezes it, and the others find it.
    schema::lock(link, &["plan", &schema, plan.account().as_str(), plan.name()]).await?;
    match rows::campaign(link, plan.account(), plan.name()).await? {
        Some((campaign, frozen)) if frozen.is_of(plan) => Ok(campaign.id),
        Some((campaign, frozen)) => {
            let entries = rows::entries(link, campaign.id, 0).await?;
            let was_begun = entries.iter().any(|recorded| recorded.entry.is_intent());
            if was_begun || (share == Share::Others && !is_only_one(link, plan).await?) {
                let lists = calls::difference(link, campaign.id, plan).await?;
                return Err(JournalError::changed(&frozen, plan, lists));
            }
            rows::forget(link, campaign.id).await?;
            let id = calls::freeze(link, plan, at).await?;
            if let Some(at) = campaign.stopped {
                rows::stop(link, &rows::Campaign { id, stopped: None }, at).await?;
            }
            Ok(id)
        }
        None => calls::freeze(link, plan, at).await,
    }
}

/// Nobody else shares the campaign. Whoever comes now finds what this transaction leaves.
async fn is_only_one(link: &Link, plan: &Plan) -> Result<bool, JournalError> {
    let key = key(link, plan);
    let rows = link.query("SELECT pg_try_advisory_lock($1)", &[(&key, Type::INT8)]).await?;
    let is_only_one = only(&rows)?;
    if is_only_one {
        link.query("SELECT pg_advisory_unlock($1)", &[(&key, Type::INT8)]).await?;
    }
    Ok(is_only_one)
}
