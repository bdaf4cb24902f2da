//! Lists of a journal: whom a campaign was frozen for, and whom it reached.

use wechat_types::id::AppId;

use super::{Gatherer, RecipientsError, Roster, Scratch};
use crate::journal::{JournalError, Store};
use crate::reachability::calls::may_have_reached;

/// Puts everybody into a [`Gatherer`] whom a campaign may have reached: the recipients of all calls that
/// were accepted, and of those of which nobody knows whether they were. Nobody was reached by a call that
/// was refused, or that a human said was not sent, and by a job that ended in `send fail` or `err(n)`.
///
/// # Errors
///
/// [`JournalError`] when there is no such campaign, when it went to everyone or to a tag, so that only the
/// platform knows whom it reached, or when the store cannot be read.
pub async fn reached_by(
    store: &dyn Store,
    account: &AppId,
    campaign: &str,
    gatherer: &mut Gatherer,
) -> Result<(), JournalError> {
    let all = store.campaigns(account).await?;
    let Some(frozen) = all.iter().find(|frozen| frozen.name == campaign) else {
        return Err(JournalError::no_campaign(campaign));
    };
    let entries = store.entries(account, campaign).await?;
    for chunk in may_have_reached(&entries).into_keys() {
        let Some(recipients) = store.recipients(account, campaign, chunk).await? else {
            return Err(JournalError::new(format!(
                "the campaign {campaign:?} went to {}: whom it reached is known to the platform only",
                frozen.audience
            )));
        };
        for open_id in recipients.iter() {
            gatherer.push(&open_id)?;
        }
    }
    Ok(())
}

/// The list that a campaign was frozen for; none when there is no such campaign, or when it goes to
/// everyone or to a tag.
///
/// # Errors
///
/// [`JournalError`] when the store cannot be read.
pub async fn frozen(
    store: &dyn Store,
    account: &AppId,
    campaign: &str,
    scratch: Scratch,
) -> Result<Option<Roster>, JournalError> {
    let all = store.campaigns(account).await?;
    let Some(frozen) = all.into_iter().find(|frozen| frozen.name == campaign) else {
        return Ok(None);
    };
    let mut gatherer = Gatherer::new(scratch);
    for chunk in 0..frozen.calls {
        let Some(recipients) = store.recipients(account, campaign, chunk).await? else {
            return Ok(None);
        };
        for open_id in recipients.iter() {
            gatherer.push(&open_id)?;
        }
    }
    if let Some(source) = frozen.source {
        gatherer.made_by(source);
    }
    gatherer.finish().map(Some).map_err(RecipientsError::into)
}
