//! `POST /cgi-bin/material/get_material`: permanent material itself.
//!
//! <https://developers.weixin.qq.com/doc/service/api/material/permanent/api_getmaterial.html>

use serde::{Deserialize, Serialize};

use crate::codec::download::{self, Download};
use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::draft::{StoredArticle, StoredArticles};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::MediaId;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for permanent material. Codes: 40007 no such material.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetMaterial {
    /// The material.
    pub media_id: MediaId,
}

impl GetMaterial {
    /// Asks for this material.
    pub const fn new(media_id: MediaId) -> Self {
        Self { media_id }
    }
}

/// Permanent material.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GetMaterialResponse {
    /// Articles.
    #[doc(alias = "news_item")]
    News(StoredArticles),
    /// A video, which is fetched from its address.
    Video(VideoMaterial),
    /// An image, a voice, a thumb.
    File(Download),
}

/// A video and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VideoMaterial {
    /// The title.
    pub title: String,
    /// What was uploaded as the introduction.
    pub description: String,
    /// Where it is.
    #[doc(alias = "down_url")]
    #[serde(rename = "down_url")]
    pub url: String,
}

impl VideoMaterial {
    /// A video at this address.
    pub fn new(
        title: impl Into<String>,
        description: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        Self { title: title.into(), description: description.into(), url: url.into() }
    }
}

/// The two answers in JSON, told apart by `news_item`.
#[derive(Deserialize)]
#[serde(try_from = "Wire")]
enum Json {
    News(StoredArticles),
    Video(VideoMaterial),
}

#[derive(Deserialize)]
struct Wire {
    news_item: Option<Vec<StoredArticle>>,
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    create_time: Option<u64>,
    #[serde(default, deserialize_with = "text::optional_number_or_text")]
    update_time: Option<u64>,
    title: Option<String>,
    description: Option<String>,
    down_url: Option<String>,
}

impl TryFrom<Wire> for Json {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, &'static str> {
        if let Some(articles) = wire.news_item {
            let (created_at, updated_at) = (wire.create_time, wire.update_time);
            return Ok(Self::News(StoredArticles { articles, created_at, updated_at }));
        }
        let url = wire.down_url.ok_or("neither news_item nor down_url")?;
        let (title, description) = (wire.title, wire.description);
        Ok(Self::Video(VideoMaterial {
            title: title.unwrap_or_default(),
            description: description.unwrap_or_default(),
            url,
        }))
    }
}

impl Endpoint for GetMaterial {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/material/get_material", Replay::Safe);
    type Response = GetMaterialResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetMaterialResponse, ReplyError> {
        if let Some(file) = download::decode(reply)? {
            return Ok(GetMaterialResponse::File(file));
        }
        Ok(match json::decode(reply)? {
            Json::News(articles) => GetMaterialResponse::News(articles),
            Json::Video(video) => GetMaterialResponse::Video(video),
        })
    }
}

impl Served for GetMaterial {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetMaterialResponse) -> Result<Vec<u8>, EncodeError> {
        match answer {
            GetMaterialResponse::News(articles) => json::answer(articles),
            GetMaterialResponse::Video(video) => json::answer(video),
            GetMaterialResponse::File(file) => Ok(file.bytes.clone()),
        }
    }

    fn response_headers(answer: &GetMaterialResponse) -> Vec<(&'static str, String)> {
        match answer {
            GetMaterialResponse::File(file) => download::headers(file),
            GetMaterialResponse::News(_) | GetMaterialResponse::Video(_) => Vec::new(),
        }
    }
}
