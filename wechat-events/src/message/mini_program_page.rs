//! miniprogrampage: a page of a mini program. Documented for mini programs only.
//!
//! <https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/customer-message/receive.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A page of a mini program that a follower sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MiniProgramPage {
    /// The mini program.
    #[doc(alias = "AppId")]
    pub app_id: String,
    /// The page.
    #[doc(alias = "PagePath")]
    pub page_path: Option<String>,
    /// Its title.
    #[doc(alias = "Title")]
    pub title: Option<String>,
    /// Where its picture is.
    #[doc(alias = "ThumbUrl")]
    pub thumb_url: Option<String>,
    /// What its picture is fetched by, for three days.
    #[doc(alias = "ThumbMediaId")]
    pub thumb_media_id: Option<String>,
}

impl MiniProgramPage {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            app_id: fields.required("AppId")?.to_owned(),
            page_path: fields.optional("PagePath"),
            title: fields.optional("Title"),
            thumb_url: fields.optional("ThumbUrl"),
            thumb_media_id: fields.optional("ThumbMediaId"),
        })
    }
}
