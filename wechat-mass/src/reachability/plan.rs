//! A plan without the followers who have had their messages of the month.

use std::fmt;
use std::time::SystemTime;

use super::Reachability;
use crate::campaign::Plan;
use crate::journal::{Entry, JournalError, Store};
use crate::problem::Problems;
use crate::recipients::{Gatherer, RecipientsError, Roster, Scratch};

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
/// sent itself is no reason to leave anybody out. A long list is made in `scratch`.
///
/// # Errors
///
/// [`OnlyReachableError`].
pub async fn only_reachable(
    store: &dyn Store,
    plan: &Plan,
    website_sends: u8,
    now: SystemTime,
    scratch: Scratch,
) -> Result<OnlyReachable, OnlyReachableError> {
    let (account, name) = (plan.account(), plan.name());
    let journal = OnlyReachableError::Journal;
    let Some(total) = plan.recipients() else {
        return Ok(OnlyReachable { plan: plan.clone(), left_out: 0 });
    };
    let entries = store.entries(account, name).await.map_err(journal)?;
    let mut gatherer = Gatherer::new(scratch);
    if let Some(source) = plan.roster().and_then(Roster::source) {
        gatherer.made_by(source);
    }
    let listed = |error: RecipientsError| journal(JournalError::from(error));
    if entries.iter().any(Entry::is_intent) {
        let calls = store.calls(account, name).await.map_err(journal)?.len();
        for call in 0..calls {
            let frozen = store.recipients(account, name, call).await.map_err(journal)?;
            for open_id in frozen.iter().flatten() {
                gatherer.push(open_id).map_err(listed)?;
            }
        }
    } else {
        let month = Reachability::read(store, account, Some(name), website_sends, now).await;
        let month = month.map_err(journal)?;
        for chunk in plan.chunks() {
            let open_ids = plan.open_ids(chunk).map_err(listed)?;
            for open_id in open_ids.iter().filter(|id| month.reaches(id)) {
                gatherer.push(open_id).map_err(listed)?;
            }
        }
    }
    let audience = gatherer.finish().map_err(listed)?;
    let left_out = total.saturating_sub(audience.len());
    let plan = Plan::new(account.clone(), name, audience, plan.content().clone());
    Ok(OnlyReachable { plan: plan.map_err(OnlyReachableError::Plan)?, left_out })
}
