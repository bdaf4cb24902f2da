//! Sends that people make on the platform's website: same quotas, same report, no keys.

use std::time::SystemTime;

use wechat_types::id::{MediaId, MsgId, TagId};

use super::account::Account;
use super::send::{Audience, Content, Origin, Send};
use crate::reply::Refusal;
use crate::settings::Settings;

/// A send made by hand on the platform's website.
#[derive(Clone, Debug)]
pub struct WebsiteSend(Send);

impl WebsiteSend {
    /// A text to everyone.
    pub fn text_to_everyone(text: impl Into<String>) -> Self {
        Self::new(Audience::Everyone, Content::Text(text.into()))
    }

    /// A draft's articles to everyone.
    pub fn draft_to_everyone(draft: &MediaId) -> Self {
        Self::new(Audience::Everyone, Content::Articles(draft.as_str().to_owned()))
    }

    /// A text to those with a tag.
    pub fn text_to_tag(tag: TagId, text: impl Into<String>) -> Self {
        Self::new(Audience::Tag(tag), Content::Text(text.into()))
    }

    /// A draft's articles to those with a tag.
    pub fn draft_to_tag(tag: TagId, draft: &MediaId) -> Self {
        Self::new(Audience::Tag(tag), Content::Articles(draft.as_str().to_owned()))
    }

    fn new(audience: Audience, content: Content) -> Self {
        let origin = Origin::Website;
        Self(Send { audience, content, client_msg_id: None, ignore_reprint: true, origin })
    }
}

impl Account {
    pub(crate) fn send_on_website(
        &mut self,
        send: &WebsiteSend,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<MsgId, Refusal> {
        self.send(&send.0, settings, now).map(|(msg_id, _)| msg_id)
    }
}
