//! Passive replies: what an account answers to a push within its five seconds.
//!
//! ```
//! use wechat_events::reply::{PassiveReply, Reply};
//!
//! # fn show(callback: &wechat_events::Callback) -> Result<(), Box<dyn std::error::Error>> {
//! let reply = Reply::text("您好")?;
//! let xml = PassiveReply::to(&callback.header, 1_763_744_871, reply).to_xml();
//! # Ok(())
//! # }
//! ```
//!
//! One push has at most one reply; whatever is more goes through the customer-service call. The
//! answer to a push without a reply is [`SUCCESS`].
//!
//! <https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Passive_user_reply_message.html>

mod read;
mod seal;
mod write;

use std::fmt;

use wechat_types::id::MediaId;

use crate::callback::Header;

pub use read::{ReplyReadError, ReplyReadErrorKind};
pub use seal::SealedReply;

/// The body that answers a push without a reply. An empty body says the same.
///
/// Anything else that is no reply shows the follower that the service is out of order.
pub const SUCCESS: &str = "success";

/// What a follower gets in answer.
///
/// Characters that XML cannot hold (control characters but tab and line ends) are left out when it
/// is written, whatever field they stand in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// A text.
    Text(TextReply),
    /// A picture that was uploaded, temporary or permanent.
    Image(MediaId),
    /// A voice message that was uploaded.
    Voice(MediaId),
    /// A video that was uploaded.
    Video(VideoReply),
    /// A link to a piece of music.
    Music(MusicReply),
    /// Links with pictures.
    News(NewsReply),
    /// No message: the follower's one goes on to customer service.
    #[doc(alias = "transfer_customer_service")]
    TransferCustomerService(TransferReply),
}

impl Reply {
    /// A text, see [`TextReply::new`].
    ///
    /// # Errors
    ///
    /// [`InvalidReply`] when it is empty or longer than 2,048 bytes.
    pub fn text(text: impl Into<String>) -> Result<Self, InvalidReply> {
        TextReply::new(text).map(Self::Text)
    }

    /// Links with pictures, see [`NewsReply::new`].
    ///
    /// # Errors
    ///
    /// [`InvalidReply`] unless there are 1 to 8.
    pub fn news(articles: Vec<ReplyArticle>) -> Result<Self, InvalidReply> {
        NewsReply::new(articles).map(Self::News)
    }
}

/// A text of 1 to 2,048 bytes. Links (`<a href="…">`) and line ends are shown as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextReply(String);

impl TextReply {
    /// The longest text, in bytes of UTF-8: about 680 Chinese characters.
    pub const MAX_BYTES: usize = 2048;

    /// Takes the text as it stands.
    ///
    /// # Errors
    ///
    /// [`InvalidReply`] when it is empty or longer than [`MAX_BYTES`](Self::MAX_BYTES): the follower
    /// would be told that the service is out of order.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidReply> {
        let text = text.into();
        match text.len() {
            0 => Err(InvalidReply::EmptyText),
            1..=Self::MAX_BYTES => Ok(Self(text)),
            bytes => Err(InvalidReply::LongText { bytes }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A video with its optional lines.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VideoReply {
    /// The uploaded video.
    pub media_id: MediaId,
    /// Its title.
    pub title: Option<String>,
    /// What is said below the title.
    pub description: Option<String>,
}

impl VideoReply {
    /// A video without title and description.
    pub fn new(media_id: MediaId) -> Self {
        Self { media_id, title: None, description: None }
    }
}

/// A link to a piece of music. The document calls everything but the picture optional; one account
/// got no message through without `hq_music_url`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MusicReply {
    /// The uploaded picture.
    pub thumb_media_id: MediaId,
    /// Its title.
    pub title: Option<String>,
    /// What is said below the title.
    pub description: Option<String>,
    /// Where the music is.
    pub music_url: Option<String>,
    /// Where it is in better quality; on Wi-Fi this one is played.
    #[doc(alias = "HQMusicUrl")]
    pub hq_music_url: Option<String>,
}

impl MusicReply {
    /// Only the picture.
    pub fn new(thumb_media_id: MediaId) -> Self {
        Self { thumb_media_id, title: None, description: None, music_url: None, hq_music_url: None }
    }
}

/// One to eight links with pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsReply(Vec<ReplyArticle>);

impl NewsReply {
    /// The most articles of one reply. In answer to a message, and not to a menu or another event,
    /// only the first is shown.
    pub const MAX_ARTICLES: usize = 8;

    /// Takes the articles in this order.
    ///
    /// # Errors
    ///
    /// [`InvalidReply`] unless there are 1 to [`MAX_ARTICLES`](Self::MAX_ARTICLES).
    pub fn new(articles: Vec<ReplyArticle>) -> Result<Self, InvalidReply> {
        match articles.len() {
            1..=Self::MAX_ARTICLES => Ok(Self(articles)),
            articles => Err(InvalidReply::ArticleCount { articles }),
        }
    }

    /// The articles.
    pub fn articles(&self) -> &[ReplyArticle] {
        &self.0
    }
}

/// One link with its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReplyArticle {
    /// The title.
    pub title: String,
    /// What is said below the title of a single article.
    pub description: String,
    /// The picture's address: JPG or PNG, 360 × 200 for the first, 200 × 200 for the others.
    pub pic_url: String,
    /// Where a tap leads.
    pub url: String,
}

impl ReplyArticle {
    /// All four are required.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        pic_url: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            pic_url: pic_url.into(),
            url: url.into(),
        }
    }
}

/// The follower's message goes on to customer service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferReply {
    /// The one who is to take it, such as `kf2001@shop`; anybody, if none is named.
    #[doc(alias = "KfAccount")]
    pub kf_account: Option<String>,
}

/// A reply with its address, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PassiveReply {
    /// The follower's OpenID.
    #[doc(alias = "ToUserName")]
    pub to_user: String,
    /// The account, by its original id.
    #[doc(alias = "FromUserName")]
    pub from_user: String,
    /// Unix seconds.
    #[doc(alias = "CreateTime")]
    pub create_time: u64,
    /// What the follower gets.
    pub reply: Reply,
}

impl PassiveReply {
    /// Back to where a push came from: sender and receiver change places.
    pub fn to(push: &Header, create_time: u64, reply: Reply) -> Self {
        Self {
            to_user: push.from_user.clone(),
            from_user: push.to_user.clone(),
            create_time,
            reply,
        }
    }
}

/// A reply that the platform would not deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidReply {
    /// A text without a character.
    EmptyText,
    /// A text of more than 2,048 bytes.
    #[non_exhaustive]
    LongText {
        /// Its length.
        bytes: usize,
    },
    /// No article, or more than eight.
    #[non_exhaustive]
    ArticleCount {
        /// Their number.
        articles: usize,
    },
}

impl fmt::Display for InvalidReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyText => {
                f.write_str("the reply's text is empty: answer without a reply instead")
            }
            Self::LongText { bytes } => write!(
                f,
                "the reply's text has {bytes} bytes, and {} are the most: shorten it, or send the \
                 rest as customer-service messages",
                TextReply::MAX_BYTES
            ),
            Self::ArticleCount { articles } => write!(
                f,
                "the reply has {articles} articles: it must have 1 to {}",
                NewsReply::MAX_ARTICLES
            ),
        }
    }
}

impl std::error::Error for InvalidReply {}
