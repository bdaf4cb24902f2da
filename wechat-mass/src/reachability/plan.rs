//! A plan without the followers who have had their messages of the month.

use std::fmt;
use std::time::SystemTime;

use wechat_types::mass::Recipients;

use super::Reachability;
use crate::campaign::Plan;
use crate::journal::{Entry, Frozen, JournalError, Store};
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
    /// The campaign was begun with a part of another list: who is missing in it was left out, or is new.
    #[non_exhaustive]
    AnotherList {
        /// The campaign.
        campaign: String,
        /// Whom it goes to, in words.
        audience: String,
        /// OpenIDs of the list of then.
        chosen_from: usize,
        /// OpenIDs of the list of now.
        open_ids: usize,
    },
}

impl fmt::Display for OnlyReachableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(_) => f.write_str("who can be reached is not known"),
            Self::Plan(_) => f.write_str("with those who can be reached there is no plan"),
            Self::AnotherList { campaign, audience, chosen_from, open_ids } => write!(
                f,
                "the campaign {campaign:?} was begun with {audience}, the reachable ones of a list of \
                 {chosen_from}, and now the list is another one, of {open_ids}: who is new in it would get \
                 nothing. Put the list of then back to go on; whoever is new is another campaign, of another \
                 name"
            ),
        }
    }
}

impl std::error::Error for OnlyReachableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Journal(source) => Some(source),
            Self::Plan(source) => Some(source),
            Self::AnotherList { .. } => None,
        }
    }
}

/// Leaves out who may have had all messages of this month; plans for everyone and for a tag stay as
/// they are. A campaign of which a call was made keeps the followers that it was begun with: what it
/// sent itself is no reason to leave anybody out. So does one that other workers take part in, for all of
/// them need one plan. Until then they are chosen anew. A long list is made in `scratch`.
///
/// Where such a campaign was begun without this, the plan stays as it is: a store tells how it differs.
///
/// # Errors
///
/// [`OnlyReachableError`].
pub async fn only_reachable(
    store: &dyn Store,
    plan: &Plan,
    now: SystemTime,
    scratch: Scratch,
) -> Result<OnlyReachable, OnlyReachableError> {
    let (account, name) = (plan.account(), plan.name());
    let journal = OnlyReachableError::Journal;
    let as_it_is = |left_out| OnlyReachable { plan: plan.clone(), left_out };
    let Some(total) = plan.recipients() else { return Ok(as_it_is(0)) };
    let mut gatherer = Gatherer::new(scratch);
    if let Some(source) = plan.roster().and_then(Roster::source) {
        gatherer.made_by(source);
    }
    let listed = |error: RecipientsError| journal(JournalError::from(error));
    let mut whole = total;
    let kept = kept(store, plan).await.map_err(journal)?;
    if let Some(frozen) = &kept {
        let chosen_from = frozen.chosen_from.as_ref();
        if frozen.is_of(plan) {
            return Ok(as_it_is(chosen_from.map_or(0, |whole| left_out(whole.open_ids, total))));
        }
        let Some(chosen_from) = chosen_from else { return Ok(as_it_is(0)) };
        // Of another content the store tells; then the keys say nothing about the list.
        let is_same_content = frozen.content == plan.content_digest().to_string();
        if is_same_content && chosen_from.plan != plan.digest().to_string() {
            return Err(OnlyReachableError::AnotherList {
                campaign: name.to_owned(),
                audience: frozen.audience.clone(),
                chosen_from: chosen_from.open_ids,
                open_ids: total,
            });
        }
        whole = chosen_from.open_ids;
        for call in 0..frozen.calls {
            let frozen = store.recipients(account, name, call).await.map_err(journal)?;
            for open_id in frozen.iter().flat_map(Recipients::iter) {
                gatherer.push(&open_id).map_err(listed)?;
            }
        }
    } else {
        let month = Reachability::read(store, account, Some(name), now).await;
        let month = month.map_err(journal)?;
        for chunk in plan.chunks() {
            let open_ids = plan.open_ids(chunk).map_err(listed)?;
            for open_id in open_ids.iter().filter(|id| month.reaches(id)) {
                gatherer.push(open_id).map_err(listed)?;
            }
        }
    }
    let audience = gatherer.finish().map_err(listed)?;
    let left_out = left_out(whole, audience.len());
    let chosen = Plan::new(account.clone(), name, audience, plan.content().clone());
    let chosen = chosen.map_err(OnlyReachableError::Plan)?.with_chosen_from(plan);
    let is_another = |frozen: &Frozen| is_choice(frozen, plan) && !frozen.is_of(&chosen);
    if kept.as_ref().is_some_and(is_another) {
        // Call by call is not one view, and as long as nothing is sent whoever is alone may choose anew.
        let problem =
            format!("the campaign {name:?} was frozen anew while it was read: start again");
        return Err(journal(JournalError::new(problem)));
    }
    Ok(OnlyReachable { plan: chosen, left_out })
}

fn left_out(whole: usize, chosen: usize) -> usize {
    whole.saturating_sub(chosen)
}

/// It was frozen with a part of this plan's list, and says the same.
fn is_choice(frozen: &Frozen, plan: &Plan) -> bool {
    frozen.chosen_from.as_ref().is_some_and(|whole| whole.plan == plan.digest().to_string())
}

/// What a campaign was frozen as, once a call of it was made, or while others take part in it with a part of
/// the same list.
async fn kept(store: &dyn Store, plan: &Plan) -> Result<Option<Frozen>, JournalError> {
    let (account, name) = (plan.account(), plan.name());
    let all = store.campaigns(account).await?;
    let Some(frozen) = all.into_iter().find(|frozen| frozen.name == name) else { return Ok(None) };
    let is_begun = store.entries(account, name).await?.iter().any(Entry::is_intent);
    let is_kept =
        is_begun || is_choice(&frozen, plan) && !store.workers(account, name).await?.is_empty();
    Ok(is_kept.then_some(frozen))
}
