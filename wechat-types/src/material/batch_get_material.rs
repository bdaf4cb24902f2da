//! `POST /cgi-bin/material/batchget_material`: the library of one kind, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_batchgetmaterial.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::StoredArticles;
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::paging;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for a page of permanent material, newest first. Codes: 40004 kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchGetMaterial {
    /// Of which kind.
    #[doc(alias = "type")]
    #[serde(rename = "type")]
    pub kind: LibraryKind,
    /// How many to skip.
    #[serde(deserialize_with = "text::number_or_text")]
    pub offset: u64,
    /// How many to list, 1 to 20.
    #[serde(deserialize_with = "text::number_or_text")]
    pub count: u64,
}

impl BatchGetMaterial {
    /// Entries of the largest page.
    pub const MAX_COUNT: u64 = paging::MAX_COUNT;

    /// Asks for so much material after the first `offset`.
    pub const fn new(kind: LibraryKind, offset: u64, count: u64) -> Self {
        Self { kind, offset, count }
    }
}

/// The kinds of permanent material that can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LibraryKind {
    /// `image`
    Image,
    /// `video`
    Video,
    /// `voice`
    Voice,
    /// `news`: articles from before there were drafts.
    News,
}

/// A page of permanent material.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "paging::Page<MaterialItem>", into = "paging::Page<MaterialItem>")]
#[non_exhaustive]
pub struct BatchGetMaterialResponse {
    /// How much of this kind there is.
    #[doc(alias = "total_count")]
    pub total: u64,
    /// The page, empty past the end.
    #[doc(alias = "item")]
    pub items: Vec<MaterialItem>,
}

impl BatchGetMaterialResponse {
    /// This page of so many.
    pub const fn new(total: u64, items: Vec<MaterialItem>) -> Self {
        Self { total, items }
    }
}

impl From<paging::Page<MaterialItem>> for BatchGetMaterialResponse {
    fn from(page: paging::Page<MaterialItem>) -> Self {
        Self { total: page.total_count, items: page.item }
    }
}

impl From<BatchGetMaterialResponse> for paging::Page<MaterialItem> {
    fn from(answer: BatchGetMaterialResponse) -> Self {
        Self::new(answer.total, answer.items)
    }
}

/// One entry of the library: articles have a content, files a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MaterialItem {
    /// Its id.
    pub media_id: MediaId,
    /// The articles of [`LibraryKind::News`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<StoredArticles>,
    /// A file's name, or a video's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it was changed last, in Unix seconds.
    #[doc(alias = "update_time")]
    #[serde(rename = "update_time", deserialize_with = "text::number_or_text")]
    pub updated_at: u64,
    /// A picture's address; others have none or an empty one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl MaterialItem {
    /// An entry without content, name and address.
    pub const fn new(media_id: MediaId, updated_at: u64) -> Self {
        Self { media_id, content: None, name: None, updated_at, url: None }
    }
}

impl Endpoint for BatchGetMaterial {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/batchget_material", Replay::Safe);
    type Response = BatchGetMaterialResponse;

    fn check(&self) -> Result<(), EncodeError> {
        paging::check(self.count)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<BatchGetMaterialResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for BatchGetMaterial {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &BatchGetMaterialResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
