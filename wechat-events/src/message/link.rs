//! link: an article or page.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html>

use crate::error::ParseError;
use crate::fields::Field;

/// An article or page that a follower sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Link {
    /// Where it is.
    #[doc(alias = "Url")]
    pub url: String,
    /// Its title.
    #[doc(alias = "Title")]
    pub title: Option<String>,
    /// What it is about.
    #[doc(alias = "Description")]
    pub description: Option<String>,
}

impl Link {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            url: fields.required("Url")?.to_owned(),
            title: fields.optional("Title"),
            description: fields.optional("Description"),
        })
    }
}
