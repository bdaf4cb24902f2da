//! subscribe_msg_popup_event, subscribe_msg_change_event, subscribe_msg_sent_event: subscription
//! messages.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Subscription_Messages/api.html>

use crate::error::ParseError;
use crate::fields::Field;

/// What a follower chose, for one template or several.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SubscribeMsgChoices {
    /// One for each template.
    #[doc(alias = "List")]
    pub choices: Vec<SubscribeMsgChoice>,
}

/// What a follower chose for one template.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SubscribeMsgChoice {
    /// The template.
    #[doc(alias = "TemplateId")]
    pub template_id: String,
    /// `accept` or `reject`, as sent.
    #[doc(alias = "SubscribeStatusString")]
    pub status: String,
    /// Where they were asked: 1 on a page, 2 in an article. A change has none.
    #[doc(alias = "PopupScene")]
    pub popup_scene: Option<u64>,
}

impl SubscribeMsgChoices {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        let choice = |entry: Field<'_>| {
            Ok(SubscribeMsgChoice {
                template_id: entry_text(entry, "TemplateId")?,
                status: entry_text(entry, "SubscribeStatusString")?,
                popup_scene: entry.lenient_number("PopupScene"),
            })
        };
        Ok(Self { choices: entries(fields).map(choice).collect::<Result<_, ParseError>>()? })
    }
}

impl SubscribeMsgChoice {
    /// The follower wants these messages.
    pub fn is_accepted(&self) -> bool {
        self.status.eq_ignore_ascii_case("accept")
    }
}

/// What became of subscription messages, one or several.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SubscribeMsgSents {
    /// One for each message.
    #[doc(alias = "List")]
    pub sent: Vec<SubscribeMsgSent>,
}

/// What became of one subscription message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct SubscribeMsgSent {
    /// The template.
    #[doc(alias = "TemplateId")]
    pub template_id: String,
    /// The message, as the call that sent it answered.
    #[doc(alias = "MsgID")]
    pub msg_id: Option<u64>,
    /// 0 for success.
    #[doc(alias = "ErrorCode")]
    pub error_code: Option<i64>,
    /// The same in words: `success` or what went wrong.
    #[doc(alias = "ErrorStatus")]
    pub error_status: Option<String>,
}

impl SubscribeMsgSents {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        let sent = |entry: Field<'_>| {
            Ok(SubscribeMsgSent {
                template_id: entry_text(entry, "TemplateId")?,
                msg_id: entry.lenient_number("MsgID"),
                error_code: entry.lenient_signed("ErrorCode"),
                error_status: entry.optional("ErrorStatus"),
            })
        };
        Ok(Self { sent: entries(fields).map(sent).collect::<Result<_, ParseError>>()? })
    }
}

/// XML has a container, once with the name of another event; JSON has none.
fn entries<'a>(fields: Field<'a>) -> impl Iterator<Item = Field<'a>> {
    ["SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent", "SubscribeMsgSentEvent"]
        .into_iter()
        .find_map(|name| fields.get(name))
        .unwrap_or(fields)
        .all("List")
}

fn entry_text(entry: Field<'_>, name: &str) -> Result<String, ParseError> {
    let text = entry.text_of(name).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| ParseError::missing_field(&format!("List/{name}")))
}
