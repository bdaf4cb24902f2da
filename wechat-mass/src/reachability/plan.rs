//! A plan without the followers who have had their messages of the month.

use std::fmt;
use std::time::SystemTime;

use wechat_types::id::OpenId;
use wechat_types::mass::Audience;

use super::Reachability;
use crate::campaign::Plan;
use crate::journal::{Entry, JournalError, Store};
use crate::problem::Problems;

/// A plan for those who can be reached.
#[derive(Debug)]
#[non_exhaustive]
pub struct OnlyReachable {
    /// The plan.
    pub plan: Plan,
    /// Followers of the whole plan that are not in it.
    pub left_out: usize,
}

/// Why there is no such plan.
#[derive(Debug)]
#[non_exhaustive]
pub enum OnlyReachableError {
    /// The store cannot be read.
    Journal(JournalError),
    /// What is left makes no plan, such as an empty list.
    Plan(Problems),
}

impl fmt::Display for OnlyReachableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(_) => f.write_str("who can be reached is not known"),
            Self::Plan(_) => f.write_str("with those who can be reached there is no plan"),
        }
    }
}

impl std::error::Error for OnlyReachableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Journal(source) => Some(source),
            Self::Plan(source) => Some(source),
        }
    }
}

/// Leaves out who may have had all messages of this month; plans for everyone and for a tag stay as
/// they are. A campaign of which a call was made keeps the followers that it was begun with: what it
/// sent itself is no reason to leave anybody out.
///
/// # Errors
///
/// [`OnlyReachableError`].
pub async fn only_reachable(
    store: &dyn Store,
    plan: &Plan,
    website_sends: u8,
    now: SystemTime,
) -> Result<OnlyReachable, OnlyReachableError> {
    let (account, name) = (plan.account(), plan.name());
    let journal = OnlyReachableError::Journal;
    let Some(total) = plan.recipients() else {
        return Ok(OnlyReachable { plan: plan.clone(), left_out: 0 });
    };
    let entries = store.entries(account, name).await.map_err(journal)?;
    let mut kept: Vec<OpenId> = Vec::new();
    if entries.iter().any(Entry::is_intent) {
        let calls = store.calls(account, name).await.map_err(journal)?.len();
        for call in 0..calls {
            kept.extend(
                store.recipients(account, name, call).await.map_err(journal)?.into_iter().flatten(),
            );
        }
    } else {
        let month = Reachability::read(store, account, Some(name), website_sends, now).await;
        let month = month.map_err(journal)?;
        for chunk in plan.chunks() {
            kept.extend(plan.open_ids(chunk).iter().filter(|id| month.reaches(id)).cloned());
        }
    }
    let left_out = total.saturating_sub(kept.len());
    let audience = Audience::open_ids(kept)
        .map_err(|error| OnlyReachableError::Plan(Problems::one(format!("the list {error}"))))?;
    let plan = Plan::new(account.clone(), name, audience, plan.content().clone());
    Ok(OnlyReachable { plan: plan.map_err(OnlyReachableError::Plan)?, left_out })
}
