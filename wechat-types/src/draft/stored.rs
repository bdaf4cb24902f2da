//! Articles as the platform gives them back: of a draft, of old material, of a publication.

use serde::{Deserialize, Serialize};

use super::article::ArticleKind;
use super::parts::{self, Crop};
use crate::id::MediaId;
use crate::text;

/// The articles of one draft, of one piece of news material, or of one publication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredArticles {
    /// In their order.
    #[doc(alias = "news_item")]
    #[serde(rename = "news_item", deserialize_with = "text::or_default")]
    pub articles: Vec<StoredArticle>,
    /// When they were stored, in Unix seconds. Some answers leave it out.
    #[doc(alias = "create_time")]
    #[serde(rename = "create_time", default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "text::optional_number_or_text")]
    pub created_at: Option<u64>,
    /// When they were changed last, in Unix seconds. Some answers leave it out.
    #[doc(alias = "update_time")]
    #[serde(rename = "update_time", default, skip_serializing_if = "Option::is_none")]
    #[serde(deserialize_with = "text::optional_number_or_text")]
    pub updated_at: Option<u64>,
}

impl StoredArticles {
    /// These articles, without times.
    pub fn new(articles: Vec<StoredArticle>) -> Self {
        Self { articles, created_at: None, updated_at: None }
    }
}

/// An article as the platform keeps it. Absent texts are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredArticle {
    /// What kind it is. Absent means [`ArticleKind::News`].
    #[doc(alias = "article_type")]
    #[serde(rename = "article_type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<ArticleKind>,
    /// The title.
    #[serde(default, deserialize_with = "text::or_default")]
    pub title: String,
    /// The author.
    #[serde(default, deserialize_with = "text::or_default")]
    pub author: String,
    /// The digest.
    #[serde(default, deserialize_with = "text::or_default")]
    pub digest: String,
    /// The content; lists may leave it out on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Where "read original" leads.
    #[serde(default, deserialize_with = "text::or_default")]
    pub content_source_url: String,
    /// The cover; a picture post has none.
    #[doc(alias = "thumb_media_id")]
    #[serde(rename = "thumb_media_id", default)]
    #[serde(serialize_with = "text::or_empty", deserialize_with = "text::empty_as_none")]
    pub cover: Option<MediaId>,
    /// The cover is shown above the text.
    #[doc(alias = "show_cover_pic")]
    #[serde(rename = "show_cover_pic", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_flag", deserialize_with = "text::flag")]
    pub show_cover: Option<bool>,
    /// The article's address; of a draft, a preview for a short time.
    #[serde(default, deserialize_with = "text::or_default")]
    pub url: String,
    /// The cover's address.
    #[doc(alias = "thumb_url")]
    #[serde(rename = "thumb_url", skip_serializing_if = "Option::is_none")]
    pub cover_url: Option<String>,
    /// Readers may comment.
    #[doc(alias = "need_open_comment")]
    #[serde(rename = "need_open_comment", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_flag", deserialize_with = "text::flag")]
    pub open_comments: Option<bool>,
    /// Only followers may comment.
    #[doc(alias = "only_fans_can_comment")]
    #[serde(rename = "only_fans_can_comment", default, skip_serializing_if = "Option::is_none")]
    #[serde(serialize_with = "text::write_flag", deserialize_with = "text::flag")]
    pub only_followers_comment: Option<bool>,
    /// It was published and is deleted.
    #[serde(default, deserialize_with = "text::flag", skip_serializing_if = "Option::is_none")]
    pub is_deleted: Option<bool>,
    /// The cover's part for the first place of a message, as `X1_Y1_X2_Y2`.
    #[doc(alias = "pic_crop_235_1")]
    #[serde(rename = "pic_crop_235_1", skip_serializing_if = "Option::is_none")]
    pub banner_crop: Option<String>,
    /// The cover's part for all other places, written likewise.
    #[doc(alias = "pic_crop_1_1")]
    #[serde(rename = "pic_crop_1_1", skip_serializing_if = "Option::is_none")]
    pub square_crop: Option<String>,
    /// The pictures of a [`ArticleKind::PicturePost`], the first is the cover.
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
    /// The key of the product below.
    #[doc(alias = "product_info")]
    #[doc(alias = "product_key")]
    #[serde(rename = "product_info", default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "parts::product_info")]
    pub product: Option<String>,
}

impl StoredArticle {
    /// An article of this title; all else is to be filled in.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }
}
