//! Single calls of the mass API, each with its key.

mod written;

use wechat_http::{Client, Error};
use wechat_types::endpoint::Endpoint;
use wechat_types::error_code::ErrorCode;
use wechat_types::id::{ClientMsgId, MsgDataId, MsgId, TagId};
use wechat_types::mass::{
    Filter, GetMassStatus, MassContent, MassReport, Preview, PreviewReceiver, Recipients, Send,
    SendAll, SendResponse,
};

pub(crate) use written::Written;

/// Sends, previews and asks. A lost answer is never repeated here: see [`Error::outcome`].
#[derive(Clone, Debug)]
pub struct MassSender {
    client: Client,
}

/// A job the platform has accepted. Review, originality check and delivery follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Accepted {
    /// The job.
    pub msg_id: MsgId,
    /// Joins articles with their statistics.
    pub msg_data_id: Option<MsgDataId>,
    /// The platform knew the key already (45065), and names the job of the earlier call.
    pub already: bool,
}

impl MassSender {
    /// Sends by this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sends to **all** followers.
    ///
    /// # Errors
    ///
    /// [`Error`]; when its outcome is unknown, only the same key may be used again.
    pub async fn send_all(
        &self,
        content: MassContent,
        key: ClientMsgId,
    ) -> Result<Accepted, Error> {
        self.send_filtered(Filter::Everyone, content, key).await
    }

    /// Sends to the followers with one tag.
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all); 40152 for an unknown tag.
    pub async fn send_to_tag(
        &self,
        tag: TagId,
        content: MassContent,
        key: ClientMsgId,
    ) -> Result<Accepted, Error> {
        self.send_filtered(Filter::Tag(tag), content, key).await
    }

    async fn send_filtered(
        &self,
        filter: Filter,
        content: MassContent,
        key: ClientMsgId,
    ) -> Result<Accepted, Error> {
        let mut request = SendAll::new(filter, content);
        request.client_msg_id = Some(key);
        let answer = self.client.send(&request).await;
        accepted(answer.map(|answer| (answer.msg_id, answer.msg_data_id)))
    }

    /// Sends to 2 to 10,000 followers.
    ///
    /// # Errors
    ///
    /// As [`send_all`](Self::send_all); 40003 and 40031 for OpenIDs.
    pub async fn send_to(
        &self,
        recipients: Recipients,
        content: MassContent,
        key: ClientMsgId,
    ) -> Result<Accepted, Error> {
        self.send_list(&Self::list(recipients, content, key)).await
    }

    /// The request of [`send_to`](Self::send_to).
    pub(crate) fn list(recipients: Recipients, content: MassContent, key: ClientMsgId) -> Send {
        let mut request = Send::new(recipients, content);
        request.client_msg_id = Some(key);
        request
    }

    pub(crate) async fn send_list(
        &self,
        request: &impl Endpoint<Response = SendResponse>,
    ) -> Result<Accepted, Error> {
        let answer = self.client.send(request).await;
        accepted(answer.map(|answer| (answer.msg_id, answer.msg_data_id)))
    }

    /// Shows a message to one person; 100 a day. The job id is one that almost nobody sees.
    ///
    /// # Errors
    ///
    /// [`Error`]; 43004 not a follower, 40132 unknown WeChat name.
    pub async fn preview(
        &self,
        receiver: PreviewReceiver,
        content: MassContent,
    ) -> Result<Option<MsgId>, Error> {
        self.client.send(&Preview::new(receiver, content)).await.map(|answer| answer.msg_id)
    }

    /// Asks how far a job is. The report has no counters: those come by callback only.
    ///
    /// # Errors
    ///
    /// [`Error`]; 40059 for an unknown job, and sometimes for a known one.
    pub async fn status(&self, msg_id: MsgId) -> Result<MassReport, Error> {
        let mut report = self.client.send(&GetMassStatus::new(msg_id)).await?.into_report();
        // The answer is about the job that was asked for, whatever number it repeats.
        report.msg_id = msg_id;
        Ok(report)
    }
}

fn accepted(answer: Result<(MsgId, Option<MsgDataId>), Error>) -> Result<Accepted, Error> {
    match answer {
        Ok((msg_id, msg_data_id)) => Ok(Accepted { msg_id, msg_data_id, already: false }),
        Err(error) => existing(&error).ok_or(error),
    }
}

/// 45065 with the job it names.
fn existing(error: &Error) -> Option<Accepted> {
    let error = error.api()?;
    if error.code != ErrorCode::CLIENT_MSG_ID_EXISTS {
        return None;
    }
    let msg_id = error.existing_job()?;
    Some(Accepted { msg_id, msg_data_id: None, already: true })
}
