//! One article of a draft, and its documented limits.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{self, Crop};
use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::MediaId;
use crate::text;

/// An article. Pictures in its content must come from `media/uploadimg`; the platform drops others
/// silently, and all scripts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Article {
    /// What kind it is. Absent means [`ArticleKind::News`].
    #[doc(alias = "article_type")]
    #[serde(rename = "article_type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ArticleKind>,
    /// Up to 64 characters in the older documents, 32 in the newest (45003).
    pub title: String,
    /// Up to 16 characters (45110).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Up to 128 characters (45004); the platform takes the first 54 of the text when absent. For
    /// a single article only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// HTML, fewer than 20,000 characters and 1 MB (45008), not empty (44003). Plain text in a
    /// [`ArticleKind::PicturePost`].
    pub content: String,
    /// Where "read original" leads, up to 1 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_source_url: Option<String>,
    /// The cover: permanent material. All but a [`ArticleKind::PicturePost`] need one (40007).
    #[doc(alias = "thumb_media_id")]
    #[serde(rename = "thumb_media_id", default, deserialize_with = "text::empty_as_none")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<MediaId>,
    /// Shows the cover above the text. Gone from the current documents, still taken.
    #[doc(alias = "show_cover_pic")]
    #[serde(rename = "show_cover_pic", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_flag", deserialize_with = "text::flag")]
    pub show_cover: Option<bool>,
    /// Readers may comment (88000 without the privilege). Absent means no.
    #[doc(alias = "need_open_comment")]
    #[serde(rename = "need_open_comment", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_flag", deserialize_with = "text::flag")]
    pub open_comments: Option<bool>,
    /// Only followers may comment. Absent means no.
    #[doc(alias = "only_fans_can_comment")]
    #[serde(rename = "only_fans_can_comment", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_flag", deserialize_with = "text::flag")]
    pub only_followers_comment: Option<bool>,
    /// The cover's part for the first place of a message, as `X1_Y1_X2_Y2`, each from 0 to 1 with
    /// up to 6 decimals.
    #[doc(alias = "pic_crop_235_1")]
    #[serde(rename = "pic_crop_235_1", skip_serializing_if = "Option::is_none")]
    pub banner_crop: Option<String>,
    /// The cover's part for all other places, written likewise.
    #[doc(alias = "pic_crop_1_1")]
    #[serde(rename = "pic_crop_1_1", skip_serializing_if = "Option::is_none")]
    pub square_crop: Option<String>,
    /// The pictures of a [`ArticleKind::PicturePost`]: up to 20, permanent material, the first is
    /// the cover.
    #[doc(alias = "image_info")]
    #[doc(alias = "image_list")]
    #[serde(rename = "image_info", default, skip_serializing_if = "Vec::is_empty")]
    #[serde(with = "parts::image_info")]
    pub pictures: Vec<MediaId>,
    /// The cover's parts by shape.
    #[doc(alias = "cover_info")]
    #[doc(alias = "crop_percent_list")]
    #[serde(rename = "cover_info", default, skip_serializing_if = "Vec::is_empty")]
    #[serde(with = "parts::cover_info")]
    pub crops: Vec<Crop>,
    /// The key of a product to be shown below (53404 to 53406).
    #[doc(alias = "product_info")]
    #[doc(alias = "product_key")]
    #[serde(rename = "product_info", default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "parts::product_info")]
    pub product: Option<String>,
}

/// The kinds of article. Unknown words are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArticleKind {
    /// `news`: text with pictures in it.
    News,
    /// `newspic`: pictures with a text.
    PicturePost,
    /// A word that no document names.
    Other(String),
}

impl ArticleKind {
    /// Names the documented words.
    pub fn from_wire(word: &str) -> Self {
        match word {
            "news" => Self::News,
            "newspic" => Self::PicturePost,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::News => "news",
            Self::PicturePost => "newspic",
            Self::Other(other) => other,
        }
    }
}

impl Serialize for ArticleKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ArticleKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from_wire(&word))
    }
}

impl Article {
    /// Characters of the longest title any document allows.
    pub const MAX_TITLE_CHARS: usize = 64;
    /// Characters of the longest title the newest document allows.
    pub const NEW_MAX_TITLE_CHARS: usize = 32;
    /// Characters of the longest author.
    pub const MAX_AUTHOR_CHARS: usize = 16;
    /// Characters of the longest digest.
    pub const MAX_DIGEST_CHARS: usize = 128;
    /// The content has fewer characters than this.
    pub const CONTENT_CHARS: usize = 20_000;
    /// The content has fewer bytes than this.
    pub const CONTENT_BYTES: usize = 1024 * 1024;
    /// Bytes of the longest source URL.
    pub const MAX_SOURCE_URL_BYTES: usize = 1024;
    /// Pictures of the longest picture post.
    pub const MAX_PICTURES: usize = 20;

    /// An article without the optional parts.
    pub fn new(title: impl Into<String>, content: impl Into<String>, cover: MediaId) -> Self {
        Self { cover: Some(cover), ..Self::empty(title.into(), content.into()) }
    }

    /// Pictures, the first of them the cover, with a plain text.
    #[doc(alias = "newspic")]
    pub fn picture_post(
        title: impl Into<String>,
        text: impl Into<String>,
        pictures: Vec<MediaId>,
    ) -> Self {
        let kind = Some(ArticleKind::PicturePost);
        Self { kind, pictures, ..Self::empty(title.into(), text.into()) }
    }

    fn empty(title: String, content: String) -> Self {
        Self {
            kind: None,
            title,
            author: None,
            digest: None,
            content,
            content_source_url: None,
            cover: None,
            show_cover: None,
            open_comments: None,
            only_followers_comment: None,
            banner_crop: None,
            square_crop: None,
            pictures: Vec::new(),
            crops: Vec::new(),
            product: None,
        }
    }

    /// Holds the documented limits against the article.
    ///
    /// # Errors
    ///
    /// The first broken limit, with the code the platform would answer.
    pub fn check(&self) -> Result<(), EncodeError> {
        let too_long = |code, what: &str, has: usize, unit: &str, limit: usize| {
            Err(EncodeError::refused(
                code,
                format!("the article's {what} has {has} {unit}, the limit is {limit}"),
            ))
        };
        let chars = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        if self.title.trim().is_empty() {
            return Err(EncodeError::refused(
                ErrorCode::TITLE_TOO_LONG,
                "the article has no title",
            ));
        }
        if self.content.trim().is_empty() {
            return Err(EncodeError::refused(
                ErrorCode::EMPTY_NEWS_DATA,
                "the article has no content",
            ));
        }
        let title = self.title.chars().count();
        if title > Self::MAX_TITLE_CHARS {
            return too_long(
                ErrorCode::TITLE_TOO_LONG,
                "title",
                title,
                "characters",
                Self::MAX_TITLE_CHARS,
            );
        }
        let author = chars(&self.author);
        if author > Self::MAX_AUTHOR_CHARS {
            return too_long(
                ErrorCode::AUTHOR_TOO_LONG,
                "author",
                author,
                "characters",
                Self::MAX_AUTHOR_CHARS,
            );
        }
        let digest = chars(&self.digest);
        if digest > Self::MAX_DIGEST_CHARS {
            return too_long(
                ErrorCode::DESCRIPTION_TOO_LONG,
                "digest",
                digest,
                "characters",
                Self::MAX_DIGEST_CHARS,
            );
        }
        let content = self.content.chars().count();
        if content >= Self::CONTENT_CHARS {
            return too_long(
                ErrorCode::ARTICLE_LIMIT_EXCEEDED,
                "content",
                content,
                "characters",
                Self::CONTENT_CHARS - 1,
            );
        }
        if self.content.len() >= Self::CONTENT_BYTES {
            let bytes = self.content.len();
            return too_long(
                ErrorCode::ARTICLE_LIMIT_EXCEEDED,
                "content",
                bytes,
                "bytes",
                Self::CONTENT_BYTES - 1,
            );
        }
        let source = self.content_source_url.as_ref().map_or(0, String::len);
        if source > Self::MAX_SOURCE_URL_BYTES {
            return too_long(
                ErrorCode::INVALID_CONTENT_SOURCE_URL,
                "source URL",
                source,
                "bytes",
                Self::MAX_SOURCE_URL_BYTES,
            );
        }
        self.check_pictures()
    }

    fn check_pictures(&self) -> Result<(), EncodeError> {
        let (missing, what) = match self.kind {
            Some(ArticleKind::PicturePost) => (self.pictures.is_empty(), "picture"),
            Some(ArticleKind::News) | None => (self.cover.is_none(), "cover"),
            Some(ArticleKind::Other(_)) => (false, ""),
        };
        if missing {
            return Err(EncodeError::refused(
                ErrorCode::INVALID_MEDIA_ID,
                format!("the article has no {what}"),
            ));
        }
        if self.pictures.len() > Self::MAX_PICTURES {
            return Err(EncodeError::refused(
                ErrorCode::ARTICLE_LIMIT_EXCEEDED,
                format!(
                    "the article has {} pictures, the limit is {}",
                    self.pictures.len(),
                    Self::MAX_PICTURES
                ),
            ));
        }
        for crop in [&self.banner_crop, &self.square_crop].into_iter().flatten() {
            parts::check_crop(crop)?;
        }
        self.crops.iter().try_for_each(Crop::check)
    }
}

/// Holds the documented limits against the articles of one message: 1 to `limit` of them.
pub(crate) fn check_all(articles: &[Article], what: &str, limit: usize) -> Result<(), EncodeError> {
    if articles.is_empty() {
        return Err(EncodeError::refused(
            ErrorCode::EMPTY_NEWS_DATA,
            format!("{what} has no article"),
        ));
    }
    if articles.len() > limit {
        return Err(EncodeError::refused(
            ErrorCode::ARTICLE_LIMIT_EXCEEDED,
            format!("{what} has {} articles, the limit is {limit}", articles.len()),
        ));
    }
    articles.iter().try_for_each(Article::check)
}
