//! A campaign's content shown to one person before it goes out.

use std::fmt;
use std::time::SystemTime;

use wechat_http::{Client, Error};
use wechat_types::id::{AppId, MediaId, MsgId};
use wechat_types::mass::{Preview, PreviewContent, PreviewReceiver};

use crate::article::{PublishError, publish_all};
use crate::campaign::Content;
use crate::journal::{JournalError, Reserved, Store};
use crate::quota::{Budget, Limits, Spend};

/// A preview that went out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Previewed {
    /// The draft that was made of the articles. It stays on the platform, for a preview does not use it
    /// up; a campaign makes drafts of its own.
    pub draft: Option<MediaId>,
    /// The job id, which almost no answer has.
    pub msg_id: Option<MsgId>,
}

/// Nothing was shown, unless [`Call`](Self::Call) is an error with an unknown outcome.
#[derive(Debug)]
#[non_exhaustive]
pub enum PreviewError {
    /// The day's previews are used up; nothing was uploaded or shown.
    #[non_exhaustive]
    Closed {
        /// From when one is possible again.
        until: SystemTime,
        /// The budget that is used up.
        budget: Budget,
    },
    /// The articles did not become a draft.
    Publish(PublishError),
    /// The preview could not be counted; it was not made.
    Journal(JournalError),
    /// The platform did not take the preview.
    Call(Error),
}

impl fmt::Display for PreviewError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed { budget, .. } => {
                write!(f, "the {} previews of the day are used up", budget.limit)
            }
            Self::Publish(_) => f.write_str("nothing was shown"),
            Self::Journal(_) => f.write_str("the preview could not be counted, and was not made"),
            Self::Call(_) => f.write_str("the preview failed"),
        }
    }
}

impl std::error::Error for PreviewError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Closed { .. } => None,
            Self::Publish(error) => Some(error),
            Self::Journal(error) => Some(error),
            Self::Call(error) => Some(error),
        }
    }
}

/// Shows this content to this person. Articles are made a draft first; each preview counts in the
/// journal against the day's previews (100 by the documents, 45009 beyond).
///
/// # Errors
///
/// [`PreviewError`]; codes: 40003 OpenID, 40132 WeChat name, 43004 not a follower, 43019 blacklisted,
/// 48008 kind not permitted.
pub async fn preview(
    client: &Client,
    store: &dyn Store,
    limits: &Limits,
    content: &Content,
    receiver: PreviewReceiver,
) -> Result<Previewed, PreviewError> {
    let account = client.app_id();
    // Nothing is uploaded in vain. The count itself is made right before the call.
    if let Some((until, budget)) = closed(client, store, account, limits).await? {
        return Err(PreviewError::Closed { until, budget });
    }
    let (draft, content) = match content {
        Content::Text(text) => (None, PreviewContent::Text(text.clone())),
        Content::Articles { articles, .. } => {
            let draft = publish_all(client, articles).await.map_err(PreviewError::Publish)?;
            (Some(draft.clone()), PreviewContent::Articles(draft))
        }
    };
    let budgets = limits.budgets(Spend::Preview);
    let reserved = store.spend(account, Spend::Preview, client.clock().now(), &budgets).await;
    if let Reserved::Wait { until, budget } = reserved.map_err(PreviewError::Journal)? {
        return Err(PreviewError::Closed { until, budget });
    }
    let answer = client.send(&Preview::new(receiver, content)).await.map_err(PreviewError::Call)?;
    Ok(Previewed { draft, msg_id: answer.msg_id })
}

async fn closed(
    client: &Client,
    store: &dyn Store,
    account: &AppId,
    limits: &Limits,
) -> Result<Option<(SystemTime, Budget)>, PreviewError> {
    let now = client.clock().now();
    for budget in limits.budgets(Spend::Preview) {
        let spent = store.spent(account, budget.spends, budget.window.began(now)).await;
        if let Some(until) = budget.wait(&spent.map_err(PreviewError::Journal)?) {
            return Ok(Some((until, budget)));
        }
    }
    Ok(None)
}
