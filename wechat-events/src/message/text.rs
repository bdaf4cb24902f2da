//! text: words.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html>

use crate::error::ParseError;
use crate::fields::Field;

/// Words of a follower.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Text {
    /// What they wrote, up to 2048 bytes, blanks around it included.
    #[doc(alias = "Content")]
    pub content: String,
    /// The choice, when they tapped one in a menu message of the account.
    #[doc(alias = "bizmsgmenuid")]
    pub menu_id: Option<String>,
}

impl Text {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            content: fields.present("Content")?.to_owned(),
            menu_id: fields.optional("bizmsgmenuid"),
        })
    }
}
