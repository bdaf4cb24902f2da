//! TEMPLATESENDJOBFINISH: a template message is delivered, or is not.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html>

use crate::error::ParseError;
use crate::fields::Field;

/// What became of a template message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct TemplateReport {
    /// The message, as the call that sent it answered.
    #[doc(alias = "MsgID")]
    pub msg_id: u64,
    /// What became of it.
    #[doc(alias = "Status")]
    pub status: TemplateStatus,
}

/// What became of a template message. Unknown words are kept.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TemplateStatus {
    /// Delivered.
    Success,
    /// The follower refuses messages of this account.
    UserBlock,
    /// Not delivered for another reason.
    SystemFailed,
    /// Words that no document names.
    Other(String),
}

impl TemplateReport {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            msg_id: fields.required_number("MsgID")?,
            status: TemplateStatus::from_wire(fields.present("Status")?),
        })
    }
}

impl TemplateStatus {
    /// Reads the platform's words, which have a blank behind the colon or none.
    pub fn from_wire(text: &str) -> Self {
        let word: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        match word.to_ascii_lowercase().as_str() {
            "success" => Self::Success,
            "failed:userblock" => Self::UserBlock,
            "failed:systemfailed" => Self::SystemFailed,
            _ => Self::Other(text.to_owned()),
        }
    }
}
