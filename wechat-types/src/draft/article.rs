//! One article of a draft, and its documented limits.

use serde::Serialize;

use crate::codec::EncodeError;
use crate::error_code::ErrorCode;
use crate::id::MediaId;

/// An article. Pictures in its content must come from `media/uploadimg`; the platform drops others
/// silently, and all scripts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Article {
    /// Up to 64 characters in the older documents, 32 in the newest (45003).
    pub title: String,
    /// Up to 16 characters (45110).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Up to 128 characters (45004); the platform takes the first 54 of the text when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// HTML, fewer than 20,000 characters and 1 MB (45008), not empty (44003).
    pub content: String,
    /// Where "read original" leads, up to 1 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_source_url: Option<String>,
    /// The cover: permanent material.
    #[doc(alias = "thumb_media_id")]
    #[serde(rename = "thumb_media_id")]
    pub cover: MediaId,
    /// Readers may comment (88000 without the privilege). Absent means no.
    #[doc(alias = "need_open_comment")]
    #[serde(rename = "need_open_comment", serialize_with = "flag")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_comments: Option<bool>,
    /// Only followers may comment. Absent means no.
    #[doc(alias = "only_fans_can_comment")]
    #[serde(rename = "only_fans_can_comment", serialize_with = "flag")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub only_followers_comment: Option<bool>,
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

    /// An article without the optional parts.
    pub fn new(title: impl Into<String>, content: impl Into<String>, cover: MediaId) -> Self {
        Self {
            title: title.into(),
            author: None,
            digest: None,
            content: content.into(),
            content_source_url: None,
            cover,
            open_comments: None,
            only_followers_comment: None,
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
        Ok(())
    }
}

/// The platform writes flags as 0 and 1.
fn flag<S: serde::Serializer>(flag: &Option<bool>, serializer: S) -> Result<S::Ok, S::Error> {
    flag.map(u8::from).serialize(serializer)
}
