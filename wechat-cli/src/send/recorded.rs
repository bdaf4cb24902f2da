//! How many calls of a campaign are recorded, for a run that is refused: earlier ones may have made some.

use std::collections::BTreeSet;

use wechat_mass::journal::Entry;

use super::prepared::{self, Asked};
use crate::campaign_file;

/// The calls that were made, or may have been; none where the record cannot be read.
pub(super) async fn calls(asked: &Asked<'_>) -> Option<usize> {
    let campaign = campaign_file::identity(asked.campaign).ok()?;
    let target = asked.target(campaign.account.as_deref()).ok()?;
    let place = asked.journal(&target).ok()?.filter(|place| place.exists())?;
    let store = place.open().await.ok()?;
    let account = prepared::app_id(&target).ok()?;
    let entries = store.entries(&account, &campaign.name).await.ok()?;
    let made = entries.iter().filter_map(|entry| match entry {
        Entry::Intent { chunk, .. } => Some(*chunk),
        _ => None,
    });
    Some(made.collect::<BTreeSet<usize>>().len())
}
