//! image, voice, video, shortvideo: messages whose content is fetched by its media id.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html>

use crate::error::ParseError;
use crate::fields::Field;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Image {
    /// What it is fetched by, for three days.
    #[doc(alias = "MediaId")]
    pub media_id: String,
    /// Where it is.
    #[doc(alias = "PicUrl")]
    pub pic_url: Option<String>,
}

impl Image {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { media_id: media_id(fields)?, pic_url: fields.optional("PicUrl") })
    }
}

/// A voice message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Voice {
    /// What it is fetched by, for three days.
    #[doc(alias = "MediaId")]
    pub media_id: String,
    /// `amr` or `speex`.
    #[doc(alias = "Format")]
    pub format: Option<String>,
    /// The words in it, where the account has recognition.
    #[doc(alias = "Recognition")]
    pub recognition: Option<String>,
    /// What its copy with 16,000 samples a second is fetched by.
    #[doc(alias = "MediaId16K")]
    pub media_id_16k: Option<String>,
}

impl Voice {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self {
            media_id: media_id(fields)?,
            format: fields.optional("Format"),
            recognition: fields.optional("Recognition"),
            media_id_16k: fields.optional("MediaId16K"),
        })
    }
}

/// A video.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Video {
    /// What it is fetched by, for three days.
    #[doc(alias = "MediaId")]
    pub media_id: String,
    /// What its first picture is fetched by.
    #[doc(alias = "ThumbMediaId")]
    pub thumb_media_id: Option<String>,
}

impl Video {
    pub(super) fn read(fields: Field<'_>) -> Result<Self, ParseError> {
        Ok(Self { media_id: media_id(fields)?, thumb_media_id: fields.optional("ThumbMediaId") })
    }
}

fn media_id(fields: Field<'_>) -> Result<String, ParseError> {
    fields.required("MediaId").map(str::to_owned)
}
