//! `POST /cgi-bin/freepublish/get`: how far a publication is.
//!
//! <https://developers.weixin.qq.com/doc/service/api/public/api_freepublish_get.html>

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{ArticleId, PublishId};
use crate::served::{Incoming, Served};
use crate::text;

/// Asks how far a publication is. Codes: 53502 no such job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetPublishStatus {
    /// The job.
    #[serde(serialize_with = "text::write_text")]
    pub publish_id: PublishId,
}

impl GetPublishStatus {
    /// Asks about this job.
    pub const fn new(publish_id: PublishId) -> Self {
        Self { publish_id }
    }
}

/// How far a publication is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WireStatus", into = "WireStatus")]
#[non_exhaustive]
pub struct GetPublishStatusResponse {
    /// The job.
    pub publish_id: PublishId,
    /// How far it is.
    #[doc(alias = "publish_status")]
    pub status: PublishStatus,
    /// What was published, on success.
    pub article_id: Option<ArticleId>,
    /// The articles' addresses, on success.
    #[doc(alias = "article_detail")]
    pub article_urls: Vec<PublishedUrl>,
    /// The articles that failed, from 1.
    #[doc(alias = "fail_idx")]
    pub failed: Vec<u64>,
}

impl GetPublishStatusResponse {
    /// A job that is so far.
    pub const fn new(publish_id: PublishId, status: PublishStatus) -> Self {
        Self { publish_id, status, article_id: None, article_urls: Vec::new(), failed: Vec::new() }
    }
}

/// The address of one published article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PublishedUrl {
    /// The article, from 1.
    #[doc(alias = "idx")]
    #[serde(rename = "idx", deserialize_with = "text::number_or_text")]
    pub index: u64,
    /// Its address, which does not change.
    #[doc(alias = "article_url")]
    #[serde(rename = "article_url")]
    pub url: String,
}

impl PublishedUrl {
    /// Takes both as they stand.
    pub fn new(index: u64, url: impl Into<String>) -> Self {
        Self { index, url: url.into() }
    }
}

/// How far a publication is. Unknown numbers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishStatus {
    /// 0: published.
    Success,
    /// 1: under way.
    Publishing,
    /// 2: the originality check failed.
    OriginalityFailed,
    /// 3: failed.
    Failed,
    /// 4: the platform's review refused it.
    AuditRefused,
    /// 5: published, and all articles deleted later by the account.
    Deleted,
    /// 6: published, and all articles banned later by the platform.
    Banned,
    /// A number that no document names.
    Other(u64),
}

impl PublishStatus {
    /// Names the documented numbers.
    pub const fn from_wire(number: u64) -> Self {
        match number {
            0 => Self::Success,
            1 => Self::Publishing,
            2 => Self::OriginalityFailed,
            3 => Self::Failed,
            4 => Self::AuditRefused,
            5 => Self::Deleted,
            6 => Self::Banned,
            other => Self::Other(other),
        }
    }

    /// The number as it stands on the wire.
    pub const fn to_wire(self) -> u64 {
        match self {
            Self::Success => 0,
            Self::Publishing => 1,
            Self::OriginalityFailed => 2,
            Self::Failed => 3,
            Self::AuditRefused => 4,
            Self::Deleted => 5,
            Self::Banned => 6,
            Self::Other(other) => other,
        }
    }
}

impl Serialize for PublishStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.to_wire())
    }
}

impl<'de> Deserialize<'de> for PublishStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::number_or_text(deserializer).map(Self::from_wire)
    }
}

/// The answer as it stands on the wire.
#[derive(Serialize, Deserialize)]
struct WireStatus {
    #[serde(serialize_with = "text::write_text")]
    publish_id: PublishId,
    publish_status: PublishStatus,
    #[serde(default, deserialize_with = "text::empty_as_none")]
    #[serde(skip_serializing_if = "Option::is_none")]
    article_id: Option<ArticleId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article_detail: Option<WireDetail>,
    #[serde(default, deserialize_with = "text::or_default")]
    fail_idx: Vec<u64>,
}

#[derive(Serialize, Deserialize)]
struct WireDetail {
    /// Always the number of items, so it is not read.
    #[serde(skip_deserializing)]
    count: usize,
    #[serde(default, deserialize_with = "text::or_default")]
    item: Vec<PublishedUrl>,
}

impl From<WireStatus> for GetPublishStatusResponse {
    fn from(wire: WireStatus) -> Self {
        Self {
            publish_id: wire.publish_id,
            status: wire.publish_status,
            article_id: wire.article_id,
            article_urls: wire.article_detail.map(|detail| detail.item).unwrap_or_default(),
            failed: wire.fail_idx,
        }
    }
}

impl From<GetPublishStatusResponse> for WireStatus {
    fn from(answer: GetPublishStatusResponse) -> Self {
        let item = answer.article_urls;
        Self {
            publish_id: answer.publish_id,
            publish_status: answer.status,
            article_id: answer.article_id,
            article_detail: (!item.is_empty()).then_some(WireDetail { count: item.len(), item }),
            fail_idx: answer.failed,
        }
    }
}

impl Endpoint for GetPublishStatus {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/freepublish/get", Replay::Safe);
    type Response = GetPublishStatusResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetPublishStatusResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetPublishStatus {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetPublishStatusResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
