//! Drafts: kept as they were given, counted, and used up by a send.
//!
//! <https://developers.weixin.qq.com/doc/service/api/draftbox/draftmanage/api_draft_add.html>

use wechat_http::Client;
use wechat_types::draft::{AddDraft, Article, CountDrafts, DeleteDraft, GetDraft};
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{MediaId, MsgId};
use wechat_types::mass::{DeleteMass, DeleteTarget, GetMassStatus, JobStatus, MassContent, Send};
use wechat_types::material::DeleteMaterial;

use super::environment::Environment;
use super::mass::{LONGEST_PAUSE, end_of};
use super::media::{add_material, unknown_id};
use super::outcome::{Unheld, differs, failed, promised, refused, skipped};

const TITLE: &str = "【契约】春茶上新";

/// A draft is kept with its title as it was written, until it is deleted (40007).
pub async fn a_draft_is_kept(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let made = Made::new(client).await?;
    let answer = client.send(&GetDraft::new(made.draft.clone())).await;
    let draft = made.draft.clone();
    let removed = made.remove(client).await;
    let content = answer.map_err(failed("the draft"))?.content;
    match content.articles.as_slice() {
        [article] if article.title == TITLE => {}
        [_] => return Err(differs("the title as it was written", "another one")),
        articles => {
            return Err(differs("one article", format!("{} articles", articles.len())));
        }
    }
    removed?;
    refused(client.send(&GetDraft::new(draft)).await, &[ErrorCode::INVALID_MEDIA_ID])
}

/// A new draft is counted.
pub async fn drafts_are_counted(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let count = || async { client.send(&CountDrafts::new()).await.map_err(failed("a count")) };
    let before = count().await?.total;
    let made = Made::new(client).await?;
    let after = count().await;
    made.remove(client).await?;
    let after = after?.total;
    promised(after == before + 1, "one draft more", || {
        format!("{} more", i128::from(after) - i128::from(before))
    })
}

/// A cover that does not exist is refused with 40007.
pub async fn a_draft_needs_its_cover(client: &Client, _: &Environment) -> Result<(), Unheld> {
    let article = Article::new(TITLE, "<p>契约</p>", unknown_id()?);
    let answer = client.send(&AddDraft::new(vec![article])).await;
    if let Ok(draft) = &answer {
        client
            .send(&DeleteDraft::new(draft.media_id.clone()))
            .await
            .map_err(failed("the draft to be deleted"))?;
    }
    refused(answer, &[ErrorCode::INVALID_MEDIA_ID])
}

/// A draft is gone when it was sent: its `media_id` is refused with 40007, and it is not sent again.
pub async fn a_sent_draft_is_used_up(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let sent = Sent::new(client, environment).await?;
    let gone = [ErrorCode::INVALID_MEDIA_ID];
    let asked = client.send(&GetDraft::new(sent.draft.clone())).await;
    let mut again = Send::new(environment.recipients()?, MassContent::articles(sent.draft.clone()));
    again.client_msg_id = Some(environment.key()?);
    let resent = client.send(&again).await;
    sent.remove(client).await?;
    refused(asked, &gone)?;
    // Developers see 45065 for the same content, whatever the key.
    refused(resent, &[ErrorCode::INVALID_MEDIA_ID, ErrorCode::CLIENT_MSG_ID_EXISTS])
}

/// Articles that were sent can be deleted, and their job is `DELETE` then.
pub async fn a_sent_article_can_be_deleted(
    client: &Client,
    environment: &Environment,
) -> Result<(), Unheld> {
    let sent = Sent::new(client, environment).await?;
    let deleted = client.send(&DeleteMass::new(DeleteTarget::Job(sent.job))).await;
    let status = client.send(&GetMassStatus::new(sent.job)).await;
    sent.remove(client).await?;
    deleted.map_err(failed("the message to be deleted"))?;
    let status = status.map_err(failed("a status"))?.status;
    promised(status == JobStatus::Deleted, "DELETE", || status.to_string())
}

/// A draft of one article with its cover.
struct Made {
    draft: MediaId,
    cover: MediaId,
}

impl Made {
    async fn new(client: &Client) -> Result<Self, Unheld> {
        let cover = add_material(client).await?;
        let article = Article::new(TITLE, "<p>契约</p>", cover.clone());
        match client.send(&AddDraft::new(vec![article])).await {
            Ok(answer) => Ok(Self { draft: answer.media_id, cover }),
            Err(error) => {
                remove_cover(client, cover).await?;
                Err(failed("a draft")(error))
            }
        }
    }

    async fn remove(self, client: &Client) -> Result<(), Unheld> {
        let deleted = client.send(&DeleteDraft::new(self.draft)).await;
        remove_cover(client, self.cover).await?;
        deleted.map_err(failed("the draft to be deleted"))
    }
}

/// A draft that was sent, and whose job has succeeded.
struct Sent {
    draft: MediaId,
    cover: MediaId,
    job: MsgId,
}

impl Sent {
    async fn new(client: &Client, environment: &Environment) -> Result<Self, Unheld> {
        let (recipients, key) = (environment.recipients()?, environment.key()?);
        environment.can_pass(LONGEST_PAUSE)?;
        let made = Made::new(client).await?;
        let mut send = Send::new(recipients, MassContent::articles(made.draft.clone()));
        send.client_msg_id = Some(key);
        let job = match client.send(&send).await {
            Ok(answer) => answer.msg_id,
            Err(error) => {
                made.remove(client).await?;
                return Err(failed("the draft to be sent")(error));
            }
        };
        let sent = Self { draft: made.draft, cover: made.cover, job };
        match end_of(client, environment, job).await {
            Ok(JobStatus::Success) => Ok(sent),
            Ok(status) => {
                sent.remove(client).await?;
                Err(skipped(format!("the job ended in {status}")))
            }
            Err(unheld) => {
                sent.remove(client).await?;
                Err(unheld)
            }
        }
    }

    async fn remove(&self, client: &Client) -> Result<(), Unheld> {
        remove_cover(client, self.cover.clone()).await
    }
}

async fn remove_cover(client: &Client, cover: MediaId) -> Result<(), Unheld> {
    client.send(&DeleteMaterial::new(cover)).await.map_err(failed("the cover to be deleted"))
}
