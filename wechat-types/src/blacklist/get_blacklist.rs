//! `POST /cgi-bin/tags/members/getblacklist`: the blacklist, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getblacklist.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::OpenId;
use crate::open_ids::{WireCountedPage, WirePage};
use crate::served::{Incoming, Served};
use crate::text;

/// Asks for a page of the blacklist.
///
/// Codes: 40003 and 49003 unknown [`after`](Self::after), -1 and 268487001 internal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetBlacklist {
    /// The last OpenID of the page before; none asks for the first page.
    #[doc(alias = "begin_openid")]
    #[serde(rename = "begin_openid", default)]
    #[serde(serialize_with = "text::or_empty", deserialize_with = "text::empty_as_none")]
    pub after: Option<OpenId>,
}

impl GetBlacklist {
    /// OpenIDs of the longest page; older documents say 10,000.
    pub const PAGE_LEN: usize = 1000;

    /// Asks for the first page.
    pub const fn new() -> Self {
        Self { after: None }
    }
}

/// A page of the blacklist.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCountedPage", into = "WireCountedPage")]
#[non_exhaustive]
pub struct GetBlacklistResponse {
    /// People on the list.
    pub total: u64,
    /// The page, empty after the last of them.
    #[doc(alias = "data")]
    #[doc(alias = "count")]
    pub open_ids: Vec<OpenId>,
    /// The page's last OpenID, given even when no page follows.
    #[doc(alias = "next_openid")]
    pub next_open_id: Option<OpenId>,
}

impl GetBlacklistResponse {
    /// A page that ends with its last OpenID, as the platform's pages do.
    pub fn new(total: u64, open_ids: Vec<OpenId>) -> Self {
        Self { total, next_open_id: open_ids.last().cloned(), open_ids }
    }

    /// What to ask for next; `None` after an empty page, which is the list's end.
    pub fn next(&self) -> Option<&OpenId> {
        self.next_open_id.as_ref().filter(|_| !self.open_ids.is_empty())
    }
}

impl TryFrom<WireCountedPage> for GetBlacklistResponse {
    type Error = String;

    fn try_from(WireCountedPage { total, page }: WireCountedPage) -> Result<Self, String> {
        let (open_ids, next_open_id) = page.into_parts()?;
        Ok(Self { total, open_ids, next_open_id })
    }
}

impl From<GetBlacklistResponse> for WireCountedPage {
    fn from(answer: GetBlacklistResponse) -> Self {
        let page = WirePage::new(answer.open_ids, answer.next_open_id);
        Self { total: answer.total, page }
    }
}

impl Endpoint for GetBlacklist {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/tags/members/getblacklist", Replay::Safe);
    type Response = GetBlacklistResponse;

    fn write(&self) -> Result<Body, EncodeError> {
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<GetBlacklistResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetBlacklist {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &GetBlacklistResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
