//! A call made ready: whom it goes to, as it was frozen, and its body, already written.

use wechat_http::{Client, Error};
use wechat_types::id::{ClientMsgId, TagId};
use wechat_types::mass::{MassContent, Recipients, Send};

use crate::campaign::{Campaign, ChunkAudience, Content, Plan};
use crate::recipients::RecipientsError;
use crate::sender::{Accepted, MassSender, Written};

/// A call that can be made as soon as its intent is recorded.
#[derive(Debug)]
pub(super) enum Ready {
    Everyone(MassContent, ClientMsgId),
    Tag(TagId, MassContent, ClientMsgId),
    /// Or why there is no such request.
    OpenIds(Result<Box<Written<Send>>, Error>),
}

impl Ready {
    /// Makes a call of the plan ready; nothing when the plan does not hold it, or while it has no draft.
    pub(super) fn new(
        plan: &Plan,
        campaign: &Campaign<'_>,
        number: usize,
    ) -> Result<Option<Self>, RecipientsError> {
        let (Some(chunk), Some(content)) =
            (plan.chunks().get(number), content(plan, campaign, number))
        else {
            return Ok(None);
        };
        let key = chunk.key.clone();
        Ok(match chunk.audience {
            ChunkAudience::Everyone => Some(Self::Everyone(content, key)),
            ChunkAudience::Tag(tag) => Some(Self::Tag(tag, content, key)),
            ChunkAudience::OpenIds(_) => plan
                .recipients_of(chunk)?
                .map(|recipients| Self::OpenIds(written(recipients, content, key))),
        })
    }

    /// Makes the call.
    pub(super) async fn send(self, client: &Client) -> Result<Accepted, Error> {
        let sender = MassSender::new(client.clone());
        match self {
            Self::Everyone(content, key) => sender.send_all(content, key).await,
            Self::Tag(tag, content, key) => sender.send_to_tag(tag, content, key).await,
            Self::OpenIds(request) => sender.send_list(&*request?).await,
        }
    }
}

/// What a call says.
fn content(plan: &Plan, campaign: &Campaign<'_>, number: usize) -> Option<MassContent> {
    match plan.content() {
        Content::Text(text) => Some(MassContent::text(text.clone())),
        Content::Articles { ignore_reprint, .. } => {
            let draft = campaign.chunks.get(number)?.draft.clone()?;
            Some(MassContent::Articles { draft, ignore_reprint: *ignore_reprint })
        }
    }
}

fn written(
    recipients: Recipients,
    content: MassContent,
    key: ClientMsgId,
) -> Result<Box<Written<Send>>, Error> {
    Ok(Box::new(Written::new(MassSender::list(recipients, content, key))?))
}
