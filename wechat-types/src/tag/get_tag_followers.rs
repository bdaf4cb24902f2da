//! `POST /cgi-bin/user/tag/get`: the followers that have a tag, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/tag/api_gettagfans.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{OpenId, TagId};
use crate::open_ids::WirePage;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for a page of the followers that have a tag.
///
/// Codes: 40003 unknown [`after`](Self::after), 45159 no such tag (also seen without reason when
/// calls overlap).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTagFollowers {
    /// The tag.
    #[doc(alias = "tagid")]
    #[serde(rename = "tagid")]
    pub tag: TagId,
    /// The last OpenID of the page before; none asks for the first page.
    #[doc(alias = "next_openid")]
    #[serde(rename = "next_openid", default)]
    #[serde(serialize_with = "text::or_empty", deserialize_with = "text::empty_as_none")]
    pub after: Option<OpenId>,
}

impl GetTagFollowers {
    /// OpenIDs of the longest page seen; no document names it.
    pub const PAGE_LEN: usize = 10_000;

    /// Asks for the first page.
    pub const fn new(tag: TagId) -> Self {
        Self { tag, after: None }
    }
}

/// A page of followers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WirePage", into = "WirePage")]
#[non_exhaustive]
pub struct GetTagFollowersResponse {
    /// The page, empty after the last follower.
    #[doc(alias = "data")]
    #[doc(alias = "count")]
    pub open_ids: Vec<OpenId>,
    /// The page's last OpenID, given even when no page follows.
    #[doc(alias = "next_openid")]
    pub next_open_id: Option<OpenId>,
}

impl GetTagFollowersResponse {
    /// A page that ends with its last OpenID, as the platform's pages do.
    pub fn new(open_ids: Vec<OpenId>) -> Self {
        Self { next_open_id: open_ids.last().cloned(), open_ids }
    }

    /// What to ask for next; `None` after an empty page, which is the list's end.
    pub fn next(&self) -> Option<&OpenId> {
        self.next_open_id.as_ref().filter(|_| !self.open_ids.is_empty())
    }
}

impl TryFrom<WirePage> for GetTagFollowersResponse {
    type Error = String;

    fn try_from(page: WirePage) -> Result<Self, String> {
        let (open_ids, next_open_id) = page.into_parts()?;
        Ok(Self { open_ids, next_open_id })
    }
}

impl From<GetTagFollowersResponse> for WirePage {
    fn from(answer: GetTagFollowersResponse) -> Self {
        // Unlike the list of all followers, this one was seen to end without the key.
        Self::new(answer.open_ids, answer.next_open_id).without_empty_next()
    }
}

impl Endpoint for GetTagFollowers {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/user/tag/get", Replay::Safe);
    type Response = GetTagFollowersResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetTagFollowersResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetTagFollowers {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetTagFollowersResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
