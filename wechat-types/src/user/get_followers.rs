//! `GET /cgi-bin/user/get`: all followers, page by page.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/userinfo/api_getfans.html>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::OpenId;
use crate::open_ids::{WireCountedPage, WirePage};
use crate::served::{Incoming, Served};

/// Asks for a page of the account's followers. 500 calls a day for a small account.
///
/// Codes: 40003 unknown [`after`](Self::after), 268487002 internal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GetFollowers {
    /// The last OpenID of the page before; none asks for the first page.
    #[doc(alias = "next_openid")]
    pub after: Option<OpenId>,
}

impl GetFollowers {
    /// OpenIDs of the longest page.
    pub const PAGE_LEN: usize = 10_000;

    /// Asks for the first page.
    pub const fn new() -> Self {
        Self { after: None }
    }
}

/// A page of followers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WireCountedPage", into = "WireCountedPage")]
#[non_exhaustive]
pub struct GetFollowersResponse {
    /// Followers of the account.
    pub total: u64,
    /// The page, empty after the last follower and for an account without any.
    #[doc(alias = "data")]
    #[doc(alias = "count")]
    pub open_ids: Vec<OpenId>,
    /// The page's last OpenID, given even when no page follows.
    #[doc(alias = "next_openid")]
    pub next_open_id: Option<OpenId>,
}

impl GetFollowersResponse {
    /// A page that ends with its last OpenID, as the platform's pages do.
    pub fn new(total: u64, open_ids: Vec<OpenId>) -> Self {
        Self { total, next_open_id: open_ids.last().cloned(), open_ids }
    }

    /// What to ask for next; `None` after an empty page, which is the list's end.
    pub fn next(&self) -> Option<&OpenId> {
        self.next_open_id.as_ref().filter(|_| !self.open_ids.is_empty())
    }
}

impl TryFrom<WireCountedPage> for GetFollowersResponse {
    type Error = String;

    fn try_from(WireCountedPage { total, page }: WireCountedPage) -> Result<Self, String> {
        let (open_ids, next_open_id) = page.into_parts()?;
        Ok(Self { total, open_ids, next_open_id })
    }
}

impl From<GetFollowersResponse> for WireCountedPage {
    fn from(answer: GetFollowersResponse) -> Self {
        let page = WirePage::new(answer.open_ids, answer.next_open_id);
        Self { total: answer.total, page }
    }
}

impl Endpoint for GetFollowers {
    /// [`Replay::Safe`]: a question.
    const SPEC: Spec = Spec::new(Method::Get, "/cgi-bin/user/get", Replay::Safe);
    type Response = GetFollowersResponse;

    fn query(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        self.after.iter().map(|id| ("next_openid", Cow::Borrowed(id.as_str()))).collect()
    }

    fn write(&self) -> Result<Body, EncodeError> {
        Ok(Body::empty())
    }

    fn decode(reply: Reply<'_>) -> Result<GetFollowersResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for GetFollowers {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        let after = match request.query("next_openid") {
            None | Some("") => None,
            Some(id) => Some(open_id(id)?),
        };
        Ok(Self { after })
    }

    fn encode_response(answer: &GetFollowersResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}

/// Reads an OpenID from a query.
pub(super) fn open_id(text: &str) -> Result<OpenId, ReplyError> {
    OpenId::new(text).map_err(|e| ReplyError::unusable(e.to_string()))
}
