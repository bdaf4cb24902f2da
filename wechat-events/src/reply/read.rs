//! Reading a reply, as the platform does: for tests of a callback server, and for what stands in
//! for the platform.

use std::fmt;

use wechat_types::id::MediaId;

use super::{
    InvalidReply, MusicReply, PassiveReply, Reply, ReplyArticle, TextReply, TransferReply,
    VideoReply,
};
use crate::body;
use crate::error::BodyError;
use crate::fields::Fields;

/// A reply that cannot be read, or that the platform would not deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyReadError {
    kind: ReplyReadErrorKind,
}

/// What is wrong with a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplyReadErrorKind {
    /// It is neither XML nor JSON of this platform.
    Body(BodyError),
    /// This field is missing, or it is no number or media id where it has to be one.
    Field(&'static str),
    /// `MsgType` names no reply.
    UnknownKind,
    /// It breaks a limit.
    Invalid(InvalidReply),
}

impl ReplyReadError {
    /// What is wrong.
    pub fn kind(&self) -> &ReplyReadErrorKind {
        &self.kind
    }
}

impl fmt::Display for ReplyReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ReplyReadErrorKind::Body(error) => write!(f, "the reply cannot be read: {error}"),
            ReplyReadErrorKind::Field(name) => {
                write!(f, "the reply's field {name} is missing or cannot be read")
            }
            ReplyReadErrorKind::UnknownKind => f.write_str(
                "the reply's MsgType is none of text, image, voice, video, music, news and \
                 transfer_customer_service",
            ),
            ReplyReadErrorKind::Invalid(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReplyReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ReplyReadErrorKind::Body(error) => Some(error),
            ReplyReadErrorKind::Invalid(error) => Some(error),
            _ => None,
        }
    }
}

impl From<ReplyReadErrorKind> for ReplyReadError {
    fn from(kind: ReplyReadErrorKind) -> Self {
        Self { kind }
    }
}

impl From<BodyError> for ReplyReadError {
    fn from(error: BodyError) -> Self {
        ReplyReadErrorKind::Body(error).into()
    }
}

impl From<InvalidReply> for ReplyReadError {
    fn from(error: InvalidReply) -> Self {
        ReplyReadErrorKind::Invalid(error).into()
    }
}

impl PassiveReply {
    /// Reads a reply's XML. Elements that no document names, such as the `FuncFlag` of old samples,
    /// are skipped.
    ///
    /// # Errors
    ///
    /// [`ReplyReadError`]: a follower would be told that the service is out of order.
    pub fn from_xml(body: &[u8]) -> Result<Self, ReplyReadError> {
        let fields = body::read(body)?;
        Ok(Self {
            to_user: required(&fields, "ToUserName")?.to_owned(),
            from_user: required(&fields, "FromUserName")?.to_owned(),
            create_time: required(&fields, "CreateTime")?
                .parse()
                .map_err(|_| ReplyReadErrorKind::Field("CreateTime"))?,
            reply: reply(&fields)?,
        })
    }
}

fn reply(fields: &Fields) -> Result<Reply, ReplyReadError> {
    Ok(match required(fields, "MsgType")? {
        "text" => Reply::Text(TextReply::new(required(fields, "Content")?)?),
        "image" => Reply::Image(media_id(fields, "Image/MediaId")?),
        "voice" => Reply::Voice(media_id(fields, "Voice/MediaId")?),
        "video" => Reply::Video(VideoReply {
            media_id: media_id(fields, "Video/MediaId")?,
            title: optional(fields, "Video/Title"),
            description: optional(fields, "Video/Description"),
        }),
        "music" => Reply::Music(MusicReply {
            thumb_media_id: media_id(fields, "Music/ThumbMediaId")?,
            title: optional(fields, "Music/Title"),
            description: optional(fields, "Music/Description"),
            music_url: optional(fields, "Music/MusicUrl"),
            hq_music_url: optional(fields, "Music/HQMusicUrl"),
        }),
        "news" => news(fields)?,
        "transfer_customer_service" => Reply::TransferCustomerService(TransferReply {
            kf_account: optional(fields, "TransInfo/KfAccount"),
        }),
        _ => return Err(ReplyReadErrorKind::UnknownKind.into()),
    })
}

fn news(fields: &Fields) -> Result<Reply, ReplyReadError> {
    let list = fields.get("Articles").ok_or(ReplyReadErrorKind::Field("Articles"))?;
    let articles = list
        .all("item")
        .map(|item| {
            let field = |name| item.text_of(name).ok_or(ReplyReadErrorKind::Field(name));
            Ok(ReplyArticle::new(
                field("Title")?,
                field("Description")?,
                field("PicUrl")?,
                field("Url")?,
            ))
        })
        .collect::<Result<Vec<_>, ReplyReadError>>()?;
    if fields.text("ArticleCount") != Some(articles.len().to_string().as_str()) {
        return Err(ReplyReadErrorKind::Field("ArticleCount").into());
    }
    Ok(Reply::news(articles)?)
}

fn required<'a>(fields: &'a Fields, name: &'static str) -> Result<&'a str, ReplyReadError> {
    fields
        .text(name)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ReplyReadErrorKind::Field(name).into())
}

fn optional(fields: &Fields, name: &str) -> Option<String> {
    fields.text(name).map(str::to_owned)
}

fn media_id(fields: &Fields, name: &'static str) -> Result<MediaId, ReplyReadError> {
    MediaId::new(required(fields, name)?).map_err(|_| ReplyReadErrorKind::Field(name).into())
}
