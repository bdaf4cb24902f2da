//! `POST /cgi-bin/changeopenid`: old OpenIDs into new ones after an account's migration.
//!
//! <https://developers.weixin.qq.com/doc/service/api/usermanage/changeopenid/api_changeopenid.html>

use serde::{Deserialize, Serialize};

use crate::codec::{Body, EncodeError, Reply, ReplyError, json};
use crate::endpoint::{Endpoint, Method, Replay, Spec};
use crate::id::{AppId, OpenId};
use crate::open_ids;
use crate::served::{Incoming, Served};
use crate::text;

/// Asks the new account for the new OpenIDs of the old account's followers, up to 15 days after
/// the migration.
///
/// Codes: 40003 OpenIDs, 40032 too many, 63178 the old account did not migrate to this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangeOpenIds {
    /// The old account: its AppID in the samples, its original id (`gh_…`) in the newest document.
    #[doc(alias = "from_appid")]
    #[serde(rename = "from_appid")]
    pub old_account: AppId,
    /// 1 to 100 followers, as the old account knew them (40032).
    #[doc(alias = "openid_list")]
    #[serde(rename = "openid_list")]
    pub open_ids: Vec<OpenId>,
}

impl ChangeOpenIds {
    /// OpenIDs of the longest list.
    pub const MAX_OPEN_IDS: usize = 100;

    /// Asks for the new OpenIDs of these followers.
    pub const fn new(old_account: AppId, open_ids: Vec<OpenId>) -> Self {
        Self { old_account, open_ids }
    }
}

/// The new OpenIDs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangeOpenIdsResponse {
    /// One entry for each follower asked about.
    #[doc(alias = "result_list")]
    #[serde(rename = "result_list")]
    pub results: Vec<ChangedOpenId>,
}

impl ChangeOpenIdsResponse {
    /// These entries.
    pub const fn new(results: Vec<ChangedOpenId>) -> Self {
        Self { results }
    }
}

/// What became of one OpenID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChangedOpenId {
    /// As the old account knew the follower.
    #[doc(alias = "ori_openid")]
    #[serde(rename = "ori_openid")]
    pub old: OpenId,
    /// As this account does; none for those who did not follow the old account.
    #[doc(alias = "new_openid")]
    #[serde(rename = "new_openid", default, deserialize_with = "text::empty_as_none")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<OpenId>,
    /// `ok`, or `ori_openid error` where there is no new OpenID.
    #[doc(alias = "err_msg")]
    #[serde(rename = "err_msg", default)]
    pub message: String,
}

impl ChangedOpenId {
    /// One entry, with the message that goes with it.
    pub fn new(old: OpenId, new: Option<OpenId>) -> Self {
        let message = if new.is_some() { "ok" } else { "ori_openid error" };
        Self { old, new, message: message.to_owned() }
    }
}

impl Endpoint for ChangeOpenIds {
    /// [`Replay::Safe`]: a question, in spite of its name.
    const SPEC: Spec = Spec::new(Method::Post, "/cgi-bin/changeopenid", Replay::Safe);
    type Response = ChangeOpenIdsResponse;

    fn check(&self) -> Result<(), EncodeError> {
        open_ids::check_batch(self.open_ids.len(), Self::MAX_OPEN_IDS)
    }

    fn write(&self) -> Result<Body, EncodeError> {
        open_ids::check_some(self.open_ids.len())?;
        json::encode(self)
    }

    fn decode(reply: Reply<'_>) -> Result<ChangeOpenIdsResponse, ReplyError> {
        json::decode(reply)
    }
}

impl Served for ChangeOpenIds {
    fn decode_request(request: Incoming<'_>) -> Result<Self, ReplyError> {
        request.json()
    }

    fn encode_response(answer: &ChangeOpenIdsResponse) -> Result<Vec<u8>, EncodeError> {
        json::answer(answer)
    }
}
