//! Messages that followers send, read into types.
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Receiving_standard_messages.html>

mod file;
mod link;
mod location;
mod media;
mod mini_program_page;
mod text;

use crate::error::ParseError;
use crate::fields::Field;

pub use file::File;
pub use link::Link;
pub use location::Location;
pub use media::{Image, Video, Voice};
pub use mini_program_page::MiniProgramPage;
pub use text::Text;

/// A message of a follower; who sent it and when stands in the [header](crate::Header).
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Message {
    /// The message: a repeated push has the same number.
    #[doc(alias = "MsgId")]
    pub msg_id: u64,
    /// What was sent.
    pub content: Content,
    /// The article it was sent from, where it was sent from one.
    #[doc(alias = "MsgDataId")]
    pub msg_data_id: Option<u64>,
    /// Which of several articles, from 1.
    #[doc(alias = "Idx")]
    pub article_index: Option<u64>,
    /// The sender across all accounts of one owner; seldom there.
    #[doc(alias = "UnionId")]
    pub union_id: Option<String>,
}

/// What was sent. Kinds are added over time; one that this crate does not know is
/// [`Event::Other`](crate::event::Event::Other).
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Words.
    #[doc(alias = "text")]
    Text(Text),
    /// A picture.
    #[doc(alias = "image")]
    Image(Image),
    /// A voice message.
    #[doc(alias = "voice")]
    Voice(Voice),
    /// A video.
    #[doc(alias = "video")]
    Video(Video),
    /// A short video taken in the chat.
    #[doc(alias = "shortvideo")]
    ShortVideo(Video),
    /// A place.
    #[doc(alias = "location")]
    Location(Location),
    /// An article or page.
    #[doc(alias = "link")]
    Link(Link),
    /// A file. In no document, but in real traffic.
    #[doc(alias = "file")]
    File(File),
    /// A page of a mini program.
    #[doc(alias = "miniprogrampage")]
    MiniProgramPage(MiniProgramPage),
}

impl Message {
    /// `None` for a kind that is not known.
    pub(crate) fn read(kind: &str, fields: Field<'_>) -> Result<Option<Self>, ParseError> {
        let Some(content) = Content::read(kind, fields)? else { return Ok(None) };
        Ok(Some(Self {
            msg_id: fields.required_number("MsgId")?,
            content,
            msg_data_id: fields.lenient_number("MsgDataId"),
            article_index: fields.lenient_number("Idx"),
            union_id: fields.optional("UnionId"),
        }))
    }
}

impl Content {
    fn read(kind: &str, fields: Field<'_>) -> Result<Option<Self>, ParseError> {
        Ok(Some(match kind.to_ascii_lowercase().as_str() {
            "text" => Self::Text(Text::read(fields)?),
            "image" => Self::Image(Image::read(fields)?),
            "voice" => Self::Voice(Voice::read(fields)?),
            "video" => Self::Video(Video::read(fields)?),
            "shortvideo" => Self::ShortVideo(Video::read(fields)?),
            "location" => Self::Location(Location::read(fields)?),
            "link" => Self::Link(Link::read(fields)?),
            "file" => Self::File(File::read(fields)?),
            "miniprogrampage" => Self::MiniProgramPage(MiniProgramPage::read(fields)?),
            _ => return Ok(None),
        }))
    }
}
